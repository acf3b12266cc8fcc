"""The leader's 报到: three numbers, proposed from what happened and corrected by a line or by buttons."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time, timedelta

from rules.calendar import is_working_day, local
from rules.months import Month
from rules.refusals import Refusal
from rules.when.text import number

STEPS = ("visits", "heard", "settled")
MOST = 9999
LIST_AT = time(17)  # on its day: who has not reported by then
AGAIN_AT = time(9)  # two days later
PATIENCE = timedelta(hours=3)  # a leader has so long at least before the first list

_NAMES = {
    "visits": ("走访", "家访", "visits", "visited"),
    "heard": ("收到诉求", "诉求", "收到", "heard", "matters"),
    "settled": ("办结", "办成", "解决", "settled", "solved"),
}
_NUMBER = r"(\d+|[零一二两三四五六七八九十百千]+)"
_PAIRS = {step: re.compile(rf"(?:{'|'.join(names)})\D{{0,4}}?{_NUMBER}") for step, names in _NAMES.items()}


class NotAReport(Refusal):
    """What was written is neither 走访12 诉求6 办结5 nor three numbers."""


def proposed(month: Month) -> dict[str, int]:
    """What the form begins with: households that registered, items dealt with, what was agreed or done."""
    return {"visits": month.joined, "heard": month.items, "settled": len(month.settled)}


def read_numbers(text: str) -> dict[str, int]:
    """The numbers of a line by their names, or three in their order. Raises NotAReport."""
    line = unicodedata.normalize("NFKC", text).lower()
    found = {step: match[1] for step, pair in _PAIRS.items() if (match := pair.search(line))}
    if not found:
        bare = re.findall(_NUMBER, line)
        if len(bare) != len(STEPS):
            raise NotAReport
        found = dict(zip(STEPS, bare, strict=True))
    return {step: _value(written) for step, written in found.items()}


def _value(written: str) -> int:
    value = int(written) if written.isdigit() else number(written)
    if value is None or value > MOST:
        raise NotAReport
    return value


def lists_at(asked: datetime) -> tuple[datetime, datetime]:
    """When the community office is told who has not reported: on the day, and two days later.

    `asked` is on the building's clock. Two days later may be a day of rest: then it is the next working day.
    """
    zone = asked.tzinfo
    assert zone is not None
    first = asked.date() + timedelta(days=local(asked.date(), LIST_AT, zone) < asked + PATIENCE)
    second = first + timedelta(days=2)
    while not is_working_day(second):
        second += timedelta(days=1)
    return local(first, LIST_AT, zone), local(second, AGAIN_AT, zone)
