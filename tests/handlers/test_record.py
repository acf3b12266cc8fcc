"""What is put on record: statements, proposals on the spot, tasks."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.conversations import Group, Seen
from sandbox.people import Person
from storage import homes, log, people
from tests.sandbox.plain import png
from tests.scenes import Scene, answer, bound_building, move_in, open_meeting, reply, residents, say, tap
from tests.stage import Stage


async def sitting(stage: Stage, *titles: str) -> tuple[Scene, list[Person], Seen]:
    """A meeting with its first item under discussion, and that item's card."""
    scene = await bound_building(stage)
    living = await residents(stage, scene, 3)
    await open_meeting(stage, scene, *titles)
    await tap(stage, scene.leader, scene.group, "第一项")
    return scene, living, item_card(scene.group)


def item_card(group: Group) -> Seen:
    return next(message for message in reversed(group.messages) if "已记发言" in message.text)


async def recorded(stage: Stage, kind: str, meeting: int = 1) -> list[dict[str, Any]]:
    """What the log holds of one kind."""
    async with stage.program.store.glance() as conn:
        events = await log.read(conn, f"meeting:{meeting}")
    return [dict(event.data) for event in events if event.kind == kind]


async def test_a_statement_by_command_is_on_record(stage: Stage) -> None:
    scene, living, card = await sitting(stage)
    said = await say(stage, living[0], scene.group, "/say 车棚最好离楼道远一些")
    assert said.text == "✍️ 已记入纪要（第1项）"
    assert said.replies_to is not None
    assert said.replies_to.text == "/say 车棚最好离楼道远一些"
    assert "已记发言 1 条" in card.text
    (event,) = await recorded(stage, "said")
    assert (event["text"], event["recorded_by"]) == ("车棚最好离楼道远一些", None)


async def test_a_reply_to_the_item_is_on_record(stage: Stage) -> None:
    _, living, card = await sitting(stage)
    said = await reply(stage, living[0], card, "要有灭火器")
    assert "已记入纪要（第1项）" in said.text
    assert [event["text"] for event in await recorded(stage, "said")] == ["要有灭火器"]


async def test_a_reply_after_a_restart_is_on_record_too(stage: Stage) -> None:
    _, living, card = await sitting(stage)
    await stage.restart()
    said = await reply(stage, living[0], card, "要有灭火器")
    assert "已记入纪要（第1项）" in said.text


async def test_a_reply_to_an_earlier_item_stands_under_that_item(stage: Stage) -> None:
    scene, living, first = await sitting(stage, "电动车棚", "停车位")
    await tap(stage, scene.leader, scene.group, "下一项")
    said = await reply(stage, living[0], first, "补充一句")
    assert "第1项" in said.text
    assert "第2项" in (await say(stage, living[0], scene.group, "/say 车位要划线")).text


async def test_talk_among_neighbours_is_not_recorded(stage: Stage) -> None:
    scene, living, _ = await sitting(stage)
    talk = await living[0].say(scene.group, "今天真冷")
    await reply(stage, living[1], talk, "是啊")
    hello = next(message for message in scene.group.messages if message.by_bot)
    last = await reply(stage, living[1], hello, "谢谢小助手")
    assert last.text == "谢谢小助手"
    assert await recorded(stage, "said") == []


async def test_before_the_first_item_a_statement_stands_beside_the_agenda(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 1)
    await open_meeting(stage, scene)
    said = await say(stage, living[0], scene.group, "/say 先说一句")
    assert said.text == "✍️ 已记入纪要"
    assert [event["item"] for event in await recorded(stage, "said")] == [None]


@pytest.mark.parametrize("text", ["/say", "/say   "])
async def test_an_empty_statement_is_shown_how(stage: Stage, text: str) -> None:
    scene, living, _ = await sitting(stage)
    assert "/say 加您的话" in (await say(stage, living[0], scene.group, text)).text
    assert await recorded(stage, "said") == []


async def test_a_statement_that_is_too_long_is_refused_with_its_length(stage: Stage) -> None:
    scene, living, _ = await sitting(stage)
    long = await say(stage, living[0], scene.group, "/say " + "长" * 4000)
    assert "4000" in long.text.replace(",", "")
    assert await recorded(stage, "said") == []
    assert "已记入纪要" in (await say(stage, living[0], scene.group, "/say " + "长" * 1000)).text


async def test_html_and_emoji_are_kept_as_they_were_written(stage: Stage) -> None:
    scene, living, card = await sitting(stage)
    await say(stage, living[0], scene.group, "/propose <b>大门</b> & 旁边😀")
    assert "甲 <b>大门</b> & 旁边😀" in card.text
    await say(stage, living[0], scene.group, "/say a < b && 👍")
    assert [event["text"] for event in await recorded(stage, "said")] == ["a < b && 👍"]


async def test_a_visitor_is_not_put_on_record_by_himself(stage: Stage) -> None:
    scene, _, card = await sitting(stage)
    visitor = stage.sandbox.people.new("示例访客")
    await visitor.join(scene.group)
    for said in (
        await say(stage, visitor, scene.group, "/say 我也说一句"),
        await reply(stage, visitor, card, "我也说一句"),
        await say(stage, visitor, scene.group, "/propose 我的方案"),
    ):
        assert "没有登记住户" in said.text
    assert await recorded(stage, "said") == []


async def test_outside_a_meeting_nothing_is_recorded(stage: Stage) -> None:
    scene, living, card = await sitting(stage)
    await scene.leader.say(scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    for said in (
        await say(stage, living[0], scene.group, "/say 还有一句"),
        await reply(stage, living[0], card, "还有一句"),
        await say(stage, living[0], scene.group, "/propose 还有一个方案"),
        await say(stage, scene.leader, scene.group, "/task 物业 出图"),
    ):
        assert "现在没有在开的会" in said.text
    assert await recorded(stage, "said") == []


async def test_a_reply_to_an_item_of_an_earlier_meeting_is_refused(stage: Stage) -> None:
    scene, living, old = await sitting(stage)
    await scene.leader.say(scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await open_meeting(stage, scene, "楼道灯")
    said = await reply(stage, living[0], old, "说晚了")
    assert "会已经散了" in said.text


async def test_the_recorder_puts_a_message_on_record_once(stage: Stage) -> None:
    scene, living, card = await sitting(stage)
    async with stage.program.store.unit(stage.now) as work:
        recorder = await people.by_address(work.conn, str(living[2].id))
        assert recorder is not None
        await homes.appoint(work.conn, scene.building_id, recorder.id, "recorder", work.now)
    talk = await living[0].say(scene.group, "我家门口不行")
    done = await reply(stage, living[2], talk, "/record")
    assert "示例住户 1-101 的话已记入纪要（第1项）" in done.text
    again = await reply(stage, scene.leader, talk, "记录")
    assert "已经记入纪要了" in again.text
    (event,) = await recorded(stage, "said")
    assert event["recorded_by"] == recorder.id
    assert "已记发言 1 条" in card.text


async def test_a_resident_puts_nobody_elses_words_on_record(stage: Stage) -> None:
    scene, living, _ = await sitting(stage)
    talk = await living[0].say(scene.group, "我家门口不行")
    assert "由组长来办" in (await reply(stage, living[1], talk, "/record")).text


async def test_there_must_be_words_to_put_on_record(stage: Stage) -> None:
    scene, living, card = await sitting(stage)
    picture = await living[0].send_photo(scene.group, png())
    for said in (
        await say(stage, scene.leader, scene.group, "/record"),
        await reply(stage, scene.leader, picture, "/record"),
        await reply(stage, scene.leader, card, "/record"),
    ):
        assert "点“回复”，再发“记录”" in said.text


async def test_a_proposal_on_the_spot_gets_its_letter(stage: Stage) -> None:
    scene, living, card = await sitting(stage)
    assert "方案 甲" in (await say(stage, living[0], scene.group, "/propose 大门旁")).text
    await living[1].send_photo(scene.group, png(), "/propose 楼后空地")
    await stage.settle()
    assert "方案 乙" in scene.group.messages[-1].text
    assert "甲 大门旁\n乙 楼后空地 🖼" in card.text
    assert [event["number"] for event in await recorded(stage, "proposed")] == [1, 2]


async def test_a_proposal_needs_an_item_and_words(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 1)
    await open_meeting(stage, scene)
    assert "没有在议的议题" in (await say(stage, living[0], scene.group, "/propose 大门旁")).text
    assert "/propose 加方案" in (await say(stage, living[0], scene.group, "/propose")).text


async def test_a_task_in_one_line(stage: Stage) -> None:
    scene, _, _ = await sitting(stage)
    said = await say(stage, scene.leader, scene.group, "/task 物业 出施工图 下周五前")
    assert "物业：出施工图\n⏰ 12月4日（周五）前办完" in said.text
    (event,) = await recorded(stage, "task")
    assert (event["who"], event["what"], event["due"]) == ("物业", "出施工图", "2026-12-04")


async def test_a_task_step_by_step_with_a_restart_between(stage: Stage) -> None:
    scene, _, _ = await sitting(stage)
    await tap(stage, scene.leader, scene.group, "记任务")
    assert "物业 要办什么" in (await answer(stage, scene.leader, scene.group, "物业")).text
    await stage.restart()
    asked = await answer(stage, scene.leader, scene.group, "出施工图")
    assert "什么时候办完" in asked.text
    await tap(stage, scene.leader, scene.group, "两周内")
    assert "⏰ 12月9日（周三）前办完" in asked.text
    late = await scene.leader.press_forged(asked, "td:7")
    assert "这一步已经过了" in late.text
    assert len(await recorded(stage, "task")) == 1


async def test_an_answered_question_keeps_no_keys(stage: Stage) -> None:
    scene, _, _ = await sitting(stage)
    await tap(stage, scene.leader, scene.group, "记任务")
    who = scene.group.messages[-1]
    what = await answer(stage, scene.leader, scene.group, "物业")
    due = await answer(stage, scene.leader, scene.group, "出施工图")
    await answer(stage, scene.leader, scene.group, "月底")
    for question in (who, what, due):
        assert (question.text, question.labels) == ("✅ 这一步好了。", [])


async def test_a_task_whose_day_is_not_understood_is_asked_for_again(stage: Stage) -> None:
    scene, _, _ = await sitting(stage)
    assert "没看懂“昨天”" in (await say(stage, scene.leader, scene.group, "/task 物业 出图 昨天")).text
    await say(stage, scene.leader, scene.group, "/task 物业")
    await answer(stage, scene.leader, scene.group, "出图")
    assert "没看懂“尽快”" in (await answer(stage, scene.leader, scene.group, "尽快")).text
    assert "11月30日（周一）前办完" in (await answer(stage, scene.leader, scene.group, "月底")).text


async def test_a_task_can_be_dropped(stage: Stage) -> None:
    scene, _, _ = await sitting(stage)
    await say(stage, scene.leader, scene.group, "/task")
    await tap(stage, scene.leader, scene.group, "不弄了")
    assert "先不弄了" in scene.group.messages[-1].text
    await tap(stage, scene.leader, scene.group, "记任务")
    await tap(stage, scene.leader, scene.group, "不弄了")
    assert await recorded(stage, "task") == []


async def test_tasks_are_for_the_leader_to_give(stage: Stage) -> None:
    scene, living, card = await sitting(stage)
    assert "由组长来办" in (await say(stage, living[0], scene.group, "/task 物业 出图")).text
    assert "由组长来办" in (await living[0].press(card, "📌 记任务")).text


async def test_a_statement_in_private_is_on_record_as_well(stage: Stage) -> None:
    _, living, card = await sitting(stage)
    said = await say(stage, living[0], living[0].private(), "/say 我在外地，赞成建")
    assert "已记入纪要（第1项）" in said.text
    assert "已记发言 1 条" in card.text


async def test_a_reply_to_the_item_is_a_statement_whatever_else_is_asked(stage: Stage) -> None:
    scene, _, card = await sitting(stage)
    leader_home = await residents_home(stage, scene)
    await tap(stage, scene.leader, scene.group, "记任务")
    said = await reply(stage, scene.leader, card, "我也说一句")
    assert "已记入纪要" in said.text
    asked = next(message for message in scene.group.messages if "谁来办" in message.text)
    assert "物业 要办什么" in (await reply(stage, scene.leader, asked, "物业")).text
    assert [event["household"] for event in await recorded(stage, "said")] == [leader_home]


async def residents_home(stage: Stage, scene: Scene) -> int:
    return (await move_in(stage, scene, scene.leader, "2", "101")).id


async def test_a_question_left_open_ends_with_the_meeting(stage: Stage) -> None:
    scene, _, _ = await sitting(stage)
    await tap(stage, scene.leader, scene.group, "记任务")
    asked = scene.group.messages[-1]
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    assert "会已经散了" in (await reply(stage, scene.leader, asked, "物业")).text
    assert (await reply(stage, scene.leader, asked, "物业")).text == "物业"
