"""Queries on who has not voted: they read that a household voted, never what."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.homes import Door
from rules.people import Person
from storage.rows import one
from storage.tables import households, members, people, rolls, votes


@dataclass(frozen=True, slots=True)
class Silent:
    """Somebody with a vote left to cast, and the doors it is for."""

    person: Person
    doors: tuple[str, ...]


async def of_ballot(conn: AsyncConnection, ballot_id: int) -> list[Silent]:
    """The reachable members of households on the roll that have no vote yet, who want to be reminded."""
    voted = exists().where(
        votes.c.ballot_id == rolls.c.ballot_id, votes.c.household_id == rolls.c.household_id
    )
    query = (
        select(people, households.c.unit, households.c.room)
        .join(members, members.c.person_id == people.c.id)
        .join(households, households.c.id == members.c.household_id)
        .join(rolls, rolls.c.household_id == households.c.id)
        .where(rolls.c.ballot_id == ballot_id, ~voted, people.c.reminders, people.c.reach == "yes")
        .order_by(people.c.id, households.c.id)
    )
    found: dict[int, Silent] = {}
    for row in (await conn.execute(query)).mappings():
        person = one(Person, row)
        before = found[person.id].doors if person.id in found else ()
        found[person.id] = Silent(person, (*before, Door(row["unit"], row["room"])))
    return list(found.values())
