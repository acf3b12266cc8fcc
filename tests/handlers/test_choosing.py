"""Residents of two buildings: the one last used is meant, and a key changes it."""

from __future__ import annotations

from tests.handlers.test_record import sitting
from tests.scenes import announced_meeting, bound_building, move_in, press, say, tap
from tests.stage import Stage


async def test_one_of_two_buildings_is_chosen_once_and_kept(stage: Stage) -> None:
    first, living, _ = await sitting(stage)
    await say(stage, first.leader, first.group, "散会")
    await tap(stage, first.leader, first.group, "✅ 散会")
    both = living[0]
    second = await bound_building(stage, name="5栋")
    await move_in(stage, second, both, "1", "301")
    mine = both.private()
    asked = await say(stage, both, mine, "任务")
    assert "请先选一栋，再说一次“任务”" in asked.text
    assert [label.split()[-1] for label in asked.labels] == ["3栋", "5栋"]
    await press(stage, both, asked, 1)
    assert "现在说的是" in asked.text
    assert "5栋" in asked.text
    await stage.restart()
    assert "5栋" in (await say(stage, both, mine, "任务")).text
    await press(stage, both, await say(stage, both, mine, "换楼"), 0)
    assert "3栋" in (await say(stage, both, mine, "任务")).text


async def test_a_button_of_a_meeting_means_the_building_of_that_meeting(stage: Stage) -> None:
    first, living, _ = await sitting(stage)
    both = living[0]
    await say(stage, both, first.group, "签到")
    await say(stage, first.leader, first.group, "散会")
    await tap(stage, first.leader, first.group, "✅ 散会")
    mine = both.private()
    page = await say(stage, both, mine, "纪要")
    second = await bound_building(stage, name="5栋")
    await move_in(stage, second, both, "1", "301")
    await press(stage, both, await say(stage, both, mine, "换楼"), 1)
    asked = await press(stage, both, page, "我要更正")
    assert "纪要哪里不对" in mine.messages[-1].text, asked.text
    await say(stage, both, mine, "应为16个充电点")
    assert "组长会公开答复" in "".join(message.text for message in mine.messages[-3:])


async def test_who_leads_two_buildings_says_which_he_calls_a_meeting_for(stage: Stage) -> None:
    first = await bound_building(stage)
    other = stage.sandbox.people.new_group("5栋邻里群", first.leader)
    await first.leader.add_bot(other, admin=True)
    await stage.settle()
    await first.leader.press(other.messages[-1], 0)
    await stage.settle()
    for answer in ("5栋", "1", "12"):
        await first.leader.reply(other.messages[-1], answer)
        await stage.settle()
    await first.leader.press(other.messages[-1], 0)
    await stage.settle()
    mine = first.leader.private()
    asked = await say(stage, first.leader, mine, "开会")
    assert "请先选一栋" in asked.text
    forged = await first.leader.press_forged(asked, "wb:99")
    assert "没有登记住户" in forged.text
    await press(stage, first.leader, asked, 0)
    await say(stage, first.leader, mine, "开会 下周三晚上七点半 活动室 电动车棚")
    assert "发布通知" in "".join(label for message in mine.messages for label in message.labels)


async def test_who_has_one_building_is_asked_nothing(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene)
    person = stage.sandbox.people.new("示例住户 1-101")
    await move_in(stage, scene, person, "1", "101")
    assert "不用选" in (await say(stage, person, person.private(), "换楼")).text
    assert "只有" not in (await say(stage, person, person.private(), "任务")).text
