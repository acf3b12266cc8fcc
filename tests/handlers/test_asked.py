"""The wizard: for each kind of question it says how it is decided, and holds to the law there is."""

from __future__ import annotations

import json

import pytest

from handlers.ballot_draft import SetWay
from handlers.ballots import BallotKind
from handlers.thresholds import SetThreshold
from rules.proof import Misfit, export_digest, verify
from sandbox import Seen
from services.export import export_building
from storage import ballots
from tests.handlers.test_owners import owned
from tests.scenes import Scene, bound_building, press, residents, say, tap
from tests.stage import Stage


async def kinds_shown(stage: Stage, scene: Scene, question: str) -> Seen:
    return await say(stage, scene.leader, scene.leader.private(), f"/vote {question}")


def draft_of(scene: Scene) -> Seen:
    last = scene.leader.private().last
    assert last is not None
    return last


async def test_changing_the_rules_is_a_matter_of_the_owners_and_stays_one(stage: Stage) -> None:
    scene = await bound_building(stage, units=1, households=3)
    neighbours = await residents(stage, scene, 3)
    await owned(stage, scene, *neighbours)
    kinds = await kinds_shown(stage, scene, "楼道不许停电动车")
    assert "选一个方案：每户选一个，票多的胜出。" in kinds.text
    assert "改楼规、管理规约：业主来定" in kinds.text
    await stage.restart()
    await press(stage, scene.leader, kinds, "还有几种")
    assert "筹钱、改建、改公共用途：业主来定：面积、人数都要三分之二参加、四分之三赞成" in kinds.text
    await scene.leader.press_forged(kinds, BallotKind("rules").pack())
    await stage.settle()
    draft = draft_of(scene)
    assert "门槛：业主一般事项，面积和人数都有三分之二以上参加，参加的都过半赞成" in draft.text
    assert "民法典第278条第一、二项" in draft.text
    refused = await press(stage, scene.leader, draft, "一户一票")
    assert "法律规定由业主共同来定" in refused.text
    for forged in (SetThreshold(1, "simple"), SetWay(1, "consent")):
        assert "只能更高，不能更低" in (await scene.leader.press_forged(draft, forged.pack())).text
    await press(stage, scene.leader, draft, "换通过的门槛")
    offered = draft_of(scene)
    assert offered.labels[:2] == ["业主一般事项", "业主重大事项"]
    assert "过半数" not in offered.labels
    await press(stage, scene.leader, offered, "业主重大事项")
    await tap(stage, scene.leader, scene.leader.private(), "开始投票")
    async with stage.program.store.glance() as conn:
        ballot = await ballots.get(conn, 1)
        data = dict((await export_building(conn, scene.building_id, stage.now)).data)
    assert (ballot.asked, ballot.basis, ballot.threshold.name if ballot.threshold else "") == (
        "rules",
        "owner",
        "278_major",
    )
    verify(json.dumps(data).encode(), ())
    assert data["ballots"][0]["asked"] == "rules"
    data["ballots"][0]["asked"] = None
    data["digest"] = export_digest(data)
    with pytest.raises(Misfit):
        verify(json.dumps(data).encode(), ())


async def test_where_no_areas_are_known_another_kind_may_be_chosen(stage: Stage) -> None:
    scene = await bound_building(stage)
    kinds = await kinds_shown(stage, scene, "楼道不许停电动车")
    assert "还不能请业主投票" in (await press(stage, scene.leader, kinds, "改楼规")).text
    await press(stage, scene.leader, kinds, "赞成还是反对")
    assert "赞成比反对多就通过" in draft_of(scene).text
    assert "法律定了" not in draft_of(scene).text


async def test_a_matter_of_the_village_goes_by_the_village_rule(stage: Stage) -> None:
    scene = await bound_building(stage)
    await residents(stage, scene, 2)
    kinds = await kinds_shown(stage, scene, "修机耕道")
    await press(stage, scene.leader, kinds, "还有几种")
    await press(stage, scene.leader, kinds, "村民会议")
    assert "门槛：村民会议，十八岁以上村民过半数到会" in draft_of(scene).text
    assert "村民委员会组织法第22条" in draft_of(scene).text
    assert "2026年起的请社区核对" in draft_of(scene).text
    await press(stage, scene.leader, draft_of(scene), "一户一票")
    assert "门槛：村民会议（户代表），三分之二以上的户派代表到会" in draft_of(scene).text
    refused = await press(stage, scene.leader, draft_of(scene), "业主双过半")
    assert "法律规定由村民会议来定" in refused.text


async def test_a_village_committee_is_elected_by_a_threshold_for_each(stage: Stage) -> None:
    scene = await bound_building(stage)
    await residents(stage, scene, 2)
    chat = scene.leader.private()
    kinds = await kinds_shown(stage, scene, "选村委")
    await press(stage, scene.leader, kinds, "还有几种")
    await press(stage, scene.leader, kinds, "村民选村委")
    assert "参选的人" in kinds.text
    await stage.restart()
    assert "选出几个" in (await say(stage, scene.leader, chat, "示例甲\n示例乙\n示例丙")).text
    assert "1 到 2 之间" in (await say(stage, scene.leader, chat, "3")).text
    draft = await say(stage, scene.leader, chat, "2")
    assert "门槛：村民选举，登记的村民过半数投票" in draft.text
    assert "选出 2 位。每一个都要达到门槛才当选" in draft.text
    refused = await scene.leader.press_forged(draft, SetWay(1, "stv").pack())
    assert "只能更高，不能更低" in refused.text


async def test_a_button_of_the_kinds_pressed_too_late_does_nothing(stage: Stage) -> None:
    scene = await bound_building(stage)
    kinds = await kinds_shown(stage, scene, "楼道不许停电动车")
    await press(stage, scene.leader, kinds, "先不弄了")
    late = await scene.leader.press_forged(kinds, BallotKind("motion").pack())
    await stage.settle()
    assert "这一步已经过了" in late.text
    async with stage.program.store.glance() as conn:
        assert await ballots.find(conn, 1) is None
