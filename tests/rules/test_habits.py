"""What a building sets: rules of days, in words and in few letters, and the hours of quiet."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from rules.calendar import QuietHours
from rules.habits import (
    NotARecurrence,
    NotQuietHours,
    Standing,
    TooManyStanding,
    decode,
    read_agenda,
    read_quiet,
)
from rules.meetings import NothingWritten

SHANGHAI = ZoneInfo("Asia/Shanghai")


FORGED = "d1 m1 w1 w1d3 m0d1 m13d1 m1d32 m1d0 m1w7n1 m1w1,2n1 m1w1n6 m1w1n0 q1w6 w1w1n1 m1d5x x1d5 m1d-2"


@pytest.mark.parametrize("code", ["", "m1d1,,2", *FORGED.split()])
def test_a_forged_rule_is_refused(code):
    with pytest.raises(NotARecurrence):
        decode(code)


def following(code, after, since=date(2026, 11, 1), count=4):
    rule, found = Standing(decode(code), time(19, 30), since), []
    moment = datetime(*after, tzinfo=SHANGHAI)
    for _ in range(count):
        moment = rule.following(moment, SHANGHAI)
        assert rule.falls_on(moment.date())
        found.append((moment.month, moment.day))
    return found


@pytest.mark.parametrize(
    ("code", "days"),
    [
        ("m1d31", [(11, 30), (12, 31), (1, 31), (2, 28)]),
        ("m1w4n-1", [(11, 27), (12, 25), (1, 29), (2, 26)]),
        ("m1w0n5", [(11, 30), (3, 29), (5, 31), (8, 30)]),  # months with a fifth Monday
        ("q1w5n1", [(1, 2), (4, 3), (7, 3), (10, 2)]),
        ("w2w2", [(11, 25), (12, 9), (12, 23), (1, 6)]),  # counted from the week of Sunday, November 1st
    ],
)
def test_a_rule_gives_one_day_after_the_other(code, days):
    assert following(code, (2026, 11, 20, 9), since=date(2026, 11, 1)) == days


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("22:00-8:00", time(22), time(8)),
        ("22点到7点半", time(22), time(7, 30)),
        ("21 to 7", time(21), time(7)),
        ("23：30～6：45", time(23, 30), time(6, 45)),
        ("0:00-0:00", time(0), time(0)),
        ("22-24", time(22), time(0)),
    ],
)
def test_quiet_hours_are_read(text, start, end):
    assert read_quiet(text) == QuietHours(start, end)


@pytest.mark.parametrize("text", ["", "晚上", "22", "22:70-8:00"])
def test_what_is_no_pair_of_times_is_refused(text):
    with pytest.raises(NotQuietHours):
        read_quiet(text)


def test_an_agenda_is_one_title_a_line_each_once_and_a_few_at_most():
    assert read_agenda(" 财务公布 \n\n安全检查\n财务公布") == ("财务公布", "安全检查")
    with pytest.raises(TooManyStanding):
        read_agenda("\n".join("一二三四五六"))
    with pytest.raises(NothingWritten):
        read_agenda(" \n ")
