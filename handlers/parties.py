"""The parties of a meeting: their contacts answer to the notice in private, and are checked in."""

from __future__ import annotations

from typing import Any

from handlers.buttons import Button, Key, Keys
from handlers.calendar import rows
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Speech
from rules.homes import Building
from rules.kinds import Party
from rules.meetings import Meeting, NoSuchMeeting
from rules.parties import Answer, Contact, Invited, NotTheContact
from rules.people import NotTheLeader
from services import parties
from services.outbox import renew
from storage import contacts, homes, meetings, people

routes = Routes()


class AnswerForParty(Button, code="pr"):
    """What a contact says to a notice: comes, sends or cannot."""

    meeting: int
    contact: int
    answer: str


class ShowParties(Button, code="pp"):
    """Who of the parties is there already."""

    meeting: int


class PartyIsHere(Button, code="ph"):
    """A party is there."""

    meeting: int
    contact: int


def say_party(party: Party, lang: str) -> str:
    """A party's name in a language."""
    return party.en if lang == "en" else party.zh


def named(here: Here, contact: Contact) -> str:
    """A contact behind the name of the party."""
    return f"{say_party(contact.of, here.lang)} {contact.name}"


async def ask_all(speech: Speech, meeting: Meeting, building: Building) -> None:
    """Ask every contact whom a private message reaches whether their party comes."""
    for invited in await contacts.invited_to(speech.unit.conn, meeting.id):
        await ask(speech, meeting, building, invited.contact)


async def ask(speech: Speech, meeting: Meeting, building: Building, contact: Contact) -> None:
    """Ask a contact whether their party comes."""
    if contact.person_id is None:
        return
    lang = (await people.get(speech.unit.conn, contact.person_id)).lang
    await speech.tell_person(
        contact.person_id,
        "parties.asked",
        keys=_answer_keys(speech, lang, meeting.id, contact.id),
        notice=True,
        key=f"party:{meeting.id}:{contact.id}:{meeting.sequence}",
        meeting=meeting,
        building=building,
        kind=meeting.preset,
        party=say_party(contact.of, lang),
        agenda=await meetings.items_of(speech.unit.conn, meeting.id),
        zone=building.zone,
    )


def _answer_keys(speech: Speech, lang: str, meeting: int, contact: int) -> Keys:
    return tuple(
        (Key(speech.label(lang, f"party_{answer}"), AnswerForParty(meeting, contact, str(answer))),)
        for answer in (Answer.COMES, Answer.SENDS, Answer.CANNOT)
    )


@routes.press(AnswerForParty)
async def answer(here: Here, button: AnswerForParty) -> None:
    """Write down what the contact says; whom they send is asked for."""
    invited = await parties.check_asked(here.unit, button.meeting, button.contact, here.person)
    if button.answer == Answer.SENDS:
        await here.begin("party_sends", meeting=button.meeting, contact=button.contact)
        await here.say("parties.ask_whom", party=say_party(invited.contact.of, here.lang))
        return
    if button.answer not in {Answer.COMES, Answer.CANNOT}:
        raise NotTheContact
    await here.finish()
    await _take(here, button.meeting, button.contact, Answer(button.answer))


@routes.dialogue("party_sends")
async def hear_whom(here: Here, data: dict[str, Any]) -> None:
    """Take in the name of whoever is sent."""
    await _take(here, data["meeting"], data["contact"], Answer.SENDS, here.heard.text)
    await here.finish()


async def _take(here: Here, meeting_id: int, contact_id: int, said: Answer, whom: str = "") -> None:
    meeting, invited = await parties.answer(here.unit, meeting_id, contact_id, here.person, said, whom)
    building = await homes.building(here.unit.conn, meeting.building_id)
    keys = (
        *_answer_keys(here, here.lang, meeting.id, contact_id),
        (here.key("party_here", PartyIsHere(meeting.id, contact_id)),),
    )
    facts = {"meeting": meeting, "kind": meeting.preset, "invited": invited, "zone": building.zone}
    await here.turn("parties.noted", keys=keys, **facts)


@routes.press(ShowParties)
async def show_parties(here: Here, button: ShowParties) -> None:
    """A leader or recorder sees who of the parties is there, and writes down who has come."""
    building = await here.the_leader("recorder")
    await _show_parties(here, building, button.meeting)


async def _show_parties(here: Here, building: Building, meeting_id: int) -> None:
    meeting = await meetings.find(here.unit.conn, meeting_id)
    if meeting is None or meeting.building_id != building.id:
        raise NoSuchMeeting
    invited = await contacts.invited_to(here.unit.conn, meeting.id)
    keys = [
        Key(f"✋ {named(here, one.contact)}", PartyIsHere(meeting.id, one.contact.id))
        for one in invited
        if one.present_at is None
    ]
    await here.say("parties.at_the_meeting", keys=rows(keys, 1), invited=listed(invited, here.lang))


def listed(invited: list[Invited], lang: str) -> list[tuple[str, Invited]]:
    """The invited contacts, each beside the name of its party."""
    return [(say_party(one.contact.of, lang), one) for one in invited]


@routes.press(PartyIsHere)
async def arrive(here: Here, button: PartyIsHere) -> None:
    """Write down that a party is there: a leader or recorder does, or its contact."""
    meeting = await meetings.find(here.unit.conn, button.meeting)
    if meeting is None:
        raise NoSuchMeeting
    building = await homes.building(here.unit.conn, meeting.building_id)
    held = await homes.offices(here.unit.conn, building.id, here.person.id)
    contact = await contacts.find(here.unit.conn, button.contact)
    if held.isdisjoint({"leader", "recorder"}) and (contact is None or contact.person_id != here.person.id):
        raise NotTheLeader
    one = await parties.arrive(here.unit, building, meeting.id, button.contact, here.person)
    await here.tell(
        "parties.is_here", party=say_party(one.contact.of, here.person.lang), name=one.contact.name
    )
    await renew(here.unit, "meeting", meeting.id)
