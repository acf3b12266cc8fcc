"""The leader's 报到: filled in, corrected, sent to the office; who has not reported is listed."""

from __future__ import annotations

import re

from sandbox.people import Person
from storage import log
from tests.handlers.test_monthly import asked, at
from tests.handlers.test_record import sitting
from tests.scenes import Scene, bound_building, press, residents, say, tap
from tests.stage import Stage


async def an_office(stage: Stage, scene: Scene) -> Person:
    """Somebody who speaks for the community office, by the link the leader hands on."""
    chat = scene.leader.private()
    panel = await say(stage, scene.leader, chat, "/contacts")
    await press(stage, scene.leader, panel, "社区")
    told = await say(stage, scene.leader, chat, "示例社区干部")
    link = re.search(r"https://\S+start=\S+", told.text)
    assert link is not None
    office = stage.sandbox.people.new("示例社区干部")
    await office.open_link(link[0])
    await stage.settle()
    return office


async def test_the_report_is_filled_in_corrected_and_sent_to_the_community_office(stage: Stage) -> None:
    scene, _, _ = await sitting(stage)
    office = await an_office(stage, scene)
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "散会")
    await stage.pass_time(to=at(12, 1, 9))
    [question] = asked(scene.leader, "⏰ 组长")
    assert "11月3栋：开会 1 次，议题 1 个" in question.text
    await press(stage, scene.leader, question, "两分钟填完")
    assert "走访 0 户 · 收到诉求 1 件 · 办结 0 件" in question.text
    wrong = await say(stage, scene.leader, scene.leader.private(), "好多")
    assert "走访12 诉求6 办结5" in wrong.text
    form = await say(stage, scene.leader, scene.leader.private(), "走访１２户，诉求六件")
    assert "走访 12 户 · 收到诉求 6 件 · 办结 0 件" in form.text
    await stage.restart()
    await press(stage, scene.leader, form, "办结 +5")
    await press(stage, scene.leader, form, "走访 -1")
    assert "走访 11 户 · 收到诉求 6 件 · 办结 5 件" in form.text
    await press(stage, scene.leader, form, "交上去")
    assert "社区已经收到" in form.text
    came = office.private().messages[-1].text
    assert "3栋 11月报到（示例组长 3栋）\n走访 11 户，收到诉求 6 件，办结 5 件" in came
    async with stage.program.store.glance() as conn:
        events = await log.read(conn, f"building:{scene.building_id}")
    [report] = [event for event in events if event.kind == "reported"]
    assert {key: report.data[key] for key in ("month", "visits", "heard", "settled")} == {
        "month": "2026-12",
        "visits": 11,
        "heard": 6,
        "settled": 5,
    }
    listed = await say(stage, office, office.private(), "报到情况")
    assert "1 位组长，交了 1 位" in listed.text
    await stage.pass_time(to=at(12, 4, 9))
    assert asked(office, "📋 11月报到") == [listed]


async def test_a_report_is_handed_in_once(stage: Stage) -> None:
    scene = await bound_building(stage)
    await stage.pass_time(to=at(12, 1, 9))
    [question] = asked(scene.leader, "⏰ 组长")
    await press(stage, scene.leader, question, "两分钟填完")
    await press(stage, scene.leader, question, "交上去")
    assert "社区还没有联系人" in question.text
    again = await scene.leader.press_forged(question, "rs")
    assert "已经过了" in (again.text or "")
    more = await scene.leader.press_forged(question, "rf:1:202612")
    assert "已经交过了" in (more.text or "")
    future = await scene.leader.press_forged(question, "rf:1:202701")
    assert "已经过了" in (future.text or "")


async def test_who_has_not_reported_is_listed_for_the_office_and_reminded(stage: Stage) -> None:
    scene = await bound_building(stage)
    office = await an_office(stage, scene)
    await stage.pass_time(to=at(12, 1, 9))
    await stage.pass_time(to=at(12, 1, 16, 59))
    assert asked(office, "📋") == []
    await stage.pass_time(to=at(12, 1, 17))
    [first] = asked(office, "📋")
    assert "11月报到，今天还没交的：\n· 3栋 示例组长 3栋" in first.text
    await stage.restart()
    await stage.pass_time(to=at(12, 3, 9))
    [_, second] = asked(office, "📋")
    assert "到今天还没交的" in second.text
    assert "就差您了" in asked(scene.leader, "⏰ 组长")[-1].text
    await stage.pass_time(to=at(12, 20, 9))
    assert len(asked(office, "📋")) == len(asked(scene.leader, "⏰ 组长")) == 2
    stranger = await say(stage, scene.leader, scene.leader.private(), "报到情况")
    assert "只给社区联系人看" in stranger.text


async def test_the_office_is_not_told_where_that_is_switched_off(stage: Stage) -> None:
    scene = await bound_building(stage)
    office = await an_office(stage, scene)
    panel = await say(stage, scene.leader, scene.leader.private(), "每月安排")
    await press(stage, scene.leader, panel, "不报给社区")
    assert "没报到的不报给社区" in panel.text
    for day, hour in ((1, 9), (1, 17), (3, 9)):
        await stage.pass_time(to=at(12, day, hour))
    assert asked(office, "📋") == []
    assert len(asked(scene.leader, "⏰ 组长")) == 2


async def test_tomorrow_it_is_asked_for_again_once(stage: Stage) -> None:
    scene = await bound_building(stage)
    await stage.pass_time(to=at(12, 1, 9))
    [question] = asked(scene.leader, "⏰ 组长")
    answer = await press(stage, scene.leader, question, "明天提醒我")
    assert "12月2日（周三）09:00 再提醒您" in (answer.text or "")
    await press(stage, scene.leader, question, "明天提醒我")
    await stage.pass_time(to=at(12, 2, 9))
    assert len(asked(scene.leader, "⏰ 组长")) == 2
    await press(stage, scene.leader, asked(scene.leader, "⏰ 组长")[-1], "两分钟填完")
    await tap(stage, scene.leader, scene.leader.private(), "交上去")
    await stage.pass_time(to=at(12, 4, 9))
    assert len(asked(scene.leader, "⏰ 组长")) == 1


async def test_nobody_else_reports(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    told = await say(stage, neighbour, neighbour.private(), "帮助")
    forged = await neighbour.press_forged(told, "rf:1:202612")
    assert "要由组长来办" in (forged.text or "")


async def test_a_leader_out_of_reach_is_called_in_the_group(stage: Stage) -> None:
    scene = await bound_building(stage)
    await scene.leader.block()
    await stage.pass_time(to=at(12, 1, 9))
    called = scene.group.messages[-1]
    assert "和我私聊填一下" in called.text
    link = (await scene.leader.press(called, "两分钟填完")).url
    await scene.leader.unblock()
    await scene.leader.open_link(str(link))
    await stage.settle()
    assert "11月报到" in scene.leader.private().messages[-1].text


async def test_a_report_late_by_a_day_says_so_and_by_three_weeks_is_left_to_the_next_month(
    stage: Stage,
) -> None:
    scene = await bound_building(stage)
    await stage.settle()
    await stage.stop()
    stage.now = at(12, 2, 10)
    await stage.start()
    await stage.pass_time(minutes=0)
    [question] = asked(scene.leader, "⏰ 组长")
    assert "晚到" in question.text
    await stage.stop()
    stage.now = at(1, 25, 10, year=2027)
    await stage.start()
    await stage.pass_time(minutes=0)
    assert len(asked(scene.leader, "⏰ 组长")) == 1
    await stage.pass_time(to=at(2, 1, 9, year=2027))
    assert len(asked(scene.leader, "⏰ 组长")) == 2
