"""The bot is killed while a building votes: what was acknowledged is stored, the rest is handled later."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers.voting import CastVote
from rules.ballots import Ballot, Plan
from rules.counting import Method
from rules.events import first_break
from sandbox import Group, Person, Sandbox, Seen
from sandbox.world import Press
from services import ballots, outbox
from storage import ballots as stored
from storage import homes, log, migrate, people
from storage.engine import open_engine
from storage.store import Store, Unit

ROOT = Path(__file__).parents[2]
HOUSEHOLDS = 200
OPTIONS = ("专区20", "全部专区", "专区15")
PATIENCE = 25.0  # seconds until every press must be taken in


@dataclass
class Town:
    """A building that votes: who lives there, and the ballot's card in its group."""

    sandbox: Sandbox
    token: str
    database: str
    group: Group
    voters: list[Person]
    homes: dict[Person, int]
    ballot: Ballot


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """Two hundred households, and a ballot that has just been opened."""
    async with Sandbox(limits=None) as sandbox:
        token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        leader = sandbox.people.new("示例组长")
        group = sandbox.people.new_group("3栋邻里群", leader)
        group.add_bot(admin=True)
        voters = [sandbox.people.new(f"示例住户 {number}") for number in range(HOUSEHOLDS)]
        await sandbox.people.join(group, *voters)
        database = f"sqlite+aiosqlite:///{folder}/louyuhui.db"
        store = Store(open_engine(database))
        await migrate.upgrade(store.engine)
        async with store.unit(datetime.now(UTC)) as unit:
            known = await settled_in(unit, group, leader, voters)
            ballot = await opened(unit, group, leader)
        await store.close()
        yield Town(sandbox, token, database, group, voters, known, ballot)


async def settled_in(unit: Unit, group: Group, leader: Person, voters: list[Person]) -> dict[Person, int]:
    """Everybody is a member of a household of their own."""
    community = await homes.community(unit.conn, "示例小区")
    building = await homes.add_building(
        unit.conn, community_id=community, name="3栋", units=2, zone="Asia/Shanghai", lang="zh"
    )
    chat = await people.enter(unit.conn, str(group.id), "group", "3栋邻里群")
    await people.change_chat(unit.conn, chat.id, building_id=building.id)
    known = await people.meet(unit.conn, str(leader.id), leader.name, "zh", unit.now)
    await homes.appoint(unit.conn, building.id, known.id, "leader", unit.now)
    rows = [{"building_id": building.id, "unit": "1", "room": str(number)} for number in range(HOUSEHOLDS)]
    await homes.add_households(unit.conn, rows)
    doors = await homes.households_in(unit.conn, building.id)
    for voter, home in zip(voters, doors, strict=True):
        person = await people.meet(unit.conn, str(voter.id), voter.name, "zh", unit.now)
        await homes.join(unit.conn, home.id, person.id, "slip", unit.now)
    return {voter: home.id for voter, home in zip(voters, doors, strict=True)}


async def opened(unit: Unit, group: Group, leader: Person) -> Ballot:
    """A ballot that stays open for the length of the test."""
    chat = await people.chat_by_address(unit.conn, str(group.id))
    convener = await people.by_address(unit.conn, str(leader.id))
    assert chat is not None
    assert chat.building_id is not None
    assert convener is not None
    building = await homes.building(unit.conn, chat.building_id)
    draft = await ballots.draft(unit, building, convener.id, Plan("停车位怎么划", Method.SINGLE, OPTIONS))
    await ballots.set_closing(unit, draft, unit.now + timedelta(days=1))
    ballot = await ballots.begin(unit, building, await stored.get(unit.conn, draft.id))
    await outbox.show(unit, chat.id, "ballot", ballot.id, "zh", pinned=True)
    return ballot


async def started(town: Town) -> asyncio.subprocess.Process:
    """The bot, as a process of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bot.process", town.token, town.sandbox.url, town.database),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


async def killed(process: asyncio.subprocess.Process) -> None:
    """No farewell: as when the power fails."""
    process.send_signal(signal.SIGKILL)
    await process.wait()


def toasted(presses: dict[Person, Press]) -> list[Person]:
    """Those whose toast was shown."""
    return [person for person, press in presses.items() if press.answer.done()]


async def stored_choices(town: Town) -> dict[int, tuple[int, ...]]:
    """What the database holds, by household."""
    store = Store(open_engine(town.database))
    async with store.glance() as conn:
        kept = {vote.voter_id: vote.choice for vote in await stored.votes_of(conn, town.ballot.id)}
    await store.close()
    return kept


async def vote_through_a_kill(town: Town, card: Seen, chance: random.Random) -> dict[Person, int]:
    """Everybody votes, the bot is killed in the midst of it and started again; what each one wanted."""
    wanted = {voter: chance.randint(1, len(OPTIONS)) for voter in town.voters}
    process = await started(town)
    try:
        await town.sandbox.listened_to(town.token)
        early = chance.randint(HOUSEHOLDS // 2, HOUSEHOLDS)
        presses = {voter: begin(town, card, voter, wanted[voter]) for voter in town.voters[:early]}
        patience = chance.randint(1, early - 1)
        async with asyncio.timeout(PATIENCE):
            while len(toasted(presses)) < patience:
                await asyncio.wait(
                    [press.answer for press in presses.values() if not press.answer.done()],
                    return_when=asyncio.FIRST_COMPLETED,
                )
    finally:
        await killed(process)
    kept = await stored_choices(town)
    assert all(kept[town.homes[voter]] == (wanted[voter],) for voter in toasted(presses))
    presses |= {voter: begin(town, card, voter, wanted[voter]) for voter in town.voters[early:]}
    process = await started(town)
    try:
        async with asyncio.timeout(PATIENCE):  # taken in, and confirmed as stored
            await town.sandbox.world.pulse.until(lambda: not waiting(town))
    finally:
        await killed(process)
    texts = [press.answer.result()["text"] for press in presses.values() if press.answer.done()]
    assert all("已记下" in text for text in texts)
    return wanted


def waiting(town: Town) -> int:
    """How many updates the bot has not confirmed."""
    return len(town.sandbox.world.bots[town.token].updates.pending)


def begin(town: Town, card: Seen, voter: Person, option: int) -> Press:
    """Press an option without waiting for the toast."""
    return voter.begin_press(card, CastVote(town.ballot.id, option).pack())


@pytest.mark.parametrize("seed", [11, 2026])
async def test_no_vote_is_lost_or_doubled_when_the_bot_is_killed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    async with town(tmp_path) as here:
        process = await started(here)
        card = await here.group.wait_for("停车位怎么划", timeout=PATIENCE)
        await killed(process)
        for _ in range(2):
            wanted = await vote_through_a_kill(here, card, chance)
            expected = {here.homes[voter]: (option,) for voter, option in wanted.items()}
            assert await stored_choices(here) == expected
        store = Store(open_engine(here.database))
        async with store.glance() as conn:
            assert first_break(await log.read(conn, f"ballot:{here.ballot.id}")) is None
            assert (await stored.get(conn, here.ballot.id)).voted == HOUSEHOLDS
        await store.close()
