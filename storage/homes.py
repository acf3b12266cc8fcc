"""Queries on communities, buildings, households, their members, leaders, slips and claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.homes import Building, Claim, Household
from rules.kinds import COMMUNITY_OFFICE
from rules.people import Person
from storage.rows import every, first, key, one
from storage.tables import (
    ballots,
    buildings,
    chats,
    claims,
    communities,
    contacts,
    habits,
    households,
    members,
    people,
    roles,
)

_buildings = (
    select(buildings, communities.c.name.label("community"), habits.c.quiet)
    .join(communities)
    .outerjoin(habits, habits.c.building_id == buildings.c.id)
)


async def community(conn: AsyncConnection, name: str) -> int:
    """The id of a community, written down when first named."""
    found = await conn.scalar(select(communities.c.id).where(communities.c.name == name))
    if found is not None:
        return int(found)
    return key(await conn.execute(communities.insert().values(name=name)))


async def add_building(conn: AsyncConnection, **values: object) -> Building:
    """Write down a building."""
    added = await conn.execute(buildings.insert().values(**values))
    return await building(conn, key(added))


async def building(conn: AsyncConnection, building_id: int) -> Building:
    """A building by id."""
    return one(
        Building, (await conn.execute(_buildings.where(buildings.c.id == building_id))).mappings().one()
    )


async def find_building(conn: AsyncConnection, building_id: int) -> Building | None:
    """A building by an id that somebody pressed."""
    return first(Building, await conn.execute(_buildings.where(buildings.c.id == building_id)))


async def building_of_ballot(conn: AsyncConnection, ballot_id: int) -> Building | None:
    """The building in which a ballot is held."""
    query = _buildings.join(ballots, ballots.c.building_id == buildings.c.id)
    return first(Building, await conn.execute(query.where(ballots.c.id == ballot_id)))


async def buildings_with_a_group(conn: AsyncConnection) -> list[Building]:
    """The buildings that have their group chat, by name."""
    query = _buildings.join(chats, chats.c.building_id == buildings.c.id).where(
        chats.c.state == "here", chats.c.kind == "group"
    )
    return every(Building, await conn.execute(query.distinct().order_by(buildings.c.name, buildings.c.id)))


async def buildings_of(conn: AsyncConnection, community_id: int | None = None) -> list[Building]:
    """The buildings of a community, or all of them, by name."""
    query = _buildings.order_by(buildings.c.name)
    if community_id is not None:
        query = query.where(buildings.c.community_id == community_id)
    return every(Building, await conn.execute(query))


async def change_building(conn: AsyncConnection, building_id: int, **values: object) -> None:
    """Set columns of a building."""
    await conn.execute(update(buildings).where(buildings.c.id == building_id).values(**values))


async def add_households(conn: AsyncConnection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write down households; each row names at least its building_id."""
    if values := [dict(row) for row in rows]:
        await conn.execute(households.insert(), values)


async def household(conn: AsyncConnection, household_id: int) -> Household:
    """A household by id."""
    query = select(households).where(households.c.id == household_id)
    return one(Household, (await conn.execute(query)).mappings().one())


async def find_home(conn: AsyncConnection, household_id: int) -> Household | None:
    """A household by an id that somebody pressed."""
    return first(Household, await conn.execute(select(households).where(households.c.id == household_id)))


async def households_in(conn: AsyncConnection, building_id: int) -> list[Household]:
    """The households of a building, in the order of the roll."""
    query = select(households).where(households.c.building_id == building_id).order_by(households.c.id)
    return every(Household, await conn.execute(query))


async def count_households(conn: AsyncConnection, building_id: int) -> int:
    """How many households a building has."""
    query = select(func.count()).select_from(households).where(households.c.building_id == building_id)
    return int(await conn.scalar(query) or 0)


async def find_household(
    conn: AsyncConnection, building_id: int, unit: str | None, room: str
) -> Household | None:
    """The household at a door; without a unit, the one of this room wherever it is."""
    query = select(households).where(households.c.building_id == building_id, households.c.room == room)
    rows = every(Household, await conn.execute(query.order_by(households.c.id)))
    return next((row for row in rows if unit is None or row.unit in {unit, None}), None)


async def unclaimed_place(conn: AsyncConnection, building_id: int) -> Household | None:
    """A household of which nothing but its existence is known."""
    query = select(households).where(households.c.building_id == building_id, households.c.room.is_(None))
    return first(Household, await conn.execute(query.order_by(households.c.id).limit(1)))


async def name_household(conn: AsyncConnection, household_id: int, unit: str | None, room: str) -> None:
    """Write the door of a household that was unknown; without a unit in a building of one."""
    await conn.execute(update(households).where(households.c.id == household_id).values(unit=unit, room=room))


async def change_household(conn: AsyncConnection, household_id: int, **values: object) -> None:
    """Set columns of a household."""
    await conn.execute(update(households).where(households.c.id == household_id).values(**values))


async def join(conn: AsyncConnection, household_id: int, person_id: int, how: str, now: datetime) -> None:
    """Make a person a verified member of a household."""
    await conn.execute(
        members.insert().values(household_id=household_id, person_id=person_id, how=how, since=now)
    )


async def members_of(conn: AsyncConnection, household_id: int) -> list[Person]:
    """The verified members of a household, the first to join first."""
    query = (
        select(people).join(members).where(members.c.household_id == household_id).order_by(members.c.since)
    )
    return every(Person, await conn.execute(query))


async def homes_of(conn: AsyncConnection, person_id: int, building_id: int | None = None) -> list[Household]:
    """The households a person is a verified member of, in one building or in all."""
    query = select(households).join(members).where(members.c.person_id == person_id)
    if building_id is not None:
        query = query.where(households.c.building_id == building_id)
    return every(Household, await conn.execute(query.order_by(households.c.id)))


async def residents(conn: AsyncConnection, building_id: int) -> list[tuple[Person, int]]:
    """The verified members of all households of a building, each with the household's id."""
    query = (
        select(people, members.c.household_id)
        .join(members, members.c.person_id == people.c.id)
        .join(households, households.c.id == members.c.household_id)
        .where(households.c.building_id == building_id)
        .order_by(households.c.id, people.c.id)
    )
    return [(one(Person, row), row["household_id"]) for row in (await conn.execute(query)).mappings()]


async def leave_all(conn: AsyncConnection, person_id: int) -> None:
    """Take a person out of all households, offices and claims."""
    await conn.execute(delete(members).where(members.c.person_id == person_id))
    await conn.execute(delete(roles).where(roles.c.person_id == person_id))
    await conn.execute(delete(claims).where(claims.c.person_id == person_id))


async def appoint(conn: AsyncConnection, building_id: int, person_id: int, role: str, now: datetime) -> None:
    """Give a person an office (see services.offices) in a building, once."""
    if role not in await offices(conn, building_id, person_id):
        await conn.execute(
            roles.insert().values(building_id=building_id, person_id=person_id, role=role, since=now)
        )


async def offices(conn: AsyncConnection, building_id: int, person_id: int) -> set[str]:
    """The offices a person holds in a building."""
    query = select(roles.c.role).where(roles.c.building_id == building_id, roles.c.person_id == person_id)
    return set((await conn.scalars(query)).all())


async def holders(conn: AsyncConnection, building_id: int, role: str) -> list[Person]:
    """Who holds an office in a building, the longest-serving first."""
    query = (
        select(people)
        .join(roles, roles.c.person_id == people.c.id)
        .where(roles.c.building_id == building_id, roles.c.role == role)
        .order_by(roles.c.since, people.c.id)
    )
    return every(Person, await conn.execute(query))


async def leaders_in(conn: AsyncConnection, building_ids: Collection[int]) -> list[tuple[Building, Person]]:
    """The leaders of some buildings, by the building's name, the longest-serving first."""
    query = (
        _buildings.join(roles, roles.c.building_id == buildings.c.id)
        .join(people, people.c.id == roles.c.person_id)
        .add_columns(*(column.label(f"person_{column.name}") for column in people.c))
        .where(roles.c.role == "leader", buildings.c.id.in_(building_ids))
        .order_by(buildings.c.name, buildings.c.id, roles.c.since, people.c.id)
    )
    found = (await conn.execute(query)).mappings()
    return [(one(Building, row), _person(row)) for row in found]


def _person(row: RowMapping) -> Person:
    return Person(**{name: row[f"person_{name}"] for name in Person.__slots__})


async def led_by(conn: AsyncConnection, person_id: int) -> list[Building]:
    """The buildings a person leads."""
    query = _buildings.join(roles, roles.c.building_id == buildings.c.id)
    query = query.where(roles.c.person_id == person_id, roles.c.role == "leader").order_by(buildings.c.id)
    return every(Building, await conn.execute(query))


async def buildings_for(conn: AsyncConnection, person_id: int) -> list[Building]:
    """The buildings a person has to do with, those they live in first.

    They hold an office in the others, or speak there for the community office.
    """
    living = select(households.c.building_id).join(members).where(members.c.person_id == person_id)
    holding = select(roles.c.building_id).where(roles.c.person_id == person_id)
    speaking = select(contacts.c.building_id).where(
        contacts.c.person_id == person_id,
        contacts.c.gone_at.is_(None),
        contacts.c.party.in_(COMMUNITY_OFFICE),
    )
    at_home = set((await conn.scalars(living)).all())
    concerned = at_home | set((await conn.scalars(holding.union(speaking))).all())
    found = every(Building, await conn.execute(_buildings.where(buildings.c.id.in_(concerned))))
    return sorted(found, key=lambda one: (one.id not in at_home, one.id))


async def buildings_by_chat(conn: AsyncConnection, chat_ids: Collection[int]) -> dict[int, int | None]:
    """The building each chat is about; of a private one about none, the first in which its person lives."""
    if not chat_ids:
        return {}
    lived_in = chats.outerjoin(people, people.c.address == chats.c.address).outerjoin(members)
    building = func.coalesce(chats.c.building_id, func.min(households.c.building_id)).label("building")
    query = select(chats.c.id, building).select_from(lived_in.outerjoin(households))
    found = await conn.execute(query.where(chats.c.id.in_(chat_ids)).group_by(chats.c.id))
    return {row.id: row.building for row in found}


async def ask_claim(conn: AsyncConnection, **values: object) -> Claim:
    """Write down a claim that a leader is to confirm."""
    added = await conn.execute(claims.insert().values(state="asked", **values))
    return one(Claim, (await conn.execute(select(claims).where(claims.c.id == key(added)))).mappings().one())


async def find_claim(conn: AsyncConnection, claim_id: int) -> Claim | None:
    """A claim by an id that somebody pressed."""
    return first(Claim, await conn.execute(select(claims).where(claims.c.id == claim_id)))


async def open_claims(conn: AsyncConnection, person_id: int) -> list[Claim]:
    """The claims of a person that are still waiting for a leader."""
    query = select(claims).where(claims.c.person_id == person_id, claims.c.state == "asked")
    return every(Claim, await conn.execute(query.order_by(claims.c.id)))


async def count_declined(conn: AsyncConnection, person_id: int, since: datetime) -> int:
    """How many claims that a person made since a moment were declined."""
    query = select(func.count()).select_from(claims)
    mine = (claims.c.person_id == person_id, claims.c.state == "declined", claims.c.asked_at > since)
    return int(await conn.scalar(query.where(*mine)) or 0)


async def decide_claim(conn: AsyncConnection, claim_id: int, state: str, by: int) -> None:
    """Write what became of a claim."""
    await conn.execute(update(claims).where(claims.c.id == claim_id).values(state=state, decided_by=by))


async def resign(conn: AsyncConnection, building_id: int, person_id: int, role: str) -> None:
    """Take an office from a person."""
    where = (roles.c.building_id == building_id, roles.c.person_id == person_id, roles.c.role == role)
    await conn.execute(delete(roles).where(*where))
