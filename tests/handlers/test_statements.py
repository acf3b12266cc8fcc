"""A person corrects or takes back their own statement, visibly, until the minutes are approved."""

from __future__ import annotations

from sandbox.people import Person
from services import minutes, statements
from tests.sandbox.plain import png
from tests.scenes import Scene, answer, bound_building, open_meeting, press, reply, residents, say, tap
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


async def test_a_photo_with_words_is_on_record_until_taken_back(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 2)
    meeting_id = await open_meeting(stage, scene)
    await tap(stage, scene.leader, scene.group, "第一项")
    card = next(one for one in reversed(scene.group.messages) if "已记发言" in one.text)
    for caption in ("", "墙角漏水", "/say 灯也坏了"):
        await living[0].send_photo(scene.group, png(), caption, reply_to=card)
        await stage.settle()
        assert ("写在说明里" if not caption else "已记入纪要") in scene.group.messages[-1].text
    theirs = await living[1].send_photo(scene.group, png(), "我家也漏")
    assert "已记入纪要" in (await reply(stage, scene.leader, theirs, "记录")).text
    private = living[0].private()
    shown = await say(stage, living[0], private, "我的发言")
    assert "1. 墙角漏水 📷\n2. 灯也坏了 📷" in shown.text
    await press(stage, living[0], shown, "改 1")
    await stage.restart()
    assert "改好了" in (await answer(stage, living[0], private, "墙角一直漏水")).text
    await press(stage, living[0], shown, "改 1")
    await living[0].send_photo(private, png(30))
    await stage.settle()
    assert "改好了" in private.messages[-1].text
    await press(stage, living[0], shown, "撤回 2")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    async with stage.program.store.glance() as conn:
        lines = (await minutes.load(conn, meeting_id)).items[0].lines
        pictures = [one.picture for one in await statements.with_photos(conn, meeting_id)]
    assert [(line.text, line.photo) for line in lines] == [
        ("墙角一直漏水", True),
        ("—", False),
        ("我家也漏", True),
    ]
    assert len(set(pictures)) == 2
    await photos_come_in_private(stage, scene, living[1])


async def photos_come_in_private(stage: Stage, scene: Scene, neighbour: Person) -> None:
    """A neighbour asks for the photos in the group and gets them alone; a visitor does not."""
    visitor = stage.sandbox.people.new("示例访客")
    await visitor.join(scene.group)
    before = len(scene.group.messages)
    assert "没有登记住户" in (await tap(stage, visitor, scene.group, "📷 发言照片（2）")).text
    assert "私聊发给您" in (await tap(stage, neighbour, scene.group, "📷 发言照片（2）")).text
    first, second = [one for one in neighbour.private().messages if one.photo][-2:]
    assert "墙角一直漏水" in first.caption
    assert "我家也漏" in second.caption
    assert len(scene.group.messages) == before
