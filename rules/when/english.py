"""How days are written in English; "next Wednesday" is 下周三, the Wednesday of next week."""

from __future__ import annotations

from datetime import timedelta

from rules.when.clock import FromNow
from rules.when.days import Day, DayOfMonth, DaysOfMonth, InDays, InMonths, MonthDay, NthWeekday, Weekday
from rules.when.forms import Form, Groups, form
from rules.when.text import WORD_NUMBER, number

_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ORDINALS = ("first", "second", "third", "fourth", "fifth")

WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|"
    r"sun(?:day)?)\b\.?"
)
NTH = rf"(?:(?P<nth>first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th)|(?P<last>last)) {WEEKDAY}"
DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)\b"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WHICH_MONTH = r"(?P<which>(?:the )?(?:next|this|current) month|the month(?! after))"
_WHICH_WEEK = r"(?P<which>(?:the )?week after next|next week|this week)"
_LATER = r"(?: from now| from today| later)"


def weekday(written: str | None) -> int:
    """Read a weekday by its first three letters: Monday is 0."""
    return _DAY_NAMES.index((written or "")[:3])


def nth(groups: Groups) -> int:
    """Read an ordinal; "last" is -1."""
    said = groups.get("nth")
    if not said:
        return -1
    return int(said[0]) if said[0].isdigit() else _ORDINALS.index(said) + 1


def _month(written: str | None) -> int | None:
    return _MONTH_NAMES.index(written[:3]) + 1 if written else None


def _ahead(which: str | None) -> int | None:
    if not which:
        return None
    if "after next" in which:
        return 2
    if which == "last":
        return -1
    return 1 if which.startswith(("next", "the next")) else 0


def _weekday(groups: Groups) -> Day:
    which = groups["which"]
    return Weekday(
        (weekday(groups["weekday"]),), None if which in (None, "coming", "this coming") else _ahead(which)
    )


def _weekend(groups: Groups) -> Day:
    return Weekday((5, 6), _ahead(groups["which"]))


def _week(groups: Groups) -> Day:
    return Weekday(tuple(range(7)), _ahead(groups["which"]))


def _month_day(groups: Groups) -> Day:
    year = groups.get("year")
    return MonthDay(_month(groups["month"]) or 0, int(groups["day"] or 0), int(year) if year else None)


def _day_of_month(groups: Groups) -> Day:
    return DayOfMonth(int(groups["day"] or 0), _ahead(groups["which"]))


def _month_end(groups: Groups) -> Day:
    return DayOfMonth(-1, _ahead(groups.get("which")), _month(groups.get("month")))


def _month_start(groups: Groups) -> Day:
    return DaysOfMonth(tuple(range(1, 6)), _ahead(groups.get("which")), _month(groups.get("month")))


def _nth_weekday(groups: Groups) -> Day:
    return NthWeekday(
        nth(groups), weekday(groups["weekday"]), _ahead(groups["which"]), _month(groups["month"])
    )


def _later(groups: Groups) -> Day | FromNow | None:
    count, unit = number(groups["n"] or ""), groups["unit"] or ""
    if not count:
        return None
    if unit in ("hour", "minute", "min"):
        half = timedelta(minutes=30) if groups.get("half") else timedelta()
        return FromNow(timedelta(hours=count) + half if unit == "hour" else timedelta(minutes=count))
    if unit == "month":
        return InMonths(count)
    return InDays({"day": 1, "week": 7, "fortnight": 14}[unit] * count)


_UNIT = r"(?P<unit>day|week|fortnight|month|hour|minute|min)s?\b"

DAYS: tuple[Form, ...] = (
    form(r"today\b|to(?=night\b)", lambda _: InDays(0)),
    form(r"tomorrow\b", lambda _: InDays(1)),
    form(r"(?:the )?day after tomorrow\b", lambda _: InDays(2)),
    form(r"yesterday\b", lambda _: InDays(-1)),
    form(rf"in (?P<n>{WORD_NUMBER}) {_UNIT}(?P<half> and a half)?", _later),
    form(r"in half an hour\b", lambda _: FromNow(timedelta(minutes=30))),
    form(rf"(?P<n>{WORD_NUMBER}) {_UNIT}{_LATER}", _later),
    form(rf"(?:(?P<which>next|last|this coming|this|coming) )?{WEEKDAY}(?!')", _weekday),
    form(rf"{_WHICH_WEEK}(?:'s|,)?(?: on)? {WEEKDAY}", _weekday),
    form(rf"{WEEKDAY},?(?: of)? {_WHICH_WEEK}\b", _weekday),
    form(r"(?:the )?(?:(?P<which>next|this) )?weekend\b", _weekend, loose=True),
    form(rf"{_WHICH_WEEK}\b", _week, loose=True),
    form(
        rf"{_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<year>20[0-9]{{2}})\b)?", _month_day
    ),
    form(
        rf"(?:the )?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<year>20[0-9]{{2}})\b)?",
        _month_day,
    ),
    form(rf"(?:the )?{DAY}(?: (?:of )?{_WHICH_MONTH}\b)?", _day_of_month, loose=True),
    form(rf"{_WHICH_MONTH},?(?: on)? (?:the )?{DAY}", _day_of_month),
    form(rf"(?:the )?(?:end|last day) of (?:{_WHICH_MONTH}|{_MONTH})", _month_end),
    form(rf"(?:the )?(?:beginning|start) of (?:{_WHICH_MONTH}|{_MONTH})", _month_start),
    form(rf"(?:the )?{NTH} (?:of|in) (?:{_WHICH_MONTH}|{_MONTH})", _nth_weekday),
)
