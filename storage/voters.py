"""Queries on who has a vote: the roll of a ballot, and who speaks for whom on it.

The ballot's basis says whose ids a roll holds: those of households, of persons, or of owners.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from sqlalchemy import BigInteger, Connection, Select, cast, func, insert, literal, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.ballots import Ballot
from rules.homes import Door
from rules.owners import holding
from rules.voters import Basis, Entry, Roll, Voter
from storage.rows import among
from storage.tables import (
    ballots,
    households,
    members,
    owner_people,
    owners,
    parkings,
    people,
    rolls,
)

Asked = tuple[int, int]  # ballot, person


async def freeze(conn: AsyncConnection, ballot: Ballot) -> Roll:
    """Put everybody who has a vote in a building now on a ballot's roll."""
    lines = _ENTITLED[ballot.basis](ballot)
    await conn.execute(insert(rolls).from_select(["ballot_id", "voter_id", "area_cm2"], lines))
    return await roll(conn, ballot.id)


def _households(ballot: Ballot) -> Select[tuple[int, int, int | None]]:
    living = select(literal(ballot.id), households.c.id, cast(null(), BigInteger))
    return living.where(households.c.building_id == ballot.building_id)


def _persons(ballot: Ballot) -> Select[tuple[int, int, int | None]]:
    living = select(literal(ballot.id), members.c.person_id, cast(null(), BigInteger)).distinct()
    return living.join_from(members, households).where(households.c.building_id == ballot.building_id)


def _owners(ballot: Ballot) -> Select[tuple[int, int, int | None]]:
    """Every owner of something that counts, with the sum of its areas."""
    owned = select(households.c.owner_id, households.c.area_cm2)
    owned = owned.where(households.c.building_id == ballot.building_id, households.c.owner_id.is_not(None))
    if ballot.parking_counts:
        places = select(parkings.c.owner_id, parkings.c.area_cm2)
        both = owned.union_all(places.where(parkings.c.building_id == ballot.building_id)).subquery()
    else:
        both = owned.subquery()
    total = select(literal(ballot.id), both.c.owner_id, func.sum(both.c.area_cm2))
    return total.group_by(both.c.owner_id)


_ENTITLED = {Basis.HOUSEHOLD: _households, Basis.PERSON: _persons, Basis.OWNER: _owners}


async def roll(conn: AsyncConnection, ballot_id: int) -> Roll:
    """Who may vote in a ballot; empty before its opening."""
    query = select(rolls.c.voter_id, rolls.c.area_cm2).where(rolls.c.ballot_id == ballot_id)
    rows = await conn.execute(query.order_by(rolls.c.voter_id))
    return Roll(tuple(Entry(row.voter_id, row.area_cm2) for row in rows))


async def weights(conn: AsyncConnection, ballot_id: int) -> dict[int, int]:
    """What each voter on a roll owns, in cm2; empty where areas do not count."""
    entries = (await roll(conn, ballot_id)).entries
    return {entry.voter_id: entry.area_cm2 for entry in entries if entry.area_cm2 is not None}


async def of_person(conn: AsyncConnection, ballot_id: int, person_id: int) -> list[Voter]:
    """The lines of a ballot's roll that are a person's own, whether or not they speak for them."""
    basis = Basis((await conn.scalars(select(ballots.c.basis).where(ballots.c.id == ballot_id))).one())
    asked = (ballot_id, person_id)
    found = await conn.run_sync(lambda sync: of_persons(sync, {ballot_id: basis}, [asked]))
    return list(found[asked].values())


def of_persons(
    conn: Connection, bases: Mapping[int, Basis], asked: Collection[Asked]
) -> dict[Asked, dict[int, Voter]]:
    """The same of many at once: by ballot and person, each by the voter's id."""
    persons: dict[Basis, set[int]] = defaultdict(set)
    for ballot_id, person_id in asked:
        persons[bases[ballot_id]].add(person_id)
    own = {
        Basis.HOUSEHOLD: homes_of(conn, persons[Basis.HOUSEHOLD]),
        Basis.PERSON: _themselves(persons[Basis.PERSON]),
        Basis.OWNER: _owned_by(conn, persons[Basis.OWNER]),
    }
    mine = {(ballot, person): own[bases[ballot]].get(person, {}) for ballot, person in asked}
    areas = _areas(conn, {(ballot, voter) for (ballot, _), voters in mine.items() for voter in voters})
    return {
        (ballot, person): {
            voter.id: replace(voter, area_cm2=areas[ballot, voter.id])
            for voter in voters.values()
            if (ballot, voter.id) in areas
        }
        for (ballot, person), voters in mine.items()
    }


def _areas(conn: Connection, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int | None]:
    """What the roll says of pairs of ballot and voter that are on it."""
    if not pairs:
        return {}
    query = select(rolls).where(among(conn, rolls.c.ballot_id, rolls.c.voter_id, pairs))
    return {(row.ballot_id, row.voter_id): row.area_cm2 for row in conn.execute(query)}


def homes_of(conn: Connection, person_ids: Collection[int]) -> dict[int, dict[int, Voter]]:
    """Where persons live: person -> household id -> the household."""
    if not person_ids:
        return {}
    query = (
        select(members.c.person_id, households.c.id, households.c.unit, households.c.room)
        .join(households, households.c.id == members.c.household_id)
        .where(members.c.person_id.in_(person_ids))
        .order_by(households.c.id)
    )
    found: dict[int, dict[int, Voter]] = defaultdict(dict)
    for row in conn.execute(query):
        found[row.person_id][row.id] = Voter(row.id, Door(row.unit, row.room))
    return found


def residents(conn: Connection, person_ids: Collection[int]) -> set[int]:
    """Which of these persons are a member of any household."""
    query = select(members.c.person_id).where(members.c.person_id.in_(person_ids))
    return set(conn.scalars(query))


def _themselves(person_ids: Iterable[int]) -> dict[int, dict[int, Voter]]:
    return {one: {one: Voter(one, Door.named("您本人", "yourself"))} for one in person_ids}


def _owned_by(conn: Connection, person_ids: Collection[int]) -> dict[int, dict[int, Voter]]:
    """Which owners persons are: person -> owner id -> the owner."""
    if not person_ids:
        return {}
    query = (
        select(owner_people.c.person_id, owners.c.id, owners.c.voter_id)
        .join(owners, owners.c.id == owner_people.c.owner_id)
        .where(owner_people.c.person_id.in_(person_ids), owner_people.c.state == "confirmed")
        .order_by(owners.c.id)
    )
    rows = conn.execute(query).all()
    doors = _doors(conn, {row.id for row in rows})
    found: dict[int, dict[int, Voter]] = defaultdict(dict)
    for row in rows:
        speaks = row.voter_id == row.person_id
        found[row.person_id][row.id] = Voter(row.id, holding(doors[row.id]), speaks, row.voter_id)
    return found


async def behind(conn: AsyncConnection, ballot: Ballot, household_id: int) -> int | None:
    """The voter on a ballot's roll behind a door: the household, or who owns it; None where there is none."""
    voter = household_id
    if ballot.basis is Basis.OWNER:
        query = select(households.c.owner_id).where(households.c.id == household_id)
        voter = (await conn.scalars(query)).one() or 0
    listed = select(rolls.c.voter_id).where(rolls.c.ballot_id == ballot.id, rolls.c.voter_id == voter)
    return await conn.scalar(listed)


async def members_of(conn: AsyncConnection, ballot: Ballot, voter_id: int) -> list[int]:
    """The ids of the people behind a voter."""
    if ballot.basis is Basis.PERSON:
        return [voter_id]
    query = select(members.c.person_id).where(members.c.household_id == voter_id)
    if ballot.basis is Basis.OWNER:
        mine = (owner_people.c.owner_id == voter_id, owner_people.c.state == "confirmed")
        query = select(owner_people.c.person_id).where(*mine)
    return list((await conn.scalars(query)).all())


async def doors(conn: AsyncConnection, ballot: Ballot, voter_ids: Collection[int]) -> dict[int, Door]:
    """What voters of a ballot are called."""
    return await conn.run_sync(named, ballot.basis, voter_ids)


def named(conn: Connection, basis: Basis, voter_ids: Collection[int]) -> dict[int, Door]:
    """What voters are called: a household by its door, an owner by what it owns, a person by name."""
    if basis is Basis.OWNER:
        doors = _doors(conn, voter_ids)
        return {voter: holding(doors[voter]) for voter in voter_ids}
    if basis is Basis.PERSON:
        names = select(people.c.id, people.c.name).where(people.c.id.in_(voter_ids))
        return {row.id: Door.named(row.name, row.name) for row in conn.execute(names)}
    homes = select(households.c.id, households.c.unit, households.c.room)
    rows = conn.execute(homes.where(households.c.id.in_(voter_ids)))
    return {row.id: Door(row.unit, row.room) for row in rows}


def _doors(conn: Connection, owner_ids: Collection[int]) -> dict[int, list[Door]]:
    """What owners have: their homes, then their parking places."""
    homes = select(households.c.owner_id, households.c.unit, households.c.room.label("place"))
    places = select(parkings.c.owner_id, null().label("unit"), parkings.c.place)
    found: dict[int, list[Door]] = defaultdict(list)
    for query, table in ((homes, households), (places, parkings)):
        for row in conn.execute(query.where(table.c.owner_id.in_(owner_ids)).order_by(table.c.id)):
            found[row.owner_id].append(Door(row.unit, row.place))
    return found
