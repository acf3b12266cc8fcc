"""The notice in private: who has seen it, which doors to knock on, and the paper for the door."""

from __future__ import annotations

from tests.scenes import bound_building, open_meeting, press, residents, say, tap
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


async def test_calendar_and_proposals_are_had_from_the_private_notice(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    chat, alone = scene.leader.private(), neighbour.private()
    draft = await say(stage, scene.leader, chat, "/meeting 下周三晚上七点半 活动室 电动车棚")
    await press(stage, scene.leader, draft, "加方案")
    await press(stage, scene.leader, await say(stage, scene.leader, chat, "大门旁"), "完成")
    await tap(stage, scene.leader, chat, "发布通知")
    notice = alone.messages[-1]
    assert notice.labels == ["👌 知道了", "🙋 我参加", "来不了", "🗓 加进日历", "🖼 看方案"]
    await press(stage, neighbour, notice, "看方案")
    assert "大门旁" in alone.messages[-1].text
    await press(stage, neighbour, notice, "加进日历")
    assert alone.messages[-1].file_name == "3栋-20261125.ics"


async def test_what_is_for_the_leader_alone_does_not_land_in_the_group(stage: Stage) -> None:
    """Doors to knock on come in private, wherever asked for; papers for everybody come where asked for."""
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    draft = await say(stage, scene.leader, scene.group, "/meeting 下周三晚上七点半 活动室 电动车棚")
    await press(stage, scene.leader, draft, "发布通知")
    said, alone = len(scene.group.messages), len(scene.leader.private().messages)
    asked = await press(stage, scene.leader, draft, "谁还没看到")
    assert "私聊发给您" in (asked.text or "")
    assert len(scene.group.messages) == said
    (listed,) = scene.leader.private().messages[alone:]
    assert "没回音：1单元101" in listed.text
    assert "组长" in ((await press(stage, neighbour, draft, "打印通知")).text or "")
    await press(stage, scene.leader, draft, "打印通知")
    assert scene.group.messages[-1].file_name == "3栋-20261125.pdf"
    assert len(scene.group.messages) == said + 1


async def test_minutes_asked_for_in_private_come_in_private(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    await open_meeting(stage, scene)
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    said = len(scene.group.messages)
    shown = await say(stage, neighbour, neighbour.private(), "纪要")
    await press(stage, neighbour, shown, "全文 PDF")
    paper = next(one for one in reversed(neighbour.private().messages) if one.file_name)
    assert (paper.document or b"").startswith(b"%PDF")
    assert len(scene.group.messages) == said


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
