"""A house for tests of services: a building in a database of its own, whose residents vote."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rules.ballots import Ballot, Plan
from rules.counting import Method
from rules.homes import Building, Household
from rules.proof import verify
from services import ballots
from services.export import export_building
from services.vote_box import Outcome, Press, Toast, VoteBox
from storage import ballots as stored
from storage import homes, people
from storage.engine import open_engine
from storage.store import Store, Unit

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
GROUP = "-1001"
LAYOUTS = Plan("停车位怎么划", Method.SINGLE, ("专区20", "全部专区", "专区15"))


@dataclass
class House:
    """The store, the building with its households, and a clock to be set."""

    store: Store
    building: Building
    households: list[Household]
    leader_id: int
    now: datetime = NOW
    updates: int = 0
    outcomes: dict[int, Outcome] = field(default_factory=dict)  # by update

    async def open(self, plan: Plan = LAYOUTS, *, hours: float = 1) -> Ballot:
        """A ballot open for some hours."""
        async with self.store.unit(self.now) as unit:
            draft = await ballots.draft(unit, self.building, self.leader_id, plan)
            await ballots.set_closing(unit, draft, self.now + timedelta(hours=hours))
            return await ballots.begin(unit, self.building, await stored.get(unit.conn, draft.id))

    async def close(self, ballot: Ballot) -> Ballot:
        """Close and count it."""
        async with self.store.unit(self.now) as unit:
            return await ballots.close(unit, ballot.id)

    async def move_in(self, door: int, address: str) -> int:
        """Make the person of an address a member of a household; the person's id."""
        async with self.store.unit(self.now) as unit:
            return await _join(unit, self.households[door], address)

    def box(self) -> VoteBox:
        """A vote box on this house's store and clock."""
        return VoteBox(self.store, lambda: self.now)

    async def press(self, box: VoteBox, user: str, ballot: int, *options: int, **how: object) -> Outcome:
        """Press options of a ballot in the group; what became of it, once it is stored."""
        self.updates += 1
        known = Press(self.updates, user, GROUP, False, ballot, options)
        press = replace(known, **how)  # type: ignore[arg-type]

        def answer(outcome: Outcome) -> Toast:
            self.outcomes[press.update_id] = outcome
            return {"text": "refused" if outcome.refusal else "noted"}

        await box.put(press, answer)
        return self.outcomes[press.update_id]

    async def votes(self, ballot: Ballot) -> dict[int, tuple[int, ...]]:
        """What is stored, by voter."""
        async with self.store.glance() as conn:
            return {vote.voter_id: vote.choice for vote in await stored.votes_of(conn, ballot.id)}


async def _join(unit: Unit, home: Household, address: str) -> int:
    person = await people.meet(unit.conn, address, f"示例住户 {address}", "zh", unit.now)
    await homes.join(unit.conn, home.id, person.id, "slip", unit.now)
    return person.id


@asynccontextmanager
async def house(database: str, households: int = 60, residents: int = 50) -> AsyncIterator[House]:
    """A building whose first households have one resident each, at the addresses "0", "1", …"""
    store = Store(open_engine(database))
    async with store.unit(NOW) as unit:
        community = await homes.community(unit.conn, "示例小区")
        building = await homes.add_building(
            unit.conn, community_id=community, name="3栋", units=1, zone="Asia/Shanghai", lang="zh"
        )
        leader = await people.meet(unit.conn, "leader", "示例组长", "zh", NOW)
        await homes.appoint(unit.conn, building.id, leader.id, "leader", NOW)
        group = await people.enter(unit.conn, GROUP, "group", "3栋邻里群")
        await people.change_chat(unit.conn, group.id, building_id=building.id)
        rows = [{"building_id": building.id, "unit": "1", "room": str(room)} for room in range(households)]
        await homes.add_households(unit.conn, rows)
        doors = await homes.households_in(unit.conn, building.id)
        for door in range(residents):
            await _join(unit, doors[door], str(door))
    try:
        yield House(store, building, doors, leader.id)
    finally:
        await store.close()


async def exported(home: House) -> dict[str, Any]:
    """What its export says, after it was verified."""
    async with home.store.glance() as conn:
        data = dict((await export_building(conn, home.building.id, home.now)).data)
    verify(json.dumps(data).encode(), ())
    return json.loads(json.dumps(data))  # type: ignore[no-any-return]
