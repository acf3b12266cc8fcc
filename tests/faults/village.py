"""A building in a database that no bot has touched yet, and its people in the sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from rules.ballots import Plan
from rules.counting import Method
from sandbox.conversations import Group
from sandbox.people import Person
from sandbox.world import Press
from services import ballots, outbox
from storage import ballots as stored
from storage import homes, people
from storage.store import Unit
from tests.faults.bots import Mortal


@dataclass
class Village:
    """A group bound to its building, who leads it, and who lives where."""

    bot: Mortal
    leader: Person
    group: Group
    building_id: int
    homes: dict[Person, int] = field(default_factory=dict)

    @property
    def voters(self) -> list[Person]:
        """Everybody who lives there, by door."""
        return list(self.homes)

    def press(self, person: Person, data: str) -> Press:
        """Press below what the bot said first in the group, which is no card; wait for no answer."""
        shown = next(seen for seen in self.group.messages if seen.by_bot)
        return person.begin_press(shown, data)


async def settled(bot: Mortal, households: int, name: str = "3栋") -> Village:
    """A building where everybody is a member of a household of their own and has started the bot."""
    leader = bot.sandbox.people.new(f"示例组长 {name}")
    group = bot.sandbox.people.new_group(f"{name}邻里群", leader)
    group.add_bot(admin=True)
    async with bot.store() as store, store.unit(bot.now) as unit:
        village = Village(bot, leader, group, await _building(unit, name, households, leader, group))
        for home in await homes.households_in(unit.conn, village.building_id):
            person = bot.sandbox.people.new(f"示例住户 {name}-{home.room}")
            known = await _known(unit, person)
            await homes.join(unit.conn, home.id, known, "slip", unit.now)
            village.homes[person] = home.id
    await bot.sandbox.people.join(group, *village.voters)
    bot.sandbox.world.bots[bot.token].updates.clear()
    return village


async def _building(unit: Unit, name: str, households: int, leader: Person, group: Group) -> int:
    community = await homes.community(unit.conn, "示例小区")
    building = await homes.add_building(
        unit.conn, community_id=community, name=name, units=1, zone="Asia/Shanghai", lang="zh"
    )
    chat = await people.enter(unit.conn, str(group.id), "group", group.title)
    await people.change_chat(unit.conn, chat.id, building_id=building.id)
    await homes.appoint(unit.conn, building.id, await _known(unit, leader), "leader", unit.now)
    rooms = [
        {"building_id": building.id, "unit": "1", "room": str(101 + number)} for number in range(households)
    ]
    await homes.add_households(unit.conn, rooms)
    return building.id


async def _known(unit: Unit, person: Person) -> int:
    """The id of somebody whom private messages reach."""
    person.private().state.started = True
    known = await people.meet(unit.conn, str(person.id), person.name, "zh", unit.now)
    await people.change(unit.conn, known.id, reach="yes", consented_at=unit.now)
    await people.enter(unit.conn, str(person.id), "private", person.name)
    return known.id


async def put_to_the_vote(village: Village, unit: Unit, question: str, hours: float) -> int:
    """A ballot that has just been opened; its id."""
    building = await homes.building(unit.conn, village.building_id)
    leader = await people.by_address(unit.conn, str(village.leader.id))
    group = await people.group_of(unit.conn, building.id)
    assert leader is not None
    assert group is not None
    plan = Plan(question, Method.SINGLE, ("专区20", "全部专区", "专区15"))
    draft = await ballots.draft(unit, building, leader.id, plan)
    await ballots.set_closing(unit, draft, unit.now.replace(microsecond=0) + timedelta(hours=hours))
    ballot = await ballots.begin(unit, building, await stored.get(unit.conn, draft.id))
    await outbox.show(unit, group.id, "ballot", ballot.id, "zh", pinned=True)
    return ballot.id
