"""Taking in a roll: buildings and households as the office's file has them; nobody who joined is removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rules.homes import Building, Household
from rules.roll import RollLine
from services import owners
from storage import homes, log
from storage.store import Connection, Unit


@dataclass(frozen=True, slots=True)
class Taken:
    """What a roll changed in one building: households added, changed, alike, and those it does not name."""

    building: Building
    added: int
    changed: int
    alike: int
    unnamed: int


async def take_in(
    unit: Unit,
    community: str,
    zone: str,
    lines: Sequence[RollLine],
    progress: Callable[[int], None] = lambda _done: None,
) -> list[Taken]:
    """Write a checked roll: new buildings and households, new areas and owners' names.

    Where a building was bound with so many households and no doors, these get the doors. Households the file
    does not name stay as they are. `progress` is told how many lines are done.
    """
    community_id = await homes.community(unit.conn, community)
    known = {building.name: building for building in await homes.buildings_of(unit.conn, community_id)}
    taken, done = [], 0
    for name in dict.fromkeys(line.building for line in lines):
        mine = [line for line in lines if line.building == name]
        building = known.get(name) or await homes.add_building(
            unit.conn,
            community_id=community_id,
            name=name,
            units=max(1, len({line.unit for line in mine if not line.parking})),
            zone=zone,
            lang="zh",
        )
        taken.append(await _take_building(unit, building, mine))
        done += len(mine)
        progress(done)
    return taken


async def _take_building(unit: Unit, building: Building, lines: Sequence[RollLine]) -> Taken:
    everything, lines = lines, [line for line in lines if not line.parking]
    known = await homes.households_in(unit.conn, building.id)
    there = {(home.unit, home.room): home for home in known if home.room}
    new = [line for line in lines if (line.unit, line.room) not in there]
    old = [(there[line.unit, line.room], line) for line in lines if (line.unit, line.room) in there]
    changed = [
        (home, line) for home, line in old if (home.area_cm2, home.owner) != (line.area_cm2, line.owner)
    ]
    await _add(unit, building, new, [home for home in known if not home.room])
    for home, line in changed:
        await homes.change_household(unit.conn, home.id, area_cm2=line.area_cm2, owner=line.owner)
    await owners.take_in(unit, building, everything)
    if new or changed:
        stream = f"building:{building.id}"
        await log.append(unit.conn, stream, "roll_imported", unit.now, added=len(new), changed=len(changed))
    unnamed = len(there) - len(old)
    return Taken(building, len(new), len(changed), len(old) - len(changed), unnamed)


async def _add(unit: Unit, building: Building, new: Sequence[RollLine], places: Sequence[Household]) -> None:
    """Write households down; places whose doors were unknown until now are they, as far as they go."""
    rows = [
        {"unit": line.unit, "room": line.room, "area_cm2": line.area_cm2, "owner": line.owner} for line in new
    ]
    for place, row in zip(places, rows, strict=False):
        await homes.change_household(unit.conn, place.id, **row)
    more = rows[len(places) :]
    await homes.add_households(unit.conn, ({"building_id": building.id, **row} for row in more))
    units = len({line.unit for line in new})
    if units > building.units:
        await homes.change_building(unit.conn, building.id, units=units)


async def home_at(conn: Connection, building: Building, unit: str, room: str) -> Household | None:
    """The household at a door; where no roll was imported, one whose door was unknown takes it."""
    home = await homes.find_household(conn, building.id, unit, room)
    beyond = not unit.isdigit() or int(unit) > building.units
    place = None if home or beyond else await homes.unclaimed_place(conn, building.id)
    if place is None:
        return home
    await homes.name_household(conn, place.id, None if building.units == 1 else unit, room)
    return await homes.household(conn, place.id)
