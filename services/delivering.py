"""Delivering a notice: to each resident in private, and who has seen it, home by home."""

from __future__ import annotations

from rules.deliveries import Reached, reached
from rules.homes import Household
from rules.meetings import Meeting
from rules.people import Person
from services import outbox
from storage import deliveries, homes, meetings
from storage.store import Connection, Unit


async def to_send(unit: Unit, meeting: Meeting) -> list[Person]:
    """Write down to whom the notice goes now: each resident whom a private message reaches, once."""
    everyone = await homes.residents(unit.conn, meeting.building_id)
    people = {person.id: person for person, _ in everyone if person.reach == "yes"}
    for person_id in people:
        await deliveries.sent(unit.conn, meeting.id, person_id, meeting.sequence, unit.now)
    return list(people.values())


async def had_it(conn: Connection, meeting: Meeting) -> list[int]:
    """To whom the notice of a meeting was sent, by id."""
    return [one.person_id for one in await deliveries.of_meeting(conn, meeting.id)]


async def know(unit: Unit, meeting_id: int, person_id: int) -> bool:
    """Write down that somebody has seen the notice; whether it was sent to them."""
    known = await deliveries.seen(unit.conn, meeting_id, person_id, unit.now)
    await outbox.renew(unit, "notice", meeting_id)
    return known


async def owners_reached(conn: Connection, meeting: Meeting) -> set[int]:
    """The owners, by id, of whose homes every one has seen the notice of a meeting."""
    states: dict[int, list[Reached]] = {}
    for home, state in await by_home(conn, meeting):
        if home.owner_id is not None:
            states.setdefault(home.owner_id, []).append(state)
    return {owner for owner, each in states.items() if set(each) == {Reached.SEEN}}


async def by_home(conn: Connection, meeting: Meeting) -> list[tuple[Household, Reached]]:
    """Each household of the building and how far the notice came to it, in the order of the roll.

    A household that said whether it comes has seen it.
    """
    people: dict[int, list[Person]] = {}
    for person, home_id in await homes.residents(conn, meeting.building_id):
        people.setdefault(home_id, []).append(person)
    sent = await deliveries.of_meeting(conn, meeting.id)
    seen = {one.person_id for one in sent if one.seen_at is not None}
    seen |= {one.by_id for one in await meetings.replies_of(conn, meeting.id)}
    found = []
    for home in await homes.households_in(conn, meeting.building_id):
        mine = people.get(home.id, [])
        reachable = {person.id for person in mine if person.reach == "yes"}
        found.append((home, reached([person.id for person in mine], seen, reachable)))
    return found
