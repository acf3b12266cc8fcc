"""A time within a line that also names a place and a topic, as a leader types it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.when import Ambiguous, InThePast, Moment, NoSuchDate, Precision, find, read

NOW = datetime(2026, 11, 20, 15, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("line", "start", "pieces"),
    [
        ("下周三晚上七点半 活动室 电动车棚和充电桩", "11-25 19:30", ("活动室", "电动车棚和充电桩")),
        ("下周三晚上七点半，活动室，电动车棚和充电桩", "11-25 19:30", ("活动室", "电动车棚和充电桩")),
        ("下周三晚上七点半在活动室讨论电动车棚", "11-25 19:30", ("活动室", "电动车棚")),
        (
            "明晚七点半，3栋2单元一楼大厅，电梯、屋顶漏水",
            "11-21 19:30",
            ("3栋2单元一楼大厅", "电梯、屋顶漏水"),
        ),
        (
            "next Wednesday 7:30 pm, activity room, e-bike shed",
            "11-25 19:30",
            ("activity room", "e-bike shed"),
        ),
        ("next Wednesday at 7:30 pm in the yard", "11-25 19:30", ("the yard",)),
        ("activity room on Friday at 7pm", "11-20 19:00", ("activity room",)),
        ("活动室 下周三晚上七点半 国庆活动", "11-25 19:30", ("活动室", "国庆活动")),
        ("停车位 11月28日 上午十点", "11-28 10:00", ("停车位",)),
        ("楼顶漏水\n明天下午三点\n架空层", "11-21 15:00", ("楼顶漏水", "架空层")),
        ("【通知】明天下午三点，活动室开会，讨论车棚", "11-21 15:00", ("【通知】", "活动室", "车棚")),
        # numbers of places and things are left alone
        ("下周三 19:30 3栋2单元楼下 选16件健身器材", "11-25 19:30", ("3栋2单元楼下", "选16件健身器材")),
        ("明天下午三点16件健身器材", "11-21 15:00", ("16件健身器材",)),
        ("明天下午两点3栋楼下", "11-21 14:00", ("3栋楼下",)),
        ("下午两点3栋楼下", "11-21 14:00", ("3栋楼下",)),
        ("明天下午3点20户代表", "11-21 15:00", ("20户代表",)),
        ("明天下午三点二十户代表", "11-21 15:00", ("二十户代表",)),
        ("明天上午10点30栋楼下", "11-21 10:00", ("30栋楼下",)),
        ("明天下午三点二期车棚", "11-21 15:00", ("二期车棚",)),
        ("明天下午三点 5号楼 电梯", "11-21 15:00", ("5号楼", "电梯")),
        ("5号楼下周三晚上七点半电梯", "11-25 19:30", ("5号楼", "电梯")),
        ("上海路5号 明天下午3点", "11-21 15:00", ("上海路5号",)),
        ("二楼 12/1 晚上七点 灯", "12-01 19:00", ("二楼", "灯")),
        ("从3栋到5栋的路灯 明晚七点", "11-21 19:00", ("从3栋到5栋的路灯",)),
        ("11月28号上午十点，3-2-502门口，漏水", "11-28 10:00", ("3-2-502门口", "漏水")),
        ("24小时药柜 明天下午三点", "11-21 15:00", ("24小时药柜",)),
        ("2027年预算 周六下午三点", "11-21 15:00", ("2027年预算",)),
        ("3/4的业主同意了 周六下午三点", "11-21 15:00", ("3/4的业主同意了",)),
        ("the second floor, tomorrow 3pm, lift", "11-21 15:00", ("the second floor", "lift")),
        # words of time in a topic are not the time
        ("中秋晚会 活动室 周六下午三点", "11-21 15:00", ("中秋晚会", "活动室")),
        ("春节慰问 12月20日上午九点 活动室", "12-20 09:00", ("春节慰问", "活动室")),
        ("周末市集 12月5日上午九点 广场", "12-05 09:00", ("周末市集", "广场")),
        ("每天的垃圾清运 周五晚七点 架空层", "11-20 19:00", ("每天的垃圾清运", "架空层")),
        ("每周三晚上的广场舞 明天下午三点 活动室", "11-21 15:00", ("每周三晚上的广场舞", "活动室")),
        ("晚上十点后的噪音 明天下午三点", "11-21 15:00", ("晚上十点后的噪音",)),
        ("12月1日起停水 周五晚七点开会", "11-20 19:00", ("12月1日起停水",)),
        ("noise after 10 pm, tomorrow 3 pm", "11-21 15:00", ("noise after 10 pm",)),
        ("周三晚上7点15单元门口", "11-25 19:00", ("15单元门口",)),
        ("周三晚上七点十单元", "11-25 19:00", ("十单元",)),
        ("2号会议室晚上七点 灯", "11-20 19:00", ("2号会议室", "灯")),
        ("三栋或四栋 明晚七点", "11-21 19:00", ("三栋或四栋",)),
        ("七点半 活动室 停车", "11-20 19:30", ("活动室", "停车")),
        ("周三不行，周四晚上七点，活动室", "11-26 19:00", ("周三不行", "活动室")),
        ("3栋楼下晚上七点 灯", "11-20 19:00", ("3栋楼下", "灯")),
        ("停车位周六上午九点 广场", "11-21 09:00", ("停车位", "广场")),
        ("大约下周三晚上七点 活动室 灯", "11-25 19:00", ("大约", "活动室", "灯")),
    ],
)
def test_a_call_in_one_line_is_taken_apart(line, start, pieces):
    found = find(line, NOW)
    assert found is not None
    assert isinstance(found.reading, Moment), found
    assert f"{found.reading.start:%m-%d %H:%M}" == start
    assert found.pieces == pieces


def test_a_span_and_a_day_alone_are_found_too():
    evening = find("周三晚上七点半到九点 活动室 停车位", NOW)
    assert evening is not None
    assert isinstance(evening.reading, Moment)
    assert evening.reading.end == datetime(2026, 11, 25, 21, tzinfo=NOW.tzinfo)
    day = find("下周三 活动室 电动车棚", NOW)
    assert day is not None
    assert isinstance(day.reading, Moment)
    assert day.reading.precision is Precision.DAY
    assert day.pieces == ("活动室", "电动车棚")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   ",
        "16件健身器材",
        "3栋2单元楼下",
        "三点建议",
        "提三点意见",
        "5号楼 电梯",
        "3/4的业主同意",
        "三单元 楼顶 渗水",
        "楼下周三两次跳闸",
        "天天向上",
        "第三次会议",
        "3-2-502",
        "电梯 11.5 万元",
        "会议室 2:1 的比例",
        "国庆活动方案",
        "二十号楼三单元",
        "the second floor",
        "we may march on",
        "下周三或周四晚上七点 活动室",
        "周三、周四晚上七点 活动室",
        "周三周四晚上七点 活动室",
        "周三/周四晚上七点 活动室",
        "明后天晚上七点 活动室",
        "今明两天晚上七点 活动室",
        # a time that is half of something longer is none
        "过几天晚上七点 活动室",
        "改天晚上七点 活动室",
        "本月中旬晚上七点 活动室",
        "每月初五晚上七点 活动室",
        "每月十五晚上七点 活动室",
        "开学后第一个周六晚上七点 活动室",
        "寒假第一个周六上午九点 活动室",
        "放假前一天晚上七点 活动室",
        "除夕前一天下午三点 活动室",
        "国庆第二天上午九点 活动室",
        "大下周三晚七点 活动室",
        "下下下周三晚上七点 活动室",
        "十五号前后晚上七点 活动室",
        "明年三月晚上七点 活动室",
        "年底晚上七点 活动室",
        "立春上午十点 活动室",
        "双十一晚上八点 活动室",
        "母亲节上午九点 活动室",
        "单周周三晚上七点 活动室",
        "再过三个周三晚上七点 活动室",
        "月底前的周五晚上七点 活动室",
        "除了周三晚上七点 活动室",
        "下周三晚上七点不行 活动室",
        "三天内晚上七点 活动室",
        "隔一周的周三晚上七点 活动室",
        "工作日晚上七点 活动室",
        "the first Saturday after National Day at 7pm, hall",
        "Wednesday week at 7 pm, hall",
        "a week on Wednesday at 7pm, hall",
        "the Saturday after next at 9 am, hall",
        "Wednesday or Thursday at 7 pm",
        "车棚" * 300,
    ],
)
def test_a_line_without_a_time_has_none(line):
    assert find(line, NOW) is None


def test_a_time_that_cannot_be_is_found_with_its_refusal():
    past = find("昨天下午三点 活动室 车棚", NOW)
    assert past is not None
    assert isinstance(past.reading, InThePast)
    assert past.pieces == ("活动室", "车棚")
    nowhere = find("2月30号晚上七点 活动室 车棚", NOW)
    assert nowhere is not None
    assert nowhere.reading == NoSuchDate("2月30号晚上七点")
    either = find("下周三七点半 活动室", NOW)
    assert either is not None
    assert isinstance(either.reading, Ambiguous)
    assert either.reading.text == "下周三七点半"


def test_what_is_found_is_a_part_of_the_line_as_it_was_typed():
    line = "活动室　下周三晚上７：３０　车棚 Ａ 区"
    found = find(line, NOW)
    assert found is not None
    assert found.phrase == "下周三晚上７：３０"
    assert (found.before, found.rest) == ("活动室", "车棚 Ａ 区")


@pytest.mark.parametrize("ask", [read, find])
def test_a_now_without_a_zone_is_a_mistake_of_the_program(ask):
    with pytest.raises(ValueError, match="zone"):
        ask("明天下午三点", NOW.replace(tzinfo=None))
