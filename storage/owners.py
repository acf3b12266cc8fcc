"""Queries on owners: what they have, which persons they are, and who speaks for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.homes import Door
from rules.owners import Owner
from storage.rows import every, first, key
from storage.tables import households, members, owner_people, owners, parkings


async def of_building(conn: AsyncConnection, building_id: int) -> list[Owner]:
    """The owners in a building, in the order of the roll."""
    query = select(owners).where(owners.c.building_id == building_id).order_by(owners.c.id)
    return every(Owner, await conn.execute(query))


async def find(conn: AsyncConnection, owner_id: int) -> Owner | None:
    """An owner by an id that somebody pressed."""
    return first(Owner, await conn.execute(select(owners).where(owners.c.id == owner_id)))


async def add(conn: AsyncConnection, **values: object) -> int:
    """Write down an owner; its id."""
    return key(await conn.execute(owners.insert().values(**values)))


async def change(conn: AsyncConnection, owner_id: int, **values: object) -> None:
    """Set columns of an owner."""
    await conn.execute(update(owners).where(owners.c.id == owner_id).values(**values))


async def park(conn: AsyncConnection, building_id: int, place: str, owner_id: int, area: int | None) -> bool:
    """Write down a parking place, or what changed of it; whether it is new."""
    mine = (parkings.c.building_id == building_id, parkings.c.place == place)
    values = {"owner_id": owner_id, "area_cm2": area}
    done = await conn.execute(update(parkings).where(*mine).values(**values))
    if done.rowcount:
        return False
    await conn.execute(parkings.insert().values(building_id=building_id, place=place, **values))
    return True


async def parking_owner(conn: AsyncConnection, building_id: int, place: str) -> int | None:
    """Whose a parking place is."""
    mine = (parkings.c.building_id == building_id, parkings.c.place == place)
    return await conn.scalar(select(parkings.c.owner_id).where(*mine))


async def unmeasured(conn: AsyncConnection, building_id: int, *, parking: bool) -> list[Door]:
    """What has no area or no owner on file, of all that counts."""
    lacking = households.c.area_cm2.is_(None) | households.c.owner_id.is_(None)
    homes = select(households.c.unit, households.c.room).where(
        households.c.building_id == building_id, lacking
    )
    found = [Door(row.unit, row.room) for row in await conn.execute(homes.order_by(households.c.id))]
    if parking:
        places = select(parkings.c.place).where(
            parkings.c.building_id == building_id, parkings.c.area_cm2.is_(None)
        )
        found += [Door(None, place) for place in await conn.scalars(places.order_by(parkings.c.id))]
    return found


async def of_homes(conn: AsyncConnection, person_id: int) -> list[Owner]:
    """The owners of the homes a person lives in."""
    query = (
        select(owners)
        .join(households, households.c.owner_id == owners.c.id)
        .join(members, members.c.household_id == households.c.id)
        .where(members.c.person_id == person_id)
        .distinct()
    )
    return every(Owner, await conn.execute(query.order_by(owners.c.id)))


async def of_person(conn: AsyncConnection, person_id: int) -> list[Owner]:
    """The owners that a person was confirmed to be."""
    query = select(owners).join(owner_people, owner_people.c.owner_id == owners.c.id)
    mine = (owner_people.c.person_id == person_id, owner_people.c.state == "confirmed")
    return every(Owner, await conn.execute(query.where(*mine).order_by(owners.c.id)))


async def doors_of(conn: AsyncConnection, owner_id: int) -> list[Door]:
    """What an owner has: homes, then parking places."""
    homes = select(households.c.unit, households.c.room).where(households.c.owner_id == owner_id)
    places = select(parkings.c.place).where(parkings.c.owner_id == owner_id)
    found = [Door(row.unit, row.room) for row in await conn.execute(homes.order_by(households.c.id))]
    return found + [Door(None, place) for place in await conn.scalars(places.order_by(parkings.c.id))]


async def state_of(conn: AsyncConnection, owner_id: int, person_id: int) -> str | None:
    """Whether a person was "asked", "confirmed" or "declined" as an owner; None where they never said so."""
    mine = (owner_people.c.owner_id == owner_id, owner_people.c.person_id == person_id)
    return await conn.scalar(select(owner_people.c.state).where(*mine))


async def ask(conn: AsyncConnection, owner_id: int, person_id: int, at: datetime) -> None:
    """Write down that a person says to be an owner."""
    mine = (owner_people.c.owner_id == owner_id, owner_people.c.person_id == person_id)
    await conn.execute(delete(owner_people).where(*mine))
    values = {"owner_id": owner_id, "person_id": person_id, "state": "asked", "at": at}
    await conn.execute(owner_people.insert().values(**values))


async def decide(conn: AsyncConnection, owner_id: int, person_id: int, **values: object) -> None:
    """Set what is known of a person as an owner: state, decided_by, names_id."""
    mine = (owner_people.c.owner_id == owner_id, owner_people.c.person_id == person_id)
    await conn.execute(update(owner_people).where(*mine).values(**values))


async def named(conn: AsyncConnection, owner_id: int) -> dict[int, int | None]:
    """Whom each confirmed person of an owner names to speak for it."""
    query = select(owner_people.c.person_id, owner_people.c.names_id).where(
        owner_people.c.owner_id == owner_id, owner_people.c.state == "confirmed"
    )
    rows = await conn.execute(query.order_by(owner_people.c.person_id))
    return {row.person_id: row.names_id for row in rows}


async def leave(conn: AsyncConnection, person_id: int) -> list[int]:
    """Take a person out of all owners, and off what others named; the owners this touched."""
    mine = (owner_people.c.person_id == person_id) | (owner_people.c.names_id == person_id)
    touched = list(await conn.scalars(select(owner_people.c.owner_id).where(mine).distinct()))
    named = update(owner_people).where(owner_people.c.names_id == person_id)
    await conn.execute(named.values(names_id=None))
    await conn.execute(
        update(owner_people).where(owner_people.c.decided_by == person_id).values(decided_by=None)
    )
    await conn.execute(delete(owner_people).where(owner_people.c.person_id == person_id))
    return touched
