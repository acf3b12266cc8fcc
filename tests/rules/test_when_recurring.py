"""What recurs: how it is written, when it first comes, and every time after."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.when import (
    Ambiguous,
    Every,
    NotUnderstood,
    Part,
    Pattern,
    Precision,
    Recurrence,
    find,
    next_after,
    read,
)

unhurried = settings(deadline=None)  # the machine may be busy
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 20, 15, tzinfo=SHANGHAI)
DAY, WEEK, MONTH, QUARTER = Every.DAY, Every.WEEK, Every.MONTH, Every.QUARTER


@pytest.mark.parametrize(
    ("text", "pattern", "at", "first"),
    [
        ("每月5号晚上七点半", Pattern(MONTH, days=(5,)), time(19, 30), "2026-12-05"),
        ("每个月5日19:30", Pattern(MONTH, days=(5,)), time(19, 30), "2026-12-05"),
        ("每月的25号晚上七点", Pattern(MONTH, days=(25,)), time(19), "2026-11-25"),
        ("每月20号下午三点", Pattern(MONTH, days=(20,)), time(15), "2026-12-20"),
        ("每月20号下午四点", Pattern(MONTH, days=(20,)), time(16), "2026-11-20"),
        ("每月31号上午九点", Pattern(MONTH, days=(31,)), time(9), "2026-11-30"),
        ("每月1号、15号晚上七点", Pattern(MONTH, days=(1, 15)), time(19), "2026-12-01"),
        ("每月15日和30日上午九点", Pattern(MONTH, days=(15, 30)), time(9), "2026-11-30"),
        ("每月最后一天下午三点", Pattern(MONTH, days=(-1,)), time(15), "2026-11-30"),
        ("每月底下午三点", Pattern(MONTH, days=(-1,)), time(15), "2026-11-30"),
        ("每月最后一个周五", Pattern(MONTH, weekdays=(4,), nth=-1), None, "2026-11-27"),
        ("每月第一个周六上午9点", Pattern(MONTH, weekdays=(5,), nth=1), time(9), "2026-12-05"),
        ("每个月的第三个星期五晚上七点", Pattern(MONTH, weekdays=(4,), nth=3), time(19), "2026-11-20"),
        ("每季度第一个周六", Pattern(QUARTER, weekdays=(5,), nth=1), None, "2027-01-02"),
        ("每季度最后一个周五下午三点", Pattern(QUARTER, weekdays=(4,), nth=-1), time(15), "2026-12-25"),
        ("每季度最后一天上午九点", Pattern(QUARTER, days=(-1,)), time(9), "2026-12-31"),
        ("每两个月5号晚上七点", Pattern(MONTH, 2, days=(5,)), time(19), "2026-12-05"),
        ("每周三晚上七点", Pattern(WEEK, weekdays=(2,)), time(19), "2026-11-25"),
        ("每个星期天下午三点", Pattern(WEEK, weekdays=(6,)), time(15), "2026-11-22"),
        ("每逢周六上午9点", Pattern(WEEK, weekdays=(5,)), time(9), "2026-11-21"),
        ("每周五下午四点", Pattern(WEEK, weekdays=(4,)), time(16), "2026-11-20"),
        ("每周一、三、五晚上8点", Pattern(WEEK, weekdays=(0, 2, 4)), time(20), "2026-11-20"),
        ("每周二和周四晚上八点", Pattern(WEEK, weekdays=(1, 3)), time(20), "2026-11-24"),
        ("每周一到周五晚上八点", Pattern(WEEK, weekdays=(0, 1, 2, 3, 4)), time(20), "2026-11-20"),
        ("隔周周三下午三点", Pattern(WEEK, 2, weekdays=(2,)), time(15), "2026-11-25"),
        ("每两周的周三下午三点", Pattern(WEEK, 2, weekdays=(2,)), time(15), "2026-11-25"),
        ("每天晚上八点", Pattern(DAY), time(20), "2026-11-20"),
        ("每晚八点", Pattern(DAY), time(20), "2026-11-20"),
        ("每日上午九点", Pattern(DAY), time(9), "2026-11-21"),
        ("隔天晚上八点", Pattern(DAY, 2), time(20), "2026-11-20"),
        ("每天晚上十二点", Pattern(DAY), time(0), "2026-11-21"),
        ("the 5th of every month at 7:30 pm", Pattern(MONTH, days=(5,)), time(19, 30), "2026-12-05"),
        ("every month on the 5th at 7:30 pm", Pattern(MONTH, days=(5,)), time(19, 30), "2026-12-05"),
        ("monthly on the 31st at 9 am", Pattern(MONTH, days=(31,)), time(9), "2026-11-30"),
        ("the last day of every month at 5 pm", Pattern(MONTH, days=(-1,)), time(17), "2026-11-30"),
        ("the last Friday of every month", Pattern(MONTH, weekdays=(4,), nth=-1), None, "2026-11-27"),
        (
            "every first Saturday of the month, 9am",
            Pattern(MONTH, weekdays=(5,), nth=1),
            time(9),
            "2026-12-05",
        ),
        ("the first Saturday of every quarter", Pattern(QUARTER, weekdays=(5,), nth=1), None, "2027-01-02"),
        (
            "every quarter on the 1st Sat at 9am",
            Pattern(QUARTER, weekdays=(5,), nth=1),
            time(9),
            "2027-01-02",
        ),
        ("every Wednesday at 7 pm", Pattern(WEEK, weekdays=(2,)), time(19), "2026-11-25"),
        ("every Tuesday and Thursday at 8pm", Pattern(WEEK, weekdays=(1, 3)), time(20), "2026-11-24"),
        ("every weekday at 8 pm", Pattern(WEEK, weekdays=(0, 1, 2, 3, 4)), time(20), "2026-11-20"),
        ("weekly on Wednesday at 7 pm", Pattern(WEEK, weekdays=(2,)), time(19), "2026-11-25"),
        ("every other Wednesday at 7 pm", Pattern(WEEK, 2, weekdays=(2,)), time(19), "2026-11-25"),
        ("every two weeks on Wednesday at 7pm", Pattern(WEEK, 2, weekdays=(2,)), time(19), "2026-11-25"),
        ("every day at 8pm", Pattern(DAY), time(20), "2026-11-20"),
        ("daily at 8 pm", Pattern(DAY), time(20), "2026-11-20"),
    ],
)
def test_what_recurs_is_read_with_its_first_day(text, pattern, at, first):
    reading = read(text, FRIDAY)
    assert isinstance(reading, Recurrence), reading
    assert (reading.pattern, reading.at) == (pattern, at)
    assert f"{reading.first.start:%Y-%m-%d}" == first
    assert reading.first.start.time() == (at or time(0))


def test_a_recurrence_without_an_hour_leaves_it_to_be_asked():
    reading = read("每月5号", FRIDAY)
    assert isinstance(reading, Recurrence)
    assert (reading.at, reading.part, reading.first.precision) == (None, None, Precision.DAY)
    evening = read("每周六晚上", FRIDAY)
    assert isinstance(evening, Recurrence)
    assert (evening.at, evening.part, evening.first.precision) == (None, Part.EVENING, Precision.PART)


def test_a_recurrence_can_have_an_end():
    reading = read("每周六上午9点到11点", FRIDAY)
    assert isinstance(reading, Recurrence)
    assert (reading.at, reading.until) == (time(9), time(11))
    assert reading.first.end == datetime(2026, 11, 21, 11, tzinfo=SHANGHAI)


def test_one_over_midnight_ends_on_the_next_day():
    reading = read("每周六晚上十点到凌晨一点", FRIDAY)
    assert isinstance(reading, Recurrence)
    assert reading.first.end == datetime(2026, 11, 22, 1, tzinfo=SHANGHAI)


def test_an_hour_of_two_meanings_is_asked_for_what_recurs_too():
    reading = read("每周三七点", FRIDAY)
    assert isinstance(reading, Ambiguous)
    assert [each.at for each in reading.readings if isinstance(each, Recurrence)] == [time(7), time(19)]


@pytest.mark.parametrize(
    "text", ["每月", "每周", "每季度", "每月32号", "每周五到周三", "每周三晚上十二点", "每年"]
)
def test_what_recurs_on_no_known_day_is_not_understood(text):
    assert read(text, FRIDAY) == NotUnderstood(text)


def test_a_recurrence_is_found_in_a_line():
    found = find("每月5号晚上七点半 活动室 例会", FRIDAY)
    assert found is not None
    assert isinstance(found.reading, Recurrence)
    assert found.pieces == ("活动室", "例会")


def following(text, count, now=FRIDAY):
    reading = read(text, now)
    assert isinstance(reading, Recurrence)
    moments = [reading.first]
    while len(moments) < count:
        moments.append(next_after(reading, moments[-1].start))
    return [f"{moment.start:%m-%d}" for moment in moments]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("每月31号上午九点", ["11-30", "12-31", "01-31", "02-28", "03-31"]),
        ("每月最后一个周五晚上七点", ["11-27", "12-25", "01-29", "02-26", "03-26"]),
        ("每月第五个周六上午九点", ["01-30", "05-29", "07-31", "10-30", "01-29"]),
        ("每季度第一个周六上午九点", ["01-02", "04-03", "07-03", "10-02", "01-01"]),
        ("每季度最后一天上午九点", ["12-31", "03-31", "06-30", "09-30", "12-31"]),
        ("每月1号、15号晚上七点", ["12-01", "12-15", "01-01", "01-15", "02-01"]),
        ("隔周周三下午三点", ["11-25", "12-09", "12-23", "01-06", "01-20"]),
        ("每两个月5号晚上七点", ["12-05", "02-05", "04-05", "06-05", "08-05"]),
        ("隔天晚上八点", ["11-20", "11-22", "11-24", "11-26", "11-28"]),
        ("每周一、五晚上八点", ["11-20", "11-23", "11-27", "11-30", "12-04"]),
    ],
)
def test_what_recurs_comes_again_in_its_own_step(text, days):
    assert following(text, 5) == days


def test_the_next_time_is_never_before_the_first():
    reading = read("每月5号晚上七点", FRIDAY)
    assert isinstance(reading, Recurrence)
    assert next_after(reading, FRIDAY - timedelta(days=400)) == reading.first


def test_what_recurs_keeps_its_hour_when_the_clocks_change():
    reading = read("every Sunday at 7 pm", datetime(2026, 10, 20, 9, tzinfo=BERLIN))
    assert isinstance(reading, Recurrence)
    then = next_after(reading, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert then.start.isoformat() == "2026-10-25T19:00:00+01:00"


@unhurried
@given(
    st.sampled_from(
        [
            "每月31号上午九点",
            "每月最后一个周五晚上七点",
            "每季度第一个周六",
            "每周二、四晚上八点",
            "隔周周三",
            "每天07:30",
        ]
    ),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(SHANGHAI)),  # noqa: DTZ001
)
def test_every_recurrence_goes_on_and_never_back(text, now):
    reading = read(text, now)
    assert isinstance(reading, Recurrence)
    moments = [reading.first]
    for _ in range(6):
        moments.append(next_after(reading, moments[-1].start))
    assert moments[0].start > now or moments[0].start.date() >= now.date()
    assert all(earlier.start < later.start for earlier, later in pairwise(moments))
    if reading.pattern.days == (31,):
        assert all((moment.start.date() + timedelta(days=1)).day == 1 for moment in moments)


def test_the_first_day_of_an_interval_is_the_next_one():
    reading = read("隔周周五下午四点", FRIDAY)
    assert isinstance(reading, Recurrence)
    assert reading.first.start.date() == date(2026, 11, 20)
