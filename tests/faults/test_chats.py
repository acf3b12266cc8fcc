"""Chats move, throw the bot out, block it, or are told to wait: nothing is lost that can still be said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.limits import Limits
from handlers.voting import CastVote
from rules.events import first_break
from sandbox.conversations import Seen
from sandbox.limits import Limits as Allowed
from sandbox.limits import Meter
from sandbox.people import Person
from storage import ballots, log, people
from tests.faults.fast import SPEED, FastStage, arrivals, notify
from tests.scenes import Scene, announced_meeting, bound_building, open_ballot, residents, say
from tests.stage import Stage

NOTICE = "明天停水"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FastStage]:
    async with FastStage(tmp_path) as stage:
        yield stage


async def voting(stage: FastStage, count: int = 8) -> tuple[Scene, list[Person], Seen]:
    """Neighbours, the first half of whom have voted."""
    scene = await bound_building(stage)
    neighbours = await residents(stage, scene, count)
    card = await open_ballot(stage, scene)
    for each in neighbours[: count // 2]:
        await each.press(card, "甲")
    await stage.settle()
    return scene, neighbours, card


async def check_votes(stage: Stage, voters: int) -> None:
    """So many voted, each once, and the log is whole."""
    async with stage.program.store.glance() as conn:
        assert (await ballots.get(conn, 1)).voted == voters == len(await ballots.votes_of(conn, 1))
        assert first_break(await log.read(conn, "ballot:1")) is None


async def test_a_group_that_moves_during_a_ballot_votes_on(stage: FastStage) -> None:
    scene, neighbours, _ = await voting(stage)
    scene.group.upgrade()
    await stage.settle()
    card = next(seen for seen in reversed(scene.group.messages) if "停车位" in seen.text)
    assert "已投 4 户" in card.text
    for each in neighbours[4:]:
        assert "已记下" in (await each.press(card, "甲")).text
    await stage.settle()
    assert "已投 8 户" in card.text
    await stage.pass_time(days=1)
    assert sum("停车位" in seen.words and bool(seen.photo) for seen in scene.group.messages) == 1
    await check_votes(stage, 8)
    assert await stage.faults() == []


async def test_a_ballot_that_is_over_is_not_shown_again_where_the_group_has_moved(stage: FastStage) -> None:
    scene, neighbours, _ = await voting(stage)
    await stage.pass_time(days=1)
    before = [seen.words for seen in scene.group.messages]
    assert scene.group.pinned is None, "what is over is pinned no longer"
    scene.group.upgrade()
    await stage.settle()
    await neighbours[0].say(scene.group, "/help@louyuhui_bot")
    await stage.settle()
    said = [seen.words for seen in scene.group.messages if seen.by_bot]
    assert not any("已截止，结果见下" in words for words in said[len(before) :])
    assert await stage.faults() == []


async def test_who_edits_what_they_wrote_says_nothing_twice(stage: FastStage) -> None:
    """What was answered stands; what was written on record is corrected by its own button."""
    scene, neighbours, card = await voting(stage)
    chat = scene.leader.private()
    await scene.leader.say(chat, "/vote 花坛种什么 | 月季 | 桂花")
    await stage.settle()
    drafts = await stage.rows("SELECT count(*) FROM ballots")
    mine = next(seen for seen in reversed(chat.messages) if not seen.by_bot)
    await scene.leader.edit(mine, "/vote 花坛种什么 | 月季 | 桂花 | 石榴")
    said = await neighbours[0].say(scene.group, "大家好")
    await neighbours[0].edit(said, "/help@louyuhui_bot")
    await stage.settle()
    assert await stage.rows("SELECT count(*) FROM ballots") == drafts
    assert chat.messages[-1].by_bot
    assert "月季" in chat.messages[-1].text
    assert "石榴" not in chat.messages[-1].text
    assert scene.group.messages[-1].text == "/help@louyuhui_bot"
    assert await stage.faults() == []
    assert (await neighbours[1].press(card, "甲")).text.startswith("已记下")


async def test_what_was_said_in_the_new_group_before_the_move_was_known_is_answered(
    stage: FastStage,
) -> None:
    scene, neighbours, _ = await voting(stage, 2)
    program = stage.program
    stage.sandbox.faults.next("error_502", 1000, "sendMessage")
    old = scene.group.id
    bot = stage.sandbox.world.bots[stage.token]
    scene.group.upgrade()
    moves = [one for one in bot.updates.pending if "migrate" in str(one)]
    assert moves
    for one in moves:
        bot.updates.pending.remove(one)
    await neighbours[0].say(scene.group, "帮助@louyuhui_bot")
    await scene.leader.say(scene.group, "/help")
    await stage.sandbox.world.pulse.until(lambda: not bot.updates.pending)
    async with program.store.glance() as conn:
        assert await people.chat_by_address(conn, str(scene.group.id)) is not None
        assert await people.chat_by_address(conn, str(old)) is not None
    bot.updates.pending.extend({**one, "update_id": one["update_id"] + 100} for one in moves)
    bot.updates.last_id += 200
    bot.updates.wake()
    await stage.sandbox.world.pulse.until(lambda: not bot.updates.pending)
    stage.sandbox.faults.clear()
    await stage.settle()
    assert await stage.faults() == []
    assert await stage.unsent() == []
    said = [seen.words for seen in scene.group.messages if seen.by_bot]
    assert any("我是楼宇会小助手" in words for words in said), "who asked for help is answered"
    assert any("停车位怎么划" in words for words in said), "the ballot is shown where the group is now"
    async with program.store.glance() as conn:
        group = await people.group_of(conn, scene.building_id)
    assert group is not None
    assert group.address == str(scene.group.id)


async def test_a_bot_that_was_thrown_out_and_came_back_shows_the_ballot_as_it_is(stage: FastStage) -> None:
    scene, neighbours, card = await voting(stage)
    await scene.leader.remove_bot(scene.group)
    await stage.settle()
    for each in neighbours[4:]:
        answer = await each.start(payload="b_1")
        await stage.settle()
        await each.press(answer.messages[-1], "甲")
    await stage.settle()
    await check_votes(stage, 8)
    await scene.leader.add_bot(scene.group, admin=True)
    await stage.settle()
    assert "已投 8 户" in card.text
    await stage.pass_time(days=1)
    assert sum("停车位" in seen.words and bool(seen.photo) for seen in scene.group.messages) == 1
    assert await stage.faults() == []


async def test_a_result_that_fell_due_while_the_bot_was_out_is_shown_when_it_is_back(
    stage: FastStage,
) -> None:
    scene, _, _ = await voting(stage)
    await scene.leader.remove_bot(scene.group)
    await stage.pass_time(days=1)
    await scene.leader.add_bot(scene.group, admin=True)
    await stage.settle()
    assert sum("停车位" in seen.words and bool(seen.photo) for seen in scene.group.messages) == 1
    assert await stage.faults() == []


async def test_members_who_all_block_the_bot_are_let_go_one_by_one(stage: FastStage) -> None:
    scene, neighbours, card = await voting(stage)
    await announced_meeting(stage, scene)
    await stage.settle()
    for each in neighbours:
        await each.block()
    bot = stage.sandbox.world.bots[stage.token]
    bot.updates.pending.clear()  # and it is not told: it finds out by itself
    await notify(stage, [each.private() for each in neighbours], NOTICE)
    for _ in range(7):
        await stage.pass_time(days=1)
    async with stage.program.store.glance() as conn:
        known = [await people.by_address(conn, str(each.id)) for each in neighbours]
    assert {each.reach for each in known if each} == {"no"}
    assert await stage.faults() == []
    back = neighbours[0]
    await back.start()
    await stage.settle()
    assert any(seen.by_bot for seen in back.private().messages[-2:])
    assert arrivals(back, NOTICE) == 0
    await notify(stage, [back.private()], NOTICE)
    await stage.settle()
    assert arrivals(back, NOTICE) == 1
    assert "4 户 / 48 户投了票" in card.text


async def test_a_storm_of_refusals_delays_and_loses_nothing(tmp_path: Path) -> None:
    stage = FastStage(tmp_path)
    stage.limits = Limits(all_per_second=1000, chat_burst=1000, group_per_minute=1000, card_pace=0.0)
    async with stage:
        scene, neighbours, card = await voting(stage)
        bot = stage.sandbox.world.bots[stage.token]
        meter = stage.sandbox.world.meters[bot.id] = Storm()
        texts = [f"{NOTICE} {number}" for number in range(12)]
        for text in texts:
            await notify(stage, [scene.group, *(each.private() for each in neighbours)], text)
        presses = [each.begin_press(card, CastVote(1, 2).pack()) for each in neighbours]
        async with asyncio.timeout(30):
            await stage.settle()
        assert stage.sandbox.counters.too_many >= 20
        assert meter.early == 0, "each chat waited as it was told"
        for each in neighbours:
            assert [seen.text for seen in each.private().messages if seen.text in texts] == texts
        assert [seen.text for seen in scene.group.messages if seen.text in texts] == texts
        assert all("已记下" in one.answer.result()["text"] for one in presses)
        await check_votes(stage, 8)
        assert await stage.unsent() == []


class Storm(Meter):
    """Allows much less than the platform says, and counts who comes again before they were told to.

    Its own time stands still until it has refused twenty times.
    """

    def __init__(self) -> None:
        self.time = asyncio.get_running_loop().time
        self.began = self.time()
        self.early = 0
        self.until: dict[int, float] = {}
        super().__init__(Allowed(overall=5, a_chat_burst=2), self.now)

    def now(self) -> float:
        return 0.0 if self.exceeded < 20 else (self.time() - self.began) * SPEED

    def take(self, chat_id: int, count: int = 1) -> int:
        self.early += self.time() * SPEED < self.until.get(chat_id, 0.0)
        wait = super().take(chat_id, count)
        wait += 19 * bool(wait)  # long enough to tell whether it was heeded
        self.until[chat_id] = self.time() * SPEED + wait
        return wait


async def test_the_clock_may_jump_back_an_hour(stage: FastStage) -> None:
    scene, neighbours, card = await voting(stage)
    await announced_meeting(stage, scene)
    await stage.pass_time(days=1, minutes=10)
    said = [seen.words for seen in scene.group.messages]
    stage.now -= timedelta(hours=1)
    await stage.program.clock.tick()
    await stage.settle()
    assert [seen.words for seen in scene.group.messages] == said
    late = await neighbours[4].press_forged(card, CastVote(1, 1).pack())
    assert "已记下" not in late.text
    answer = await say(stage, scene.leader, scene.leader.private(), "帮助")
    assert answer.by_bot
    for _ in range(5):
        await stage.pass_time(days=1)
    keys = await stage.rows("SELECT key, count(*) FROM outbox WHERE key IS NOT NULL GROUP BY key")
    assert all(count == 1 for _, count in keys)
    waiting = await stage.rows("SELECT key FROM dues WHERE state = 'waiting' AND due_at < '2026-11-25'")
    assert waiting == []
    await check_votes(stage, 4)
    assert await stage.faults() == []
