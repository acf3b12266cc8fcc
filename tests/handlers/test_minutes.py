"""The minutes in the chat: drafted at closing, corrected in the open, approved, immutable."""

from __future__ import annotations

import io
import json
from datetime import datetime

import pypdfium2
import pytest
from docx import Document
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rules.events import first_break
from rules.minutes_freezing import fingerprint, thaw
from sandbox.conversations import Group, Seen
from sandbox.people import Person
from services import minutes
from storage import log
from storage import minutes as files
from tests.scenes import Scene, answer, bound_building, open_meeting, reply, residents, say, tap
from tests.stage import SHANGHAI, Stage


def card(group: Group) -> Seen:
    """The card of the latest minutes."""
    return next(message for message in reversed(group.messages) if message.text.startswith("📝 会议纪要"))


async def held(stage: Stage, *titles: str) -> tuple[Scene, list[Person]]:
    """A meeting that is over: two of three neighbours were there, one spoke, a task was given."""
    scene = await bound_building(stage)
    living = await residents(stage, scene, 3)
    await hold(stage, scene, living, *titles)
    return scene, living


async def hold(stage: Stage, scene: Scene, living: list[Person], *titles: str) -> None:
    await open_meeting(stage, scene, *titles)
    for neighbour in living[:2]:
        await tap(stage, neighbour, scene.group, "✋ 签到")
    await say(stage, scene.leader, scene.group, "/present 2-502 王婆婆")
    await say(stage, scene.leader, scene.group, "/present 2-503 委托 1-101")
    await tap(stage, scene.leader, scene.group, "第一项")
    await say(stage, living[0], scene.group, "/say 车棚最好离楼道远一些")
    await say(stage, scene.leader, scene.group, "/task 物业 出施工图 下周五")
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")


async def test_the_minutes_are_on_one_screen(stage: Stage) -> None:
    scene, _ = await held(stage)
    assert card(scene.group).text == (
        "📝 会议纪要（待确认） 3栋楼宇会 11月25日（周三）\n"
        "到会 4 户 / 48 户，其中委托 1 户。\n"
        "1. 电动车棚和充电桩 · 发言 1 条\n"
        "　📌 物业：出施工图，12月4日（周五）前\n"
        "⏳ 11月30日（周一）前，到会的人可提更正；没有更正就自动确认。"
    )
    assert card(scene.group).labels == ["📄 全文 PDF", "✏️ 我要更正", "📃 Word 版", "🧾 数据"]


async def test_the_pages_name_nobody_in_full(stage: Stage) -> None:
    scene, living = await held(stage)
    await tap(stage, living[2], scene.group, "全文 PDF")
    sent = scene.group.messages[-1]
    assert sent.file_name == "3栋-2026-11-25.pdf"
    assert sent.document is not None
    words = pdf_text(sent.document)
    assert "示*1单元101" in words
    assert "王*2单元502" in words
    assert "车棚最好离楼道远一些" in words
    assert "示例住户" not in words
    assert "王婆婆" not in words


def pdf_text(document: bytes) -> str:
    opened = pypdfium2.PdfDocument(document)
    found = ""
    for page in opened:
        lines = page.get_textpage()
        found += "".join(lines.get_text_range().split())
        lines.close()
        page.close()
    opened.close()
    return found


async def test_pressing_twice_sends_the_pages_once(stage: Stage) -> None:
    scene, living = await held(stage)
    for _ in range(2):
        pressed = await tap(stage, living[0], scene.group, "全文 PDF")
        assert "已发在这里" in pressed.text
    assert sum(message.file_name is not None for message in scene.group.messages) == 1


async def test_the_document_goes_to_the_leader_in_private_and_to_no_neighbour(stage: Stage) -> None:
    scene, living = await held(stage)
    refused = await tap(stage, living[2], scene.group, "Word 版")
    assert "由组长来办" in refused.text
    told = await tap(stage, scene.leader, scene.group, "Word 版")
    assert told.text == "已私聊发给您"
    sent = next(one for one in reversed(scene.leader.private().messages) if one.file_name)
    assert sent.file_name == "3栋-2026-11-25.docx"
    assert sent.document is not None
    said = "".join(one.text for one in Document(io.BytesIO(sent.document)).paragraphs)
    assert "车棚最好离楼道远一些" in said
    assert "王婆婆" not in said
    assert not any(message.file_name for message in scene.group.messages)


async def test_a_neighbour_gets_the_data_and_reads_the_same_minutes_from_them(stage: Stage) -> None:
    scene, living = await held(stage)
    await tap(stage, living[0], scene.group, "🧾 数据")
    sent = next(one for one in reversed(living[0].private().messages) if one.file_name)
    assert sent.document is not None
    file = json.loads(sent.document)
    assert (file["format"], file["hash"]) == ("louyuhui-minutes", None)
    async with stage.program.store.glance() as conn:
        events = {event.number for event in await log.read(conn, "meeting:1")}
        assert thaw(file["content"]) == await minutes.load(conn, 1)
    items = file["content"]["items"]
    said = [one["event"] for item in items for part in ("lines", "ballots", "tasks") for one in item[part]]
    assert said
    assert set(said) <= events


async def test_a_correction_is_asked_for_decided_and_kept(stage: Stage) -> None:
    scene, living = await held(stage)
    await tap(stage, living[0], scene.group, "我要更正")
    await stage.restart()
    question = scene.group.messages[-1]
    asked = await answer(stage, living[0], scene.group, "应为 <16> 个充电点")
    assert question.labels == []
    assert "更正 1　示* 1单元101\n应为 <16> 个充电点" in asked.text
    assert "更正意见 1 条，1 条等组长答复" in card(scene.group).text
    foreign = await living[1].press(asked, "✅ 采纳")
    assert "由组长来办" in foreign.text
    await scene.leader.press(asked, "✅ 采纳")
    await stage.settle()
    assert "组长已采纳" in asked.text
    assert asked.labels == []
    again = await scene.leader.press_forged(asked, "md:1:0")
    assert "已经答复过了：已采纳" in again.text


async def test_a_declined_correction_stays_in_view(stage: Stage) -> None:
    scene, living = await held(stage)
    await say(stage, living[1], scene.group, "/correct 没有我家的发言")
    await tap(stage, living[2], scene.group, "看更正")
    listed = scene.group.messages[-1]
    assert "1. 示* 1单元102：没有我家的发言　⏳ 待答复" in listed.text
    await scene.leader.press(listed, "✖️ 不采纳 1")
    await stage.settle()
    assert "❌ 未采纳" in listed.text
    assert listed.labels == []


async def test_only_those_present_ask_for_corrections(stage: Stage) -> None:
    scene, living = await held(stage)
    pressed = await tap(stage, living[2], scene.group, "我要更正")
    assert "您家不在签到名单上" in pressed.text
    visitor = stage.sandbox.people.new("示例访客")
    await visitor.join(scene.group)
    assert "没有登记住户" in (await say(stage, visitor, scene.group, "/correct 不对")).text


async def test_a_correction_may_be_dropped_and_must_say_something(stage: Stage) -> None:
    scene, living = await held(stage)
    await tap(stage, living[0], scene.group, "我要更正")
    ask = scene.group.messages[-1]
    await reply(stage, living[0], ask, "长" * 600)
    assert "更正意见" not in card(scene.group).text
    await living[0].press(ask, "不弄了")
    await stage.settle()
    assert "先不弄了" in ask.text
    last = await reply(stage, living[0], ask, "还是说一句")
    assert last.text == "还是说一句"


async def test_without_a_correction_time_approves_the_minutes(stage: Stage) -> None:
    scene, _ = await held(stage)
    early = await scene.leader.press_forged(card(scene.group), "my:1")
    assert "更正时间还没有过" in early.text
    await stage.pass_time(to=datetime(2026, 12, 1, 0, 1, tzinfo=SHANGHAI))
    approved = card(scene.group)
    assert "会议纪要（已确认）" in approved.text
    assert approved.labels == ["📄 全文 PDF", "✏️ 追加更正", "📃 Word 版", "🧾 数据"]
    async with stage.program.store.glance() as conn:
        filed = await files.find(conn, 1)
        events = await log.read(conn, "meeting:1")
    assert filed is not None
    assert filed.content is not None
    assert filed.hash == fingerprint(filed.content)
    assert filed.hash[:16] in approved.text
    await tap(stage, scene.leader, scene.group, "全文 PDF")
    document = scene.group.messages[-1].document
    assert document is not None
    assert f"存证{filed.hash[:16]}" in pdf_text(document)
    assert events[-1].data == {"by": None, "hash": filed.hash}
    assert first_break(events) is None


async def test_the_group_hears_of_the_approval_in_the_morning(stage: Stage) -> None:
    scene, _ = await held(stage)
    await stage.pass_time(to=datetime(2026, 12, 1, 0, 1, tzinfo=SHANGHAI))
    assert not heard_of_approval(scene.group)
    await stage.pass_time(to=datetime(2026, 12, 1, 8, 1, tzinfo=SHANGHAI))
    await say(stage, scene.leader, scene.group, "纪要")
    assert heard_of_approval(scene.group)


def heard_of_approval(group: Group) -> bool:
    return any("11月25日（周三）的会议纪要已确认" in message.text for message in group.messages)


async def test_approved_minutes_cannot_be_changed_by_anyone(stage: Stage) -> None:
    scene, _ = await held(stage)
    await stage.pass_time(days=8)
    pressed = await scene.leader.press_forged(card(scene.group), "my:1")
    assert "已经确认，不能再改了" in pressed.text
    with pytest.raises(IntegrityError, match="immutable"):
        async with stage.program.store.unit(stage.now) as work:
            await work.conn.execute(text("UPDATE minutes SET hash = 'x'"))


async def test_a_correction_after_the_approval_stands_below_minutes_that_stay_as_they_are(
    stage: Stage,
) -> None:
    scene, living = await held(stage)
    await stage.pass_time(days=8)
    await tap(stage, living[2], scene.group, "追加更正")
    assert "更正" not in scene.group.messages[-1].text, "only those who were there ask"
    async with stage.program.store.glance() as conn:
        before = await files.find(conn, 1)
    await tap(stage, living[0], scene.group, "追加更正")
    assert "原文不动" in scene.group.messages[-1].text
    await stage.restart()
    asked = await answer(stage, living[0], scene.group, "应为 <16> 个充电点")
    assert "纪要确认后的补充 1　示* 1单元101\n应为 <16> 个充电点" in asked.text
    assert "⏳ 等组长答复" in card(scene.group).text
    assert "由组长来办" in (await living[1].press(asked, "✅ 采纳")).text
    await scene.leader.press(asked, "✅ 采纳")
    await stage.settle()
    assert "示* 采纳，附在纪要后面；原文和存证不变" in asked.text
    assert asked.labels == []
    assert "已经答复过了" in (await scene.leader.press_forged(asked, "md:1:0")).text
    await say(stage, living[1], scene.group, "/correct 没有我家的发言")
    await tap(stage, living[1], scene.group, "看更正")
    listed = scene.group.messages[-1]
    assert "1. （确认后）示* 1单元101" in listed.text
    await scene.leader.press(listed, "✖️ 不采纳 2")
    await stage.settle()
    shown = card(scene.group).text
    assert "应为 <16> 个充电点　✅" in shown
    assert "没有我家的发言　❌" in shown
    async with stage.program.store.glance() as conn:
        after = await files.find(conn, 1)
        events = await log.read(conn, "meeting:1")
        file = json.loads(await minutes.write_json(conn, 1))
        page = pdf_text(await minutes.print_pdf(conn, 1, "zh"))
        document = Document(io.BytesIO(await minutes.write_docx(conn, 1, "zh")))
    assert after == before
    assert before is not None
    assert before.hash is not None
    assert first_break(events) is None
    assert [event.kind for event in events[-4:]] == ["addendum_asked", "addendum_decided"] * 2
    assert [(one["text"], one["state"]) for one in file["addenda"]] == [
        ("应为 <16> 个充电点", "accepted"),
        ("没有我家的发言", "declined"),
    ]
    assert (file["hash"], fingerprint(file["content"])) == (before.hash, before.hash)
    said = "".join(paragraph.text for paragraph in document.paragraphs)
    for words in ("确认后的补充更正", "没有我家的发言", "原文和存证没有改动"):
        assert words in page
        assert words in said
    assert f"存证{before.hash[:16]}" in page


async def test_an_open_correction_holds_the_approval_back(stage: Stage) -> None:
    scene, living = await held(stage)
    await say(stage, living[0], scene.group, "/correct 应为16个充电点")
    await stage.pass_time(to=datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI))
    assert "更正时间已过" in card(scene.group).text
    told = [message.text for message in scene.leader.private().messages]
    assert any("还有 1 条更正等您答复" in text for text in told)
    refused = await tap(stage, scene.leader, scene.group, "确认纪要")
    assert "还有 1 条更正没有答复" in refused.text
    await tap(stage, scene.leader, scene.group, "✅ 采纳")
    foreign = await tap(stage, living[0], scene.group, "确认纪要")
    assert "由组长来办" in foreign.text
    await tap(stage, scene.leader, scene.group, "确认纪要")
    assert "会议纪要（已确认）" in card(scene.group).text
    late = await say(stage, living[0], scene.group, "/correct 还有一处")
    assert "纪要确认后的补充 1" in late.text


async def test_after_the_time_no_correction_is_taken(stage: Stage) -> None:
    scene, living = await held(stage)
    await say(stage, living[0], scene.group, "/correct 应为16个充电点")
    await stage.pass_time(days=8)
    assert "时间已经过了" in (await say(stage, living[0], scene.group, "/correct 还有")).text


async def test_the_minutes_are_found_again_by_word(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 3)
    assert "还没有会议纪要" in (await say(stage, living[0], scene.group, "纪要")).text
    await hold(stage, scene, living, "电动车棚")
    assert "📝 会议纪要（待确认）" in (await say(stage, living[0], scene.group, "纪要")).text
    await hold(stage, scene, living, "楼道灯")
    which = await say(stage, living[0], living[0].private(), "/minutes")
    assert which.labels == ["⏳ 11月30日（周一） 楼道灯", "⏳ 11月25日（周三） 电动车棚"]
    await tap(stage, living[0], living[0].private(), "楼道灯")
    assert "1. 楼道灯" in living[0].private().messages[-1].text


async def test_the_minutes_of_another_building_are_not_shown(stage: Stage) -> None:
    await held(stage)
    other = await bound_building(stage, name="5栋")
    for data in ("mi:1", "mp:1", "ml:1", "my:1"):
        pressed = await other.leader.press_forged(other.group.messages[-1], data)
        assert pressed.show_alert
    assert not any(message.file_name for message in other.group.messages)


async def voted(stage: Stage, *votes: str) -> tuple[Scene, list[Person]]:
    """A meeting that is over and put its item to the vote; one neighbour pressed each of the letters."""
    scene = await bound_building(stage)
    living = await residents(stage, scene, 4)
    await open_meeting(stage, scene, "电动车棚")
    await tap(stage, scene.leader, scene.group, "第一项")
    for place in ("大门旁", "楼后空地"):
        await say(stage, living[0], scene.group, f"/propose {place}")
    await tap(stage, scene.leader, scene.group, "🗳 表决")
    await tap(stage, scene.leader, scene.group, "开始投票")
    for neighbour, letter in zip(living, votes, strict=False):
        await tap(stage, neighbour, scene.group, letter)
    refused = await scene.leader.press_forged(scene.group.messages[-1], "mx:1:1")
    assert "“电动车棚”还在投票" in refused.text
    await stage.pass_time(to=datetime(2026, 11, 25, 21, 1, tzinfo=SHANGHAI))
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    return scene, living


@pytest.mark.parametrize(
    ("votes", "short", "printed"),
    [
        ("甲乙乙", "乙 楼后空地（3 户 / 48 户）", "乙胜出"),
        ("乙乙", "乙 楼后空地 胜出，参加太少，不公布票数（2 户 / 48 户）", "参加太少，不公布票数"),
        ("甲乙甲乙", "甲、乙 票数相同，未能决定（4 户 / 48 户）", "甲、乙票数相同，未能决定"),
    ],
)
async def test_a_ballot_of_the_meeting_is_in_its_minutes(
    stage: Stage, votes: str, short: str, printed: str
) -> None:
    scene, living = await voted(stage, *votes)
    assert f"🗳 电动车棚：{short}" in card(scene.group).text
    await tap(stage, living[0], scene.group, "全文 PDF")
    document = scene.group.messages[-1].document
    assert document is not None
    assert printed in pdf_text(document)


async def test_a_question_left_open_ends_with_the_time_for_corrections(stage: Stage) -> None:
    _, living = await held(stage)
    mine = living[0].private()
    await say(stage, living[0], mine, "纪要")
    await tap(stage, living[0], mine, "我要更正")
    await stage.pass_time(days=8)
    assert "时间已经过了" in (await say(stage, living[0], mine, "应为16个充电点")).text
    assert "没看懂" in (await say(stage, living[0], mine, "在吗")).text


async def test_five_corrections_wait_at_most_for_each_person(stage: Stage) -> None:
    scene, living = await held(stage)
    for count in range(5):
        await say(stage, living[0], scene.group, f"/correct 第{count}处不对")
    assert "已经有 5 条更正在等答复" in (await say(stage, living[0], scene.group, "/correct 还有")).text
    await tap(stage, living[0], scene.group, "看更正（5）")
    assert len(scene.group.messages[-1].labels) == 10
    await tap(stage, scene.leader, scene.group, "✅ 采纳 3")
    assert "3. 示* 1单元101：第2处不对　✅ 已采纳" in scene.group.messages[-1].text
    assert "/correct" not in (await say(stage, living[0], scene.group, "/correct 还有")).text
