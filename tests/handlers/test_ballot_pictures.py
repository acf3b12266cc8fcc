"""Pictures of proposals come along into a ballot, whatever it is counted by."""

from __future__ import annotations

import pytest

from handlers.ballots import BallotKind, NewBallot
from sandbox import Seen
from storage import meetings
from tests.sandbox.plain import png
from tests.scenes import Scene, bound_building, open_meeting, press, residents, say, tap
from tests.stage import Stage


async def pictured(stage: Stage, scene: Scene, *texts: str) -> int:
    """An open meeting with one item and these proposals, each with a picture; the meeting's id."""
    meeting_id = await open_meeting(stage, scene, "公共收益")
    photo = await scene.leader.send_photo(scene.leader.private(), png(64, 48))
    file_id = photo.state.body["photo"][-1]["file_id"]
    async with stage.program.store.unit(stage.now) as unit:
        item = (await meetings.items_of(unit.conn, meeting_id))[0]
        for text in texts:
            await meetings.add_proposal(unit.conn, item.id, text, file_id, 1, stage.now)
    await stage.settle()
    return meeting_id


async def item_draft(stage: Stage, scene: Scene, meeting_id: int) -> Seen:
    """The draft that puts the item to the vote, in private."""
    asked = await say(stage, scene.leader, scene.leader.private(), "投票")
    await scene.leader.press_forged(asked, NewBallot(meeting_id, 1).pack())
    await stage.settle()
    return scene.leader.private().messages[-1]


async def sees_pictures(stage: Stage, scene: Scene, count: int) -> str:
    """A neighbour opens the paper and asks for its pictures; the words under the first."""
    (voter,) = await residents(stage, scene, 1)
    await voter.start(payload="b_1")
    await stage.settle()
    slip = voter.private().messages[-1]
    await press(stage, voter, slip, "看图")
    found = [message for message in voter.private().messages if message.photo]
    assert len(found) == count
    return found[0].caption


@pytest.mark.parametrize("way", ["选几个", "打星", "两两比", "选几位"])
async def test_each_way_of_choosing_shows_the_pictures(stage: Stage, way: str) -> None:
    scene = await bound_building(stage)
    draft = await item_draft(stage, scene, await pictured(stage, scene, "换路灯", "修长凳", "种花"))
    await press(stage, scene.leader, draft, "换一种选法")
    await press(stage, scene.leader, scene.leader.private().messages[-1], way)
    await tap(stage, scene.leader, scene.leader.private(), "开始投票")
    assert "依次是：甲、乙、丙" in await sees_pictures(stage, scene, 3)


async def test_projects_keep_their_pictures_and_tell_what_they_cost(stage: Stage) -> None:
    scene = await bound_building(stage)
    await pictured(stage, scene, "换路灯 3200元", "修长凳 1500元")
    chat = scene.leader.private()
    kinds = await say(stage, scene.leader, chat, "/vote 公共收益怎么花")
    await press(stage, scene.leader, kinds, "分一笔钱")
    asked = await say(stage, scene.leader, chat, "5000")
    await press(stage, scene.leader, asked, "2 个方案")
    draft = chat.messages[-1]
    assert "2 个项目，一共 5,000 元" in draft.text
    assert "甲 换路灯 3,200 元" in draft.text
    await tap(stage, scene.leader, chat, "开始投票")
    assert "依次是：甲、乙" in await sees_pictures(stage, scene, 2)


async def test_what_a_motion_is_about_is_pictured(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await item_draft(stage, scene, await pictured(stage, scene, "装六个充电桩"))
    assert "公共收益：装六个充电桩" in draft.text
    await tap(stage, scene.leader, scene.leader.private(), "开始投票")
    caption = await sees_pictures(stage, scene, 1)
    assert "公共收益：装六个充电桩" in caption
    assert "依次是" not in caption


async def test_a_ballot_on_an_item_of_another_kind_of_question_opens_all_the_same(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await item_draft(stage, scene, await pictured(stage, scene, "换路灯", "修长凳"))
    await press(stage, scene.leader, draft, "这是哪一种事")
    kinds = scene.leader.private().messages[-1]
    await scene.leader.press_forged(kinds, BallotKind("motion").pack())
    await stage.settle()
    answer = await tap(stage, scene.leader, scene.leader.private(), "开始投票")
    assert "投票开始了" in answer.text
