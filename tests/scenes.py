"""Scenes: states that many conversations begin in, reached quickly. The residents are plainly made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rules.homes import Household
from sandbox.conversations import Group
from sandbox.people import Person
from storage import homes, people
from storage.store import Unit
from tests.stage import Stage


@dataclass
class Scene:
    """A group bound to its building, its leader, and who lives where."""

    leader: Person
    group: Group
    building_id: int
    homes: dict[Person, Household] = field(default_factory=dict)


async def bound_building(
    stage: Stage, units: int = 2, households: int = 48, *, name: str = "3栋", lang: str = "zh-hans"
) -> Scene:
    """A building bound through the chat; its leader has opened the private chat with the bot."""
    leader = stage.sandbox.people.new(f"示例组长 {name}", language_code=lang)
    group = stage.sandbox.people.new_group(f"{name}邻里群", leader)
    await leader.start()
    await leader.add_bot(group, admin=True)
    await stage.settle()
    hello = group.messages[-1]
    await leader.press(hello, 0)
    await stage.settle()
    for answer in (name, str(units), str(households)):
        await leader.reply(group.messages[-1] if group.messages[-1].by_bot else hello, answer)
        await stage.settle()
    await leader.press(group.messages[-1], 0)
    await stage.settle()
    async with stage.program.store.glance() as conn:
        chat = await people.chat_by_address(conn, str(group.id))
    assert chat is not None
    assert chat.building_id is not None
    return Scene(leader, group, chat.building_id)


async def residents(stage: Stage, scene: Scene, count: int) -> list[Person]:
    """So many neighbours in the group, each a verified member of a household of their own.

    They are named after their doors, 示例住户 1-101, and private messages reach them.
    """
    neighbours = []
    for unit, room in await _free_doors(stage, scene, count):
        person = stage.sandbox.people.new(f"示例住户 {unit}-{room}")
        await person.join(scene.group)
        neighbours.append((person, unit, room))
    await stage.settle()
    async with stage.program.store.unit(stage.now) as work:
        for person, unit, room in neighbours:
            await _move_in(work, scene, person, unit, room)
    return [person for person, _, _ in neighbours]


async def move_in(stage: Stage, scene: Scene, person: Person, unit: str, room: str) -> Household:
    """Make somebody a verified member of the household at a door; private messages reach them."""
    await stage.settle()
    async with stage.program.store.unit(stage.now) as work:
        return await _move_in(work, scene, person, unit, room)


async def _move_in(work: Unit, scene: Scene, person: Person, unit: str, room: str) -> Household:
    person.private().state.started = True
    known = await people.meet(work.conn, str(person.id), person.name, "zh", work.now)
    await people.change(work.conn, known.id, reach="yes", consented_at=work.now)
    home = await homes.find_household(work.conn, scene.building_id, unit, room)
    if home is None:
        place = await homes.unclaimed_place(work.conn, scene.building_id)
        assert place is not None, "every household has its door"
        await homes.name_household(work.conn, place.id, unit, room)
        home = await homes.household(work.conn, place.id)
    await homes.join(work.conn, home.id, known.id, "slip", work.now)
    scene.homes[person] = home
    return home


async def _free_doors(stage: Stage, scene: Scene, count: int) -> Sequence[tuple[str, str]]:
    """Doors that nobody has claimed: 1-101, 1-102, 1-201, … two a floor, unit by unit."""
    async with stage.program.store.glance() as conn:
        building = await homes.building(conn, scene.building_id)
        known = await homes.households_in(conn, scene.building_id)
    each = -(-len(known) // building.units)
    taken = {(home.unit, home.room) for home in known}
    doors = [
        (str(unit), str((place // 2 + 1) * 100 + place % 2 + 1))
        for unit in range(1, building.units + 1)
        for place in range(each)
    ]
    return [door for door in doors if door not in taken][:count]
