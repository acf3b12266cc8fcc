"""Owners: taken from the roll, confirmed by a leader, and one of several speaks for them."""

from __future__ import annotations

from collections.abc import Sequence

from rules.homes import Building
from rules.owners import (
    AreasMissing,
    NoOwnerKnown,
    NotOfThisOwner,
    Owned,
    Owner,
    OwnerDecided,
    group_by_owner,
    speaker,
)
from rules.people import NotTheLeader, Person
from rules.roll import RollLine
from storage import homes, log, owners
from storage.store import Connection, Unit

SHOWN = 6  # doors a refusal names


async def take_in(unit: Unit, building: Building, lines: Sequence[RollLine]) -> None:
    """Write down who owns what, as a checked roll says; only later ballots see it.

    Whose name at a door without a number has changed is another owner: nobody inherits a confirmation.
    """
    known = await owners.of_building(unit.conn, building.id)
    at = {(home.unit, home.room): home for home in await homes.households_in(unit.conn, building.id)}
    for owned in group_by_owner(lines):
        line = owned.lines[0]
        before = at[line.unit, line.room].owner_id if not line.parking else None
        if line.parking:
            before = await owners.parking_owner(unit.conn, building.id, line.room)
        owner_id = await _write(unit, building, owned, _same(known, owned, before))
        for line in owned.lines:
            if line.parking:
                await owners.park(unit.conn, building.id, line.room, owner_id, line.area_cm2)
            elif at[line.unit, line.room].owner_id != owner_id:
                home = at[line.unit, line.room]
                await homes.change_household(unit.conn, home.id, owner_id=owner_id)


def _same(known: Sequence[Owner], owned: Owned, before: int | None) -> Owner | None:
    """The owner on file that this is."""
    if owned.developer:
        return next((owner for owner in known if owner.developer), None)
    if owned.number:
        return next((owner for owner in known if owner.number == owned.number), None)
    plain = [owner for owner in known if owner.id == before and not owner.number and not owner.developer]
    return next((owner for owner in plain if owner.name == "、".join(owned.names)), None)


async def _write(unit: Unit, building: Building, owned: Owned, known: Owner | None) -> int:
    values = {"name": "、".join(owned.names), "heads": owned.heads}
    if known is None:
        more = {"building_id": building.id, "number": owned.number, "developer": owned.developer}
        return await owners.add(unit.conn, **values, **more)
    if (known.name, known.heads) != (values["name"], values["heads"]):
        await owners.change(unit.conn, known.id, **values)
        await _settle(unit, known.id)
    return known.id


async def check_areas(conn: Connection, building: Building) -> None:
    """Go on only where it is known who owns what, and how much. Raises AreasMissing."""
    lacking = await owners.unmeasured(conn, building.id, parking=building.parking_counts)
    if lacking:
        raise AreasMissing(count=len(lacking), doors=lacking[:SHOWN])


async def count_parking(unit: Unit, building: Building, leader: Person, *, counts: bool) -> None:
    """Let parking places count in later ballots, or not, by the assembly's rules. Raises NotTheLeader."""
    await _check_leader(unit, building.id, leader.id)
    await homes.change_building(unit.conn, building.id, parking_counts=counts)
    facts = {"counts": counts, "by": leader.id}
    await log.append(unit.conn, f"building:{building.id}", "parking_counts", unit.now, **facts)


async def ask(unit: Unit, person: Person) -> tuple[list[Owner], list[Owner]]:
    """Say to be the owner of one's homes: those a leader has to confirm now, and those that are confirmed.

    A leader is believed at once. Raises NoOwnerKnown.
    """
    mine = await owners.of_homes(unit.conn, person.id)
    if not mine:
        raise NoOwnerKnown
    asked = []
    for owner in mine:
        state = await owners.state_of(unit.conn, owner.id, person.id)
        if state in {"confirmed", "asked"}:
            continue
        await owners.ask(unit.conn, owner.id, person.id, unit.now)
        if "leader" in await homes.offices(unit.conn, owner.building_id, person.id):
            await _confirm(unit, owner, person.id, person.id)
        else:
            asked.append(owner)
    return asked, await owners.of_person(unit.conn, person.id)


async def decide(unit: Unit, leader: Person, owner_id: int, person_id: int, *, accept: bool) -> Owner:
    """Confirm that a person is an owner, or decline it. Raises OwnerDecided, NotTheLeader."""
    owner = await owners.find(unit.conn, owner_id)
    if owner is None:
        raise OwnerDecided
    await _check_leader(unit, owner.building_id, leader.id)
    if await owners.state_of(unit.conn, owner.id, person_id) != "asked":
        raise OwnerDecided
    if accept:
        return await _confirm(unit, owner, person_id, leader.id)
    await owners.decide(unit.conn, owner.id, person_id, state="declined", decided_by=leader.id)
    return owner


async def name(unit: Unit, person: Person, owner_id: int, speaker_id: int) -> Owner:
    """Name who speaks for an owner one belongs to; he speaks once all who are confirmed name him.

    Raises NotOfThisOwner.
    """
    there = await owners.named(unit.conn, owner_id)
    if person.id not in there or speaker_id not in there:
        raise NotOfThisOwner
    await owners.decide(unit.conn, owner_id, person.id, names_id=speaker_id)
    return await _settle(unit, owner_id)


async def leave(unit: Unit, person_id: int) -> None:
    """Take a person who goes out of all owners; where they spoke, others may name one anew."""
    for owner_id in await owners.leave(unit.conn, person_id):
        await _settle(unit, owner_id)


async def _confirm(unit: Unit, owner: Owner, person_id: int, by: int) -> Owner:
    await owners.decide(unit.conn, owner.id, person_id, state="confirmed", decided_by=by)
    facts = {"owner": owner.id, "person": person_id, "by": by}
    await log.append(unit.conn, f"building:{owner.building_id}", "owner_confirmed", unit.now, **facts)
    return await _settle(unit, owner.id)


async def _settle(unit: Unit, owner_id: int) -> Owner:
    """The owner, with who speaks for it now."""
    owner = await owners.find(unit.conn, owner_id)
    assert owner is not None, "its people refer to it"
    voter = speaker(await owners.named(unit.conn, owner.id), owner.heads)
    if voter != owner.voter_id:
        await owners.change(unit.conn, owner.id, voter_id=voter)
        facts = {"owner": owner.id, "person": voter}
        await log.append(unit.conn, f"building:{owner.building_id}", "owner_voter", unit.now, **facts)
    found = await owners.find(unit.conn, owner_id)
    assert found is not None
    return found


async def _check_leader(unit: Unit, building_id: int, person_id: int) -> None:
    if "leader" not in await homes.offices(unit.conn, building_id, person_id):
        raise NotTheLeader
