"""A building that votes, written straight into the database: its ballot has just been opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handlers.voting import CastVote
from rules.ballots import Ballot, Plan
from rules.counting import Method
from sandbox import Group, Person, Sandbox, Seen
from sandbox.world import Press
from services import ballots, outbox
from storage import ballots as stored
from storage import homes, migrate, people
from storage.engine import open_engine
from storage.store import Store, Unit

PEOPLE = 200
OPTIONS = ("专区20", "全部专区", "专区15")


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
async def town(database: str, members: int = 1) -> AsyncIterator[Town]:
    """Two hundred people, so many a household, and a ballot that has just been opened."""
    async with Sandbox(limits=None) as sandbox:
        token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        leader = sandbox.people.new("示例组长")
        group = sandbox.people.new_group("3栋邻里群", leader)
        group.add_bot(admin=True)
        voters = [sandbox.people.new(f"示例住户 {number}") for number in range(PEOPLE)]
        await sandbox.people.join(group, *voters)
        store = Store(open_engine(database))
        await migrate.upgrade(store.engine)
        async with store.unit(datetime.now(UTC)) as unit:
            known = await settled_in(unit, group, leader, voters, members)
            ballot = await opened(unit, group, leader)
        await store.close()
        yield Town(sandbox, token, database, group, voters, known, ballot)


async def settled_in(
    unit: Unit, group: Group, leader: Person, voters: list[Person], members: int
) -> dict[Person, int]:
    """Everybody is a member of a household; which."""
    community = await homes.community(unit.conn, "示例小区")
    building = await homes.add_building(
        unit.conn, community_id=community, name="3栋", units=2, zone="Asia/Shanghai", lang="zh"
    )
    chat = await people.enter(unit.conn, str(group.id), "group", "3栋邻里群")
    await people.change_chat(unit.conn, chat.id, building_id=building.id)
    known = await people.meet(unit.conn, str(leader.id), leader.name, "zh", unit.now)
    await homes.appoint(unit.conn, building.id, known.id, "leader", unit.now)
    rooms = range(len(voters) // members)
    rows = [{"building_id": building.id, "unit": "1", "room": str(number)} for number in rooms]
    await homes.add_households(unit.conn, rows)
    doors = await homes.households_in(unit.conn, building.id)
    lives = {voter: doors[place // members].id for place, voter in enumerate(voters)}
    for voter, home in lives.items():
        person = await people.meet(unit.conn, str(voter.id), voter.name, "zh", unit.now)
        await homes.join(unit.conn, home, person.id, "slip", unit.now)
        await people.enter(unit.conn, str(voter.id), "private", voter.name)
        await people.change(unit.conn, person.id, reach="yes")
    return lives


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


async def stored_choices(town: Town) -> dict[int, tuple[int, ...]]:
    """What the database holds, by household."""
    store = Store(open_engine(town.database))
    async with store.glance() as conn:
        kept = {vote.voter_id: vote.choice for vote in await stored.votes_of(conn, town.ballot.id)}
    await store.close()
    return kept


def begin(town: Town, card: Seen, voter: Person, option: int) -> Press:
    """Press an option without waiting for the toast."""
    return voter.begin_press(card, CastVote(town.ballot.id, option).pack())
