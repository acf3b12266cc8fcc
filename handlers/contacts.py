"""The parties' contacts: a leader registers them, and each opens a link that is theirs alone."""

from __future__ import annotations

from typing import Any

from handlers.buttons import Button, Key, Keys
from handlers.calendar import rows
from handlers.calling import led_building
from handlers.here import Here
from handlers.parties import ask, named, say_party
from handlers.routes import Routes
from rules.homes import Building
from rules.kinds import PARTIES
from rules.meetings import State
from rules.parties import Contact, NoSuchParty
from services import monthly, parties
from storage import contacts, meetings

routes = Routes()


class ShowContacts(Button, code="pc"):
    """Shows the contacts of a building."""

    building: int


class AddContact(Button, code="pa"):
    """Asks for the name of a party's contact."""

    building: int
    party: str


class ShowContact(Button, code="ps"):
    """What can be done with a contact."""

    building: int
    contact: int


class NewLink(Button, code="pl"):
    """Makes a contact's link anew."""

    building: int
    contact: int


class RemoveContact(Button, code="px"):
    """Invites a contact no more."""

    building: int
    contact: int


async def _led(here: Here, building_id: int) -> Building:
    here.in_private()
    here.building = await monthly.led(here.unit, building_id, here.person.id)
    return here.building


@routes.command("contacts", words=("各方联系人", "contacts"))
async def show_by_word(here: Here, _rest: str) -> None:
    """Show who speaks for the parties of the building this person leads."""
    here.in_private()
    await _show(here, await led_building(here))


@routes.press(ShowContacts)
async def show(here: Here, button: ShowContacts) -> None:
    """Show who speaks for the parties."""
    await _show(here, await _led(here, button.building))


async def _show(here: Here, building: Building) -> None:
    await here.finish()
    known = await contacts.of_building(here.unit.conn, building.id)
    listed = [Key(named(here, one), ShowContact(building.id, one.id)) for one in known]
    add = [
        here.key("add_contact", AddContact(building.id, party.code), party=say_party(party, here.lang))
        for party in PARTIES.values()
    ]
    keys: Keys = (*rows(listed, 2), *rows(add, 2))
    by_party = [
        (say_party(party, here.lang), [one for one in known if one.party == party.code])
        for party in PARTIES.values()
    ]
    await here.turn("parties.panel", keys=keys, building=building, parties=by_party)


@routes.press(AddContact)
async def ask_name(here: Here, button: AddContact) -> None:
    """Ask who speaks for the party."""
    building = await _led(here, button.building)
    if button.party not in PARTIES:
        raise NoSuchParty
    await here.begin("contact", building=building.id, party=button.party)
    back = here.key("back_to_draft", ShowContacts(building.id))
    party = say_party(PARTIES[button.party], here.lang)
    await here.turn("parties.ask_name", keys=((back,),), party=party)


@routes.dialogue("contact")
async def hear_name(here: Here, data: dict[str, Any]) -> None:
    """Take in the name."""
    building = await _led(here, data["building"])
    added = await parties.register(here.unit, building, here.person, data["party"], here.heard.text)
    await here.finish()
    await _say_link(here, building, *added)


async def _say_link(here: Here, building: Building, contact: Contact, code: str) -> None:
    keys = ((here.key("back_to_draft", ShowContacts(building.id)),),)
    link = here.link(f"party_{code}")
    party = say_party(contact.of, here.lang)
    await here.say("parties.added", keys=keys, contact=contact, party=party, link=link)


@routes.press(ShowContact)
async def show_contact(here: Here, button: ShowContact) -> None:
    """Offer a new link, or to take the contact off."""
    building = await _led(here, button.building)
    contact = await parties.find(here.unit.conn, building, button.contact)
    keys = (
        (here.key("new_link", NewLink(building.id, contact.id)),),
        (here.key("remove_contact", RemoveContact(building.id, contact.id)),),
        (here.key("back_to_draft", ShowContacts(building.id)),),
    )
    await here.turn("parties.one", keys=keys, contact=contact, party=say_party(contact.of, here.lang))


@routes.press(NewLink)
async def new_link(here: Here, button: NewLink) -> None:
    """Make the link anew, as for another telephone."""
    building = await _led(here, button.building)
    await _say_link(here, building, *await parties.new_link(here.unit, building, button.contact))


@routes.press(RemoveContact)
async def remove(here: Here, button: RemoveContact) -> None:
    """Take a contact off the list."""
    building = await _led(here, button.building)
    await parties.remove(here.unit, building, here.person, button.contact)
    await _show(here, building)


@routes.link("party")
async def open_link(here: Here, rest: str) -> None:
    """A contact opens their link; what they are asked for already follows."""
    contact, building = await parties.open_link(here.unit, rest, here.person)
    party = say_party(contact.of, here.lang)
    await here.say("parties.welcome", building=building, contact=contact, party=party)
    for meeting in await meetings.of_building(here.unit.conn, building.id, State.ANNOUNCED):
        for invited in await contacts.invited_to(here.unit.conn, meeting.id):
            if invited.contact.id == contact.id:
                await ask(here, meeting, building, contact)
