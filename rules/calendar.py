"""The days as people here live them: holidays, shifted working days, deadlines, quiet hours, lunar dates.

Besides the standard library this file imports `chinese_calendar` and `lunardate`, and is the only one in
`rules` that imports anything. Both are tables of dates with no I/O: what the State Council announced and what
the observatory computed is data that cannot be derived, and a maintained table beats one copied here.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import chinese_calendar
from lunardate import LunarDate

_KNOWN_YEARS = frozenset(day.year for day in chinese_calendar.holidays)
_LUNAR_FIRST = date(1900, 1, 31)
_LUNAR_YEARS = range(1900, 2100)
_TERM_YEARS = range(1900, 2101)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday by its two names."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class YearNotKnown:
    """The holidays of this year are not announced yet, or not in the calendar package.

    What was computed stands on weekends and on the days the law itself names; shifted days may change it.
    """

    year: int


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What a day is: worked or not, off for which holiday, or a weekend worked in exchange for which."""

    working: bool
    holiday: Holiday | None
    shifted_for: Holiday | None
    caveat: YearNotKnown | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a period; `moved_from` is the day it would have been were that not one of rest."""

    ends: date
    moved_from: date | None
    because: Holiday | None
    caveat: YearNotKnown | None


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar; `leap` tells 闰六月 from 六月."""

    year: int
    month: int
    day: int
    leap: bool = False


class NoSuchLunarDay(ValueError):
    """The lunar calendar has no such day, or its tables (1900 to 2099) do not reach it."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to before `end` nothing is sent that can wait; over midnight if `end` is the earlier.

    The same time twice means no quiet hours at all.
    """

    start: time = time(22)
    end: time = time(8)


DEFAULT_QUIET = QuietHours()

_NAMES = {
    member.value: Holiday("国庆节" if member.value == "National Day" else member.chinese, member.value)
    for member in chinese_calendar.Holiday
}


def year_known(year: int) -> bool:
    """Whether the announced holidays and shifted working days of the year are in the calendar package."""
    return year in _KNOWN_YEARS


def facts(day: date) -> DayFacts:
    """All that is known of the day at once."""
    if not year_known(day.year):
        named = _statutory(day)
        return DayFacts(named is None and day.weekday() < 5, named, None, YearNotKnown(day.year))
    named = _named(chinese_calendar.holidays.get(day))
    shifted = _named(chinese_calendar.workdays.get(day)) if day.weekday() >= 5 else None
    return DayFacts(bool(chinese_calendar.is_workday(day)), named, shifted, None)


def is_working_day(day: date) -> bool:
    """Whether offices work that day; for a year not known, see `YearNotKnown`."""
    return facts(day).working


def holiday(day: date) -> Holiday | None:
    """Name the holiday whose days off include this day."""
    return facts(day).holiday


def deadline(from_day: date, days: int) -> Deadline:
    """Find the last day of a period of so many days (民法典201, 203).

    The first day is not counted (201); a last day of public rest moves the end to the day after (203).
    """
    if days < 1:
        raise ValueError("a period has at least one day")
    planned = from_day + timedelta(days=days)
    ends = planned
    caveat = facts(planned).caveat
    while not (today := facts(ends)).working:
        caveat = caveat or today.caveat
        ends += _DAY
    moved = ends != planned
    caveat = caveat or facts(ends).caveat
    return Deadline(ends, planned if moved else None, holiday(planned) if moved else None, caveat)


def closing(end: Deadline, zone: tzinfo) -> datetime:
    """Give the instant a deadline is over: 24:00 of its last day (民法典203)."""
    return local(end.ends + _DAY, time(0), zone)


def day_of_month(year: int, month: int, day: int) -> date:
    """Give that day of the month, or its last one where the month is shorter."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def local(day: date, at: time, zone: tzinfo) -> datetime:
    """Give the instant when clocks in the zone show this.

    Shown twice (clocks set back): the first time. Never shown (set forward): as much later as was skipped.
    """
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC).astimezone(zone)


def is_quiet(moment: datetime, quiet: QuietHours | None) -> bool:
    """Whether the moment, on the clock of its own zone, lies in the quiet hours; None switches them off."""
    if quiet is None or quiet.start == quiet.end:
        return False
    clock = moment.time()
    if quiet.start < quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end


def outside_quiet(moment: datetime, quiet: QuietHours | None = DEFAULT_QUIET) -> datetime:
    """Give the moment itself, or the end of the quiet hours it lies in."""
    if quiet is None or moment.tzinfo is None or not is_quiet(moment, quiet):
        return moment
    wraps = quiet.start > quiet.end and moment.time() >= quiet.start
    return local(moment.date() + (_DAY if wraps else timedelta()), quiet.end, moment.tzinfo)


def before_quiet(moment: datetime, quiet: QuietHours | None = DEFAULT_QUIET) -> datetime:
    """Give the moment itself, or the last minute before the quiet hours it lies in."""
    if quiet is None or moment.tzinfo is None or not is_quiet(moment, quiet):
        return moment
    wraps = quiet.start > quiet.end and moment.time() < quiet.end
    began = local(moment.date() - (_DAY if wraps else timedelta()), quiet.start, moment.tzinfo)
    return (began.astimezone(UTC) - timedelta(minutes=1)).astimezone(moment.tzinfo)


def to_lunar(day: date) -> LunarDay:
    """Give the day in the lunar calendar; raises NoSuchLunarDay outside the tables."""
    if not _LUNAR_FIRST <= day < date(2100, 2, 9):
        raise NoSuchLunarDay(day.isoformat())
    found = LunarDate.from_solar_date(day.year, day.month, day.day)
    return LunarDay(found.year, found.month, found.day, bool(found.is_leap_month))


def from_lunar(day: LunarDay) -> date:
    """Give the day in the common calendar; raises NoSuchLunarDay where that year has no such month or day."""
    if day.year not in _LUNAR_YEARS:
        raise NoSuchLunarDay(f"{day.year}")
    try:
        solar: date = LunarDate(day.year, day.month, day.day, day.leap).to_solar_date()
    except ValueError as unknown:
        raise NoSuchLunarDay(f"{day}") from unknown
    return solar


def lunar_new_year(year: int) -> date:
    """Give the first day of the lunar year that begins in this year."""
    return from_lunar(LunarDay(year, 1, 1))


def solar_term(name: str, year: int) -> date:
    """Give the day in that year of one of the 24 solar terms by its Chinese name; raises NoSuchLunarDay."""
    if year not in _TERM_YEARS:
        raise NoSuchLunarDay(f"{name} {year}")
    terms: list[tuple[date, str]] = chinese_calendar.get_solar_terms(date(year, 1, 1), date(year, 12, 31))
    return next(day for day, term in terms if term == name)


def _named(english: str | None) -> Holiday | None:
    return None if english is None else _NAMES[english]


def _statutory(day: date) -> Holiday | None:
    """Name the holiday the law itself puts on the day (全国年节及纪念日放假办法 2024, article 2)."""
    by_law = _statutory_days(day.year) if day.year in _LUNAR_YEARS else {}
    return _named(by_law.get(day))


def _statutory_days(year: int) -> dict[date, str]:
    spring = lunar_new_year(year)
    return (
        {date(year, 1, 1): "New Year's Day", solar_term("清明", year): "Tomb-sweeping Day"}
        | {spring + timedelta(days=offset): "Spring Festival" for offset in range(-1, 3)}
        | {date(year, 5, day): "Labour Day" for day in (1, 2)}
        | {from_lunar(LunarDay(year, 5, 5)): "Dragon Boat Festival"}
        | {from_lunar(LunarDay(year, 8, 15)): "Mid-autumn Festival"}
        | {date(year, 10, day): "National Day" for day in (1, 2, 3)}
    )
