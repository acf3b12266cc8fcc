"""The line by which a meeting is called."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.calling import items_in, parts_of, read_call
from rules.when import Ambiguous, InThePast, Moment, NoSuchDate, Precision, Recurrence

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)


def test_the_whole_line_is_read() -> None:
    call = read_call("下周三晚上七点半 活动室 电动车棚和充电桩", NOW)
    assert isinstance(call.reading, Moment)
    assert call.reading.start == datetime(2026, 11, 25, 19, 30, tzinfo=SHANGHAI)
    assert (call.place, call.topics, call.kind) == ("活动室", ("电动车棚和充电桩",), "building")


@pytest.mark.parametrize(
    ("line", "place", "topics"),
    [
        ("下周三晚上七点半，在活动室，电动车棚，充电桩", "活动室", ("电动车棚", "充电桩")),
        ("下周三晚上七点半 电动车棚", "", ("电动车棚",)),
        ("下周三晚上七点半 活动室", "活动室", ()),
        ("下周三晚上七点半 老槐树下 电动车棚", "老槐树下", ("电动车棚",)),
        ("下周三晚上七点半 电动车棚 社区活动室", "社区活动室", ("电动车棚",)),
        ("电动车棚 活动室", "活动室", ("电动车棚",)),
        ("电动车棚", "", ("电动车棚",)),
        ("下周三晚上七点半 活动室 车棚 车棚", "活动室", ("车棚",)),
        ("下周三晚上七点半 活动室 电动车棚、停车位", "活动室", ("电动车棚、停车位",)),
        ("下周三晚上七点半 活动室 电动车棚；停车位", "活动室", ("电动车棚", "停车位")),
        ("下周三晚上七点半 活动室 电动车棚; 停车位 划线; 灯", "活动室", ("电动车棚", "停车位 划线", "灯")),
        ("下周三晚上七点半 活动室 电动车棚\n停车位\n灯", "活动室", ("电动车棚", "停车位", "灯")),
        ("下周三晚上七点半 活动室 电动车棚，停车位", "活动室", ("电动车棚", "停车位")),
        ("下周三晚上七点半，活动室，电动车棚；停车位", "活动室", ("电动车棚", "停车位")),
        ("下周三晚上七点半 老槐树下 电动车棚；停车位", "老槐树下", ("电动车棚", "停车位")),
        ("下周三晚上七点半 电动车棚；停车位；灯", "", ("电动车棚", "停车位", "灯")),
        ("电动车棚；停车位 下周三晚上七点半 活动室", "活动室", ("电动车棚", "停车位")),
        ("Wed 7:30pm, hall, bikes", "hall", ("bikes",)),
        ("", "", ()),
    ],
)
def test_what_is_missing_stays_missing(line: str, place: str, topics: tuple[str, ...]) -> None:
    call = read_call(line, NOW)
    assert (call.place, call.topics) == (place, topics)


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("电动车棚、停车位", ("电动车棚", "停车位")),
        ("电梯、 屋顶漏水、路灯", ("电梯", "屋顶漏水", "路灯")),
        ("电动车棚和充电桩", ()),
        ("修缮（电梯、屋顶）", ()),
        ("修缮（电梯、屋顶）、路灯", ("修缮（电梯、屋顶）", "路灯")),
        ("一、二单元的灯", ()),
        ("电动车棚、", ()),
        ("、", ()),
        ("", ()),
    ],
)
def test_an_item_can_be_cut_where_it_names_several_topics(title: str, parts: tuple[str, ...]) -> None:
    assert parts_of(title) == parts


def test_items_stand_in_lines_or_apart_by_a_semicolon() -> None:
    assert items_in("电动车棚；停车位; 路灯\n\n 快递柜 \n") == ["电动车棚", "停车位", "路灯", "快递柜"]
    assert items_in("电动车棚、停车位") == ["电动车棚、停车位"]
    assert items_in(" ；\n;") == []


def test_a_place_met_in_before_is_known_wherever_it_stands() -> None:
    call = read_call("下周三晚上七点半 电动车棚 大槐树", NOW, places=["大槐树"])
    assert (call.place, call.topics) == ("大槐树", ("电动车棚",))


@pytest.mark.parametrize(
    ("line", "kind"),
    [("业主大会 下周三晚上七点半 活动室 车棚", "owners"), ("邻里夜话 明晚八点", "evening")],
)
def test_a_kind_is_named_in_the_line(line: str, kind: str) -> None:
    assert read_call(line, NOW).kind == kind


@pytest.mark.parametrize(
    ("line", "reading"),
    [
        ("昨天晚上七点 活动室 车棚", InThePast),
        ("2月30号 活动室 车棚", NoSuchDate),
        ("下周三七点半 活动室 车棚", Ambiguous),
        ("每月5号晚上七点半 活动室 车棚", Recurrence),
    ],
)
def test_a_time_that_is_not_exact_is_told_apart(line: str, reading: type[object]) -> None:
    assert isinstance(read_call(line, NOW).reading, reading)


@pytest.mark.parametrize(
    ("line", "unclear", "place", "topics"),
    [
        ("过几天晚上七点 活动室 车棚", "过几天晚上七点", "活动室", ("车棚",)),
        ("开学后第一个周六上午九点，活动室，车棚；灯", "开学后第一个周六上午九点", "活动室", ("车棚", "灯")),
        ("活动室 车棚", "", "活动室", ("车棚",)),
    ],
)
def test_what_sounds_like_a_time_and_is_not_understood_is_no_item(
    line: str, unclear: str, place: str, topics: tuple[str, ...]
) -> None:
    call = read_call(line, NOW)
    assert (call.reading, call.unclear, call.place, call.topics) == (None, unclear, place, topics)


def test_a_day_alone_is_not_a_time() -> None:
    reading = read_call("下周三 活动室 车棚", NOW).reading
    assert isinstance(reading, Moment)
    assert reading.precision is Precision.DAY
