"""Claims: a leader is shown who asks for which household, and answers with one press."""

from __future__ import annotations

from handlers.buttons import Button, Key
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Screen, View
from handlers.ways import Join, WhatICanDo
from rules.homes import Building, Claim
from rules.refusals import Refusal
from services import joining, outbox
from storage import homes, people

routes = Routes()


class ConfirmClaim(Button, code="claimy"):
    """The leader knows that it is true."""

    claim: int


class DeclineClaim(Button, code="claimn"):
    """The leader knows that it is not."""

    claim: int


class NobodyToConfirm(Refusal):
    """No leader can be reached to confirm a claim."""


async def show_leaders(here: Here, building: Building, claim: Claim) -> None:
    """Show the claim to the leaders in private, or in the group where no private message reaches one."""
    shown = False
    for leader in await homes.holders(here.unit.conn, building.id, "leader"):
        shown = await here.show_person(leader.id, "claim", claim.id) or shown
    if not shown and not await here.show_building(building, "claim", claim.id):
        raise NobodyToConfirm


@routes.card("claim")
async def draw_claim(view: View, claim_id: int) -> Screen:
    """Who asks for which door, who lives there already, and what the leader said."""
    claim = await homes.find_claim(view.conn, claim_id)
    if claim is None:
        return Screen(view.html("joining.claim_withdrawn"))
    person = await people.get(view.conn, claim.person_id)
    building = await homes.building(view.conn, claim.building_id)
    home = await homes.find_household(view.conn, building.id, claim.unit or None, claim.room)
    family = await homes.members_of(view.conn, home.id) if home else []
    facts = {"name": person.name, "building": building, "door": claim.door}
    if claim.state != "asked":
        return Screen(view.html(f"joining.claim_{claim.state}", **facts), over=True)
    text = view.html("joining.claim_asked", family=[member.name for member in family], **facts)
    yes = Key(view.label("claim_yes"), ConfirmClaim(claim.id))
    return Screen(text, ((yes, Key(view.label("claim_no"), DeclineClaim(claim.id))),))


@routes.press(ConfirmClaim)
async def confirm(here: Here, button: ConfirmClaim) -> None:
    """The leader confirms."""
    claim, arrival = await joining.decide(here.unit, here.person, button.claim, accept=True)
    assert arrival is not None
    await outbox.renew(here.unit, "claim", claim.id)
    await here.tell("joining.noted_yes", door=claim.door, name=arrival.person.name)
    facts = {"building": arrival.building, "door": claim.door, "by_leader": True}
    what = Key(here.label(arrival.person.lang, "what"), WhatICanDo())
    await here.tell_person(arrival.person.id, "joining.welcome", keys=((what,),), **facts)


@routes.press(DeclineClaim)
async def decline(here: Here, button: DeclineClaim) -> None:
    """The leader declines."""
    claim, _ = await joining.decide(here.unit, here.person, button.claim, accept=False)
    await outbox.renew(here.unit, "claim", claim.id)
    person = await people.get(here.unit.conn, claim.person_id)
    await here.tell("joining.noted_no", door=claim.door, name=person.name)
    again = Key(here.label(person.lang, "join_again"), Join())
    await here.tell_person(person.id, "joining.declined", keys=((again,),), door=claim.door)
