"""What is stored about a person is shown, changed and deleted by the person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import delete, select

from sandbox.conversations import Seen
from sandbox.people import Person
from services import outbox, proxies
from storage import ballots, homes, people, updates
from storage import privacy as stored
from storage.tables import deliveries, metadata, time_answers, time_polls, time_slots
from tests.scenes import (
    Scene,
    announced_meeting,
    bound_building,
    move_in,
    open_ballot,
    press,
    reply,
    residents,
    say,
)
from tests.stage import Stage

FORGET = "🗑 删除我的资料"
SURE = "确定删除"


async def mydata(stage: Stage, person: Person) -> Seen:
    return await say(stage, person, person.private(), "/mydata")


async def forget(stage: Stage, person: Person) -> Seen:
    shown = await say(stage, person, person.private(), "/forget")
    await press(stage, person, shown, SURE)
    return shown


async def everything(stage: Stage) -> str:
    """All that the database holds, as one text."""
    rows: list[Any] = []
    async with stage.program.store.glance() as conn:
        for table in metadata.sorted_tables:
            rows += [dict(row) for row in (await conn.execute(select(table))).mappings()]
    return repr(rows)


async def with_resident(stage: Stage) -> tuple[Scene, Person]:
    scene = await bound_building(stage)
    return scene, (await residents(stage, scene, 1))[0]


async def test_a_resident_sees_what_is_stored(stage: Stage) -> None:
    _, neighbour = await with_resident(stage)
    shown = await mydata(stage, neighbour)
    for line in (
        "称呼：示例住户 1-101",
        "住户：3栋1单元101（11月20日（周五）登记，凭条子）",
        "投过的票：0 张",
        "提醒：开",
        "语言：中文",
    ):
        assert line in shown.text
    assert shown.labels == ["🔕 关掉提醒", "English", "📄 要一份全部内容", FORGET]


async def test_proxies_notices_words_and_moods_are_shown_and_handed_out(stage: Stage) -> None:
    scene = await bound_building(stage)
    me, neighbour = await residents(stage, scene, 2)
    await announced_meeting(stage, scene)
    await open_ballot(stage, scene)
    async with stage.program.store.unit(stage.now) as unit:
        known, other = [await people.by_address(unit.conn, str(one.id)) for one in (me, neighbour)]
        assert known is not None
        assert other is not None
        about = await proxies.occasion(unit.conn, 1, None)
        asked = await proxies.ask(unit, about, known, other.id)
        await proxies.accept(unit, asked, about, other.id)
        await unit.conn.execute(
            deliveries.insert().values(
                meeting_id=1, person_id=known.id, sequence=9, sent_at=stage.now, seen_at=stage.now
            )
        )
    shown = await mydata(stage, me)
    assert "委托：给出 1 份，替人代 0 份" in shown.text
    assert "会议通知：收到 1 份，按过“知道了” 1 份" in shown.text
    assert "委托：给出 0 份，替人代 1 份" in (await mydata(stage, neighbour)).text
    await press(stage, me, shown, "要一份全部内容")
    file = me.private().messages[-1].document
    assert file is not None
    copy = json.loads(file)
    assert copy["you"]["name"] == "示例住户 1-101"
    assert copy["proxies.giver_id"][0]["state"] == "given"
    assert "示例住户 1-102" not in file.decode()
    await stage.restart()
    await press(stage, me, shown, "English")
    assert "Proxies: 1 given, 0 held" in shown.text


async def test_a_leader_sees_the_office(stage: Stage) -> None:
    scene, _ = await with_resident(stage)
    shown = await mydata(stage, scene.leader)
    assert "职务：3栋组长" in shown.text
    assert "住户：还没有登记" in shown.text
    await press(stage, scene.leader, shown, "登记住户")
    assert "您住 3栋 哪个单元" in shown.text


async def test_a_claim_that_waits_is_shown(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    chat = neighbour.private()
    await say(stage, neighbour, chat, "登记")
    await press(stage, neighbour, await say(stage, neighbour, chat, "2-502"), "同意并加入")
    assert "等组长确认：2单元502" in (await mydata(stage, neighbour)).text
    assert scene.leader.private().last is not None


async def test_in_the_group_nothing_is_shown_but_the_way(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    for command, payload in (("/mydata", "mydata"), ("/forget", "forget")):
        shown = await say(stage, neighbour, scene.group, command)
        assert "私聊" in shown.text
        opened = await press(stage, neighbour, shown, 0)
        assert opened.url.endswith(f"?start={payload}")
        await neighbour.open_link(opened.url)
        await stage.settle()
    last = neighbour.private().last
    assert last is not None
    assert SURE in last.labels


async def test_reminders_are_switched_off_and_on(stage: Stage) -> None:
    _, neighbour = await with_resident(stage)
    shown = await mydata(stage, neighbour)
    answer = await press(stage, neighbour, shown, "关掉提醒")
    assert "不再私聊提醒" in answer.text
    assert "提醒：关" in shown.text
    await press(stage, neighbour, shown, "打开提醒")
    assert "提醒：开" in shown.text


async def test_switching_twice_with_one_button_switches_once(stage: Stage) -> None:
    _, neighbour = await with_resident(stage)
    shown = await mydata(stage, neighbour)
    for _ in range(2):
        neighbour.begin_press(shown, "prem:0")
    await stage.settle()
    assert "提醒：关" in shown.text


async def test_the_language_is_switched(stage: Stage) -> None:
    _, neighbour = await with_resident(stage)
    shown = await mydata(stage, neighbour)
    await press(stage, neighbour, shown, "English")
    assert "What I know about you" in shown.text
    assert "Hello!" in (await say(stage, neighbour, neighbour.private(), "help")).text
    await press(stage, neighbour, shown, "中文")
    assert "我记着您的这些" in shown.text


async def test_a_forged_language_changes_nothing(stage: Stage) -> None:
    _, neighbour = await with_resident(stage)
    shown = await mydata(stage, neighbour)
    await neighbour.press_forged(shown, "plang:xx")
    await stage.settle()
    assert "语言：中文" in (await mydata(stage, neighbour)).text


async def test_a_person_is_asked_before_anything_is_deleted_and_may_keep_it(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    shown = await mydata(stage, neighbour)
    await press(stage, neighbour, shown, FORGET)
    assert "已经计入的票（0 张）、会上公开记下的话和照片，但不再有您的名字" in shown.text
    assert "唯一的组长" not in shown.text
    await press(stage, neighbour, shown, "不删了")
    assert "1单元101" in shown.text
    async with stage.program.store.glance() as conn:
        assert len(await homes.members_of(conn, scene.homes[neighbour].id)) == 1


async def test_a_forgotten_person_leaves_no_name_no_address_and_no_letters(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    await say(stage, neighbour, neighbour.private(), "help")
    shown = await forget(stage, neighbour)
    assert "都删除了" in shown.text
    await stage.pass_time(hours=2)
    remains = await everything(stage)
    assert "示例住户 1-101" not in remains
    assert str(neighbour.id) not in remains
    async with stage.program.store.glance() as conn:
        assert await homes.members_of(conn, scene.homes[neighbour].id) == []


async def test_what_reached_a_forgotten_person_and_when_they_had_time_goes_too(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    await announced_meeting(stage, scene)
    async with stage.program.store.unit(stage.now) as unit:
        known = await people.by_address(unit.conn, str(neighbour.id))
        assert known is not None
        poll = {"building_id": scene.building_id, "by_id": known.id, "state": "open", "at": stage.now}
        await unit.conn.execute(time_polls.insert().values(**poll))
        await unit.conn.execute(time_slots.insert().values(poll_id=1, at=stage.now))
        answer = {"slot_id": 1, "who": "h1", "answer": "yes", "by_id": known.id, "at": stage.now}
        await unit.conn.execute(time_answers.insert().values(**answer))
        sent = {"meeting_id": 1, "person_id": known.id, "sequence": 9, "sent_at": stage.now}
        await unit.conn.execute(delete(deliveries).where(deliveries.c.person_id == known.id))
        await unit.conn.execute(deliveries.insert().values(**sent))
    await forget(stage, neighbour)
    async with stage.program.store.glance() as conn:
        kept = [(await conn.execute(select(table))).all() for table in (deliveries, time_answers)]
    assert [[row for row in rows if known.id in row] for rows in kept] == [[], []]


async def test_what_a_forgotten_person_sent_is_dropped_from_faults(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, other = await residents(stage, scene, 2)
    async with stage.program.store.unit(stage.now) as unit:
        for sender in (person, other):
            update = {"message": {"from": {"id": sender.id}, "text": "我家的事"}}
            await updates.add_fault(unit.conn, stage.now, None, update, "Traceback")
    chat = await person.start()
    await say(stage, person, chat, "/forget")
    await press(stage, person, chat.messages[-1], "确定删除")
    async with stage.program.store.glance() as conn:
        first, second = await updates.list_faults(conn)
    assert first["payload"] is None
    assert second["payload"]["message"]["from"]["id"] == other.id


async def test_what_was_said_of_a_forgotten_person_keeps_no_name(stage: Stage) -> None:
    scene = await bound_building(stage)
    neighbour = stage.sandbox.people.new("示例 <甲> & 'x'")
    await neighbour.join(scene.group)
    await move_in(stage, scene, neighbour, "1", "101")
    said = await neighbour.say(scene.group, "我来记")
    await reply(stage, scene.leader, said, "/recorder")
    assert "甲" in await everything(stage)
    await forget(stage, neighbour)
    await stage.pass_time(hours=2)
    remains = await everything(stage)
    assert "甲" not in remains
    assert "🎖 <b>*</b> 现在是" in remains


async def test_what_waits_to_be_said_keeps_no_name_either(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    async with stage.program.store.unit(stage.now) as unit:
        group = await people.group_of(unit.conn, scene.building_id)
        assert group is not None
        letter = {"text": "请示例住户 1-101 发言"}
        await outbox.say(unit, group.id, letter, not_before=stage.now.replace(hour=23, minute=59))
    await forget(stage, neighbour)
    await stage.pass_time(hours=2)
    remains = await everything(stage)
    assert "请* 发言" in remains
    assert "示例住户 1-101" not in remains


async def test_who_is_forgotten_and_joins_anew_does_not_vote_twice(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    draft = await say(stage, scene.leader, scene.leader.private(), "/vote 选谁当楼长 | 示例一 | 示例二")
    await press(stage, scene.leader, draft, "一人一票")
    await press(stage, scene.leader, scene.leader.private().messages[-1], "开始投票")
    card = scene.group.pinned
    assert card is not None
    await press(stage, neighbour, card, "甲")
    await forget(stage, neighbour)
    await move_in(stage, scene, neighbour, "1", "101")
    assert "名册" in (await press(stage, neighbour, card, "乙")).text
    async with stage.program.store.glance() as conn:
        assert [vote.choice for vote in await ballots.votes_of(conn, 1)] == [(1,)]


async def test_the_farewell_arrives_after_a_restart_too(stage: Stage) -> None:
    _, neighbour = await with_resident(stage)
    shown = await say(stage, neighbour, neighbour.private(), "/forget")
    await stage.restart()
    await press(stage, neighbour, shown, SURE)
    await stage.restart()
    await stage.pass_time(hours=2)
    assert "都删除了" in shown.text
    assert str(neighbour.id) not in await everything(stage)


async def test_a_forgotten_person_is_a_stranger_and_can_join_anew(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    await forget(stage, neighbour)
    chat = neighbour.private()
    assert "住户：还没有登记" in (await mydata(stage, neighbour)).text
    await say(stage, neighbour, chat, "登记")
    await press(stage, neighbour, await say(stage, neighbour, chat, "1-101"), "同意并加入")
    await stage.pass_time(hours=2)
    cards = [message for message in scene.leader.private().messages if "要登记" in message.text]
    await press(stage, scene.leader, cards[-1], "✅ 确认")
    assert "住户：3栋1单元101" in (await mydata(stage, neighbour)).text


async def test_a_second_press_deletes_nothing_more(stage: Stage) -> None:
    _, neighbour = await with_resident(stage)
    shown = await say(stage, neighbour, neighbour.private(), "/forget")
    presses = [neighbour.begin_press(shown, "pdely") for _ in range(2)]
    await stage.settle()
    assert all(pressed.answer.done() for pressed in presses)
    assert "都删除了" in shown.text
    await stage.pass_time(hours=2)
    assert str(neighbour.id) not in await everything(stage)


async def test_votes_that_count_stay_without_the_name(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    ballot = await open_ballot(stage, scene)
    await press(stage, neighbour, ballot, 0)
    assert "投过的票：1 张" in (await mydata(stage, neighbour)).text
    async with stage.program.store.glance() as conn:
        known = await people.by_address(conn, str(neighbour.id))
    assert known is not None
    shown = await say(stage, neighbour, neighbour.private(), "/forget")
    assert "已经计入的票（1 张）" in shown.text
    await press(stage, neighbour, shown, SURE)
    async with stage.program.store.glance() as conn:
        nameless = await people.get(conn, known.id)
        assert (nameless.name, nameless.address, nameless.consented_at) == ("", None, None)
        assert (await stored.counts(conn, known.id))["votes.by_id"] == 1


async def test_a_claim_is_withdrawn_with_the_person(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    chat = neighbour.private()
    await say(stage, neighbour, chat, "登记")
    await press(stage, neighbour, await say(stage, neighbour, chat, "2-502"), "同意并加入")
    card = scene.leader.private().last
    assert card is not None
    await forget(stage, neighbour)
    assert "已经撤回" in card.text
    assert card.labels == []
    assert "已经处理过了" in (await scene.leader.press_forged(card, "claimy:1")).text


async def test_the_last_leader_is_warned_and_the_group_is_told(stage: Stage) -> None:
    scene, _ = await with_resident(stage)
    shown = await say(stage, scene.leader, scene.leader.private(), "/forget")
    assert "您是 3栋 唯一的组长" in shown.text
    await press(stage, scene.leader, shown, SURE)
    assert "3栋 现在没有组长了" in scene.group.messages[-1].text


async def test_a_group_without_a_leader_gets_one_from_its_administrator(stage: Stage) -> None:
    scene, neighbour = await with_resident(stage)
    await forget(stage, scene.leader)
    said = await neighbour.say(scene.group, "大家好")
    assert "组长来办" in (await reply(stage, neighbour, said, "/leader")).text
    assert "示例住户 1-101 现在是本楼的组长" in (await reply(stage, scene.leader, said, "/leader")).text


@pytest.mark.parametrize("data", ["prem:0", "plang:en", "pdel", "pdely"])
async def test_keys_about_oneself_work_in_private_only(stage: Stage, data: str) -> None:
    scene, neighbour = await with_resident(stage)
    answer = await neighbour.press_forged(scene.group.messages[-2], data)
    await stage.settle()
    assert "私聊" in scene.group.transcript(1) + answer.text
    assert "1单元101" in (await mydata(stage, neighbour)).text


async def test_a_stranger_has_nothing_to_show(stage: Stage) -> None:
    stranger = stage.sandbox.people.new("示例路人")
    shown = await mydata(stage, stranger)
    assert "住户：还没有登记" in shown.text
