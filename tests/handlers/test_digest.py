"""The monthly digest: what the group is told of a month, once, and what it is never told."""

from __future__ import annotations

from sandbox.conversations import Seen
from storage import log
from tests.handlers.test_monthly import at
from tests.handlers.test_record import sitting
from tests.scenes import Scene, bound_building, open_ballot, press, residents, say, tap
from tests.stage import Stage


def digests(scene: Scene) -> list[Seen]:
    return [message for message in scene.group.messages if message.caption.startswith("📊")]


async def test_the_group_gets_one_digest_of_the_month_with_a_picture(stage: Stage) -> None:
    scene, [neighbour, *_], _ = await sitting(stage)
    await say(stage, neighbour, scene.group, "签到")
    await say(stage, scene.leader, scene.group, "/task 物业 修好楼道灯")
    await say(stage, scene.leader, scene.group, "/task 1单元101 量尺寸 11月27日")
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "散会")
    await say(stage, scene.leader, scene.group, "任务")
    await tap(stage, scene.leader, scene.group, "修好楼道灯")
    await tap(stage, scene.leader, scene.group, "办好了")
    await tap(stage, scene.leader, scene.leader.private(), "确认")
    await stage.pass_time(to=at(12, 1, 8, 59))
    assert digests(scene) == []
    await stage.pass_time(to=at(12, 1, 9))
    await stage.restart()
    await stage.pass_time(to=at(12, 2, 9))
    [digest] = digests(scene)
    assert digest.photo is not None
    assert "3栋 11月月报" in digest.caption
    assert "开会 1 次：11月25日（周三）到会 1/48 户" in digest.caption
    assert "办成 1 件：修好楼道灯" in digest.caption
    assert "还在办 1 件，1 件已过期" in digest.caption
    async with stage.program.store.glance() as conn:
        [event] = await log.of_kind(conn, [f"building:{scene.building_id}"], "digest")
    assert (event.data["month"], event.data["settled"], event.data["open"]) == ("2026-11", 1, 1)


async def test_of_an_open_ballot_no_figure_is_told(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    await stage.pass_time(to=at(12, 1, 8, 30))
    card = await open_ballot(stage, scene)
    await press(stage, neighbour, card, "甲")
    await stage.pass_time(to=at(12, 1, 9))
    [digest] = digests(scene)
    assert "没有开会" in digest.caption
    assert "1 个表决正在进行" in digest.caption
    assert not any(word in digest.caption for word in ("停车位", "1/48"))


async def test_a_month_without_anything_is_passed_over_and_a_late_digest_says_so(stage: Stage) -> None:
    scene = await bound_building(stage)
    await stage.pass_time(to=at(12, 1, 9))
    assert digests(scene) == []
    await open_ballot(stage, scene)
    await stage.pass_time(to=at(12, 20, 9))
    await stage.stop()
    stage.now = at(1, 4, 23, year=2027)  # New Year's holiday puts it off to Monday the 4th
    await stage.start()
    await stage.pass_time(minutes=0)
    assert digests(scene) == []
    await stage.pass_time(to=at(1, 5, 8, year=2027))
    [digest] = digests(scene)
    assert "12月月报" in digest.caption
    assert "晚到" in digest.caption


async def test_the_digest_is_switched_off_and_moved_to_another_day(stage: Stage) -> None:
    scene = await bound_building(stage)
    panel = await say(stage, scene.leader, scene.leader.private(), "每月安排")
    await press(stage, scene.leader, panel, "📊 月报")
    await press(stage, scene.leader, panel, "不要")
    assert "月报：不发" in panel.text
    await open_ballot(stage, scene)
    await stage.pass_time(to=at(12, 1, 9))
    assert digests(scene) == []
    await press(stage, scene.leader, panel, "📊 月报")
    await press(stage, scene.leader, panel, "8")
    assert "月报：每月8号 09:00 发到群里，下次 12月8日（周二）" in panel.text
