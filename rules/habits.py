"""What a building has set for its months: the standing meeting, its agenda, the days of the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Self

from rules.calendar import QuietHours, local
from rules.kinds import DEFAULT_KIND, Kind, kind_of
from rules.meetings import TITLE_LIMIT, written
from rules.refusals import Refusal
from rules.when import Every, Pattern, Recurrence
from rules.when.recurrences import dates

MOST_STANDING = 5  # titles: the agenda keeps room for what the meeting is called for
MOST_INTERVAL = 12
WEEK = timedelta(days=7)

_LETTERS = {"w": Every.WEEK, "m": Every.MONTH, "q": Every.QUARTER}
_NUMBERS = r"-?\d{1,2}(?:,-?\d{1,2})*"
_CODE = re.compile(rf"([wmq])(\d{{1,2}})(?:d({_NUMBERS}))?(?:w({_NUMBERS}))?(?:n(-?\d))?")
_HOURS = re.compile(r"(\d{1,2})[:：点]?(\d{2})?\s*(?:-|—|~|～|到|至|to)+\s*(\d{1,2})[:：点]?(\d{2})?")


class NotARecurrence(Refusal):
    """What was written names no days that recur by week, month or quarter, or no hour."""


class NotQuietHours(Refusal):
    """What was written is not two times of the day."""


class TooManyStanding(Refusal):
    """More titles than an agenda can carry each time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """When the standing meeting is; intervals greater than one are counted from `since`."""

    pattern: Pattern
    at: time
    since: date
    kind: str = DEFAULT_KIND  # of rules.kinds

    @classmethod
    def of(cls, reading: Recurrence, kind: str = DEFAULT_KIND) -> Self:
        """The rule of a reading. Raises NotARecurrence, also for every day and without an hour."""
        if reading.at is None:
            raise NotARecurrence
        return cls(checked(reading.pattern), reading.at, reading.first.start.date(), kind)

    @classmethod
    def begun(cls, pattern: Pattern, at: time, now: datetime, kind: str = DEFAULT_KIND) -> Self:
        """A rule whose intervals are counted from its first day ahead; `now` is in the building's zone."""
        first = cls(pattern, at, now.date()).following(now, now.tzinfo or UTC)
        return cls(pattern, at, first.date(), kind)

    @classmethod
    def stored(cls, row: Mapping[str, Any]) -> Self:
        """The rule as it is stored."""
        at, since = time.fromisoformat(row["at"]), date.fromisoformat(row["since"])
        return cls(decode(row["rule"]), at, since, row.get("kind", DEFAULT_KIND))

    def to_store(self) -> dict[str, str]:
        """Its JSON."""
        rule = {"rule": encode(self.pattern), "at": f"{self.at:%H:%M}", "since": self.since.isoformat()}
        return rule | {"kind": self.kind}

    @property
    def preset(self) -> Kind:
        """The kind of meeting it is."""
        return kind_of(self.kind)

    @property
    def asked_before(self) -> timedelta:
        """How long before a meeting its leaders are asked: a week, and a week before the notice period."""
        notice = self.preset.notice
        return WEEK if notice < WEEK.days else WEEK + timedelta(days=notice)

    def on(self, day: date, zone: tzinfo) -> datetime:
        """When it begins on a day."""
        return local(day, self.at, zone)

    def following(self, after: datetime, zone: tzinfo) -> datetime:
        """The first time it begins after a moment."""
        here = after.astimezone(zone)
        since = self.since if self.pattern.interval > 1 else max(self.since, here.date())
        days = (day for day in dates(self.pattern, since) if day >= here.date())
        return next(moment for moment in (self.on(day, zone) for day in days) if moment > after)

    def falls_on(self, day: date) -> bool:
        """Whether a day is one of the rule's."""
        since = self.since if self.pattern.interval > 1 else max(self.since, day)
        return next(found for found in dates(self.pattern, since) if found >= day) == day


@dataclass(frozen=True, slots=True)
class Habits:
    """What comes by itself in a building; days are days of the month, clamped to its last, and 0 is never."""

    building_id: int
    standing: Standing | None = None
    agenda: tuple[str, ...] = ()  # titles on every draft of the standing meeting
    report_day: int = 0
    tasks_day: int = 0
    digest_day: int = 0
    missing: bool = True  # whether the community office is told who has not reported


def checked(pattern: Pattern) -> Pattern:
    """The pattern, if it is one of weeks, months or quarters. Raises NotARecurrence."""
    sound = (
        pattern.every in _LETTERS.values()
        and 1 <= pattern.interval <= MOST_INTERVAL
        and all(day == -1 or 1 <= day <= 31 for day in pattern.days)
        and all(0 <= weekday <= 6 for weekday in pattern.weekdays)
        and _names_days(pattern)
    )
    if not sound:
        raise NotARecurrence
    return pattern


def _names_days(pattern: Pattern) -> bool:
    if pattern.every is Every.WEEK:
        return bool(pattern.weekdays) and pattern.nth is None
    if pattern.nth is None:
        return bool(pattern.days)
    return len(pattern.weekdays) == 1 and (pattern.nth == -1 or 1 <= pattern.nth <= 5)


def encode(pattern: Pattern) -> str:
    """A pattern in few letters, as a button carries it: m1d5, m1w4n-1, q1w5n1, w2w2."""
    letter = next(letter for letter, every in _LETTERS.items() if every is pattern.every)
    days = f"d{_joined(pattern.days)}" if pattern.days else ""
    weekdays = f"w{_joined(pattern.weekdays)}" if pattern.weekdays else ""
    nth = "" if pattern.nth is None else f"n{pattern.nth}"
    return f"{letter}{pattern.interval}{days}{weekdays}{nth}"


def decode(code: str) -> Pattern:
    """The pattern of a code, which may be forged. Raises NotARecurrence."""
    found = _CODE.fullmatch(code)
    if found is None:
        raise NotARecurrence
    letter, interval, days, weekdays, nth = found.groups()
    every = _LETTERS[letter]
    return checked(
        Pattern(every, int(interval), _numbers(days), _numbers(weekdays), None if nth is None else int(nth))
    )


def _joined(numbers: Iterable[int]) -> str:
    return ",".join(str(number) for number in numbers)


def _numbers(text: str | None) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",")) if text else ()


def read_agenda(text: str) -> tuple[str, ...]:
    """The titles in a text, one a line, each once. Raises NothingWritten, TextTooLong, TooManyStanding."""
    lines = [line for line in text.splitlines() if line.strip()] or [text]
    titles = tuple(dict.fromkeys(written(line, TITLE_LIMIT) for line in lines))
    if len(titles) > MOST_STANDING:
        raise TooManyStanding(most=MOST_STANDING)
    return titles


def read_quiet(text: str) -> QuietHours:
    """Quiet hours as they are written: 22:00-8:00, 22点到7点半, 22 to 8. Raises NotQuietHours."""
    plain = text.replace("半", "30")
    found = _HOURS.search(plain)
    if found is None:
        raise NotQuietHours
    first, first_minute, last, last_minute = (int(part or 0) for part in found.groups())
    try:
        return QuietHours(time(first % 24, first_minute), time(last % 24, last_minute))
    except ValueError as unreal:
        raise NotQuietHours from unreal
