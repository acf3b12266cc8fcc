"""A proposal's card: its words, what was said of it, and what may be done with it until the vote."""

from __future__ import annotations

from typing import Any

from handlers import asking, polling
from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Screen, View, number_in
from handlers.voices import AllVoices, about, in_private, voice_keys
from rules.homes import Building
from rules.meetings import Item, Proposal
from rules.people import NotTheLeader
from rules.proposals import NoSuchProposal, NotYourProposal, Voice
from services import proposals
from services.proposals import Place, labelled
from storage import meetings, people
from storage import proposals as stored

routes = Routes()

LATEST = 3  # voices on a card
IN_GROUP = 4  # cards shown when an item begins; more are looked up in private
_ROW = 5  # letters in a row


class SeeProposal(Button, code="ops"):
    """Shows a proposal's card in private."""

    proposal: int


class SeeProposals(Button, code="opl"):
    """Shows the letters of an item's proposals in private."""

    item: int


class ChangeProposal(Button, code="opm"):
    """Shows what may be done with a proposal: amended, withdrawn, merged."""

    proposal: int


class Amend(Button, code="opa"):
    """Words one's proposal anew."""

    proposal: int


class Withdraw(Button, code="opw"):
    """Takes a proposal back; who leads the meeting gives a reason."""

    proposal: int


class MergeWith(Button, code="opg"):
    """Makes one proposal of two; 0: asks which is the second."""

    first: int
    second: int = 0


@routes.card("proposal")
async def draw(view: View, proposal_id: int) -> Screen | None:
    """A proposal as it stands, with the latest of what was said of it."""
    proposal = await meetings.find_proposal(view.conn, proposal_id)
    if proposal is None:
        return None
    place = await proposals.place_of(view.conn, proposal)
    said = await stored.concerns_of(view.conn, proposal.id)
    worded = [one for one in said if one.text]
    latest = worded[-LATEST:]
    names = {one.by_id: (await people.get(view.conn, one.by_id)).name for one in latest}
    live = proposal.gone is None and await proposals.is_open(view.conn, place)
    text = view.html(
        "proposals.card",
        place=place,
        by=(await people.get(view.conn, proposal.by_id)).name,
        counts=[(voice, sum(one.kind == voice for one in said)) for voice in Voice],
        latest=latest,
        names=names,
        more=len(worded) - len(latest),
        live=live,
    )
    return Screen(text, _keys(view, proposal, len(said)) if live else (), over=not live)


def _keys(view: View, proposal: Proposal, said: int) -> Keys:
    lower = [Key(view.label("change_proposal"), ChangeProposal(proposal.id))]
    if said:
        lower.insert(0, Key(view.label("all_voices", count=said), AllVoices(proposal.id)))
    return (voice_keys(view.label, proposal.id), tuple(lower))


async def show_in_group(here: Here, building: Building, item: Item) -> None:
    """The cards of an item that begins, as long as they are few."""
    standing = await meetings.proposals_of(here.unit.conn, [item.id])
    for one in standing if len(standing) <= IN_GROUP else ():
        await here.show_building(building, "proposal", one.id)


def letter_keys(standing: list[tuple[str, Proposal]]) -> Keys:
    """A key for each proposal, by its letter."""
    keys = [Key(f"💡 {name}", SeeProposal(one.id)) for name, one in standing]
    return tuple(tuple(keys[begin : begin + _ROW]) for begin in range(0, len(keys), _ROW))


@routes.press(SeeProposals)
async def see_all(here: Here, button: SeeProposals) -> None:
    """The proposals of an item by their letters, in private."""
    standing = await meetings.proposals_of(here.unit.conn, [button.item])
    if not standing:
        raise NoSuchProposal
    building, place = await about(here, standing[0].id)
    private = await in_private(here, f"plan_{standing[0].id}")
    if private is not None:
        found = await labelled(here.unit.conn, [button.item], building.lang)
        await private.say("proposals.letters", keys=letter_keys(found), item=place.item, proposals=found)


@routes.press(SeeProposal)
async def see(here: Here, button: SeeProposal) -> None:
    """One proposal's card in private, below all that was said."""
    await about(here, button.proposal)
    private = await in_private(here, f"plan_{button.proposal}")
    if private is not None:
        await polling.show_anew(private, "proposal", button.proposal)


@routes.link("plan")
async def see_by_link(here: Here, rest: str) -> None:
    """The same for somebody who came from the group."""
    await about(here, number_in(rest))
    await polling.show_anew(here, "proposal", number_in(rest))


@routes.press(ChangeProposal)
async def show_changes(here: Here, button: ChangeProposal) -> None:
    """What this person may do with it, in private. Raises NotYourProposal for who may do nothing."""
    building, place = await about_led(here, button.proposal)
    await proposals.check_change(here.unit.conn, building, button.proposal)
    own = place.proposal.by_id == here.person.id
    chairs = await proposals.may_chair(here.unit.conn, building, here.person)
    if not own and not chairs:
        raise NotYourProposal
    private = await in_private(here, f"plan_{button.proposal}")
    if private is None:
        return
    rows = []
    if own:
        rows.append((private.key("amend", Amend(button.proposal)),))
    rows.append((private.key("withdraw", Withdraw(button.proposal)),))
    if chairs:
        rows.append((private.key("merge", MergeWith(button.proposal)),))
    await private.say("proposals.changes", keys=tuple(rows), place=place, own=own)


async def about_led(here: Here, proposal_id: int) -> tuple[Building, Place]:
    """A proposal for who lives here, or leads the meeting without living here.

    Raises NoSuchProposal, NotAResident.
    """
    place = await proposals.find(here.unit.conn, proposal_id)
    if await proposals.may_chair(here.unit.conn, place.building, here.person):
        if here.chat.kind == "group" and here.the_building().id != place.building.id:
            raise NoSuchProposal
        here.building = place.building
        return place.building, place
    return await about(here, proposal_id)


@routes.press(Amend)
async def ask_amend(here: Here, button: Amend) -> None:
    """Ask for the new words."""
    building, place = await about_led(here, button.proposal)
    await proposals.check_own(here.unit.conn, building, here.person, button.proposal)
    data = {"proposal": button.proposal}
    await asking.ask(here, "amend", "proposals.ask_amend", data=data, place=place)


@routes.dialogue("amend")
async def hear_amend(here: Here, data: dict[str, Any]) -> None:
    """Take in the new words; the group sees old and new."""
    building, _ = await about_led(here, data["proposal"])
    text = here.heard.text
    before = await proposals.amend(here.unit, building, here.person, data["proposal"], text)
    await asking.finish(here)
    await here.say("proposals.amended_noted", place=before)
    facts = {"place": before, "text": " ".join(text.split())}
    await here.say_to_building(building, "proposals.amended", **facts)
    await proposals.renew_cards(here.unit, before.item.id)


@routes.press(Withdraw)
async def withdraw(here: Here, button: Withdraw) -> None:
    """Take one's own back at once; of another's, ask for the reason first."""
    building, place = await about_led(here, button.proposal)
    await proposals.check_change(here.unit.conn, building, button.proposal)
    if place.proposal.by_id == here.person.id:
        await _withdraw(here, building, button.proposal, "")
        return
    if not await proposals.may_chair(here.unit.conn, building, here.person):
        raise NotTheLeader
    data = {"proposal": button.proposal}
    await asking.ask(here, "withdraw", "proposals.ask_reason", data=data, place=place)


@routes.dialogue("withdraw")
async def hear_reason(here: Here, data: dict[str, Any]) -> None:
    """Take in why the chair takes it off the list."""
    building, _ = await about_led(here, data["proposal"])
    await _withdraw(here, building, data["proposal"], here.heard.text)


async def _withdraw(here: Here, building: Building, proposal_id: int, reason: str) -> None:
    place = await proposals.withdraw(here.unit, building, here.person, proposal_id, reason)
    await asking.finish(here)
    facts: dict[str, Any] = {"place": place, "reason": " ".join(reason.split())}
    await here.turn("proposals.withdrawn", **facts)
    await here.say_to_building(building, "proposals.withdrawn", **facts)
    if place.proposal.by_id != here.person.id:
        await here.tell_person(place.proposal.by_id, "proposals.withdrawn", **facts)
    await proposals.renew_cards(here.unit, place.item.id)
