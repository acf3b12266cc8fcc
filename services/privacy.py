"""What is stored about a person: shown to them, changed by them, deleted when they say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import escape

from rules.homes import Building, Claim, Household
from rules.mediations import Mediation, Role
from rules.people import Person
from services import mediations, outbox, owners, proxies
from services.mediations import Case
from storage import contacts, homes, log, privacy
from storage import outbox as letters
from storage.store import Unit

ERASE_AFTER = timedelta(hours=1)  # the farewell has arrived by then


@dataclass(frozen=True, slots=True)
class Membership:
    """A household somebody belongs to, since when, and how that was proven ("slip", "leader")."""

    building: Building
    household: Household
    since: datetime
    how: str


@dataclass(frozen=True, slots=True)
class Stored:
    """All that is stored about a person."""

    person: Person
    memberships: tuple[Membership, ...]
    offices: tuple[tuple[Building, str], ...]
    claims: tuple[Claim, ...]
    votes: int
    mediations: tuple[Mediation, ...]  # of which this person is a side or the mediator

    @property
    def anything(self) -> bool:
        """Whether there is more than a name."""
        return bool(self.memberships or self.offices or self.claims or self.votes or self.mediations)


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
    return Stored(
        person,
        tuple(memberships),
        tuple(offices),
        tuple(await homes.open_claims(unit.conn, person.id)),
        await privacy.count_votes(unit.conn, person.id),
        tuple(
            case.mediation
            for case in await mediations.of_person(unit.conn, person.id)
            if case.role is not Role.CALLER
        ),
    )


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
