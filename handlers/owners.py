"""Owners: who says to be one is confirmed by a leader, and several who own together name who speaks."""

from __future__ import annotations

from handlers.buttons import Button, Key
from handlers.here import Here
from handlers.routes import Routes
from rules.ballots import State
from rules.homes import Door
from rules.owners import Owner, holding
from rules.people import Person
from services import owners
from storage import ballots, homes, people, voters
from storage import owners as stored

routes = Routes()


class ConfirmOwner(Button, code="owny"):
    """The leader knows that this person owns it."""

    owner: int
    person: int


class DeclineOwner(Button, code="ownn"):
    """The leader knows that they do not."""

    owner: int
    person: int


class NameSpeaker(Button, code="owns"):
    """One of several owners names who votes for all of them."""

    owner: int
    person: int


class CountParking(Button, code="ownp"):
    """Says whether parking places count; 1 or 0."""

    building: int
    counts: int


@routes.command("owner", words=("我是业主", "i am an owner"))
async def say_so(here: Here, _rest: str) -> None:
    """Ask to be known as the owner of one's homes."""
    await _ask(here)


@routes.link("owner")
async def say_so_by_link(here: Here, _rest: str) -> None:
    """The same, by the link from a ballot."""
    await _ask(here)


async def _ask(here: Here) -> None:
    here.in_private()
    asked, confirmed = await owners.ask(here.unit, here.person)
    for owner in asked:
        await _ask_leaders(here, owner)
    if asked:
        await here.say("owners.asked", doors=[await _holding(here, owner) for owner in asked])
    for owner in confirmed:
        await _show(here, owner)
    if not asked and not confirmed:
        await here.say("owners.waits")


async def _holding(here: Here, owner: Owner) -> Door:
    return holding(await stored.doors_of(here.unit.conn, owner.id))


async def _ask_leaders(here: Here, owner: Owner) -> None:
    """Show the leaders who says to be an owner, and whom the roll names."""
    building = await homes.building(here.unit.conn, owner.building_id)
    facts = {"name": here.person.name, "building": building, "owner": owner}
    for leader in await homes.holders(here.unit.conn, building.id, "leader"):
        yes = Key(here.label(leader.lang, "claim_yes"), ConfirmOwner(owner.id, here.person.id))
        no = Key(here.label(leader.lang, "claim_no"), DeclineOwner(owner.id, here.person.id))
        door = await _holding(here, owner)
        await here.tell_person(leader.id, "owners.leader_asked", keys=((yes, no),), door=door, **facts)


@routes.press(ConfirmOwner)
async def confirm(here: Here, button: ConfirmOwner) -> None:
    """The leader confirms; who owns it together is told."""
    owner = await owners.decide(here.unit, here.person, button.owner, button.person, accept=True)
    person = await people.get(here.unit.conn, button.person)
    door = await _holding(here, owner)
    await here.turn("owners.leader_confirmed", name=person.name, door=door)
    for one in await _everybody(here, owner):
        await _tell(here, owner, one, new=person)


@routes.press(DeclineOwner)
async def decline(here: Here, button: DeclineOwner) -> None:
    """The leader declines."""
    owner = await owners.decide(here.unit, here.person, button.owner, button.person, accept=False)
    person = await people.get(here.unit.conn, button.person)
    door = await _holding(here, owner)
    await here.turn("owners.leader_declined", name=person.name, door=door)
    await here.tell_person(person.id, "owners.declined", door=door)


@routes.press(NameSpeaker)
async def name(here: Here, button: NameSpeaker) -> None:
    """Name who votes for all who own it; all of them are told."""
    owner = await owners.name(here.unit, here.person, button.owner, button.person)
    speaker = await people.get(here.unit.conn, button.person)
    await here.tell("owners.named", name=speaker.name, agreed=owner.voter_id is not None)
    for one in await _everybody(here, owner):
        await _tell(here, owner, one, by=here.person, named=speaker)


async def _everybody(here: Here, owner: Owner) -> list[Person]:
    named = await stored.named(here.unit.conn, owner.id)
    return [await people.get(here.unit.conn, person_id) for person_id in named]


async def _tell(
    here: Here,
    owner: Owner,
    to: Person,
    *,
    new: Person | None = None,
    by: Person | None = None,
    **more: object,
) -> None:
    """Tell one of an owner how it stands, and let them name who speaks where they are several."""
    everybody = await _everybody(here, owner)
    speaks = next((one.name for one in everybody if one.id == owner.voter_id), None)
    keys = tuple((Key(one.name, NameSpeaker(owner.id, one.id)),) for one in everybody)
    await here.tell_person(
        to.id,
        "owners.stands",
        keys=keys if len(everybody) > 1 or owner.heads > 1 else (),
        door=await _holding(here, owner),
        speaks=speaks,
        mine=owner.voter_id == to.id,
        new=new.name if new else None,
        by=by.name if by else None,
        named=getattr(more.get("named"), "name", None),
    )


async def _show(here: Here, owner: Owner) -> None:
    await _tell(here, owner, here.person)


@routes.command("parking", words=("车位", "车位算不算"))
async def ask_parking(here: Here, _rest: str) -> None:
    """Say whether parking places count when owners vote; a leader can change it for later ballots."""
    building = await here.the_leader()
    counts = building.parking_counts
    other = here.key(
        "parking_not" if counts else "parking_counts", CountParking(building.id, int(not counts))
    )
    await here.say("owners.parking", counts=counts, keys=((other,),))


@routes.press(CountParking)
async def set_parking(here: Here, button: CountParking) -> None:
    """Count parking places from the next ballot on, or not."""
    building = await here.the_leader()
    await owners.count_parking(here.unit, building, here.person, counts=bool(button.counts))
    await here.turn("owners.parking_set", counts=bool(button.counts))


@routes.command("roll", words=("名册", "我在名册上吗", "my roll"))
async def show_roll(here: Here, _rest: str) -> None:
    """Tell a person alone what the rolls of the open ballots say of them."""
    here.in_private()
    building = await here.the_resident()
    told = [
        {"ballot": ballot, "mine": await voters.of_person(here.unit.conn, ballot.id, here.person.id)}
        for ballot in await ballots.of_building(here.unit.conn, building.id, State.OPEN)
    ]
    await here.say("owners.roll", told=told)
