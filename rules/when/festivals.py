"""The days residents name instead of dating them: festivals of both calendars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from rules.calendar import LunarDay, from_lunar, lunar_new_year, solar_term

FestivalDays = Callable[[int], tuple[date, ...]]


def _solar(month: int, day: int) -> FestivalDays:
    return lambda year: (date(year, month, day),)


def _lunar(month: int, *days: int) -> FestivalDays:
    """Find the days in the lunar year that begins in that year; of the 12th month in the one that ends."""
    shift = -1 if month == 12 else 0
    return lambda year: tuple(from_lunar(LunarDay(year + shift, month, day)) for day in days)


def _term(name: str) -> FestivalDays:
    return lambda year: (solar_term(name, year),)


def _eve(year: int) -> tuple[date, ...]:
    return (lunar_new_year(year) - timedelta(days=1),)


_FESTIVALS: dict[str, FestivalDays] = {
    "元旦节?|new year's day|new year": _solar(1, 1),
    "(?:三八)?妇女节|三八节": _solar(3, 8),
    "植树节": _solar(3, 12),
    "清明节?|qingming(?: festival)?|tomb[- ]sweeping day": _term("清明"),
    "五一(?:劳动)?节?|劳动节|labou?r day|may day": _solar(5, 1),
    "五四(?:青年)?节?|青年节": _solar(5, 4),
    "六一(?:儿童)?节?|儿童节|children's day": _solar(6, 1),
    "七一(?:建党)?节?|建党节": _solar(7, 1),
    "八一(?:建军)?节?|建军节": _solar(8, 1),
    "教师节|teachers' day": _solar(9, 10),
    "国庆节?|十一国庆节?|national day": _solar(10, 1),
    "平安夜|christmas eve": _solar(12, 24),
    "圣诞节?|christmas(?: day)?": _solar(12, 25),
    "冬至|winter solstice": _term("冬至"),
    "除夕|大年三十|年三十|大年夜|chinese new year's eve|lunar new year's eve": _eve,
    "春节|spring festival|chinese new year|lunar new year": _lunar(1, 1),
    "元宵节?|lantern festival": _lunar(1, 15),
    "端午节?|dragon boat festival": _lunar(5, 5),
    "七夕节?": _lunar(7, 7),
    "中元节": _lunar(7, 15),
    "中秋节?|mid[- ]autumn(?: festival| day)?": _lunar(8, 15),
    "重阳节?|double ninth(?: festival)?": _lunar(9, 9),
    "腊八节?": _lunar(12, 8),
    "小年": _lunar(12, 23, 24),  # the 23rd in the north, the 24th in the south: asked, not guessed
}

NAMES = tuple(_FESTIVALS)


def days(name: str, year: int) -> tuple[date, ...]:
    """Give the day, or the days it may be, of a festival (one of NAMES) in that year."""
    return _FESTIVALS[name](year)
