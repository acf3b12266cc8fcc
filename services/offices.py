"""Offices of a building: leaders appoint them; where no leader is left, an administrator does."""

from __future__ import annotations

from rules.homes import Building
from rules.people import NotTheLeader, Person
from rules.refusals import Refusal
from storage import homes, log
from storage.store import Connection, Unit

OFFICES = ("leader", "recorder", "teller", "supervisor")


class HoldsItAlready(Refusal):
    """The person holds this office already."""


class HoldsNoSuchOffice(Refusal):
    """The person does not hold this office."""


class LastLeader(Refusal):
    """A building is not left without a leader."""


async def appoint(
    unit: Unit, building: Building, by: Person, person: Person, role: str, *, admin: bool
) -> None:
    """Give a person an office; `admin`: whether the one who appoints administers the group.

    Raises NotTheLeader, HoldsItAlready.
    """
    leaders = await homes.holders(unit.conn, building.id, "leader")
    if not (any(leader.id == by.id for leader in leaders) or (admin and not leaders)):
        raise NotTheLeader
    if role in await homes.offices(unit.conn, building.id, person.id):
        raise HoldsItAlready(name=person.name, role=role)
    await homes.appoint(unit.conn, building.id, person.id, role, unit.now)
    await log.append(
        unit.conn,
        f"building:{building.id}",
        "appointed",
        unit.now,
        person=person.id,
        role=role,
        by=by.id,
    )


async def check_holder(conn: Connection, building_id: int, person: Person, role: str) -> Building:
    """The building in which somebody holds an office that may be laid down.

    Raises HoldsNoSuchOffice, LastLeader.
    """
    if role not in await homes.offices(conn, building_id, person.id):
        raise HoldsNoSuchOffice
    if role == "leader" and len(await homes.holders(conn, building_id, role)) == 1:
        raise LastLeader
    return await homes.building(conn, building_id)


async def resign(unit: Unit, building: Building, person: Person, role: str) -> None:
    """Lay an office down. Raises HoldsNoSuchOffice, LastLeader."""
    await check_holder(unit.conn, building.id, person, role)
    await homes.resign(unit.conn, building.id, person.id, role)
    await log.append(unit.conn, f"building:{building.id}", "resigned", unit.now, person=person.id, role=role)


async def holders(unit: Unit, building: Building) -> dict[str, list[Person]]:
    """Who holds which office in a building."""
    return {role: await homes.holders(unit.conn, building.id, role) for role in OFFICES}
