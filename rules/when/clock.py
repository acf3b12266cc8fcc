"""Hours as they are said: which times of day a part of the day and a number can mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time, timedelta

from rules.when.readings import Part

STARTS = (time(7), time(21))  # a meeting that begins later runs into the quiet hours
LATEST_END = time(22)
SPANS = {
    Part.SMALL_HOURS: (0, 6),
    Part.MORNING: (6, 12),
    Part.NOON: (11, 14),
    Part.AFTERNOON: (12, 18),
    Part.EVENING: (18, 24),
    Part.NIGHT: (22, 24),
}

# Hours said with a part of the day -> (days after that day, hour of the day), all that can be meant.
_Meanings = dict[int, tuple[tuple[int, int], ...]]
_AFTER_MIDNIGHT: _Meanings = {hour: ((0, hour), (1, hour)) for hour in range(1, 5)}
_MIDNIGHT: _Meanings = dict.fromkeys((0, 12, 24), ((1, 0),))


def _same_day(hours: Iterable[int], add: int = 0) -> _Meanings:
    return {hour: ((0, hour + add),) for hour in hours}


_HOURS: dict[Part, _Meanings] = {
    Part.SMALL_HOURS: _same_day(range(7)) | _same_day((12,), -12),
    Part.MORNING: _same_day(range(1, 13)),
    Part.NOON: _same_day(range(10, 16)) | _same_day((1, 2, 3), 12),
    Part.AFTERNOON: _same_day(range(1, 12), 12) | _same_day(range(12, 20)),
    Part.EVENING: _same_day(range(5, 12), 12) | _same_day(range(16, 24)) | _AFTER_MIDNIGHT | _MIDNIGHT,
    Part.NIGHT: _same_day(range(8, 12), 12)
    | _same_day(range(20, 24))
    | {hour: ((0, hour), (1, hour)) for hour in range(1, 6)}
    | _MIDNIGHT,
}


@dataclass(frozen=True, slots=True, order=True)
class Hand:
    """Where the hands stand, and how many days after the day that was said."""

    days: int
    at: time


@dataclass(frozen=True, slots=True)
class Clock:
    """An hour and minute as said; `exact` if written so that only one time of day can be meant (07:30, 7 pm).

    The minute may be negative: 差五分八点.
    """

    hour: int
    minute: int = 0
    part: Part | None = None
    exact: bool = False

    @property
    def certain(self) -> bool:
        """Whether the half of the day is known."""
        return self.exact or self.part is not None or self.hour > 12 or self.hour == 0

    def hands(self) -> tuple[Hand, ...]:
        """Give all times of day that can be meant; none where hour and part of the day contradict."""
        if self.hour == 24 and self.minute:
            return ()
        return tuple(sorted(_turned(days, hour, self.minute) for days, hour in self._hours()))

    def _hours(self) -> tuple[tuple[int, int], ...]:
        if self.part is not None and not self.exact:
            return _HOURS[self.part].get(self.hour, ())
        if self.hour == 24:
            return ((1, 0),)
        if self.certain:
            return ((0, self.hour),) if self.hour < 24 else ()
        return ((0, self.hour), (0, self.hour + 12)) if self.hour < 12 else ((0, 12), (1, 0))


@dataclass(frozen=True, slots=True)
class Midnight:
    """Midnight as such: where a day begins or where it ends."""

    part: Part | None = None
    certain = False

    def hands(self) -> tuple[Hand, ...]:
        """Give both."""
        return (Hand(0, time(0)), Hand(1, time(0)))


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """A part of the day without an hour."""

    part: Part


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long it takes: 开两个小时."""

    length: timedelta


@dataclass(frozen=True, slots=True)
class FromNow:
    """So much time from now: 两小时后."""

    length: timedelta


Time = Clock | Midnight
Slot = tuple[Hand, Hand | None]


def slots(start: Time, end: Time | None, length: timedelta | None) -> tuple[Slot, ...]:
    """Give the times that can be meant by a start and what was said of its end.

    Each end is the first such time after its start. Where only the end is certain (七点到晚上八点半), the
    start is the one that makes it shortest.
    """
    found = tuple((hand, _ending(hand, end, length)) for hand in start.hands())
    if end is not None:
        found = tuple(slot for slot in found if slot[1] is not None)
        if end.certain and not start.certain and found:
            return (min(found, key=_length),)
    return found


def is_likely(start: Time, slot: Slot) -> bool:
    """Tell whether a slot is by daylight, or in the night because it was said so."""
    begin, end = slot
    inside = begin.days == 0 and STARTS[0] <= begin.at < STARTS[1]
    return start.certain or (inside and (end is None or (end.days == 0 and end.at <= LATEST_END)))


def _ending(start: Hand, end: Time | None, length: timedelta | None) -> Hand | None:
    if length is not None:
        return _later(start, length)
    if end is None:
        return None
    shifted = (Hand(hand.days + more, hand.at) for hand in end.hands() for more in (0, 1))
    return min((hand for hand in shifted if hand > start), default=None)


def _length(slot: Slot) -> timedelta:
    start, end = slot
    return _since(end or start) - _since(start)


def _turned(days: int, hour: int, minute: int) -> Hand:
    return _later(Hand(days, time(hour)), timedelta(minutes=minute))


def _later(hand: Hand, length: timedelta) -> Hand:
    whole = _since(hand) + length
    minutes = whole.seconds // 60
    return Hand(whole.days, time(minutes // 60, minutes % 60))


def _since(hand: Hand) -> timedelta:
    return timedelta(days=hand.days, hours=hand.at.hour, minutes=hand.at.minute)
