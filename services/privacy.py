"""What is stored about a person: shown to them, changed by them, deleted when they say so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import escape

from rules.events import Event
from rules.homes import Building, Claim, Door, Household
from rules.mediations import Mediation, Role
from rules.people import Person
from rules.traces import TRACES, Shown
from services import mediations, outbox, owners, proxies
from services.mediations import Case
from storage import contacts, homes, log, privacy
from storage import outbox as letters
from storage import owners as owned
from storage.store import Connection, Unit

ERASE_AFTER = timedelta(hours=1)  # the farewell has arrived by then


@dataclass(frozen=True, slots=True)
class Membership:
    """A household somebody belongs to, since when, and how that was proven ("slip", "leader")."""

    building: Building
    household: Household
    since: datetime
    how: str


@dataclass(frozen=True, slots=True)
class Owned:
    """What somebody said to own: its doors, whether that was confirmed, and whether they vote for it."""

    doors: tuple[Door, ...]
    state: str  # "asked", "confirmed", "declined"
    speaks: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """All that is stored about a person."""

    person: Person
    memberships: tuple[Membership, ...]
    offices: tuple[tuple[Building, str], ...]
    claims: tuple[Claim, ...]
    owned: tuple[Owned, ...]
    mediations: tuple[Mediation, ...]  # of which this person is a side or the mediator
    votes: int  # that stand
    counts: Mapping[Shown, int]  # how often the person is named elsewhere
    given: int  # proxies
    held: int
    seen: int  # of the notices
    deeds: Mapping[str, int]  # events by what was done: "said", "reported", "task_done"
    photos: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a deletion leaves to be told: buildings without a leader now, mediations that end by it."""

    leaderless: list[Building]
    ended: list[Case]


async def stored_about(unit: Unit, person: Person) -> Stored:
    """What is stored about a person."""
    memberships = [
        Membership(await homes.building(unit.conn, home.building_id), home, since, how)
        for home, since, how in await privacy.memberships(unit.conn, person.id)
    ]
    offices = [
        (await homes.building(unit.conn, building_id), role)
        for building_id, role in await privacy.offices(unit.conn, person.id)
    ]
    counts: Counter[Shown] = Counter()
    named = await privacy.counts(unit.conn, person.id)
    for place, times in named.items():
        counts[TRACES[place].shown] += times
    deeds = await privacy.deeds(unit.conn, person.id)
    notices = await privacy.rows(unit.conn, TRACES["deliveries.person_id"], person.id)
    return Stored(
        person,
        tuple(memberships),
        tuple(offices),
        tuple(await homes.open_claims(unit.conn, person.id)),
        await _owned(unit.conn, person.id),
        tuple(
            case.mediation
            for case in await mediations.of_person(unit.conn, person.id)
            if case.role is not Role.CALLER
        ),
        named["votes.by_id"],
        counts,
        await _proxies(unit.conn, "proxies.giver_id", person.id),
        await _proxies(unit.conn, "proxies.holder_id", person.id),
        sum(one["seen_at"] is not None for one in notices),
        Counter(event.kind for event in deeds),
        await _photos(unit.conn, person.id, deeds),
    )


async def _owned(conn: Connection, person_id: int) -> tuple[Owned, ...]:
    said = await privacy.rows(conn, TRACES["owner_people.person_id"], person_id)
    found = []
    for one in said:
        owner = await owned.find(conn, one["owner_id"])
        assert owner is not None, "it is referred to"
        doors = await owned.doors_of(conn, owner.id)
        found.append(Owned(tuple(doors), one["state"], owner.voter_id == person_id))
    return tuple(found)


async def _proxies(conn: Connection, place: str, person_id: int) -> int:
    """How many were given or held: one for a meeting is one, in however many ballots it was used."""
    found = await privacy.rows(conn, TRACES[place], person_id)
    return sum(one["ballot_id"] is None or one["meeting_id"] is None for one in found)


async def _photos(conn: Connection, person_id: int, deeds: Iterable[Event]) -> int:
    """How many pictures came from a person: in proposals, of paper slips, with what was said, of tasks."""
    proposed = await privacy.rows(conn, TRACES["proposals.by_id"], person_id)
    stacks = await privacy.rows(conn, TRACES["paper_stacks.teller_id"], person_id)
    said = sum(bool(event.data.get("picture")) or event.kind == "task_shown" for event in deeds)
    return sum(bool(one["picture"]) for one in proposed) + sum(len(one["photos"]) for one in stacks) + said


async def copy_of(conn: Connection, person: Person) -> bytes:
    """All that is stored about a person as a JSON file of their own: what they did, of others nothing."""
    stands = {
        "name": person.name,
        "language": person.lang,
        "reminders": person.reminders,
        "agreed_at": person.consented_at,
        "met_at": await privacy.met_at(conn, person.id),
    }
    found = {place: await privacy.rows(conn, trace, person.id) for place, trace in TRACES.items()}
    deeds = [
        {"record": event.stream, "at": event.at, "what": event.kind, "text": event.data.get("text", "")}
        for event in await privacy.deeds(conn, person.id)
    ]
    whole = {"you": stands, **{place: rows for place, rows in found.items() if rows}, "record": deeds}
    return json.dumps(whole, ensure_ascii=False, indent=1, default=str).encode()


async def led_alone(unit: Unit, person: Person) -> list[Building]:
    """The buildings that would have no leader without this person."""
    return [
        building
        for building in await homes.led_by(unit.conn, person.id)
        if len(await homes.holders(unit.conn, building.id, "leader")) == 1
    ]


async def forget(unit: Unit, person: Person, chat_id: int) -> Forgotten:
    """Delete what is stored about a person.

    Votes already counted stay, without the name. The private chat is erased once the farewell has arrived.
    """
    leaderless = await led_alone(unit, person)
    ended = await mediations.leave(unit, person)
    buildings = {home.building_id for home, _, _ in await privacy.memberships(unit.conn, person.id)}
    asked = await homes.open_claims(unit.conn, person.id)
    await proxies.leave(unit, person.id)
    await homes.leave_all(unit.conn, person.id)
    await contacts.forget(unit.conn, person.id, unit.now)
    await owners.leave(unit, person.id)
    await privacy.erase(unit.conn, person.id)
    if person.address is not None:
        await privacy.erase_faults(unit.conn, person.address)
    if person.name:
        await privacy.erase_name(unit.conn, str(escape(person.name)))
    for claim in asked:
        await outbox.renew(unit, "claim", claim.id)
    for building_id in sorted(buildings):
        await log.append(unit.conn, f"building:{building_id}", "forgotten", unit.now, person=person.id)
    due = unit.now + ERASE_AFTER
    await letters.schedule(
        unit.conn, f"erase_chat:{chat_id}:{unit.now.isoformat()}", "erase_chat", chat_id, due
    )
    return Forgotten(leaderless, ended)


async def erase_chat(unit: Unit, chat_id: int) -> None:
    """Delete a private chat and all that was said in it, unless its person has come back since."""
    await privacy.erase_chat(unit.conn, chat_id)
