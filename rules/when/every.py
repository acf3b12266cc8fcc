"""How people write that something recurs: 每月5号, 每季度第一个周六, the last Friday of every month."""

from __future__ import annotations

import re

from rules.when import chinese, english
from rules.when.forms import Form, Groups, form
from rules.when.readings import Every, Pattern
from rules.when.text import NUMBER, WORD_NUMBER, number

_UNITS = {"月": Every.MONTH, "季": Every.QUARTER, "month": Every.MONTH, "quarter": Every.QUARTER}
_DAY_LIST = (
    rf"(?P<days>{chinese.DAY_NUMBER}[日号](?:(?:[、,和及]|以及)\s*{chinese.DAY_NUMBER}[日号])*)(?![楼栋院门])"
)
_ONE = "[一二三四五六日天1-7]"
_MORE = rf"(?:\s*[、,和及]?\s*{chinese.WEEK}?{_ONE}(?![点时:0-9]))*"
_WEEKDAY_LIST = rf"(?P<list>{chinese.WEEK}{_ONE}{_MORE})"
_ENGLISH_LIST = (
    r"(?P<list>(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?\b"
    r"(?:(?:, | and |, and )(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?\b)*)"
)
_OTHER = rf"(?:(?P<other>other|second) |(?P<n>{WORD_NUMBER}) )?"


def _interval(groups: Groups) -> int:
    if groups.get("other"):
        return 2
    return number(groups.get("n") or "") or 1


def _month_days(groups: Groups) -> Pattern | None:
    said = [number(day) for day in re.findall(chinese.DAY_NUMBER, groups["days"] or "")]
    days = tuple(sorted({day for day in said if day and 1 <= day <= 31}))
    return Pattern(Every.MONTH, _interval(groups), days) if len(days) == len(said) else None


def _last_day(groups: Groups) -> Pattern:
    return Pattern(_UNITS[groups["unit"] or ""], _interval(groups), (-1,))


def _nth(groups: Groups) -> Pattern:
    unit = groups["unit"] or ""
    read, which = (chinese.weekday, chinese.nth) if unit in "月季" else (english.weekday, english.nth)
    return Pattern(_UNITS[unit], _interval(groups), (), (read(groups["weekday"]),), which(groups))


def _weekdays(groups: Groups) -> Pattern:
    said = re.sub(rf"{chinese.WEEK}|[、,和及\s]", "", groups["list"] or "")
    days = {chinese.weekday(day) for day in said}
    return Pattern(Every.WEEK, _interval(groups), (), tuple(sorted(days)))


def _weekday_span(groups: Groups) -> Pattern | None:
    first, last = chinese.weekday(groups["weekday"]), chinese.weekday(groups["until"])
    return Pattern(Every.WEEK, 1, (), tuple(range(first, last + 1))) if first < last else None


def _english_weekdays(groups: Groups) -> Pattern:
    days = {english.weekday(day) for day in re.findall("[a-z]{3,}", groups["list"] or "") if day != "and"}
    return Pattern(Every.WEEK, _interval(groups), (), tuple(sorted(days)))


def _english_day(groups: Groups) -> Pattern | None:
    day = int(groups["day"] or 0)
    return Pattern(Every.MONTH, _interval(groups), (day,)) if 1 <= day <= 31 else None


def _daily(groups: Groups) -> Pattern:
    return Pattern(Every.DAY, _interval(groups))


_EVERY_MONTH = rf"每(?:个|逢)?(?:(?P<n>{NUMBER})个)?(?P<unit>月)的?"
_EVERY_QUARTER = r"每(?:个|一)?(?P<unit>季)度?的?"
_EACH = r"(?:every|each) "
_OF_EACH = rf" (?:of|in) {_EACH}(?P<unit>month|quarter)\b"

PATTERNS: tuple[Form, ...] = (
    form(rf"{_EVERY_MONTH}{_DAY_LIST}", _month_days),
    form(rf"{_EVERY_MONTH}(?:月?底|月?末|最后[一1]天)", _last_day),
    form(rf"{_EVERY_QUARTER}(?:底|末|最后[一1]天)", _last_day),
    form(rf"{_EVERY_MONTH}{chinese.NTH}", _nth),
    form(rf"{_EVERY_QUARTER}{chinese.NTH}", _nth),
    form(rf"(?:每个?|每?逢){_WEEKDAY_LIST}", _weekdays),
    form(rf"每个?{chinese.WEEKDAY}(?:到|至|-){chinese.WEEK}?(?P<until>{_ONE})", _weekday_span),
    form(rf"{_EACH}weekday\b", lambda _: Pattern(Every.WEEK, 1, (), tuple(range(5)))),
    form(rf"每(?P<n>{NUMBER})个?{chinese.WEEK}的?{_WEEKDAY_LIST}", _weekdays),
    form(rf"(?P<other>隔|每隔一个?)周的?{_WEEKDAY_LIST}", _weekdays),
    form(r"每[天日]|天天|每(?=早|晚)", _daily),
    form(r"(?P<other>每?隔一?[天日])", _daily),
    form(rf"(?:on )?(?:the )?{english.DAY} (?:of|in) {_EACH}month\b", _english_day),
    form(rf"(?:every|each) {_OTHER}months?,?(?: on)? (?:the )?{english.DAY}", _english_day),
    form(rf"monthly,?(?: on)? (?:the )?{english.DAY}", _english_day),
    form(rf"(?:on )?(?:the )?last day{_OF_EACH}", _last_day),
    form(rf"(?:on )?(?:the )?{english.NTH}{_OF_EACH}", _nth),
    form(rf"{_EACH}{english.NTH} (?:of|in) (?:the|a) (?P<unit>month|quarter)\b", _nth),
    form(rf"{_EACH}(?P<unit>month|quarter),?(?: on)? (?:the )?{english.NTH}", _nth),
    form(rf"{_EACH}{_OTHER}{_ENGLISH_LIST}", _english_weekdays),
    form(rf"{_EACH}{_OTHER}weeks?,?(?: on)? {_ENGLISH_LIST}", _english_weekdays),
    form(rf"weekly,?(?: on)? {_ENGLISH_LIST}", _english_weekdays),
    form(rf"(?:{_EACH}{_OTHER}days?|daily)\b", _daily),
)
