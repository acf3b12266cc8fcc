"""Reminders come before a meeting, once each, at their hour, and not when they make no sense."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sandbox.conversations import Seen
from sandbox.people import Person
from storage import people
from tests.scenes import Scene, announced_meeting, bound_building, move_in, press, residents, say
from tests.stage import SHANGHAI, Stage


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def reminders(scene: Scene) -> list[str]:
    """What the group was reminded of, in the order of the messages."""
    return [message.text for message in scene.group.messages if message.text.startswith("⏰")]


def reminded(person: Person) -> list[Seen]:
    return [message for message in person.private().messages if message.text.startswith(("⏰", "🗳"))]


async def test_a_meeting_is_reminded_of_three_days_one_day_and_one_hour_before(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene, days=5)
    await stage.pass_time(to=at(22, 19, 29))
    assert reminders(scene) == []
    await stage.pass_time(to=at(22, 19, 30))
    assert "还有3天开楼宇会" in reminders(scene)[-1]
    await stage.pass_time(to=at(24, 19, 30))
    assert "明天开楼宇会" in reminders(scene)[-1]
    await stage.pass_time(to=at(25, 18, 30) + timedelta(seconds=20))  # a clock never comes on the dot
    assert "还有60分钟就开楼宇会" in reminders(scene)[-1]
    await stage.pass_time(to=at(26, 12))
    assert len(reminders(scene)) == 3
    assert not any("晚到" in text for text in reminders(scene))


async def test_ticking_again_and_restarting_says_nothing_twice(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene, days=5)
    await stage.pass_time(to=at(22, 19, 30))
    await stage.pass_time(minutes=0)
    await stage.restart()
    await stage.pass_time(minutes=5)
    assert len(reminders(scene)) == 1


async def test_after_a_night_without_power_only_the_latest_is_said_and_says_it_is_late(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene, days=5)
    await stage.settle()
    await stage.stop()
    stage.now = at(25, 10)
    await stage.start()
    await stage.pass_time(minutes=0)
    [text] = reminders(scene)
    assert "今天开楼宇会" in text
    assert "晚到" in text


async def test_a_reminder_of_a_meeting_that_is_over_is_dropped(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene, days=5)
    await stage.settle()
    await stage.stop()
    stage.now = at(26, 10)
    await stage.start()
    await stage.pass_time(minutes=0)
    assert reminders(scene) == []


async def test_what_can_wait_is_held_through_the_night_and_judged_again(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene, days=5)
    await stage.settle()
    await stage.stop()
    stage.now = at(23, 23)
    await stage.start()
    await stage.pass_time(minutes=0)
    assert reminders(scene) == []
    await stage.pass_time(to=at(24, 8))
    [text] = reminders(scene)
    assert "明天开楼宇会" in text
    assert "晚到" in text


async def test_the_last_hour_is_not_held_back_by_quiet_hours(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene, days=5, hour=23)
    await stage.pass_time(to=at(25, 22, 30))
    assert "还有60分钟" in reminders(scene)[-1]


async def test_those_who_come_are_reminded_in_private_unless_they_want_none(stage: Stage) -> None:
    scene = await bound_building(stage)
    coming, silent, away, quiet = await residents(stage, scene, 4)
    draft = await say(
        stage, scene.leader, scene.leader.private(), "/meeting 下周三晚上七点半 活动室 电动车棚"
    )
    await press(stage, scene.leader, draft, "发布通知")
    notice = next(message for message in scene.group.messages if message.pinned)
    await press(stage, coming, notice, "我参加")
    await press(stage, away, notice, "来不了")
    await press(stage, quiet, notice, "我参加")
    async with stage.program.store.unit(stage.now) as unit:
        known = await people.by_address(unit.conn, str(quiet.id))
        assert known is not None
        await people.change(unit.conn, known.id, reminders=False)
    await stage.pass_time(to=at(24, 19, 30))
    assert "您家说了要来" in reminded(coming)[-1].text
    assert "就在明天" in reminded(coming)[-1].text
    assert not reminded(silent)
    assert not reminded(away)
    assert not reminded(quiet)


async def test_reminders_move_with_the_meeting(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene, days=5)
    control = await say(stage, scene.leader, scene.leader.private(), "改期")
    await press(stage, scene.leader, control, "改时间")
    asked = await say(stage, scene.leader, scene.leader.private(), "下周五晚上八点")
    await press(stage, scene.leader, asked, "就这样")
    await stage.pass_time(to=at(23, 12))
    assert reminders(scene) == []
    await stage.pass_time(to=at(24, 20))
    assert "还有3天开楼宇会" in reminders(scene)[-1]
    assert "11月27日（周五）20:00" in reminders(scene)[-1]
    await stage.pass_time(to=at(26, 20))
    await stage.pass_time(to=at(27, 19))
    assert len(reminders(scene)) == 3


async def test_nobody_is_reminded_of_a_meeting_called_off(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene, days=5)
    control = await say(stage, scene.leader, scene.leader.private(), "取消会议")
    await press(stage, scene.leader, control, "取消会议")
    await press(stage, scene.leader, control, "确定取消")
    await stage.pass_time(to=at(26, 12))
    assert reminders(scene) == []


@pytest.mark.parametrize("label", ["我参加", "来不了"])
async def test_a_reminder_can_be_answered(stage: Stage, label: str) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    await announced_meeting(stage, scene, days=5)
    await stage.pass_time(to=at(22, 19, 30))
    answer = await press(stage, neighbour, scene.group.messages[-1], label)
    assert "已记下：1单元101" in (answer.text or "")


async def test_an_hour_before_the_leader_gets_the_key_that_opens_the_meeting(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene, days=5)
    await stage.pass_time(to=at(24, 19, 30))
    assert reminded(scene.leader) == []
    await stage.pass_time(to=at(25, 18, 30))
    [told] = reminded(scene.leader)
    assert "还有60分钟就开了：19:30，社区活动室" in told.text
    await stage.pass_time(to=at(25, 19, 30))
    await press(stage, scene.leader, told, "▶️ 开始开会")
    assert scene.group.pinned is not None
    assert "楼宇会进行中" in scene.group.pinned.text
    assert len(reminded(scene.leader)) == 1


async def test_a_leader_who_lives_in_another_building_opens_it_in_private_too(stage: Stage) -> None:
    elsewhere = await bound_building(stage, name="5栋")
    scene = await bound_building(stage)
    await move_in(stage, elsewhere, scene.leader, "1", "101")
    await announced_meeting(stage, scene, days=5)
    await stage.pass_time(to=at(25, 18, 30))
    await stage.pass_time(to=at(25, 19, 30))
    await press(stage, scene.leader, reminded(scene.leader)[-1], "▶️ 开始开会")
    assert scene.group.pinned is not None
    assert "楼宇会进行中 · 3栋" in scene.group.pinned.text
