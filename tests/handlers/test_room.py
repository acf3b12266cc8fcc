"""The room: codes, who leaves, a meeting of days, and what follows when too few came."""

from __future__ import annotations

from datetime import timedelta

from rules import room
from sandbox.conversations import Seen
from storage import meetings
from tests.scenes import Scene, bound_building, open_meeting, press, residents, say, tap
from tests.stage import Stage


async def code_of(stage: Stage, meeting_id: int) -> str:
    async with stage.program.store.glance() as conn:
        return room.code_at(await meetings.get(conn, meeting_id), stage.now)


def newest(messages: list[Seen], words: str) -> Seen:
    return next(message for message in reversed(messages) if words in message.text)


async def test_on_site_one_checks_in_with_the_code_in_the_room(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 4)
    meeting_id = await open_meeting(stage, scene)
    shown = newest(scene.leader.private().messages, "签到码")
    first = await code_of(stage, meeting_id)
    assert " ".join(first) in shown.text
    await press(stage, scene.leader, shown, "🏠 只认现场码")
    assert "只认现场的签到码" in (await tap(stage, living[0], scene.group, "签到")).text
    wrong = f"{(int(first) + 1) % 10_000:04}"
    for _ in range(room.MOST_WRONG_CODES):
        assert "不对" in (await say(stage, living[0], living[0].private(), f"签到 {wrong}")).text
    assert "太多" in (await say(stage, living[0], living[0].private(), f"签到 {first}")).text
    assert "已签到" in (await say(stage, living[1], living[1].private(), f"签到 {first}")).text
    await stage.pass_time(minutes=10)
    await stage.restart()
    second = await code_of(stage, meeting_id)
    assert " ".join(second) in shown.text
    assert "已签到" in (await say(stage, living[2], living[2].private(), f"签到码 {first}")).text
    await stage.pass_time(minutes=10)
    assert "不对" in (await say(stage, living[3], scene.group, f"/code {first}")).text


async def test_who_leaves_is_counted_no_more_until_they_are_back(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 3)
    await open_meeting(stage, scene)
    card = newest(scene.group.messages, "👥")
    assert "还没有签到" in (await tap(stage, living[0], scene.group, "先走一步")).text
    for neighbour in living:
        await tap(stage, neighbour, scene.group, "签到")
    await stage.pass_time(minutes=20)
    await tap(stage, living[0], scene.group, "先走一步")
    assert "还差 1 户" in card.text
    await tap(stage, living[0], scene.group, "签到")
    assert "已达到" in card.text
    assert "1单元201 先走了" in (await say(stage, scene.leader, scene.group, "/left 1-201")).text
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    assert "流会" not in scene.group.messages[-1].text


async def test_too_few_twice_goes_one_level_up(stage: Stage) -> None:
    scene = await bound_building(stage)
    await open_meeting(stage, scene, "屋顶漏水")
    await _close(stage, scene)
    offer = newest(scene.group.messages, "再开？")
    [neighbour] = await residents(stage, scene, 1)
    assert "组长" in (await press(stage, neighbour, offer, 0)).text
    await stage.restart()
    await press(stage, scene.leader, offer, "就这天再开")
    assert "通知已发到群里" in offer.text
    again = await scene.leader.press_forged(offer, "rsa:1")
    assert "已经" in again.text, "it is called again once"
    assert "屋顶漏水" in newest(scene.group.messages, "楼宇会通知").text
    assert "看到了请按" in newest(neighbour.private().messages, "3栋楼宇会通知").text
    await stage.pass_time(days=7)
    await say(stage, scene.leader, scene.group, "/open")
    await _close(stage, scene)
    last = newest(scene.group.messages, "上交一级")
    assert "连续 2 次流会" in last.text
    assert last.labels == []


async def _close(stage: Stage, scene: Scene) -> None:
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")


async def test_a_meeting_of_days_closes_by_itself(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 3)
    meeting_id = await open_meeting(stage, scene)
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await tap(stage, scene.leader, scene.group, "还没开完")
    async with stage.program.store.unit(stage.now) as work:
        again = await meetings.add(
            work.conn,
            building_id=scene.building_id,
            kind="building",
            state="announced",
            convener_id=1,
            place="群里",
            planned_at=stage.now,
            planned_end=stage.now + timedelta(days=7),
        )
        await meetings.change(work.conn, meeting_id, state="cancelled")
    await say(stage, scene.leader, scene.group, "/open")
    await stage.pass_time(days=2)
    assert "迟到" not in (await tap(stage, living[0], scene.group, "签到")).text
    await stage.pass_time(days=4)
    assert "还有一天" in newest(scene.group.messages, "⏳").text
    await stage.restart()
    await stage.pass_time(days=1, minutes=1)
    assert newest(scene.group.messages, "自动结束")
    async with stage.program.store.glance() as conn:
        assert (await meetings.get(conn, again.id)).state == "closed"
