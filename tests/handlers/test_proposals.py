"""Proposals until the vote: what is said of them, amended, merged with consent, withdrawn; then the vote."""

from __future__ import annotations

from typing import Any

from sandbox.conversations import Seen
from sandbox.people import Person
from services import minutes
from storage import log, meetings
from tests.scenes import Scene, answer, bound_building, open_meeting, press, residents, say, tap
from tests.stage import Stage

STRANGE = ("ovs:1:concern", "ovj:1", "ovl:1:0", "ops:1", "opl:1", "opm:1", "opa:1", "opw:1", "opg:1:2")
FORGED = ("ovs:99:question", "ovs:1:shout", "ovb:99", "ova:1", "opy:1:1", "opg:1:1", "opg:1:99", "opl:99")


async def discussed(stage: Stage) -> tuple[Scene, list[Person], int]:
    """A meeting whose first item has two proposals by two residents."""
    scene = await bound_building(stage)
    living = await residents(stage, scene, 4)
    meeting_id = await open_meeting(stage, scene)
    await tap(stage, scene.leader, scene.group, "第一项")
    await say(stage, living[0], scene.group, "/propose 建在大门旁")
    await say(stage, living[1], scene.group, "/propose 建在楼后空地")
    return scene, living, meeting_id


def card(scene: Scene, name: str) -> Seen:
    """The newest card of a proposal in the group."""
    cards = (one for one in reversed(scene.group.messages) if "提议人：" in one.text)
    return next(one for one in cards if f"方案 {name}" in one.text.split("\n")[0])


async def happened(stage: Stage, meeting_id: int, kind: str) -> list[dict[str, Any]]:
    async with stage.program.store.glance() as conn:
        events = await log.read(conn, f"meeting:{meeting_id}")
    return [dict(event.data) for event in events if event.kind == kind]


async def test_the_discussion_is_seen_before_the_vote(stage: Stage) -> None:
    scene, living, meeting_id = await discussed(stage)
    asker, other = living[2], living[3]
    assert "私聊" in (await press(stage, asker, card(scene, "甲"), "❓")).text
    await answer(stage, asker, asker.private(), "谁出电费？")
    await press(stage, other, card(scene, "甲"), "⚠️")
    await stage.restart()
    await answer(stage, other, other.private(), "离楼道太近，怕起火")
    await press(stage, other, card(scene, "甲"), "👍")
    await tap(stage, other, other.private(), "就是支持")
    await tap(stage, living[0], living[0].private(), "💬 回答")
    await answer(stage, living[0], living[0].private(), "物业出")
    await stage.settle()
    shown = card(scene, "甲").text
    assert "👍 支持 1　⚠️ 顾虑 1　❓ 疑问 1" in shown
    assert "❓ 谁出电费？　—示例住户 1-201\n　↳ 提议人答：物业出" in shown
    assert "⚠️ 离楼道太近，怕起火" in shown
    assert "谁出电费" in asker.private().messages[-1].text
    item = next(one for one in scene.group.messages if "已记发言" in one.text)
    assert "甲 建在大门旁　👍1　⚠️1　❓1" in item.text
    await press(stage, other, card(scene, "甲"), "👍")
    assert "已经支持过" in (await tap(stage, other, other.private(), "就是支持")).text
    await press(stage, other, card(scene, "甲"), "全部意见")
    everything = other.private().messages[-1]
    assert "大家说了 3 条" in everything.text
    assert "不是您说的" in (await other.press_forged(everything, "ovb:1")).text
    await press(stage, other, everything, "收回“离楼道")
    await stage.settle()
    assert "⚠️ 顾虑 0" in card(scene, "甲").text
    assert [one["voice"] for one in await happened(stage, meeting_id, "concern_raised")] == [
        "question",
        "concern",
        "support",
    ]
    assert len(await happened(stage, meeting_id, "concern_taken_back")) == 1


async def test_a_stranger_says_and_changes_nothing(stage: Stage) -> None:
    scene, living, meeting_id = await discussed(stage)
    stranger = stage.sandbox.people.new("示例访客")
    await stranger.join(scene.group)
    await stranger.start()
    await stage.settle()
    shown = card(scene, "甲")
    for code in STRANGE:
        await stranger.press_forged(shown, code)
    await stage.settle()
    for code in FORGED:
        await living[2].press_forged(shown, code)
    await stage.settle()
    assert "提议人来改" in (await press(stage, living[2], shown, "改、撤、合并")).text
    for kind in ("concern_raised", "proposal_amended", "proposal_withdrawn", "merge_asked"):
        assert await happened(stage, meeting_id, kind) == []
    assert all("方案" not in message.text for message in stranger.private().messages)


async def test_a_proposer_amends_and_withdraws_in_the_open(stage: Stage) -> None:
    scene, living, meeting_id = await discussed(stage)
    private = living[0].private()
    await press(stage, living[0], card(scene, "甲"), "改、撤、合并")
    await tap(stage, living[0], private, "✏️ 修改")
    assert "没有改动" in (await answer(stage, living[0], private, "建在大门旁")).text
    await tap(stage, living[0], private, "✏️ 修改")
    await stage.restart()
    await answer(stage, living[0], private, "建在大门旁，加雨棚")
    said = next(one for one in reversed(scene.group.messages) if "改了" in one.text)
    assert "原来：建在大门旁\n现在：建在大门旁，加雨棚" in said.text
    assert (await happened(stage, meeting_id, "proposal_amended"))[0]["before"] == "建在大门旁"
    await tap(stage, living[0], private, "↩️ 撤回")
    assert "方案 甲 撤回了" in scene.group.messages[-1].text
    assert "已经撤回或合并" in (await living[0].press_forged(said, "opa:1")).text
    await say(stage, living[0], scene.group, "/propose 建在河边")
    assert card(scene, "丙").text
    await tap(stage, scene.leader, scene.group, "🗳 表决")
    draft = scene.group.messages[-1]
    assert "乙 建在楼后空地\n丙 建在河边" in draft.text


async def test_the_chair_takes_off_a_proposal_with_a_reason(stage: Stage) -> None:
    scene, living, meeting_id = await discussed(stage)
    await press(stage, scene.leader, card(scene, "乙"), "改、撤、合并")
    await tap(stage, scene.leader, scene.leader.private(), "↩️ 撤回")
    await answer(stage, scene.leader, scene.leader.private(), "占了消防通道")
    assert "理由：占了消防通道" in scene.group.messages[-1].text
    assert "理由：占了消防通道" in living[1].private().messages[-1].text
    (event,) = await happened(stage, meeting_id, "proposal_withdrawn")
    assert (event["own"], event["reason"]) == (False, "占了消防通道")


async def merging(stage: Stage, scene: Scene, text: str) -> None:
    await press(stage, scene.leader, card(scene, "甲"), "改、撤、合并")
    await tap(stage, scene.leader, scene.leader.private(), "和别的方案合并")
    await tap(stage, scene.leader, scene.leader.private(), "🧩 乙")
    await answer(stage, scene.leader, scene.leader.private(), text)


async def test_proposals_merge_once_all_who_made_them_consent(stage: Stage) -> None:
    scene, living, meeting_id = await discussed(stage)
    await merging(stage, scene, "先建大门旁，再建楼后")
    assert "还在等" in (await _text_after(stage, living[0], "同意合并"))
    asked = next(one for one in reversed(living[1].private().messages) if "合成一个" in one.text)
    assert "提议人" in (await living[2].press_forged(card(scene, "甲"), "opy:1:1")).text
    await stage.restart()
    async with stage.program.store.glance() as conn:
        assert len(await meetings.proposals_of(conn, [1])) == 2
    await press(stage, living[1], asked, "同意合并")
    await stage.settle()
    assert "先建大门旁，再建楼后" in card(scene, "丙").text
    assert "已经结束" in (await living[1].press_forged(card(scene, "丙"), "opy:1:0")).text
    await say(stage, living[2], scene.group, "/propose 都不建")
    await tap(stage, scene.leader, scene.group, "🗳 表决")
    draft = scene.group.messages[-1]
    assert "丙 先建大门旁，再建楼后\n丁 都不建" in draft.text
    await press(stage, living[2], card(scene, "丁"), "改、撤、合并")
    await tap(stage, living[2], living[2].private(), "✏️ 修改")
    await answer(stage, living[2], living[2].private(), "先不建")
    assert "草稿旧了" in (await press(stage, scene.leader, draft, "开始投票")).text
    await tap(stage, scene.leader, scene.group, "🗳 表决")
    await tap(stage, scene.leader, scene.group, "开始投票")
    assert scene.group.pinned is not None
    assert "丁 先不建" in scene.group.pinned.text
    for code in ("ovj:3", "opa:4", "opw:4", "opg:3:4"):
        refused = await scene.leader.press_forged(card(scene, "丙"), code)
        assert "付诸表决" in refused.text or "登记" in refused.text or "提议人" in refused.text
    assert "付诸表决" in (await say(stage, living[0], scene.group, "/propose 再来一个")).text
    (event,) = await happened(stage, meeting_id, "proposals_merged")
    assert (event["numbers"], event["number"]) == ([1, 2], 3)


async def _text_after(stage: Stage, person: Person, label: str) -> str:
    await stage.settle()
    asked = next(one for one in reversed(person.private().messages) if "合成一个" in one.text)
    await press(stage, person, asked, label)
    return asked.text


async def test_one_refusal_leaves_both_proposals(stage: Stage) -> None:
    scene, living, meeting_id = await discussed(stage)
    await merging(stage, scene, "合成的方案")
    await _text_after(stage, living[1], "不同意")
    assert "都保留" in scene.leader.private().messages[-1].text
    assert "已经结束" in (await living[0].press_forged(card(scene, "甲"), "opy:1:1")).text
    async with stage.program.store.glance() as conn:
        assert [one.text for one in await meetings.proposals_of(conn, [1])] == ["建在大门旁", "建在楼后空地"]
    assert await happened(stage, meeting_id, "proposals_merged") == []


async def test_a_merger_is_over_once_a_proposal_changes(stage: Stage) -> None:
    scene, living, _ = await discussed(stage)
    await merging(stage, scene, "合成的方案")
    await press(stage, living[0], card(scene, "甲"), "改、撤、合并")
    await tap(stage, living[0], living[0].private(), "↩️ 撤回")
    asked = next(one for one in reversed(living[1].private().messages) if "合成一个" in one.text)
    assert "已经结束" in (await press(stage, living[1], asked, "同意合并")).text


async def test_the_minutes_tell_how_proposals_came_about(stage: Stage) -> None:
    scene, living, meeting_id = await discussed(stage)
    await press(stage, living[2], card(scene, "甲"), "⚠️")
    await answer(stage, living[2], living[2].private(), "太近")
    await merging(stage, scene, "先甲后乙")
    for one in living[:2]:
        await _text_after(stage, one, "同意合并")
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    async with stage.program.store.glance() as conn:
        lines = (await minutes.load(conn, meeting_id)).items[0].lines
    assert [(line.kind, line.text) for line in lines] == [
        ("proposal", "甲 建在大门旁"),
        ("proposal", "乙 建在楼后空地"),
        ("voice_concern", "甲 太近"),
        ("proposals_merged", "甲 + 乙 → 丙 先甲后乙"),
    ]
