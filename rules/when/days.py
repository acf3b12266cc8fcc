"""Days as they are said, before it is known what day it is today.

Each gives *rounds* of dates: the dates it can mean, soonest first; a later round counts only when an earlier
one is over. A day said exactly (下周三, 2026-12-01) has one round; one that comes again (周三) has several.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from rules.calendar import LunarDay, NoSuchLunarDay, day_of_month, from_lunar, holiday, to_lunar
from rules.when import festivals
from rules.when.months import NoSuchDay, month_ahead, month_said, months_meant, nth_weekday

Round = tuple[date, ...]
SLIP = timedelta(days=30)  # a date no further back is a slip of the pen, not one of next year


@dataclass(frozen=True, slots=True)
class InDays:
    """So many days from today: 今天, 后天, 三天后."""

    days: int
    comes_again = False

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the one day."""
        yield (today + timedelta(days=self.days),)


@dataclass(frozen=True, slots=True)
class AnyDay:
    """No day was said: today, else tomorrow."""

    comes_again = True

    def rounds(self, today: date) -> Iterator[Round]:
        """Give today, then tomorrow."""
        yield (today,)
        yield (today + timedelta(days=1),)


@dataclass(frozen=True, slots=True)
class InMonths:
    """The same day so many months from today, or the last of a shorter month."""

    months: int
    comes_again = False

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the one day."""
        first = month_ahead(today, self.months)
        yield (day_of_month(first.year, first.month, today.day),)


@dataclass(frozen=True, slots=True)
class Weekday:
    """One of some weekdays (Monday is 0), `weeks` from this week; without `weeks` the next one."""

    weekdays: tuple[int, ...]
    weeks: int | None = None

    @property
    def comes_again(self) -> bool:
        """Whether no week was said."""
        return self.weeks is None

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the days of that week, or of the seven days from today and the next seven."""
        if self.weeks is not None:
            monday = today + timedelta(days=7 * self.weeks - today.weekday())
            yield tuple(monday + timedelta(days=weekday) for weekday in self.weekdays)
            return
        coming = sorted(today + timedelta(days=(weekday - today.weekday()) % 7) for weekday in self.weekdays)
        yield tuple(coming)
        yield tuple(day + timedelta(days=7) for day in coming)


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of the common calendar; without a year, this year's or, if that is long past, next year's."""

    month: int
    day: int
    year: int | None = None
    years: int | None = None  # counted from this one: 明年

    @property
    def comes_again(self) -> bool:
        """Whether no year was said."""
        return self.year is None and self.years is None

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the one day; raises NoSuchDay for February 30th."""
        if self.year is not None or self.years is not None:
            yield (self._in(self.year or today.year + (self.years or 0)),)
            return
        nearby = [day for day in map(self._maybe_in, range(today.year - 1, today.year + 2)) if day]
        if not any(day.year >= today.year for day in nearby):
            raise NoSuchDay
        slips = [day for day in nearby if today - SLIP <= day < today]
        yield ((slips or [day for day in nearby if day >= today] or nearby)[0],)

    def _in(self, year: int) -> date:
        found = self._maybe_in(year)
        if found is None:
            raise NoSuchDay
        return found

    def _maybe_in(self, year: int) -> date | None:
        if 1 <= self.month <= 12 and 1 <= self.day <= monthrange(year, self.month)[1]:
            return date(year, self.month, self.day)
        return None


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """A day (-1 the last) of the month that is `months` from this one, or of the next month that has it."""

    day: int
    months: int | None = None
    month: int | None = None

    @property
    def comes_again(self) -> bool:
        """Whether no month was said."""
        return self.months is None and self.month is None

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the day; raises NoSuchDay for the 31st of a shorter month."""
        if not self.comes_again:
            yield (self._in(month_said(today, self.months, self.month)),)
            return
        if not (1 <= self.day <= 31 or self.day == -1):
            raise NoSuchDay
        coming = (self._maybe_in(month_ahead(today, ahead)) for ahead in range(6))
        for found in islice((day for day in coming if day and day >= today), 2):
            yield (found,)

    def _in(self, first: date) -> date:
        found = self._maybe_in(first)
        if found is None:
            raise NoSuchDay
        return found

    def _maybe_in(self, first: date) -> date | None:
        last = monthrange(first.year, first.month)[1]
        day = last if self.day == -1 else self.day
        return first.replace(day=day) if 1 <= day <= last else None


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The nth (-1 the last) such weekday of a month: of this one unless it is over or another was said."""

    nth: int
    weekday: int
    months: int | None = None
    month: int | None = None
    weekend: bool = False  # the day after it can be meant too: 最后一个周末

    @property
    def comes_again(self) -> bool:
        """Whether no month was said."""
        return self.months is None and self.month is None

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the day; raises NoSuchDay for the fifth Friday of a month with four."""
        for first in months_meant(today, self.months, self.month):
            found = nth_weekday(first, 1, self.nth, self.weekday)
            yield (found, found + timedelta(days=1)) if self.weekend else (found,)


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """One of some days of a month: 月初, 下个月中; which is for the reader to say."""

    days: tuple[int, ...]
    months: int | None = None
    month: int | None = None

    @property
    def comes_again(self) -> bool:
        """Whether no month was said."""
        return self.months is None and self.month is None

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the days of that month, or of this one and the next; raises NoSuchDay for month 13."""
        for first in months_meant(today, self.months, self.month):
            yield tuple(first.replace(day=day) for day in self.days)


@dataclass(frozen=True, slots=True)
class Lunar:
    """A day of the lunar calendar in the next such month; without a month, in the next that has it."""

    day: int
    month: int | None = None
    leap: bool = False
    comes_again = True

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the day; raises NoSuchDay where that month has 29 days, or the leap month is years away."""
        try:
            yield from self._within_tables(today)
        except NoSuchLunarDay as outside:
            raise NoSuchDay from outside

    def _within_tables(self, today: date) -> Iterator[Round]:
        if self.month is None:
            ahead = (today + timedelta(days=offset) for offset in range(1 if self.day > 30 else 95))
            for found in islice((day for day in ahead if to_lunar(day).day == self.day), 2):
                yield (found,)
            return
        for year in range(to_lunar(today).year, to_lunar(today).year + 2):
            month = self._first_of_month(year)
            if month is None or month + timedelta(days=30) <= today:
                continue
            found = from_lunar(LunarDay(year, self.month, self.day, self.leap))
            if found >= today:
                yield (found,)
                return
        raise NoSuchDay

    def _first_of_month(self, year: int) -> date | None:
        try:
            return from_lunar(LunarDay(year, self.month or 0, 1, self.leap))
        except NoSuchLunarDay:
            return None  # a leap month of other years


@dataclass(frozen=True, slots=True)
class Festival:
    """A day known by its name (one of `festivals.NAMES`): the next one, unless a year was said."""

    name: str
    year: int | None = None
    years: int | None = None

    @property
    def comes_again(self) -> bool:
        """Whether no year was said."""
        return self.year is None and self.years is None

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the day, or both where regions differ."""
        try:
            if not self.comes_again:
                yield festivals.days(self.name, self.year or today.year + (self.years or 0))
                return
            for year in (today.year, today.year + 1, today.year + 2):
                if ahead := tuple(day for day in festivals.days(self.name, year) if day >= today):
                    yield ahead
        except NoSuchLunarDay as outside:
            raise NoSuchDay from outside


@dataclass(frozen=True, slots=True)
class AfterFestival:
    """The first of some weekdays after a festival: after the day itself, or after its days off."""

    name: str
    weekdays: tuple[int, ...]
    comes_again = True

    def rounds(self, today: date) -> Iterator[Round]:
        """Give both readings, once where they are the same."""
        for year in (today.year, today.year + 1):
            festival = next(Festival(self.name, year).rounds(today))[-1]
            last = festival
            while holiday(last + timedelta(days=1)) is not None:
                last += timedelta(days=1)
            found = {self._first(after, weekday) for after in (festival, last) for weekday in self.weekdays}
            if ahead := tuple(sorted(day for day in found if day >= today)):
                yield ahead

    @staticmethod
    def _first(after: date, weekday: int) -> date:
        return after + timedelta(days=(weekday - after.weekday() - 1) % 7 + 1)


@dataclass(frozen=True, slots=True)
class Either:
    """Two ways to understand what was said: 八月十五 is in August, or the day of the full moon."""

    one: Day
    other: Day
    comes_again = True

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the first round of both together."""
        found = {day for each in (self.one, self.other) for day in next(each.rounds(today), ())}
        yield tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Checked:
    """A day said twice: 11月25日（周三）, 下周二（12月1日）; where the two disagree, both are possible."""

    day: Day
    check: Day

    @property
    def comes_again(self) -> bool:
        """Whether both do."""
        return self.day.comes_again and self.check.comes_again

    def rounds(self, today: date) -> Iterator[Round]:
        """Give the days that are both, else those that are one of them."""
        for dates in self.day.rounds(today):
            checks = self._nearest(dates) or next(self.check.rounds(today), ())
            both = sorted(set(dates) & set(checks))
            yield tuple(both or sorted({*dates, *checks}))

    def _nearest(self, dates: Round) -> Round:
        """Give the weekday nearest to each date, if the check is a weekday of no certain week."""
        if not isinstance(self.check, Weekday) or self.check.weeks is not None:
            return ()
        weekday = self.check.weekdays[0]
        return tuple(day + timedelta(days=(weekday - day.weekday() + 3) % 7 - 3) for day in dates)


Day = (
    InDays
    | AnyDay
    | InMonths
    | Weekday
    | MonthDay
    | DayOfMonth
    | DaysOfMonth
    | NthWeekday
    | Lunar
    | Festival
    | AfterFestival
    | Either
    | Checked
)
