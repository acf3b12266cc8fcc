"""The agenda is changed while the meeting sits, with wrong turns and a restart midway."""

from __future__ import annotations

from storage import meetings
from tests.scenes import answer, bound_building, open_meeting, residents, tap
from tests.stage import Stage


async def test_items_are_put_off_brought_forward_and_added(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 1)
    meeting_id = await open_meeting(stage, scene, "车棚", "车位", "健身器材")
    private = scene.leader.private()
    assert "由组长来办" in (await tap(stage, living[0], scene.group, "📋 议程")).text
    assert "私聊" in (await tap(stage, scene.leader, scene.group, "📋 议程")).text
    await tap(stage, scene.leader, private, "⬆️ 3")
    await tap(stage, scene.leader, scene.group, "第一项")
    await stage.pass_time(minutes=7)
    assert "放到下次" in (await tap(stage, scene.leader, private, "↪️ 2")).text
    await tap(stage, scene.leader, private, "🆕")
    await stage.restart()
    assert "第4项" in (await answer(stage, scene.leader, private, "水管爆了 10分钟")).text
    await tap(stage, scene.leader, scene.group, "下一项")
    card = next(
        message for message in private.messages if "议程" in message.text and "1. 车棚" in message.text
    )
    assert "✅ 1. 车棚 · 用了 7 分钟" in card.text
    assert "↪️ 2. 健身器材" in card.text
    assert "▶️ 3. 车位" in card.text
    assert "4. 水管爆了（临时） · 预计 10 分钟" in card.text
    await tap(stage, scene.leader, scene.group, "下一项")
    assert "还差 3 户" in (await tap(stage, scene.leader, scene.group, "🗳 表决")).text
    async with stage.program.store.glance() as conn:
        agenda = await meetings.items_of(conn, meeting_id)
    assert [item.title for item in agenda if item.state == "deferred"] == ["健身器材"]
