"""Leaders appoint leaders and recorders; everybody sees who holds what."""

from __future__ import annotations

import pytest

from tests.scenes import bound_building, press, reply, residents, say
from tests.stage import Stage


async def test_a_leader_appoints_by_a_reply(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    said = await neighbour.say(scene.group, "我来记")
    assert "示例住户 1-101 现在是本楼的记录员" in (await reply(stage, scene.leader, said, "/recorder")).text
    last = neighbour.private().last
    assert last is not None
    assert "您现在是 3栋 的记录员" in last.text
    shown = await say(stage, neighbour, scene.group, "/leaders")
    assert "组长：示例组长 3栋" in shown.text
    assert "记录员：示例住户 1-101" in shown.text


@pytest.mark.parametrize(
    ("word", "office"),
    [("设为组长", "组长"), ("设为记录员", "记录员"), ("设为计票人", "计票人"), ("/supervisor", "监督员")],
)
async def test_plain_words_appoint_too(stage: Stage, word: str, office: str) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    said = await neighbour.say(scene.group, "我来")
    assert f"现在是本楼的{office}" in (await reply(stage, scene.leader, said, word)).text


async def test_a_neighbour_whom_the_bot_never_met_is_appointed(stage: Stage) -> None:
    scene = await bound_building(stage)
    neighbour = stage.sandbox.people.new("示例 <b>热心人</b> 😀")
    await neighbour.join(scene.group)
    said = await neighbour.say(scene.group, "我来")
    assert "示例 <b>热心人</b> 😀 现在是" in (await reply(stage, scene.leader, said, "/leader")).text


async def test_only_a_leader_appoints(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour, other] = await residents(stage, scene, 2)
    said = await other.say(scene.group, "大家好")
    assert "组长来办" in (await reply(stage, neighbour, said, "/leader")).text


async def test_an_administrator_who_does_not_lead_appoints_nobody_beside_a_leader(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    await scene.leader.promote(scene.group, neighbour)
    said = await neighbour.say(scene.group, "我来")
    assert "组长来办" in (await reply(stage, neighbour, said, "/leader")).text


async def test_an_appointment_without_a_neighbour_explains_itself(stage: Stage) -> None:
    scene = await bound_building(stage)
    assert "点“回复”" in (await say(stage, scene.leader, scene.group, "/recorder")).text
    of_the_bot = scene.group.messages[-1]
    assert "点“回复”" in (await reply(stage, scene.leader, of_the_bot, "/leader")).text


async def test_appointing_twice_is_said(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    said = await neighbour.say(scene.group, "我来")
    await reply(stage, scene.leader, said, "/recorder")
    assert "已经是记录员了" in (await reply(stage, scene.leader, said, "/recorder")).text


async def test_an_office_is_laid_down_in_private_but_not_by_the_last_leader(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    assert (await say(stage, scene.leader, scene.group, "/leaders")).labels == []
    shown = await say(stage, scene.leader, scene.leader.private(), "我的资料")
    assert "唯一的组长" in (await press(stage, scene.leader, shown, "我不再担任组长")).text
    said = await neighbour.say(scene.group, "我来")
    await reply(stage, scene.leader, said, "/leader")
    await stage.restart()
    await press(stage, scene.leader, shown, "我不再担任组长")
    await press(stage, scene.leader, shown, "继续担任")
    assert "职务：3栋组长" in shown.text
    await press(stage, scene.leader, shown, "我不再担任组长")
    assert "您真的不再担任 3栋 的组长吗" in shown.text
    assert "不再担任" not in scene.group.transcript()
    await press(stage, scene.leader, shown, "确定不再担任组长")
    assert "示例组长 3栋 不再担任本楼的组长" in scene.group.transcript()
    assert "组长：示例住户 1-101" in (await say(stage, neighbour, scene.group, "组长")).text


async def test_a_second_press_and_a_foreign_one_lay_nothing_down(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    said = await neighbour.say(scene.group, "我来")
    await reply(stage, scene.leader, said, "/leader")
    shown = await say(stage, scene.leader, scene.leader.private(), "我的资料")
    sure = f"resign:{scene.building_id}:leader:1"
    presses = [scene.leader.begin_press(shown, sure) for _ in range(2)]
    await stage.settle()
    assert "没有担任" in presses[1].answer.result()["text"]
    [other] = await residents(stage, scene, 1)
    theirs = await say(stage, other, other.private(), "我的资料")
    for forged in (sure, f"resign:{scene.building_id}:emperor:1", "resign:99:leader:1"):
        assert "没有担任" in (await other.press_forged(theirs, forged)).text


async def test_offices_of_an_unbound_group_are_refused(stage: Stage) -> None:
    leader = stage.sandbox.people.new("示例组长")
    group = stage.sandbox.people.new_group("新群", leader)
    await leader.add_bot(group, admin=True)
    await stage.settle()
    for command in ("/leaders", "/leader"):
        assert "还没有绑定楼栋" in (await say(stage, leader, group, command)).text
