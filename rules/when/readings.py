"""What a phrase of time can turn out to be: a moment, a recurrence, or a refusal that says why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from rules.when.pieces import split


class Precision(StrEnum):
    """How much was said; what was not said is asked for, never filled in."""

    MINUTE = "minute"  # day and hour
    PART = "part"  # day and part of it: 明天晚上
    DAY = "day"  # day alone


class Part(StrEnum):
    """A part of the day as people name it."""

    SMALL_HOURS = "small_hours"  # 凌晨, 0 to 6
    MORNING = "morning"  # 上午, 6 to 12
    NOON = "noon"  # 中午, 11 to 14
    AFTERNOON = "afternoon"  # 下午, 12 to 18
    EVENING = "evening"  # 晚上, 18 to 24
    NIGHT = "night"  # 半夜, 22 to 24


@dataclass(frozen=True, slots=True)
class Moment:
    """A time ahead, in the zone of the building.

    With precision DAY `start` is the first instant of the day, which may be today, and `end` that of the last
    day of a span of days (the day is part of it). With PART it is the first instant of that part of the day,
    which may have begun. With MINUTE it is always after now, and `end`, if said, after `start`.
    """

    start: datetime
    end: datetime | None
    precision: Precision
    part: Part | None = None


class Every(StrEnum):
    """What a recurrence counts in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which days recur: every `interval` days, weeks, months or quarters.

    In a week its `weekdays` (Monday is 0); in a month or quarter its `days` (-1 the last; in a shorter month
    the 31st is the last day), or the `nth` (-1 the last) of the one weekday named.
    """

    every: Every
    interval: int = 1
    days: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    nth: int | None = None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Days that recur, at `at` till `until` if they were said; `first` is the first one ahead.

    Intervals greater than one are counted from `first`.
    """

    pattern: Pattern
    at: time | None
    until: time | None
    part: Part | None
    first: Moment


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """The text names no time this file knows how to read."""

    text: str


@dataclass(frozen=True, slots=True)
class InThePast:
    """The text names a time, and it is over."""

    reading: Moment


@dataclass(frozen=True, slots=True)
class NoSuchDate:
    """The text names a day that is in no calendar: 2月30号, 闰六月 in a year without one."""

    text: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The text can be meant in each of these ways, the earliest first."""

    text: str
    readings: tuple[Moment | Recurrence, ...]


Understood = Moment | Recurrence
Refused = NotUnderstood | InThePast | NoSuchDate | Ambiguous
Reading = Understood | Refused


@dataclass(frozen=True, slots=True)
class Found:
    """A time within a line, and what stands before and after it."""

    reading: Moment | Recurrence | InThePast | NoSuchDate | Ambiguous
    phrase: str
    before: str
    rest: str

    @property
    def pieces(self) -> tuple[str, ...]:
        """What was said besides the time, piece by piece: the place, then the topics."""
        return (*split(self.before), *split(self.rest))
