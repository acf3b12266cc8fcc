"""What holds for every time that is read, whatever was written and whenever."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import local
from rules.when import (
    Ambiguous,
    Found,
    InThePast,
    Moment,
    NoSuchDate,
    NotUnderstood,
    Precision,
    Recurrence,
    find,
    read,
)
from rules.when.text import fold, number

unhurried = settings(deadline=None)  # the machine may be busy
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    SHANGHAI,
    BERLIN,
    ZoneInfo("Asia/Urumqi"),
    ZoneInfo("Australia/Lord_Howe"),
    timezone(timedelta(hours=8)),
]

CHINESE_DAYS = (
    "今天 明天 后天 大后天 三天后 两周后 周三 下周三 本周日 下下周一 礼拜天 周末 5号 31号 月底 11月28号 "
    "12月1日 2月29号 12/1 11.28 下个月5号 下个月第一个周六 腊月二十三 正月十五 初五 元旦 春节 国庆节 中秋 "
    "每月31号 每月最后一个周五 每季度第一个周六 每周二、四 隔周周三"
)
ENGLISH_DAYS = "today,tomorrow,next Wednesday,Nov 28,the last Friday of every month,in three days"
CHINESE_HOURS = (
    "七点 晚上七点半 上午9点 下午三点 中午十二点 凌晨一点 晚上十二点 19:30 07:30 7:30 晚上 上午 "
    "七点到八点半 晚上十点到凌晨一点"
)
ENGLISH_HOURS = ",7:30pm,at 2:30 am,from 7 to 8:30 pm,noon"
DAYS = [*CHINESE_DAYS.split(), *ENGLISH_DAYS.split(",")]
HOURS = [*CHINESE_HOURS.split(), *ENGLISH_HOURS.split(",")]

moments = st.builds(
    lambda day, clock, zone: local(day, clock.replace(fold=0), zone),
    st.dates(date(2015, 1, 1), date(2080, 1, 1)),
    st.times(),
    st.sampled_from(ZONES),
)


def meant(reading):
    """All the moments a reading offers."""
    if isinstance(reading, Ambiguous):
        return [moment for each in reading.readings for moment in meant(each)]
    if isinstance(reading, Recurrence):
        return [reading.first]
    return [reading] if isinstance(reading, Moment) else []


@unhurried
@given(st.sampled_from(DAYS), st.sampled_from(HOURS), st.sampled_from(["", " "]), moments)
def test_whatever_is_understood_is_ahead_and_in_the_zone_of_the_building(day, hour, space, now):
    reading = read(f"{day}{space}{hour}", now)
    for moment in meant(reading):
        assert moment.start.tzinfo is now.tzinfo
        if moment.precision is Precision.MINUTE:
            assert moment.start.astimezone(UTC) > now.astimezone(UTC)
            assert moment.end is None or moment.end.astimezone(UTC) > moment.start.astimezone(UTC)
        else:
            assert moment.start.date() >= now.date()
    if isinstance(reading, InThePast):
        assert reading.reading.start.astimezone(UTC) <= now.astimezone(UTC)
    if isinstance(reading, Ambiguous):
        assert len(set(reading.readings)) > 1


@pytest.mark.parametrize(
    ("locale", "form"),
    [
        ("zh", "yyyy年M月d日EEEE HH:mm"),
        ("zh", "yyyy年M月d日（EEE）HH:mm"),
        ("zh", "yyyy-MM-dd HH:mm"),
        ("zh", "medium"),
        ("en", "EEEE, MMMM d, yyyy, h:mm a"),
        ("en", "EEE d MMM yyyy 'at' HH:mm"),
        ("en", "MMM d, yyyy, h:mm a"),
        ("en", "medium"),
    ],
)
@unhurried
@given(moments, st.integers(1, 10 * 366))
def test_a_moment_written_out_is_read_as_itself(locale, form, now, days):
    day = now.date() + timedelta(days=days)
    moment = local(day, time(now.minute % 24, now.second), now.tzinfo)
    written = format_datetime(moment.replace(tzinfo=None), form, locale=locale)
    reading = read(written, now)
    assert isinstance(reading, Moment), (written, reading)
    assert (reading.start, reading.precision) == (moment, Precision.MINUTE)


@pytest.mark.parametrize(("locale", "form"), [("zh", "M月d日（EEE）HH:mm"), ("en", "EEE, MMM d, h:mm a")])
@unhurried
@given(moments, st.integers(1, 300))
def test_a_moment_written_without_its_year_is_read_as_the_next_such(locale, form, now, days):
    moment = local(now.date() + timedelta(days=days), time(now.minute % 24, now.second), now.tzinfo)
    reading = read(format_datetime(moment.replace(tzinfo=None), form, locale=locale), now)
    assert isinstance(reading, Moment), reading
    assert reading.start == moment


LETTERS = (
    "今明后天周星期礼拜一二三十廿初年月日号点半刻分差到至早晚上下午中凌晨每个季第最后底农历闰腊正"
    " ,，:：.-/0123456789（）amponthefrid"
)
anything = st.one_of(st.text(max_size=250), st.text(LETTERS, max_size=40))


@settings(deadline=None, max_examples=400)
@given(anything, moments)
def test_no_text_brings_the_reading_down(text, now):
    assert isinstance(
        read(text, now), Moment | Recurrence | NotUnderstood | InThePast | NoSuchDate | Ambiguous
    )
    found = find(text, now)
    assert found is None or isinstance(found, Found)


@settings(deadline=None, max_examples=300)
@given(
    st.text(LETTERS, max_size=15),
    st.sampled_from(DAYS),
    st.sampled_from(HOURS),
    st.text(LETTERS, max_size=15),
    moments,
)
def test_what_is_found_is_in_the_line_where_it_says(before, day, hour, after, now):
    line = f"{before} {day}{hour} {after}"
    found = find(line, now)
    if found is not None:
        assert found.phrase in line
        assert found.before in line
        assert found.rest in line
        for moment in meant(found.reading):
            assert moment.start.tzinfo is now.tzinfo


@given(st.text())
def test_folding_keeps_every_character_in_its_place(text):
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


def in_chinese(value):
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    head = f"{digits[hundreds]}百" if hundreds else ""
    if not rest:
        return head or "零"
    link = "零" if hundreds and not tens else ""
    ten = ("" if tens == 1 and not hundreds else digits[tens]) + "十" if tens else ""
    return head + link + ten + (digits[ones] if ones else "")


@given(st.integers(0, 999))
def test_every_chinese_numeral_is_read_as_its_number(value):
    assert number(in_chinese(value)) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(
            ("两", 2),
            ("廿三", 23),
            ("卅", 30),
            ("零五", 5),
            ("二零二七", 2027),
            ("二九一", 291),
            ("seven", 7),
        ),
        *((odd, None) for odd in ("两三", "十十", "二三十", "百", "", "x", "٣")),
    ],
)
def test_odd_numerals_are_read_or_refused(written, value):
    assert number(written) == value


def test_an_hour_the_clocks_skip_is_read_as_the_one_they_show_instead():
    reading = read("明天凌晨2:30", datetime(2026, 3, 28, 12, tzinfo=BERLIN))
    assert isinstance(reading, Moment)
    assert reading.start.isoformat() == "2026-03-29T03:30:00+02:00"


def test_an_hour_the_clocks_show_twice_is_read_as_the_first_while_it_is_ahead():
    reading = read("明天凌晨2:30", datetime(2026, 10, 24, 12, tzinfo=BERLIN))
    assert isinstance(reading, Moment)
    assert reading.start.isoformat() == "2026-10-25T02:30:00+02:00"


def test_hours_from_now_are_counted_as_they_pass():
    reading = read("三小时后", datetime(2026, 3, 29, 1, tzinfo=BERLIN))
    assert isinstance(reading, Moment)
    assert reading.start.isoformat() == "2026-03-29T05:00:00+02:00"


def test_today_is_that_of_the_building_and_not_of_the_server():
    late = datetime(2026, 11, 20, 17, tzinfo=UTC)  # the 21st, one in the morning, in Shanghai
    reading = read("明天上午九点", late.astimezone(SHANGHAI))
    assert isinstance(reading, Moment)
    assert reading.start == datetime(2026, 11, 22, 9, tzinfo=SHANGHAI)
