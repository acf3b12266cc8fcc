"""A person corrects or takes back their own statement, visibly, until the minutes are approved."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
import pytest
from docx import Document

from sandbox.people import Person
from services import minutes, statements
from tests.handlers.test_minutes import pdf_text
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
        pictures = [one.pictures for one in await statements.with_photos(conn, meeting_id)]
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


async def test_several_photos_stand_with_one_statement_and_are_printed_small(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 3)
    meeting_id = await open_meeting(stage, scene)
    await tap(stage, scene.leader, scene.group, "第一项")
    card = next(one for one in reversed(scene.group.messages) if "已记发言" in one.text)
    await living[0].send_album(
        scene.group, [png(40, 30), png(30, 40), png(20, 20)], "墙角漏水", reply_to=card
    )
    await stage.settle()
    confirmed = scene.group.messages[-1]
    assert "已记入纪要（第1项），照片也附上了" in confirmed.text, "once for the whole album"
    await stage.restart()
    await living[0].send_photo(scene.group, png(50, 20), reply_to=confirmed)
    await stage.settle()
    assert "共 4 张：“墙角漏水”" in scene.group.messages[-1].text
    await living[1].send_photo(scene.group, png(50, 21), reply_to=confirmed)
    await stage.settle()
    assert "不是您的发言" in scene.group.messages[-1].text, "only one's own"
    await living[1].send_album(scene.group, [png(12), png(13)], reply_to=card)
    await stage.settle()
    refusals = [one for one in scene.group.messages if "写在说明里" in one.text]
    assert len(refusals) == 1, "an album without words is answered once"
    await living[1].send_album(scene.group, [png(14), png(15)], "/say 我家也漏")
    await stage.settle()
    await say(stage, living[2], scene.group, "/say 灯也坏了")
    await living[2].send_photo(scene.group, png(16), reply_to=card)
    await stage.settle()
    assert "照片加到您刚才那条发言里了，共 1 张：“灯也坏了”" in scene.group.messages[-1].text
    await stage.pass_time(minutes=11)
    await living[2].send_photo(scene.group, png(17), reply_to=card)
    await stage.settle()
    assert "写在说明里" in scene.group.messages[-1].text, "long after one's words it needs words of its own"
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    async with stage.program.store.glance() as conn:
        lines = (await minutes.load(conn, meeting_id)).items[0].lines
    assert [(line.text, line.photos) for line in lines] == [("墙角漏水", 4), ("我家也漏", 2), ("灯也坏了", 1)]
    await printed(stage, scene)
    await corrected_with_an_album(stage, living[0], meeting_id)


async def printed(stage: Stage, scene: Scene) -> None:
    """The pages for the wall and the document for the office show all seven, and mask who sent them."""
    with fetching(stage) as connections:
        await tap(stage, scene.leader, scene.group, "全文 PDF")
    assert connections == [0] * 7, "no photo keeps anybody from the database, however slowly it comes"
    document = scene.group.messages[-1].document
    assert document is not None
    assert images_in(document) == 7
    words = pdf_text(document)
    assert "墙角漏水（附照片4张）" in words
    assert "灯也坏了（附照片）" in words
    assert "示例住户" not in words
    await tap(stage, scene.leader, scene.group, "Word 版")
    office = next(one for one in reversed(scene.leader.private().messages) if one.document)
    assert office.document is not None
    assert len(Document(io.BytesIO(office.document)).inline_shapes) == 7
    before = len(scene.leader.private().messages)
    assert "私聊发给您" in (await tap(stage, scene.leader, scene.group, "📷 发言照片（7）")).text
    assert sum(1 for one in scene.leader.private().messages[before:] if one.photo) == 7


@contextmanager
def fetching(stage: Stage) -> Iterator[list[int]]:
    """Of each photo that is fetched meanwhile, how many connections to the database are in use."""
    pool, bot, connections = stage.program.store.engine.pool, stage.program.application.bot, list[int]()
    fetch = type(bot).get_file

    async def looked(*args: Any, **more: Any) -> Any:
        connections.append(pool.checkedout())  # type: ignore[attr-defined]
        return await fetch(*args, **more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(type(bot), "get_file", looked)
        yield connections


def images_in(document: bytes) -> int:
    """How many pictures stand on the pages."""
    opened = pypdfium2.PdfDocument(document)
    found = sum(
        1
        for page in opened
        for _ in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=15)
    )
    opened.close()
    return found


async def corrected_with_an_album(stage: Stage, person: Person, meeting_id: int) -> None:
    """New photos take the place of all there were, also several at once, also after the meeting."""
    private = person.private()
    shown = await say(stage, person, private, "我的发言")
    assert "1. 墙角漏水 📷4" in shown.text
    await press(stage, person, shown, "改 1")
    await stage.restart()
    await person.send_album(private, [png(60), png(61)], "墙角一直漏水")
    await stage.settle()
    assert "改好了" in private.messages[-1].text
    async with stage.program.store.glance() as conn:
        line = (await minutes.load(conn, meeting_id)).items[0].lines[0]
    assert (line.kind, line.text, line.photos) == ("corrected", "墙角一直漏水", 2)


async def test_the_recorder_puts_an_album_down_photo_by_photo(stage: Stage) -> None:
    scene = await bound_building(stage)
    [speaker] = await residents(stage, scene, 1)
    meeting_id = await open_meeting(stage, scene)
    await tap(stage, scene.leader, scene.group, "第一项")
    first, second = await speaker.send_album(scene.group, [png(20), png(21)], "井盖松了")
    assert "再发“记录”" in (await reply(stage, scene.leader, second, "记录")).text, "the words come first"
    assert "已记入纪要" in (await reply(stage, scene.leader, first, "记录")).text
    await stage.restart()
    for _ in range(2):
        told = await reply(stage, scene.leader, second, "记录")
        assert f"照片记在 {speaker.name} 的那条发言里了，共 2 张：“井盖松了”" in told.text
    alone = await speaker.send_photo(scene.group, png(22))
    assert "要由组长来办" in (await reply(stage, speaker, alone, "记录")).text
    await stage.pass_time(minutes=11)
    assert "再发“记录”" in (await reply(stage, scene.leader, alone, "记录")).text
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    async with stage.program.store.glance() as conn:
        [line] = (await minutes.load(conn, meeting_id)).items[0].lines
    assert (line.kind, line.text, line.photos) == ("on_record", "井盖松了", 2)
    stage.sandbox.faults.next("error_500", 4, method="getFile")
    await tap(stage, scene.leader, scene.group, "全文 PDF")
    document = scene.group.messages[-1].document
    assert document is not None
    assert images_in(document) == 0, "the minutes come, whatever the platform does not give"
    assert "井盖松了（附照片2张）" in pdf_text(document)
