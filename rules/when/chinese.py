"""How Chinese residents write days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from rules.when import festivals
from rules.when.clock import FromNow
from rules.when.days import (
    AfterFestival,
    Day,
    DayOfMonth,
    DaysOfMonth,
    Either,
    Festival,
    InDays,
    InMonths,
    Lunar,
    MonthDay,
    NthWeekday,
    Weekday,
)
from rules.when.forms import Form, Groups, form
from rules.when.text import COUNTED, NUMBER, NUMERAL, number

WEEK = "(?:周|星期|礼拜)"
WEEKDAY = f"{WEEK}(?P<weekday>[一二三四五六日天1-7])"
AFTER = "(?:之|以)?后"
WHICH_MONTH = "下下个?月|下个?月|这个?月|本月|当月|上个?月"
_NTH = "(?:第(?P<nth>[一二三四五1-5])个?|头一?个|(?P<last>最后)一?个?)"
NTH = f"{_NTH}{WEEKDAY}"
DAY_NUMBER = f"(?:[0-9]{{1,2}}|[{NUMERAL}]{{1,3}})"
_NUMBERED = "楼|栋|院|门|单元|车|地块|线|桌|文件?|令|房|室|店|路|桩|机"
_BEFORE_OR_AFTER = "内|游|前|后|以前|以后|之前|之后"
SUFFIX = rf"(?:日|号)(?!\s*(?:{_NUMBERED}|{_BEFORE_OR_AFTER}))"
_YEAR_NUMBER = "20[0-9]{2}|[0-9]{2}|二[零一二三四五六七八九]{3}"
_YEAR = rf"(?:(?P<year>{_YEAR_NUMBER})年|(?P<years>今年|本年|明年|后年|去年))的?\s*"
_NAMED_YEARS = {"今年": 0, "本年": 0, "明年": 1, "后年": 2, "去年": -1}
_WEEKDAYS = {"日": 6, "天": 6, "7": 6}
_NOT_THE_DAY = r"(?!\s*(?:节?前|节?后|期间|假|长假|晚会|联欢|联谊|活动|慰问|方案|礼|快乐|路|村|社区|小区))"


def weekday(written: str | None) -> int:
    """Read the last character of 周三: Monday is 0."""
    written = written or ""
    return _WEEKDAYS[written] if written in _WEEKDAYS else (number(written) or 1) - 1


def nth(groups: Groups) -> int:
    """Read 第二个, 头一个 or 最后一个, which is -1."""
    return -1 if groups.get("last") else number(groups["nth"] or "") or 1


def ahead(prefix: str | None) -> int | None:
    """Count the 下 (or the 上) before a week or month; 本 and 这 are zero, nothing is None."""
    if not prefix:
        return None
    return prefix.count("下") - prefix.count("上")


def _weekday(groups: Groups) -> Day:
    return Weekday((weekday(groups["weekday"]),), ahead(groups["which"]))


def _weekend(groups: Groups) -> Day:
    return Weekday((5, 6), ahead(groups["which"]))


def _week(groups: Groups) -> Day:
    return Weekday(tuple(range(7)), ahead(groups["which"]))


def _weeks_later(groups: Groups) -> Day | None:
    weeks = number(groups["n"] or "")
    return None if weeks is None else Weekday((weekday(groups["weekday"]),), weeks)


def _year(groups: Groups) -> tuple[int | None, int | None]:
    said, named = groups.get("year"), groups.get("years")
    year = number(said) if said else None
    return (year + 2000 if year is not None and year < 100 else year), _NAMED_YEARS.get(named or "")


def _month(groups: Groups) -> int | None:
    return 1 if groups["month"] == "元" else number(groups["month"] or "")


def _month_day(groups: Groups) -> Day | None:
    month, day = _month(groups), number(groups["day"] or "")
    if month is None or day is None:
        return None
    return MonthDay(month, day, *_year(groups))


def _bare_chinese(groups: Groups) -> Day | None:
    common = _month_day(groups)
    day, month = number(groups["day"] or ""), _month(groups)
    if common is None or day is None or month is None or not (1 <= month <= 12 and 1 <= day <= 30):
        return None
    return common if groups["year"] or groups["years"] else Either(common, Lunar(day, month))


def _day_of_month(groups: Groups) -> Day | None:
    day = number(groups["day"] or "")
    return None if day is None else DayOfMonth(day, ahead(groups["which"]))


def _month_end(groups: Groups) -> Day | None:
    if groups["which"]:
        return DayOfMonth(-1, ahead(groups["which"]))
    month = groups["month"]
    return DayOfMonth(-1, None, number(month)) if month else DayOfMonth(-1)


def _nth_weekday(groups: Groups) -> Day:
    month = groups["month"]
    return NthWeekday(
        nth(groups), weekday(groups["weekday"]), ahead(groups["which"]), number(month) if month else None
    )


def _nth_weekend(groups: Groups) -> Day:
    month = groups["month"]
    return NthWeekday(nth(groups), 5, ahead(groups["which"]), number(month) if month else None, weekend=True)


def _about(days: range) -> Callable[[Groups], Day]:
    """What 月初 or 月中 can mean: some days of a month, of which one is chosen."""

    def say(groups: Groups) -> Day:
        month = groups["month"]
        return DaysOfMonth(tuple(days), ahead(groups["which"]), number(month) if month else None)

    return say


def _after(name: str) -> Callable[[Groups], Day]:
    def say(groups: Groups) -> Day:
        weekdays = (weekday(groups["weekday"]),) if groups["weekday"] else (5, 6)
        return AfterFestival(name, weekdays)

    return say


def _lunar(groups: Groups) -> Day | None:
    months = {"正": 1, "冬": 11, "腊": 12, "大年": 1}
    name = groups["month"] or ""
    month = months.get(name) or number(name)
    day = number((groups["day"] or "").removeprefix("初"))
    if month is None or day is None or not (1 <= month <= 12 and 1 <= day <= 30):
        return None
    return Lunar(day, month, bool(groups.get("leap")))


def _lunar_day(groups: Groups) -> Day | None:
    day = number(groups["day"] or "")
    return Lunar(day) if day and day <= 10 else None


def _later(groups: Groups) -> Day | None:
    count, unit = number(groups["n"] or ""), groups["unit"] or ""
    if count is None:
        return None
    if "月" in unit:
        return InMonths(count)
    return InDays(count if unit in "天日" else 7 * count)


def _soon(groups: Groups) -> FromNow | None:
    count = number(groups["n"] or "")
    if count is None:
        return None
    half = timedelta(minutes=30) if groups.get("half") else timedelta()
    unit = timedelta(minutes=1) if "分" in (groups["unit"] or "") else timedelta(hours=1)
    return FromNow(count * unit + half) if count else None


def _festival(name: str) -> Form:
    return form(
        rf"(?:{_YEAR})?(?:{name})(?:当天|那天|这天|当日|当晚)?{_NOT_THE_DAY}",
        lambda groups: Festival(name, *_year(groups)),
        loose=True,
    )


def _after_festival(name: str) -> Form:
    """国庆后第一个周六: what follows the day, or its days off."""
    return form(
        rf"(?:{name})(?:假期|长假)?(?:过|之|以)?后的?(?:第一个?|头一?个)(?:{WEEKDAY}|(?P<weekend>周末))",
        _after(name),
    )


def _named_day(name: str, days: int) -> Form:
    return form(name, lambda _: InDays(days))


_WHICH_WEEK = "(?P<which>下下个?|下个?|这个?|本|上个?)"
_MONTH = f"(?P<month>元|1[0-2]|0?[0-9]|[{NUMERAL}]{{1,3}}|1[3-9]|[2-9][0-9])"
_DATE = rf"(?:{_YEAR})?{_MONTH}月份?的?\s*(?P<day>"
_SOME_MONTH = rf"(?:(?P<which>下下个?|下个?|这个?|本)|{_MONTH})?"
_MEASURE = rf"(?![0-9{NUMERAL}]|{COUNTED})"

DAYS: tuple[Form, ...] = (
    _named_day("今[天日]|今儿个?|今(?=早|晚|夜|上午|下午)", 0),
    _named_day("明[天日]|明儿个?|明(?=早|晚|上午|下午)", 1),
    _named_day("后[天日]|后儿个?|后(?=晚)", 2),
    _named_day("大后[天日]", 3),
    _named_day("昨[天日]|昨(?=晚)", -1),
    _named_day("前[天日](?!后)|前儿个?", -2),
    _named_day("大前[天日]|大前儿个?", -3),
    form(rf"(?:再?过)?(?P<n>{NUMBER})(?P<unit>天|日){AFTER}的?", _later),
    form(rf"(?P<n>{NUMBER})个?(?P<unit>{WEEK}|月){AFTER}的?", _later),
    form(rf"半个?月{AFTER}的?", lambda _: InDays(15)),
    form(rf"(?P<n>{NUMBER})个?{WEEK}{AFTER}的?{WEEKDAY}", _weeks_later),
    form(rf"(?P<n>{NUMBER})个?(?P<half>半)?(?P<unit>小时|钟头|分钟){AFTER}", _soon),
    form(rf"半个?(?:小时|钟头){AFTER}", lambda _: FromNow(timedelta(minutes=30))),
    form(rf"[一1]刻钟{AFTER}", lambda _: FromNow(timedelta(minutes=15))),
    form(rf"(?:{_WHICH_WEEK}\s*)?{WEEKDAY}(?!常)", _weekday),
    form(rf"(?:{_WHICH_WEEK}\s*)?周末", _weekend, loose=True),
    form(rf"{_WHICH_WEEK}{WEEK}(?![一二三四五六日天末])", _week, loose=True),
    form(rf"{_DATE}{DAY_NUMBER}){SUFFIX}", _month_day),
    form(rf"{_DATE}[0-9]{{1,2}}){_MEASURE}", _month_day),
    form(rf"{_DATE}[{NUMERAL}]{{1,3}}){_MEASURE}", _bare_chinese),
    form(r"(?P<year>20[0-9]{2})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})(?![0-9])t?", _month_day),
    form(
        r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})(?:/(?P<year>20[0-9]{2}))?(?![0-9/%.])",
        _month_day,
        loose=True,
    ),
    form(
        r"(?P<month>1[0-2]|0?[1-9])\.(?P<day>[0-3]?[0-9])(?:日|号)?(?=$|[\s,(上中下早晚凌傍周星礼])",
        _month_day,
        loose=True,
    ),
    form(rf"(?P<which>{WHICH_MONTH})的?\s*(?P<day>{DAY_NUMBER}){SUFFIX}", _day_of_month),
    form(rf"(?P<which>)(?P<day>{DAY_NUMBER}){SUFFIX}", _day_of_month, loose=True),
    form(rf"{_SOME_MONTH}月(?:底|末|的?最后一天)", _month_end),
    form(rf"(?:(?P<which>{WHICH_MONTH})|{_MONTH}月份?)?的?{NTH}", _nth_weekday),
    form(rf"(?:(?P<which>{WHICH_MONTH})|{_MONTH}月份?)?的?{_NTH}周末", _nth_weekend),
    form(rf"{_SOME_MONTH}月初(?![0-9{NUMERAL}])", _about(range(1, 6))),
    form(rf"{_SOME_MONTH}月中(?![旬秋间午])", _about(range(13, 18))),
    form(
        rf"(?:农历|阴历|旧历)(?P<leap>闰)?(?P<month>[正冬腊]|[{NUMERAL}]{{1,2}})月(?P<day>初?[{NUMERAL}]{{1,3}})[日号]?",
        _lunar,
    ),
    form(
        rf"(?P<leap>闰)(?P<month>[正冬腊]|[{NUMERAL}]{{1,2}})月(?P<day>初?[{NUMERAL}]{{1,3}})[日号]?", _lunar
    ),
    form(rf"(?P<month>[正冬腊])月(?P<day>初?[{NUMERAL}]{{1,3}}|[0-9]{{1,2}})[日号]?", _lunar),
    form(rf"(?P<month>[{NUMERAL}]{{1,2}})月(?P<day>初[{NUMERAL}]|[廿卅][{NUMERAL}]?)[日号]?", _lunar),
    form(rf"(?P<month>大年)(?P<day>初[{NUMERAL}])", _lunar),
    form(rf"初(?P<day>[{NUMERAL}])(?![中级步稿期审选次0-9{NUMERAL}])", _lunar_day, loose=True),
    *(_festival(name) for name in festivals.NAMES),
    *(_after_festival(name) for name in festivals.NAMES),
)
