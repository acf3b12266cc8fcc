"""The words printed on paper: one file a language, and how days, times and numbers are written in each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "words"
LANGUAGES = tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))
DEFAULT = "zh"
HANZI = "零一二三四五六七八九"

Section = Mapping[str, str]
Words = Mapping[str, Section]


@cache
def read_words(language: str) -> Words:
    """Return a language's words by section; zh-CN means zh, a language without a file means zh."""
    stem = language.replace("_", "-").split("-")[0].lower()
    file = FOLDER / f"{stem if stem in LANGUAGES else DEFAULT}.toml"
    return tomllib.loads(file.read_text("utf-8"))


def say_day(day: date, words: Words) -> str:
    """Return a day as people write it: 2026年11月25日（周三）."""
    section = words["date"]
    return section["day"].format(
        year=day.year,
        month=section["months"].split()[day.month - 1],
        day=day.day,
        weekday=section["weekdays"].split()[day.weekday()],
    )


def say_time(at: datetime, words: Words) -> str:
    """Return a day with the time of its clock: 2026年11月25日（周三） 19:30."""
    return words["date"]["time"].format(day=say_day(at, words), clock=f"{at:%H:%M}")


def say_span(start: datetime, end: datetime, words: Words) -> str:
    """Return a beginning and an end, the day once when both are on it."""
    last = f"{end:%H:%M}" if start.date() == end.date() else say_time(end, words)
    return words["date"]["until"].format(start=say_time(start, words), end=last)


def say_number(number: int, words: Words) -> str:
    """Return the number of a heading: 一、 in Chinese, 1. in English; from 100 on in figures."""
    return words["date"]["number"].format(hanzi=_say_hanzi(number), figure=number)


def _say_hanzi(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else HANZI[tens] + "十"
    return head + (HANZI[ones] if ones or not tens else "")
