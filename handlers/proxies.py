"""Proxies: a resident asks a neighbour by the door; the neighbour agrees; both see how it stands."""

from __future__ import annotations

from typing import Any

from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Screen, Speech, View, number_in
from rules.ballots import Ballot
from rules.homes import read_door
from rules.people import NotAResident, Person
from rules.proxies import Proxy, ProxyState
from services import outbox, proxies
from services.proxies import Occasion
from storage import ballots, homes, people
from storage import proxies as stored
from storage.outbox import Due

routes = Routes()

_LABEL = 24  # characters of a title on a key


class Entrust(Button, code="xg"):
    """Begins to leave a ballot, or a meeting (the other is 0), to somebody else."""

    ballot: int
    meeting: int


class AskNeighbour(Button, code="xa"):
    """Asks this neighbour to stand in."""

    ballot: int
    meeting: int
    person: int


class AcceptProxy(Button, code="xy"):
    """Agrees to stand in."""

    proxy: int


class DeclineProxy(Button, code="xn"):
    """Would rather not."""

    proxy: int


class RevokeProxy(Button, code="xr"):
    """Takes it back."""

    proxy: int


class LeaveProxy(Button, code="xl"):
    """Does not ask anybody after all."""


@routes.command("proxy", words=("委托", "proxy"))
async def show_proxies(here: Here, _rest: str) -> None:
    """What one gave and holds, and what could be left to somebody else."""
    here.in_private()
    if not await homes.homes_of(here.unit.conn, here.person.id):
        raise NotAResident(link=here.link("join"))
    mine = await stored.of_person(here.unit.conn, here.person.id)
    for proxy in mine:
        await here.show("proxy", proxy.id)
    open_ones = await proxies.occasions(here.unit.conn, here.person.id)
    keys = tuple((_entrust_key(here, one),) for one in open_ones)
    await here.say("proxies.list", count=len(open_ones), mine=len(mine), keys=keys)


def _entrust_key(here: Here, about: Occasion) -> Key:
    does = Entrust(about.ballot.id if about.ballot else 0, about.meeting.id if about.meeting else 0)
    return here.key("proxy_entrust", does, zone=here.zone, limit=_LABEL, **_facts(about))


def _facts(about: Occasion) -> dict[str, Any]:
    return {"ballot": about.ballot, "meeting": about.meeting}


@routes.link("proxy")
async def begin_by_link(here: Here, rest: str) -> None:
    """Begin with the ballot (b7) or the meeting (m3) that a link in the group names."""
    here.in_private()
    number = number_in(rest[1:])
    await _ask_door(here, number if rest[:1] == "b" else 0, number if rest[:1] == "m" else 0)


@routes.press(Entrust)
async def begin(here: Here, button: Entrust) -> None:
    """Ask for the neighbour's door; from a group it goes on in private."""
    if here.chat.kind != "private":
        payload = f"b{button.ballot}" if button.ballot else f"m{button.meeting}"
        here.toast = {"url": here.link(f"proxy_{payload}")}
        return
    await _ask_door(here, button.ballot, button.meeting)


async def _ask_door(here: Here, ballot_id: int, meeting_id: int) -> None:
    about = await _mine(here, ballot_id, meeting_id)
    await here.begin("proxy", ballot=ballot_id, meeting=meeting_id)
    building = await homes.building(here.unit.conn, about.building_id)
    facts = _facts(about) | {"units": building.units, "zone": building.zone}
    await here.say("proxies.ask_door", keys=((here.key("cancel", LeaveProxy()),),), **facts)


async def _mine(here: Here, ballot_id: int, meeting_id: int) -> Occasion:
    """Something that this person can leave to somebody else.

    Raises NoSuchBallot, NoSuchMeeting, NotAResident, ProxyOver, NotOnTheRoll, VotedAlready.
    """
    about = await proxies.occasion(here.unit.conn, ballot_id, meeting_id)
    await proxies.check_giver(here.unit.conn, about, here.person.id, here.link("join"))
    return about


@routes.dialogue("proxy")
async def hear_door(here: Here, data: dict[str, Any]) -> None:
    """The door as it was written: whoever lives there can be asked."""
    about = await _mine(here, data["ballot"], data["meeting"])
    building = await homes.building(here.unit.conn, about.building_id)
    door = read_door(here.heard.text, building.units)
    found = await proxies.candidates(here.unit.conn, about, *door)
    keys = [(Key(one.name, AskNeighbour(data["ballot"], data["meeting"], one.id)),) for one in found]
    await here.say("proxies.ask_whom", keys=(*keys, (here.key("cancel", LeaveProxy()),)))


@routes.press(LeaveProxy)
async def leave(here: Here, _button: LeaveProxy) -> None:
    """Ask nobody."""
    await here.finish()
    await here.turn("proxies.left")


@routes.press(AskNeighbour)
async def ask(here: Here, button: AskNeighbour) -> None:
    """Ask the neighbour; both are shown how it stands."""
    here.in_private()
    about = await _mine(here, button.ballot, button.meeting)
    proxy = await proxies.ask(here.unit, about, here.person, button.person)
    await here.finish()
    await here.turn("proxies.asked")
    for person_id in (proxy.holder_id, proxy.giver_id):
        await here.show_person(person_id, "proxy", proxy.id)


@routes.press(AcceptProxy)
async def accept(here: Here, button: AcceptProxy) -> None:
    """Agree to stand in; the neighbour is told."""
    proxy, about = await proxies.find(here.unit.conn, button.proxy, here.person.id)
    await proxies.accept(here.unit, proxy, about, here.person.id)
    giver, holder = await proxies.people_of(here.unit.conn, proxy)
    await here.tell("proxies.accepted", name=giver.name)
    await outbox.renew(here.unit, "proxy", proxy.id)
    await here.tell_person(giver.id, "proxies.was_accepted", name=holder.name)


@routes.press(DeclineProxy)
async def decline(here: Here, button: DeclineProxy) -> None:
    """Not stand in; the neighbour is told, and can ask somebody else."""
    proxy, about = await proxies.find(here.unit.conn, button.proxy, here.person.id)
    await proxies.decline(here.unit, proxy, here.person.id)
    giver, holder = await proxies.people_of(here.unit.conn, proxy)
    await here.tell("proxies.declined", name=giver.name)
    await outbox.renew(here.unit, "proxy", proxy.id)
    again = Key(here.label(giver.lang, "proxy_again"), Entrust(proxy.ballot_id or 0, proxy.meeting_id or 0))
    keys: Keys = () if about.over else ((again,),)
    await here.tell_person(giver.id, "proxies.was_declined", name=holder.name, keys=keys)


@routes.press(RevokeProxy)
async def revoke(here: Here, button: RevokeProxy) -> None:
    """Take it back; the neighbour is told."""
    proxy, about = await proxies.find(here.unit.conn, button.proxy, here.person.id)
    await proxies.revoke(here.unit, proxy, about, here.person.id)
    giver, holder = await proxies.people_of(here.unit.conn, proxy)
    await here.tell("proxies.revoked", name=holder.name)
    await outbox.renew(here.unit, "proxy", proxy.id)
    await here.tell_person(holder.id, "proxies.was_revoked", name=giver.name)


@routes.due(stored.USED)
async def tell_used(speech: Speech, due: Due) -> None:
    """The holder has voted: whoever gave the proxy is told that, and never what was chosen."""
    used = await stored.find(speech.unit.conn, due.about_id)
    if used is None or used.ballot_id is None:
        return
    proxy = await proxies.given_as(speech.unit.conn, used)
    await outbox.renew(speech.unit, "proxy", proxy.id)
    _, holder = await proxies.people_of(speech.unit.conn, proxy)
    ballot = await ballots.get(speech.unit.conn, used.ballot_id)
    await speech.tell_person(proxy.giver_id, "proxies.was_used", name=holder.name, ballot=ballot)


async def tell_overtaken(here: Here, ballot: Ballot, proxy_id: int) -> None:
    """A paper vote stands for whom the holder stood in: there is nothing left to vote for them."""
    used = await stored.find(here.unit.conn, proxy_id)
    assert used is not None, "somebody voted with it"
    proxy = await proxies.given_as(here.unit.conn, used)
    await outbox.renew(here.unit, "proxy", proxy.id)
    giver, holder = await proxies.people_of(here.unit.conn, proxy)
    await here.tell_person(holder.id, "proxies.was_overtaken", name=giver.name, ballot=ballot)


@routes.card("proxy")
async def draw(view: View, proxy_id: int) -> Screen | None:
    """How a proxy stands, as its giver or its holder sees it."""
    proxy = await stored.find(view.conn, proxy_id)
    assert view.chat is not None, "it is shown to one of the two"
    reader = await people.by_address(view.conn, view.chat.address)
    if proxy is None or reader is None:
        return None
    about = await proxies.occasion_of(view.conn, proxy)
    building = await homes.building(view.conn, about.building_id)
    giver, holder = await proxies.people_of(view.conn, proxy)
    over = about.over or not proxy.alive
    text = view.html(
        "proxies.card",
        giver=giver.name,
        holder=holder.name,
        doors=[home.door for home in await homes.homes_of(view.conn, giver.id, building.id)],
        zone=building.zone,
        state=str(proxy.state),
        used=await proxies.used_at(view.conn, proxy),
        over=about.over,
        mine=reader.id == proxy.holder_id,
        basis=str(about.basis),
        **_facts(about),
    )
    return Screen(text, () if over else await _keys(view, proxy, reader), over=over)


async def _keys(view: View, proxy: Proxy, reader: Person) -> Keys:
    if reader.id != proxy.holder_id:
        if await proxies.used_at(view.conn, proxy) is not None:
            return ()
        return ((Key(view.label("proxy_revoke"), RevokeProxy(proxy.id)),),)
    if proxy.state is ProxyState.ASKED:
        yes, no = AcceptProxy(proxy.id), DeclineProxy(proxy.id)
        return ((Key(view.label("proxy_accept"), yes), Key(view.label("proxy_decline"), no)),)
    return tuple([await _vote_key(view, used) for used in await proxies.in_use(view.conn, proxy, view.now)])


async def _vote_key(view: View, proxy: Proxy) -> tuple[Key, ...]:
    """The key that opens the slip of those one stands in for."""
    assert proxy.ballot_id is not None
    ballot = await ballots.get(view.conn, proxy.ballot_id)
    label = view.label("proxy_vote", question=ballot.question[:_LABEL])
    return (Key(label, link=view.link(f"b_{ballot.id}_x{proxy.id}")),)
