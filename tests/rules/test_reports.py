"""The leader's report: numbers are read from a line, and who has not reported is listed twice."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.reports import NotAReport, lists_at, read_numbers

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("走访12 诉求6 办结5", {"visits": 12, "heard": 6, "settled": 5}),
        ("走访了１２户，收到诉求 6 件，办结5件", {"visits": 12, "heard": 6, "settled": 5}),
        ("走访十二户", {"visits": 12}),
        ("办成 两 件", {"settled": 2}),
        ("12 6 5", {"visits": 12, "heard": 6, "settled": 5}),
        ("12户、6件、5件", {"visits": 12, "heard": 6, "settled": 5}),
        ("visits 12, settled 5", {"visits": 12, "settled": 5}),
    ],
)
def test_numbers_are_read_by_name_or_in_their_order(line, found):
    assert read_numbers(line) == found


@pytest.mark.parametrize("line", ["", "好多", "12", "1 2", "1 2 3 4", "走访10000户"])
def test_what_is_no_report_is_not_guessed(line):
    with pytest.raises(NotAReport):
        read_numbers(line)


@pytest.mark.parametrize(
    ("asked", "first", "second"),
    [
        ((12, 1, 9, 0), (12, 1, 17), (12, 3, 9)),
        ((12, 1, 15, 0), (12, 2, 17), (12, 4, 9)),  # asked late: the leaders keep their time
        ((11, 26, 9, 0), (11, 26, 17), (11, 30, 9)),  # two days later is a Saturday
        ((9, 29, 9, 0), (9, 29, 17), (10, 8, 9)),  # and the National Day's holiday
    ],
)
def test_the_office_is_told_on_the_day_and_two_days_later(asked, first, second):
    moments = [datetime(2026, *each[:3], *each[3:], tzinfo=SHANGHAI) for each in (asked, first, second)]
    assert lists_at(moments[0]) == (moments[1], moments[2])
