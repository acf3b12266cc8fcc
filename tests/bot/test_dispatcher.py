"""The outbox loop: everything arrives, in order, within the limits, and each chat has its end state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from bot.limits import Limits
from bot.program import Program, running
from bot.settings import Settings
from handlers.speech import Screen, View
from sandbox import Sandbox
from sandbox.limits import Limits as Allowed
from sandbox.limits import Meter
from sandbox.people import Person
from services import outbox
from services.outbox import Rank
from storage import homes, people, privacy
from storage import outbox as rows
from storage.store import Unavailable, Unit

SPEED = 20.0


def story_time() -> float:
    """Seconds, running twenty times as fast as the wall clock's."""
    return 1_800_000_000 + monotonic() * SPEED


async def test_an_hour_set_back_between_two_starts_keeps_nobody_waiting(tmp_path: Path) -> None:
    """What was sent in the hour to come counts as sent just now, not as sent in an hour."""
    async with Sandbox(limits=None) as sandbox:
        token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        database = f"sqlite+aiosqlite:///{tmp_path}/louyuhui.db"
        settings = Settings(token=token, database=database, api=sandbox.url, tick=3600)
        person = sandbox.people.new("示例住户")
        chat = await person.start()
        async with running(settings, lambda: datetime.now(UTC), Limits(), SPEED) as program:
            await sandbox.settled()
            await program.dispatcher.idle.wait()
        async with running(
            settings, lambda: datetime.now(UTC) - timedelta(hours=1), Limits(), SPEED
        ) as program:
            await say(program, chat.id, "private", ["回答"])
            await until_said(sandbox, "回答", 1)


async def test_who_is_erased_takes_no_letter_of_anybody_else_along(tmp_path: Path) -> None:
    """The number of an erased letter is not given to the next one, which would then never be seen."""
    async with on_sandbox(tmp_path) as (sandbox, program):
        gone, other = sandbox.people.new("示例住户 1"), sandbox.people.new("示例住户 2")
        chat, fine = await gone.start(), await other.start()
        await sandbox.settled()
        await program.dispatcher.idle.wait()
        later = datetime.fromtimestamp(story_time(), UTC) + timedelta(seconds=10)
        await say(program, chat.id, "private", ["明早提醒"], not_before=later)
        await say(program, chat.id, "private", ["再见"])
        await until_said(sandbox, "再见", 1)
        await program.dispatcher.idle.wait()
        await erase(program, gone.id)
        await say(program, fine.id, "private", ["到了"])
        await until_said(sandbox, "到了", 1)
        async with asyncio.timeout(20):
            while datetime.fromtimestamp(story_time(), UTC) < later + timedelta(seconds=10):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # what was put off for the erased one is looked for, and not found
        await say(program, fine.id, "private", ["还在"])
        await until_said(sandbox, "还在", 1)
        assert "明早提醒" not in [seen.text for seen in [*chat.messages, *fine.messages]]


async def erase(program: Program, person: int) -> None:
    """Erase somebody's private chat, as an hour after they had themselves forgotten."""
    async with program.store.unit(datetime.now(UTC)) as unit:
        known = await people.by_address(unit.conn, str(person))
        chat = await people.chat_by_address(unit.conn, str(person))
        assert known is not None
        assert chat is not None
        await people.change(unit.conn, known.id, address=None)
        await privacy.erase_chat(unit.conn, chat.id)


async def test_what_could_not_be_read_to_its_end_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_sandbox(tmp_path) as (sandbox, program):
        chats = [await sandbox.people.new(f"示例住户 {number}").start() for number in range(2)]
        await sandbox.settled()
        await program.dispatcher.idle.wait()
        among, fail = people.chats_among, iter([True])

        async def lost(*args: Any) -> Any:
            if args[1] and next(fail, False):
                raise Unavailable("the connection was lost")
            return await among(*args)

        monkeypatch.setattr("storage.people.chats_among", lost)
        program.dispatcher._queues.clear()  # as those of chats it has not met yet
        for chat in chats:
            await say(program, chat.id, "private", ["回答"])
        await until_said(sandbox, "回答", 2)
        assert next(fail, False) is False


@asynccontextmanager
async def on_sandbox(folder: Path) -> AsyncIterator[tuple[Sandbox, Program]]:
    """The bot on a sandbox that enforces Telegram's limits, in fast time."""
    async with Sandbox(clock=story_time) as sandbox:
        token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        async with at_work(folder, sandbox, token) as program:
            yield sandbox, program


@asynccontextmanager
async def at_work(folder: Path, sandbox: Sandbox, token: str) -> AsyncIterator[Program]:
    """The bot on a sandbox, from its start to its end; started again, it goes on with the same database."""
    database = f"sqlite+aiosqlite:///{folder}/louyuhui.db"
    settings = Settings(token=token, database=database, api=sandbox.url, tick=3600)
    now = lambda: datetime.fromtimestamp(story_time(), UTC)  # noqa: E731
    async with running(settings, now, Limits(), SPEED) as program:
        program.reception.routes.cards["probe"] = draw
        yield program


async def draw(_view: View, _about: int) -> Screen:
    """A card that looks different each time."""
    return Screen(f"{story_time()}")


async def say(program: Program, address: int, kind: str, texts: list[str], **more: object) -> None:
    """Put letters for a chat in the outbox."""
    async with program.store.unit(datetime.now(UTC)) as unit:
        chat = await people.enter(unit.conn, str(address), kind, "chat")
        for text in texts:
            await outbox.say(unit, chat.id, {"text": text, "keys": []}, **more)  # type: ignore[arg-type]


async def test_a_busy_minute_keeps_order_and_never_meets_a_429(tmp_path: Path) -> None:
    async with on_sandbox(tmp_path) as (sandbox, program):
        creator = sandbox.people.new("示例住户")
        groups = [sandbox.people.new_group(f"群{number}", creator) for number in range(4)]
        for group in groups:
            await creator.add_bot(group)
        neighbours = [sandbox.people.new(f"示例住户 {number}") for number in range(20)]
        chats = [await neighbour.start() for neighbour in neighbours]
        await sandbox.settled()
        await program.dispatcher.idle.wait()
        before = {chat.id: len(chat.messages) for chat in [*groups, *chats]}
        told = [str(number) for number in range(25)]
        for group in groups:
            await say(program, group.id, "group", told)
        for chat in chats:
            await say(program, chat.id, "private", told[:5])
        await program.dispatcher.idle.wait()
        assert [seen.text for seen in groups[0].messages[before[groups[0].id] :]] == told
        assert all(len(chat.messages) - before[chat.id] == 5 for chat in chats)
        assert sandbox.counters.too_many == 0


async def test_what_was_shown_before_a_restart_counts_within_the_limits(tmp_path: Path) -> None:
    """A group's card was renewed as often as it may; the bot starts anew, and 15 letters wait there."""
    async with Sandbox(clock=story_time) as sandbox:
        token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        creator = sandbox.people.new("示例住户")
        group = sandbox.people.new_group("群", creator)
        async with at_work(tmp_path, sandbox, token) as program:
            await creator.add_bot(group)
            await sandbox.settled()
            async with program.store.unit(datetime.now(UTC)) as unit:
                chat = await people.enter(unit.conn, str(group.id), "group", "chat")
                card = {"kind": "probe", "about_id": 1, "lang": "zh", "rank": Rank.CARD}
                await rows.want_card(unit.conn, chat_id=chat.id, **card)
            for _ in range(15):
                await program.dispatcher.idle.wait()
                async with program.store.unit(datetime.now(UTC)) as unit:
                    await rows.touch_cards(unit.conn, "probe", 1)
            await program.dispatcher.idle.wait()
        async with at_work(tmp_path, sandbox, token) as program:
            told = [str(number) for number in range(15)]
            await say(program, group.id, "group", told)
            await program.dispatcher.idle.wait()
        assert [seen.text for seen in group.messages[-15:]] == told
        assert sandbox.counters.too_many == 0


class Halting(Meter):
    """Lets one chat wait for the first message it gets, and notes when each chat is asked to take one."""

    def __init__(self, chat_id: int, seconds: int) -> None:
        super().__init__(Allowed(), story_time)
        self.chat_id = chat_id
        self.seconds = seconds
        self.asked: dict[int, list[float]] = {}

    def take(self, chat_id: int, count: int = 1) -> int:
        asked = self.asked.setdefault(chat_id, [])
        asked.append(self.clock())
        return self.seconds if chat_id == self.chat_id and len(asked) == 1 else super().take(chat_id, count)


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_chat_that_is_told_to_wait_is_left_alone_and_no_other_waits_for_it(
    tmp_path: Path, restarted: bool
) -> None:
    async with Sandbox(clock=story_time) as sandbox:
        token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        waits, other = [await sandbox.people.new(f"示例住户 {number}").start() for number in range(2)]
        async with at_work(tmp_path, sandbox, token) as program:
            await sandbox.settled()
            await program.dispatcher.idle.wait()
            meter = Halting(waits.id, 20)
            sandbox.world.meters[sandbox.world.bots[token].id] = meter
            await say(program, waits.id, "private", ["先", "后"])
            await say(program, other.id, "private", ["一", "二", "三"])
            await until_said(sandbox, "三", 1)
            if not restarted:
                await program.dispatcher.idle.wait()
        if restarted:
            async with at_work(tmp_path, sandbox, token) as program:
                await program.dispatcher.idle.wait()
        told, again, *_ = meter.asked[waits.id]
        assert again - told >= 20
        assert all(when < again for when in meter.asked[other.id])
        assert [seen.text for seen in waits.messages[-2:]] == ["先", "后"]
        assert sandbox.counters.too_many == 1


async def test_what_is_urgent_overtakes_what_is_not(tmp_path: Path) -> None:
    async with on_sandbox(tmp_path) as (sandbox, program):
        people_ = [sandbox.people.new(f"示例住户 {number}") for number in range(100)]
        chats = [await person.start() for person in people_]
        await sandbox.settled()
        await program.dispatcher.idle.wait()
        async with program.store.unit(datetime.now(UTC)) as unit:
            for chat in chats:
                last = chat == chats[-1]
                entered = await people.enter(unit.conn, str(chat.id), "private", "chat")
                letter = {"text": "结果" if last else "每月提醒", "keys": []}
                await outbox.say(unit, entered.id, letter, rank=Rank.URGENT if last else Rank.BULK)
        await program.dispatcher.idle.wait()
        texts = [request.params["text"] for request in sandbox.requests if request.method == "sendMessage"]
        reminders = [index for index, text in enumerate(texts) if text == "每月提醒"]
        assert len(reminders) == 99
        assert texts.index("结果") < reminders[0]


async def test_ten_thousand_reminders_hold_up_no_other_buildings_result(tmp_path: Path) -> None:
    async with on_sandbox(tmp_path) as (sandbox, program):
        chats = [await sandbox.people.new(f"示例住户 {number}").start() for number in range(100)]
        other = sandbox.people.new("示例住户 别栋")
        group = sandbox.people.new_group("别栋", other)
        await other.add_bot(group)
        await sandbox.settled()
        await program.dispatcher.idle.wait()
        async with program.store.unit(datetime.now(UTC)) as unit:
            for chat in chats:
                entered = await people.enter(unit.conn, str(chat.id), "private", "chat")
                for _ in range(100):
                    await outbox.say(unit, entered.id, {"text": "每月提醒", "keys": []}, rank=Rank.BULK)
        await until_said(sandbox, "每月提醒", 60)  # they are on their way
        before = said(sandbox, "每月提醒")
        await say(program, group.id, "group", ["结果"], rank=Rank.URGENT)
        await say(program, other.private().id, "private", ["回答"], rank=Rank.ANSWER)
        await until_said(sandbox, "结果", 1)
        await until_said(sandbox, "回答", 1)
        assert said(sandbox, "每月提醒") - before < 5 * 30, "in five seconds; all of them take 333"
        async with program.store.glance() as conn:
            assert (await rows.depth(conn)) > 9_000


async def lives_in(unit: Unit, building: str, *neighbours: Person) -> list[int]:
    """People move into a building; their private chats."""
    community = await homes.community(unit.conn, building)
    there = await homes.add_building(
        unit.conn, community_id=community, name="1栋", units=1, zone="Asia/Shanghai", lang="zh"
    )
    rooms = [{"building_id": there.id, "unit": "1", "room": str(one.id)} for one in neighbours]
    await homes.add_households(unit.conn, rooms)
    chats = []
    for home, person in zip(await homes.households_in(unit.conn, there.id), neighbours, strict=True):
        person.private().state.started = True
        known = await people.meet(unit.conn, str(person.id), person.name, "zh", unit.now)
        await homes.join(unit.conn, home.id, known.id, "slip", unit.now)
        chats.append((await people.enter(unit.conn, str(person.id), "private", person.name)).id)
    return chats


async def test_the_reminders_of_one_building_hold_up_no_other_buildings(tmp_path: Path) -> None:
    """At the same rank each building has its turn."""
    async with on_sandbox(tmp_path) as (sandbox, program):
        many = [sandbox.people.new(f"示例住户 {number}") for number in range(300)]
        async with program.store.unit(datetime.now(UTC)) as unit:
            large = await lives_in(unit, "大院", *many)
            [small] = await lives_in(unit, "小院", sandbox.people.new("示例住户 小院"))
            for chat in large:
                await outbox.say(unit, chat, {"text": "每月提醒", "keys": []}, rank=Rank.BULK)
        await until_said(sandbox, "每月提醒", 60)  # they are on their way
        before = said(sandbox, "每月提醒")
        async with program.store.unit(datetime.now(UTC)) as unit:
            await outbox.say(unit, small, {"text": "小院的提醒", "keys": []}, rank=Rank.BULK)
        await until_said(sandbox, "小院的提醒", 1)
        assert said(sandbox, "每月提醒") - before < 90, "in three seconds"
        await program.dispatcher.idle.wait()
        assert said(sandbox, "每月提醒") == 300
        assert sandbox.counters.too_many == 0


async def test_who_waits_for_an_answer_does_not_wait_for_the_reminders_of_all_others(tmp_path: Path) -> None:
    """In a chat everything keeps its order: the reminder before the answer leaves early with it."""
    async with on_sandbox(tmp_path) as (sandbox, program):
        neighbours = [sandbox.people.new(f"示例住户 {number}") for number in range(300)]
        for person in neighbours:
            person.private().state.started = True
        async with program.store.unit(datetime.now(UTC)) as unit:
            for person in neighbours:
                chat = await people.enter(unit.conn, str(person.id), "private", person.name)
                await outbox.say(unit, chat.id, {"text": "每月提醒", "keys": []}, rank=Rank.BULK)
        await until_said(sandbox, "每月提醒", 30)  # they are on their way
        last = neighbours[-1].private()
        await say(program, last.id, "private", ["回答"])
        await until_said(sandbox, "回答", 1)
        assert said(sandbox, "每月提醒") < 200
        assert [seen.text for seen in last.messages] == ["每月提醒", "回答"]


async def until_said(sandbox: Sandbox, text: str, count: int) -> None:
    """Wait until the bot has said something so often."""
    async with asyncio.timeout(20):
        while said(sandbox, text) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def said(sandbox: Sandbox, text: str) -> int:
    """How often the bot has said something."""
    return sum(one.params.get("text") == text for one in sandbox.requests)


@pytest.mark.parametrize("fate", ["blocked", "removed", "unknown"])
async def test_a_chat_that_cannot_be_reached_ends_its_letters_and_holds_up_no_other(
    tmp_path: Path, fate: str
) -> None:
    async with on_sandbox(tmp_path) as (sandbox, program):
        person, other = sandbox.people.new("示例住户 1"), sandbox.people.new("示例住户 2")
        chat, fine = await person.start(), await other.start()
        group = sandbox.people.new_group("群", other)
        await other.add_bot(group)
        await sandbox.settled()
        await program.dispatcher.idle.wait()
        address, kind = chat.id, "private"
        if fate == "blocked":
            await person.block()
        elif fate == "removed":
            address, kind = group.id, "group"
            await other.remove_bot(group)
        else:
            address = 987654321
        await sandbox.settled()
        async with program.store.unit(datetime.now(UTC)) as unit:
            gone = await people.enter(unit.conn, str(address), kind, "chat")
            await outbox.say(unit, gone.id, {"text": "通知", "keys": []}, notice=True)
        await say(program, fine.id, "private", ["到了"])
        await program.dispatcher.idle.wait()
        assert fine.messages[-1].text == "到了"
        async with program.store.glance() as conn:
            assert (await people.chat(conn, gone.id)).state == "gone"
            assert await rows.depth(conn) == 0


async def test_a_group_that_became_a_supergroup_gets_its_letters_there(tmp_path: Path) -> None:
    async with on_sandbox(tmp_path) as (sandbox, program):
        creator = sandbox.people.new("示例住户")
        group = sandbox.people.new_group("群", creator)
        await creator.add_bot(group)
        await sandbox.settled()
        old = group.id
        await program.dispatcher.idle.wait()
        group.upgrade()
        await say(program, old, "group", ["搬家后第一句"], notice=True)
        await sandbox.settled()
        await program.dispatcher.idle.wait()
        assert group.id != old
        assert "搬家后第一句" in [seen.text for seen in group.messages]
