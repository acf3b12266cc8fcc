"""The notice in private: who has seen it, which doors to knock on, and the paper for the door."""

from __future__ import annotations

from tests.scenes import bound_building, press, residents, say
from tests.stage import Stage


async def test_the_leader_sees_which_doors_to_knock_on(stage: Stage) -> None:
    scene = await bound_building(stage)
    first, second, _third = await residents(stage, scene, 3)
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/meeting 下周三晚上七点半 活动室 电动车棚")
    await press(stage, scene.leader, draft, "发布通知")
    told = first.private().messages[-1]
    assert told.text.startswith("📢 3栋楼宇会通知")
    await stage.restart()
    await press(stage, first, told, "知道了")
    again = await press(stage, first, told, "知道了")
    assert "记下您看到了" in (again.text or "")
    await press(stage, second, second.private().messages[-1], "我参加")
    notice = next(message for message in scene.group.messages if message.pinned)
    assert "已看到通知 2 户" in notice.text
    await press(stage, scene.leader, draft, "谁还没看到")
    listed = chat.messages[-1]
    assert "已看到 2 户 · 没回音 1 户 · 私信发不到 0 户 · 没登记 45 户" in listed.text
    assert "没回音：1单元201" in listed.text
    forged = await first.press_forged(notice, "kv:1")
    assert "组长" in (forged.text or ""), "the list is the leader's"
    await press(stage, scene.leader, draft, "打印通知")
    paper = chat.messages[-1]
    assert paper.file_name == "3栋-20261125.pdf"
    assert (paper.document or b"").startswith(b"%PDF")


async def test_a_change_is_to_be_seen_anew(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/meeting 下周三晚上七点半 活动室 电动车棚")
    await press(stage, scene.leader, draft, "发布通知")
    await press(stage, neighbour, neighbour.private().messages[-1], "知道了")
    await press(stage, scene.leader, draft, "改地点")
    asked = await say(stage, scene.leader, chat, "小区凉亭")
    await press(stage, scene.leader, asked, "就这样")
    assert "小区凉亭（原 活动室）" in neighbour.private().messages[-1].text
    await press(stage, scene.leader, asked, "谁还没看到")
    assert "已看到 0 户 · 没回音 1 户" in chat.messages[-1].text
