"""A calendar of its own for the simulated years: plain dates written down by hand, and no code of the bot's.

2026 is as the State Council announced it, with the lunar new year on February 17th; 2028 is not announced yet
and has the days that the law names, a lunar new year on January 26th, and a February 29th.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8))  # one clock for the whole country, and no summer time since 1991
WEEK = timedelta(days=7)
DAY = timedelta(days=1)

Quiet = tuple[int, int]  # from and to, in minutes of the day, over midnight


def days(year: int, *spans: str) -> set[date]:
    """Days of a year: 1.1-1.3 is the first to the third of January."""
    found = set()
    for span in spans:
        first, _, last = span.partition("-")
        begin, end = (date(year, *map(int, each.split("."))) for each in (first, last or first))
        found |= {begin + DAY * step for step in range((end - begin).days + 1)}
    return found


OFF = {
    2025: days(2025),
    2026: days(2026, "1.1-1.3", "2.15-2.23", "4.4-4.6", "5.1-5.5", "6.19-6.21", "9.25-9.27", "10.1-10.7"),
    2027: days(2027, "1.1"),
    2028: days(2028, "1.1", "1.25-1.28", "4.4", "5.1-5.2", "5.28", "10.1-10.3"),
    2029: days(2029, "1.1"),
}
WORKED = days(2026, "1.4", "2.14", "2.28", "5.9", "9.20", "10.10")  # weekends worked in exchange


def working(day: date) -> date:
    """The day itself, or the next that is worked."""
    while not (day in WORKED or (day.weekday() < 5 and day not in OFF[day.year])):
        day += DAY
    return day


def clamped(year: int, month: int, day: int) -> date:
    """A day of a month, or its last."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def at(day: date, minute: int) -> datetime:
    """A minute of a day on the clocks of China."""
    return datetime.combine(day, time(minute // 60, minute % 60), CHINA)


def awake(day: date, minute: int, quiet: Quiet) -> datetime:
    """The moment itself, or the end of the quiet hours it lies in."""
    start, end = quiet
    return at(day + DAY, end) if minute >= start else at(day, max(minute, end))


def around(year: int) -> list[tuple[int, int]]:
    """The months of a year, with one before it and one after."""
    return [(year - 1, 12), *((year, month) for month in range(1, 13)), (year + 1, 1)]


def monthly(year: int, day: int, quiet: Quiet) -> dict[tuple[int, int], datetime]:
    """A day of each month at nine, put off by quiet hours and by days of rest."""
    found = {}
    for month in around(year):
        moment = awake(clamped(*month, day), 9 * 60, quiet)
        found[month] = at(working(moment.date()), moment.hour * 60 + moment.minute)
    return found


def lists(asked: datetime, quiet: Quiet) -> tuple[datetime, datetime]:
    """Who has not reported: at five on that day, and at nine two days later or on the working day after."""
    second = working(asked.date() + 2 * DAY)
    return awake(asked.date(), 17 * 60, quiet), awake(second, 9 * 60, quiet)


def last_friday(year: int, month: int) -> date:
    """The last Friday of a month."""
    day = clamped(year, month, 31)
    return day - DAY * ((day.weekday() - 4) % 7)


def first_saturday(year: int, month: int) -> date:
    """The first Saturday of a month."""
    day = date(year, month, 1)
    return day + DAY * ((5 - day.weekday()) % 7)


def every_other_wednesday(begun: date) -> list[date]:
    """The next Wednesday and every second one after it, for more than a year."""
    first = begun + DAY * ((2 - begun.weekday()) % 7)
    return [first + 2 * WEEK * step for step in range(30)]


def quarterly(year: int, day_in: Callable[[int, int], date]) -> list[date]:
    """A day of the first month of each quarter."""
    return [day_in(*each) for each in around(year) if each[1] in {1, 4, 7, 10}]


def a_week_before(held: Iterable[date], minute: int, quiet: Quiet) -> list[datetime]:
    """When the leaders are asked about meetings that begin at a minute of the day."""
    return [awake(day - WEEK, minute, quiet) for day in held]
