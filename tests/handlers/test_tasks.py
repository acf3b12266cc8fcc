"""Tasks after the meeting, as conversations."""

from __future__ import annotations

from datetime import datetime

from sandbox.people import Person
from tests.handlers.test_record import recorded, sitting
from tests.sandbox.plain import png
from tests.scenes import Scene, say, tap
from tests.stage import SHANGHAI, Stage


def at(day: int, hour: int = 9, minute: int = 1) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=SHANGHAI)


async def given(stage: Stage, who: str) -> tuple[Scene, list[Person]]:
    """A task due on Friday the 4th; the meeting is over."""
    scene, living, _ = await sitting(stage)
    await say(stage, scene.leader, scene.group, f"/task {who} 出施工图 12月4日")
    await scene.leader.say(scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    return scene, living


def reminders(person: Person) -> list[str]:
    return [one.text for one in person.private().messages if "出施工图" in one.text and "按下面" in one.text]


async def test_who_does_a_task_is_reminded_in_private_and_each_reminder_comes_once(stage: Stage) -> None:
    scene, living = await given(stage, "1单元101")
    before = len(scene.group.messages)
    for moment in (at(2, 8), at(2), at(3), at(4), at(5), at(6)):
        await stage.pass_time(to=moment)
        await stage.restart()
    said = reminders(living[0])
    assert [word for text in said for word in ("2 天", "今天到期", "已过期") if word in text] == [
        "2 天",
        "今天到期",
        "已过期",
    ]
    assert len(said) == 3
    assert reminders(scene.leader) == []
    assert not any("到期" in message.text for message in scene.group.messages[before:])


async def test_the_leader_is_reminded_of_a_task_of_somebody_unknown(stage: Stage) -> None:
    scene, living = await given(stage, "物业")
    await stage.stop()
    stage.now = at(4, 10)
    await stage.start()
    await stage.pass_time(minutes=0)
    [text] = reminders(scene.leader)
    assert "今天到期" in text
    assert "晚到" in text
    assert reminders(living[0]) == []


async def test_a_task_is_done_with_a_photo_sent_back_done_again_and_confirmed(stage: Stage) -> None:
    scene, living = await given(stage, "1单元101")
    doer, private = living[0], living[0].private()
    await stage.pass_time(to=at(2))
    await tap(stage, doer, private, "办好了")
    assert "照片" in private.messages[-1].text
    await stage.restart()
    asked = await say(stage, doer, private, "拍不了")
    assert "请发一张照片" in asked.text
    assert asked.labels == ["没有照片"]
    await doer.send_photo(private, png())
    await stage.settle()
    assert any("照片收到了" in message.text for message in private.messages)
    await tap(stage, scene.leader, scene.leader.private(), "还没好")
    assert any("还没好" in message.text for message in private.messages)
    await tap(stage, doer, private, "办好了")
    await tap(stage, doer, private, "没有照片")
    assert "没有照片也行" in private.messages[-1].text
    await doer.send_photo(private, png())
    await stage.settle()
    await tap(stage, scene.leader, scene.leader.private(), "确认办好")
    assert "组长确认办好了" in "".join(message.text for message in private.messages[-2:])
    kinds = ("task_done", "task_shown", "task_reopened", "task_confirmed")
    assert [len(await recorded(stage, kind)) for kind in kinds] == [2, 1, 1, 1]
    count = len(reminders(doer))
    await stage.pass_time(to=at(5))
    assert len(reminders(doer)) == count


async def test_the_list_shows_open_tasks_and_strangers_do_nothing_with_them(stage: Stage) -> None:
    scene, living = await given(stage, "物业")
    shown = await say(stage, living[1], scene.group, "任务")
    assert "物业：出施工图（12月4日（周五）前）" in shown.text
    await tap(stage, living[1], scene.group, "1. 出施工图")
    one = scene.group.messages[-1]
    assert "由承办人、组长或记录员" in (await living[1].press(one, "✅ 办好了")).text
    await tap(stage, scene.leader, scene.group, "✅ 办好了")
    assert "等组长确认" in one.text
    assert "由组长来办" in (await living[1].press(one, "👍 确认办好")).text
    await tap(stage, scene.leader, scene.group, "👍 确认办好")
    assert "组长确认办好了" in one.text
    assert "已有变化" in (await scene.leader.press_forged(one, "tj:1:0")).text
    assert "没有找到" in (await scene.leader.press_forged(one, "tn:99")).text
    assert "都办完了" in shown.text
