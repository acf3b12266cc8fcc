"""Queries on who has not voted: they read that a voter voted, never what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.ballots import Ballot
from rules.people import Person
from rules.voters import Basis, Voter
from storage import voters
from storage.rows import one
from storage.tables import members, owners, people, rolls, votes


@dataclass(frozen=True, slots=True)
class Silent:
    """Somebody with a vote left to cast, and for whom."""

    person: Person
    voters: tuple[Voter, ...]

    @property
    def doors(self) -> tuple[str, ...]:
        """What those whom the person votes for are called."""
        return tuple(voter.door for voter in self.voters)


_SPEAKING: dict[Basis, Select[Any]] = {
    Basis.HOUSEHOLD: select(people, rolls.c.voter_id)
    .join(members, members.c.person_id == people.c.id)
    .join(rolls, rolls.c.voter_id == members.c.household_id),
    Basis.PERSON: select(people, rolls.c.voter_id).join(rolls, rolls.c.voter_id == people.c.id),
    Basis.OWNER: select(people, rolls.c.voter_id)
    .join(owners, owners.c.voter_id == people.c.id)
    .join(rolls, rolls.c.voter_id == owners.c.id),
}


async def of_ballot(conn: AsyncConnection, ballot: Ballot) -> list[Silent]:
    """The reachable persons who can cast a vote that was not cast yet, and want to be reminded."""
    voted = exists().where(votes.c.ballot_id == rolls.c.ballot_id, votes.c.voter_id == rolls.c.voter_id)
    query = _SPEAKING[ballot.basis].where(
        rolls.c.ballot_id == ballot.id, ~voted, people.c.reminders, people.c.reach == "yes"
    )
    persons: dict[int, Person] = {}
    open_for: dict[int, list[int]] = defaultdict(list)
    rows = await conn.execute(query.order_by(people.c.id, rolls.c.voter_id))
    for row in rows.mappings():
        persons[row["id"]] = one(Person, row)
        open_for[row["id"]].append(row["voter_id"])
    asked = [(ballot.id, person_id) for person_id in persons]
    own = await conn.run_sync(lambda sync: voters.of_persons(sync, {ballot.id: ballot.basis}, asked))
    return [
        Silent(person, tuple(own[ballot.id, person_id][voter] for voter in open_for[person_id]))
        for person_id, person in persons.items()
    ]
