"""Metrics for Prometheus: how much the bot does, how long it takes; never who, never how a ballot stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from storage.figures import Figures
from storage.outbox import CAUSES

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LAGS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class _Counted(Collector):
    """A counter that somebody else keeps."""

    def __init__(self, name: str, text: str, read: Callable[[], int]) -> None:
        self._name = name
        self._text = text
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """Its value now."""
        yield CounterMetricFamily(self._name, self._text, value=self._read())


class Metrics:
    """The instruments of one running bot; labels are words of the program, never data."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._updates = Histogram(
            "louyuhui_update_seconds",
            "From taking an update in hand until what it did is stored, by its kind",
            ["kind"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._deliveries = Histogram(
            "louyuhui_delivery_seconds",
            "Attempts to deliver a letter or a card, by what became of them",
            ["what", "result"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._lags = Histogram(
            "louyuhui_card_lag_seconds",
            "How long a card had been behind when it was brought up to date",
            buckets=_LAGS,
            registry=self.registry,
        )
        self._waits = Counter(
            "louyuhui_told_to_wait", "Deliveries answered with 429 Too Many Requests", registry=self.registry
        )
        self._dropped = Gauge(
            "louyuhui_outbox_dropped_letters",
            "Letters let go in the last seven days, by cause",
            ["cause"],
            registry=self.registry,
        )
        self._gauges = {name: Gauge(name, text, registry=self.registry) for name, text in _GAUGES.items()}
        self.delivered_at = time.monotonic()  # when something last arrived, or the bot began

    def count(self, name: str, text: str, read: Callable[[], int]) -> None:
        """Show a counter that is kept elsewhere."""
        self.registry.register(_Counted(name, text, read))

    def update(self, kind: str, seconds: float) -> None:
        """Note an update that was handled."""
        self._updates.labels(kind).observe(seconds)

    def delivery(self, what: str, result: str, seconds: float) -> None:
        """Note an attempt to deliver a letter or a card."""
        self._deliveries.labels(what, result).observe(seconds)
        if result == "sent":
            self.delivered_at = time.monotonic()

    def told_to_wait(self) -> None:
        """Note a 429."""
        self._waits.inc()

    def card_lag(self, seconds: float) -> None:
        """Note that a card shows the present state again."""
        self._lags.observe(seconds)

    def text(self, figures: Figures | None, now: datetime, *, in_office: bool) -> bytes:
        """All of it in Prometheus' format; without figures the database does not answer."""
        values = dict.fromkeys(_GAUGES, nan) if figures is None else _values(figures, now)
        values["louyuhui_database_up"] = 0 if figures is None else 1
        values["louyuhui_in_office"] = int(in_office)
        for name, value in values.items():
            self._gauges[name].set(value)
        for cause in CAUSES:
            self._dropped.labels(cause).set(nan if figures is None else figures.dropped[cause])
        return generate_latest(self.registry)


_GAUGES = {
    "louyuhui_database_up": "1 when the database answers",
    "louyuhui_in_office": "1 where this process is the one that sends and watches the clock",
    "louyuhui_outbox_letters": "Letters that may leave and have not",
    "louyuhui_outbox_oldest_seconds": "Age of the oldest of them",
    "louyuhui_outbox_put_off_letters": "Letters that are not to leave yet",
    "louyuhui_cards_behind": "Cards that do not show the present state",
    "louyuhui_dues_waiting": "What the schedule holds",
    "louyuhui_dues_overdue": "What of it should have happened",
    "louyuhui_dues_oldest_overdue_seconds": "For how long, the longest",
    "louyuhui_faults": "Faults on record that were not replayed",
    "louyuhui_open_ballots": "Ballots that are open",
    "louyuhui_last_update_timestamp_seconds": "When an update was last handled",
}


def _values(figures: Figures, now: datetime) -> dict[str, float]:
    return {
        "louyuhui_outbox_letters": figures.unsent,
        "louyuhui_outbox_oldest_seconds": _age(figures.oldest_unsent, now),
        "louyuhui_outbox_put_off_letters": figures.put_off,
        "louyuhui_cards_behind": figures.behind,
        "louyuhui_dues_waiting": figures.waiting,
        "louyuhui_dues_overdue": figures.overdue,
        "louyuhui_dues_oldest_overdue_seconds": _age(figures.oldest_overdue, now),
        "louyuhui_faults": figures.unmended,
        "louyuhui_open_ballots": figures.open_ballots,
        "louyuhui_last_update_timestamp_seconds": figures.handled_at.timestamp()
        if figures.handled_at
        else nan,
    }


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
