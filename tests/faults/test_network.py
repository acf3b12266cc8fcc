"""Telegram is down, slow, out of sorts or cuts connections: notices arrive, votes count once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import queues
from handlers.speech import Speech
from handlers.voting import CastVote
from handlers.words import Words
from rules.events import first_break
from sandbox.conversations import Seen
from sandbox.people import Person
from services import calling
from storage import ballots, homes, log, meetings, people
from tests.faults.fast import FastStage, arrivals, notify
from tests.scenes import Scene, bound_building, open_ballot, press, residents
from tests.stage import Stage

NOTICE = "明天停水"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FastStage]:
    async with FastStage(tmp_path) as stage:
        yield stage


async def town(stage: Stage, count: int = 12) -> tuple[Scene, list[Person], Seen]:
    """Neighbours, and a ballot that is open for a day."""
    scene = await bound_building(stage)
    neighbours = await residents(stage, scene, count)
    return scene, neighbours, await open_ballot(stage, scene, "修门禁吗 | 修 | 不修")


async def all_said(stage: FastStage) -> None:
    """Return when all that was to be said is said, whatever goes wrong on the way."""
    async with asyncio.timeout(20):
        await stage.settle()


async def check_votes(stage: Stage, voters: int) -> None:
    """So many voted, each once, and the log is whole."""
    async with stage.program.store.glance() as conn:
        assert len(await ballots.votes_of(conn, 1)) == voters
        assert (await ballots.get(conn, 1)).voted == voters
        events = await log.read(conn, "ballot:1")
    assert [event.kind for event in events].count("cast") == voters
    assert first_break(events) is None


async def test_after_an_hour_without_telegram_everything_is_made_up_for(stage: FastStage) -> None:
    _, neighbours, card = await town(stage)
    await stage.sandbox.stop()
    await notify(stage, [each.private() for each in neighbours], NOTICE)
    data = CastVote(1, 1).pack()
    presses = [each.begin_press(card, data) for each in neighbours]
    for _ in range(6):
        stage.now += timedelta(minutes=10)
        await stage.program.clock.tick()
        await asyncio.sleep(0.05)  # so that it tries and fails
    assert not any(one.answer.done() for one in presses)
    await stage.sandbox.start()
    await all_said(stage)
    assert [arrivals(each, NOTICE) for each in neighbours] == [1] * len(neighbours)
    assert all("已记下" in one.answer.result()["text"] for one in presses)
    await check_votes(stage, len(neighbours))
    assert "已投 12 户" in card.text
    assert await stage.faults() == []
    assert await stage.unsent() == []


async def test_what_falls_due_while_telegram_is_down_is_told_once_it_is_back(stage: FastStage) -> None:
    scene, neighbours, card = await town(stage)
    await press(stage, neighbours[0], card, "甲")
    await stage.sandbox.stop()
    stage.now += timedelta(days=1)
    await stage.program.clock.tick()
    late = neighbours[1].begin_press(card, CastVote(1, 2).pack())
    await stage.sandbox.start()
    await all_said(stage)
    assert "截止" in late.answer.result()["text"] or "结束" in late.answer.result()["text"]
    results = [seen for seen in scene.group.messages if seen.photo or "结果" in seen.words]
    assert results
    await check_votes(stage, 1)


async def test_five_seconds_of_delay_lose_nothing(tmp_path: Path) -> None:
    """With all that the bot waits for, and gives up after, at its true length."""
    async with Stage(tmp_path) as stage:
        _, neighbours, card = await town(stage, 4)
        edited = sum(one.method == "editMessageText" for one in stage.sandbox.requests)
        stage.sandbox.faults.latency = 5.0
        began = time.monotonic()
        presses = [each.begin_press(card, CastVote(1, 1).pack()) for each in neighbours]
        await notify(stage, [each.private() for each in neighbours], NOTICE)
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*(one.answer for one in presses))
            assert time.monotonic() - began >= 5, "it was that slow"
            stage.sandbox.faults.clear()
            await stage.settle()
        assert all("已记下" in answer["text"] for answer in answers)
        assert [arrivals(each, NOTICE) for each in neighbours] == [1] * len(neighbours)
        await check_votes(stage, len(neighbours))
        assert f"已投 {len(neighbours)} 户" in card.text, "the card has caught up"
        edits = sum(one.method == "editMessageText" for one in stage.sandbox.requests) - edited
        assert edits < len(neighbours), "many votes, few edits"
        assert [one.status for one in stage.sandbox.requests if one.status != 200] == []


@pytest.mark.parametrize("fault", ["error_500", "error_502"])
async def test_while_telegram_only_answers_with_errors_no_notice_is_given_up(
    stage: FastStage, fault: str
) -> None:
    scene, neighbours, _ = await town(stage, 6)
    setattr(stage.sandbox.faults, fault, 1.0)
    await notify(stage, [scene.group, *(each.private() for each in neighbours)], NOTICE)
    await announced_from_within(stage, scene)
    await asyncio.sleep(0.5)  # fifty seconds to the bot: it has tried several times
    stage.sandbox.faults.clear()
    await all_said(stage)
    assert [arrivals(each, NOTICE) for each in neighbours] == [1] * len(neighbours)
    assert sum(seen.text == NOTICE for seen in scene.group.messages) == 1
    assert sum("社区活动室" in seen.text for seen in scene.group.messages) == 1
    assert await stage.unsent() == []


async def announced_from_within(stage: FastStage, scene: Scene) -> None:
    """A meeting's notice is to be shown in the group; nothing is waited for."""
    async with stage.program.store.unit(stage.now) as work:
        building = await homes.building(work.conn, scene.building_id)
        leader = await people.by_address(work.conn, str(scene.leader.id))
        assert leader is not None
        draft = await calling.begin(work, building, leader.id)
        await calling.set_time(work, draft, stage.now + timedelta(days=5))
        await calling.set_place(work, draft, "社区活动室")
        await calling.add_item(work, draft, "电动车棚")
        draft = await meetings.get(work.conn, draft.id)
        await calling.publish(work, draft, building, leader.id)
        speech = Speech(work, Words(), "louyuhui_bot")
        await speech.show_building(building, "notice", draft.id, pinned=True)


@pytest.mark.parametrize(
    ("fault", "came"), [("drop_before", 1), ("drop_after", 2)], ids=["before the effect", "after it"]
)
async def test_a_notice_whose_connection_was_cut_comes_and_at_most_twice(
    stage: FastStage, fault: str, came: int
) -> None:
    _, neighbours, _ = await town(stage, 4)
    stage.sandbox.faults.next(fault, len(neighbours), "sendMessage")
    await notify(stage, [each.private() for each in neighbours], NOTICE)
    await all_said(stage)
    assert [arrivals(each, NOTICE) for each in neighbours] == [came] * len(neighbours)


@pytest.mark.parametrize(("fault", "came"), [("drop_before", 0), ("drop_after", 1)])
async def test_an_answer_whose_connection_was_cut_is_never_said_twice(
    stage: FastStage, fault: str, came: int
) -> None:
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    before = len(chat.messages)
    stage.sandbox.faults.next(fault, 1, "sendMessage")
    await person.say(chat, "您好")
    await all_said(stage)
    assert len(chat.messages) - before == 1 + came
    await person.say(chat, "还在吗")
    await all_said(stage)
    assert chat.messages[-1].by_bot, "the next is answered"


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
async def test_a_page_that_is_turned_when_the_connection_is_cut_is_turned_again(
    stage: FastStage, fault: str
) -> None:
    """Done twice, an edit is done once."""
    leader = stage.sandbox.people.new("示例组长")
    group = stage.sandbox.people.new_group("3栋邻里群", leader)
    await leader.add_bot(group, admin=True)
    await stage.settle()
    stage.sandbox.faults.next(fault, 1, "editMessageText")
    await leader.press(group.messages[-1], 0)
    await all_said(stage)
    assert stage.sandbox.faults.happened[fault] == 1
    assert "这栋楼叫什么" in group.messages[-1].text
    assert sum("这栋楼叫什么" in seen.text for seen in group.messages) == 1


async def test_refused_connections_do_not_use_up_the_second_try_of_a_notice(stage: FastStage) -> None:
    _, neighbours, _ = await town(stage, 2)
    await stage.sandbox.stop()
    await notify(stage, [each.private() for each in neighbours], NOTICE)
    await asyncio.sleep(0.2)
    stage.sandbox.faults.next("drop_before", len(neighbours), "sendMessage")
    await stage.sandbox.start()
    await all_said(stage)
    assert [arrivals(each, NOTICE) for each in neighbours] == [1] * len(neighbours)


async def test_connections_that_were_never_made_bring_no_notice_nearer_to_being_given_up(
    stage: FastStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what the platform itself answered counts: after a long outage its first 502 ends nothing."""
    monkeypatch.setattr(queues, "GIVE_UP", 3)
    _, neighbours, _ = await town(stage, 2)
    await stage.sandbox.stop()
    await notify(stage, [each.private() for each in neighbours], NOTICE)
    async with asyncio.timeout(10):
        while tried(stage, "later") < 5 * len(neighbours):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    stage.sandbox.faults.next("error_502", len(neighbours), "sendMessage")
    await stage.sandbox.start()
    await all_said(stage)
    assert stage.sandbox.faults.happened["error_502"] == len(neighbours)
    assert [arrivals(each, NOTICE) for each in neighbours] == [1] * len(neighbours)
    assert await stage.unsent() == []


async def test_a_letter_that_is_given_up_does_not_take_the_next_one_along(
    stage: FastStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "GIVE_UP", 2)
    [person] = (await town(stage, 1))[1]
    stage.sandbox.faults.next("error_500", 5, "sendMessage")
    await notify(stage, [person.private()], "每次都出错")
    await notify(stage, [person.private()], NOTICE)
    await all_said(stage)
    assert stage.sandbox.faults.happened["error_500"] == 5
    assert arrivals(person, NOTICE) == 1
    assert [why for why, _ in await stage.unsent()] == ["500"]


def tried(stage: FastStage, result: str) -> float:
    """How many attempts at a letter had a result."""
    labels = {"what": "letter", "result": result}
    name = "louyuhui_delivery_seconds_count"
    return stage.program.metrics.registry.get_sample_value(name, labels) or 0


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error_500"])
async def test_votes_count_once_while_a_third_of_all_requests_fail(stage: FastStage, fault: str) -> None:
    _, neighbours, card = await town(stage)
    setattr(stage.sandbox.faults, fault, 0.3)
    for option in (1, 2, 1):
        for each in neighbours:
            each.begin_press(card, CastVote(1, option).pack())
    await stage.sandbox.world.pulse.until(lambda: not stage.sandbox.world.bots[stage.token].updates.pending)
    stage.sandbox.faults.clear()
    async with asyncio.timeout(20):
        await stage.program.quiet()
    async with stage.program.store.glance() as conn:
        votes = await ballots.votes_of(conn, 1)
        assert {vote.choice for vote in votes} == {(1,)}
        assert (await ballots.get(conn, 1)).voted == len(neighbours) == len(votes)
        assert first_break(await log.read(conn, "ballot:1")) is None
    assert await stage.faults() == []


@pytest.mark.parametrize("fault", ["drop_before", "error_500"])
async def test_who_cannot_be_asked_of_telegram_is_told_to_try_again(stage: FastStage, fault: str) -> None:
    leader = stage.sandbox.people.new("示例组长")
    group = stage.sandbox.people.new_group("3栋邻里群", leader)
    await leader.add_bot(group, admin=True)
    await stage.settle()
    stage.sandbox.faults.next(fault, 1, "getChatMember")
    answer = await leader.press(group.messages[-1], 0)
    assert "请过一会儿再试一次" in answer.text
    assert "Telegram" in answer.text
    assert await stage.faults() == []
    await leader.press(group.messages[-1], 0)
    await stage.settle()
    assert "这栋楼叫什么" in group.messages[-1].text


async def test_updates_that_come_twice_and_out_of_order_count_once(stage: FastStage) -> None:
    _, neighbours, card = await town(stage)
    stage.sandbox.faults.duplicate = stage.sandbox.faults.reorder = 0.8
    for option in (2, 1):
        for each in neighbours:
            each.begin_press(card, CastVote(1, option).pack())
    await all_said(stage)
    happened = stage.sandbox.faults.happened
    assert happened["duplicate"] > 0
    assert happened["reorder"] > 0
    async with stage.program.store.glance() as conn:
        votes = await ballots.votes_of(conn, 1)
        events = await log.read(conn, "ballot:1")
    assert {vote.choice for vote in votes} == {(1,)}
    assert [event.kind for event in events].count("cast") == 2 * len(neighbours)
    assert first_break(events) is None
    assert await stage.faults() == []


async def test_updates_that_come_a_batch_after_newer_ones_count_once(stage: FastStage) -> None:
    """As no platform should: the bot has confirmed newer ones by then."""
    _, neighbours, card = await town(stage)
    faults = stage.sandbox.faults
    faults.late, faults.duplicate = 0.5, 0.5
    presses = [each.begin_press(card, CastVote(1, 1).pack()) for each in neighbours]
    async with asyncio.timeout(20):
        await asyncio.gather(*(one.answer for one in presses))
    faults.clear()
    await all_said(stage)
    assert faults.happened["late"] > 0
    assert faults.happened["duplicate"] > 0
    assert all("已记下" in one.answer.result()["text"] for one in presses)
    await check_votes(stage, len(neighbours))
    assert await stage.faults() == []
