"""A person corrects or takes back their own statement, visibly, until the minutes are approved."""

from __future__ import annotations

from services import minutes
from tests.scenes import answer, bound_building, open_meeting, press, residents, say, tap
from tests.stage import Stage


async def test_ones_own_words_are_corrected_or_taken_back(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 2)
    meeting_id = await open_meeting(stage, scene)
    await tap(stage, scene.leader, scene.group, "第一项")
    await say(stage, living[0], scene.group, "/say 车棚太远")
    await say(stage, living[0], scene.group, "/say 我先走了")
    private = living[0].private()
    shown = await say(stage, living[0], private, "我的发言")
    assert "1. 车棚太远" in shown.text
    await press(stage, living[0], shown, "改 1")
    await stage.restart()
    assert "改好了" in (await answer(stage, living[0], private, "车棚太近")).text
    assert "撤回了" in (await press(stage, living[0], shown, "撤回 2")).text
    assert "已经撤回" in (await press(stage, living[0], shown, "撤回 2")).text
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    async with stage.program.store.glance() as conn:
        lines = (await minutes.load(conn, meeting_id)).items[0].lines
    assert [(line.kind, line.text) for line in lines] == [("corrected", "车棚太近"), ("taken_back", "—")]
