"""The parties: a leader registers their contacts; a notice asks them; who comes is written down."""

from __future__ import annotations

import hashlib
import secrets

from rules import sitting
from rules.homes import Building
from rules.kinds import PARTIES
from rules.meetings import Meeting, NoSuchMeeting, check_announced, written
from rules.parties import (
    MOST_CONTACTS,
    NAME_LIMIT,
    Answer,
    Contact,
    Invited,
    LinkIsOver,
    NoSuchContact,
    NoSuchParty,
    NotTheContact,
    PartyIsThere,
    TooManyContacts,
)
from rules.people import Person
from services import outbox
from storage import contacts, homes, log, meetings
from storage.store import Connection, Unit


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


async def register(unit: Unit, building: Building, by: Person, party: str, name: str) -> tuple[Contact, str]:
    """Write down who speaks for a party; the contact, and the code of the link that is for them alone.

    Raises NoSuchParty, TooManyContacts, NothingWritten, TextTooLong.
    """
    if party not in PARTIES:
        raise NoSuchParty
    if len(await contacts.of_building(unit.conn, building.id)) >= MOST_CONTACTS:
        raise TooManyContacts(most=MOST_CONTACTS)
    code = secrets.token_urlsafe(12)
    added = await contacts.add(
        unit.conn,
        building_id=building.id,
        party=party,
        name=written(name, NAME_LIMIT),
        code_hash=_hash(code),
        added_at=unit.now,
    )
    stream = f"building:{building.id}"
    await log.append(unit.conn, stream, "contact_added", unit.now, contact=added, party=party, by=by.id)
    return await find(unit.conn, building, added), code


async def find(conn: Connection, building: Building, contact_id: int) -> Contact:
    """A contact of this building at present. Raises NoSuchContact."""
    for contact in await contacts.of_building(conn, building.id):
        if contact.id == contact_id:
            return contact
    raise NoSuchContact


async def remove(unit: Unit, building: Building, by: Person, contact_id: int) -> Contact:
    """Invite a contact no more; what they took part in stays. Raises NoSuchContact."""
    contact = await find(unit.conn, building, contact_id)
    await contacts.change(unit.conn, contact.id, gone_at=unit.now, code_hash=None)
    stream = f"building:{building.id}"
    await log.append(unit.conn, stream, "contact_removed", unit.now, contact=contact.id, by=by.id)
    return contact


async def new_link(unit: Unit, building: Building, contact_id: int) -> tuple[Contact, str]:
    """A new code for a contact's link; the one before is over. Raises NoSuchContact."""
    contact = await find(unit.conn, building, contact_id)
    code = secrets.token_urlsafe(12)
    await contacts.change(unit.conn, contact.id, code_hash=_hash(code), person_id=None)
    return contact, code


async def open_link(unit: Unit, code: str, person: Person) -> tuple[Contact, Building]:
    """Somebody opened a contact's link: it is they, and the link is over. Raises LinkIsOver."""
    contact = await contacts.by_code(unit.conn, _hash(code))
    if contact is None:
        raise LinkIsOver
    await contacts.change(unit.conn, contact.id, person_id=person.id, code_hash=None)
    building = await homes.building(unit.conn, contact.building_id)
    return await find(unit.conn, building, contact.id), building


async def invite(unit: Unit, meeting: Meeting) -> list[Contact]:
    """Write down which contacts a meeting invites: those of the parties of its kind."""
    known = await contacts.of_building(unit.conn, meeting.building_id)
    asked = [contact for contact in known if contact.party in meeting.preset.parties]
    for contact in asked:
        await contacts.invite(unit.conn, meeting.id, contact.id)
    return asked


async def _asked(unit: Unit, meeting_id: int, contact_id: int, person_id: int) -> tuple[Meeting, Invited]:
    """An announced meeting and what this person is asked for it. Raises NoSuchMeeting, NotTheContact."""
    meeting = await meetings.find(unit.conn, meeting_id)
    if meeting is None:
        raise NoSuchMeeting
    for invited in await contacts.invited_to(unit.conn, meeting.id):
        if invited.contact.id == contact_id and invited.contact.person_id == person_id:
            check_announced(meeting)
            return meeting, invited
    raise NotTheContact


async def answer(
    unit: Unit, meeting_id: int, contact_id: int, person: Person, said: Answer, instead: str = ""
) -> tuple[Meeting, Invited]:
    """Write down what a contact says to a notice; for `SENDS`, whom.

    Raises NoSuchMeeting, NotTheContact, NotAnnounced, NothingWritten, TextTooLong.
    """
    meeting, _ = await _asked(unit, meeting_id, contact_id, person.id)
    whom = written(instead, NAME_LIMIT) if said is Answer.SENDS else ""
    await contacts.change_reply(
        unit.conn, meeting.id, contact_id, answer=str(said), instead=whom, at=unit.now
    )
    await outbox.renew(unit, "notice", meeting.id)
    return await _asked(unit, meeting_id, contact_id, person.id)


async def check_asked(unit: Unit, meeting_id: int, contact_id: int, person: Person) -> Invited:
    """Go on only for the contact who was asked. Raises NoSuchMeeting, NotTheContact, NotAnnounced."""
    return (await _asked(unit, meeting_id, contact_id, person.id))[1]


async def arrive(unit: Unit, building: Building, meeting_id: int, contact_id: int, by: Person) -> Invited:
    """Write down that a party is there.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, NoSuchContact, PartyIsThere.
    """
    meeting = await meetings.find(unit.conn, meeting_id)
    if meeting is None or meeting.building_id != building.id:
        raise NoSuchMeeting
    sitting.check_open(meeting)
    asked = {one.contact.id: one for one in await contacts.invited_to(unit.conn, meeting.id)}
    if contact_id not in asked:
        raise NoSuchContact
    if asked[contact_id].present_at is not None:
        raise PartyIsThere(name=asked[contact_id].contact.name)
    await contacts.change_reply(unit.conn, meeting.id, contact_id, present_at=unit.now)
    one = asked[contact_id]
    await log.append(
        unit.conn,
        f"meeting:{meeting.id}",
        "party_in",
        unit.now,
        contact=contact_id,
        party=one.contact.party,
        late=sitting.is_late(meeting, unit.now),
        by=by.id,
    )
    return one
