"""A ballot that is open: its card in the group, its pictures, who may vote where, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Screen, Speech, View, number_in
from handlers.voting import CastVote
from rules.ballots import Ballot, BallotAlreadyClosed, Option, State
from rules.counting import Method
from rules.homes import Building
from rules.people import Chat
from rules.results import check_end
from rules.secrecy import Secrecy
from rules.votes import NotThisBallot
from rules.ways import BLOCK, ONE_PRESS
from services import ballots, counting, results
from services.counting import Counted
from services.outbox import Rank
from storage import ballots as stored
from storage import homes, outbox, people
from storage.outbox import Due
from storage.store import Store

routes = Routes()

IN_GROUP = 8  # options; more are chosen in private
_ROW = 4  # keys in a row
_LINES = 10  # options a group card lists
_ALBUM = 10  # pictures an album holds


class SeePictures(Button, code="bpic"):
    """Shows the pictures of the options."""

    ballot: int


class EndBallot(Button, code="be"):
    """Asks whether to close now."""

    ballot: int


class EndBallotNow(Button, code="bey"):
    """Closes now."""

    ballot: int


class KeepBallot(Button, code="ben"):
    """Lets it go on."""

    ballot: int


def facts(ballot: Ballot, zone: str, now: datetime, *, lines: int = _LINES) -> dict[str, Any]:
    """What the templates say of a ballot; `day` is "tonight" or "today" while it closes on this day.

    At most so many `lines` of options; many are cut shorter.
    """
    local_now = now.astimezone(ZoneInfo(zone))
    closes = ballot.closes_at.astimezone(ZoneInfo(zone)) if ballot.closes_at else None
    day = ""
    if closes is not None and closes.date() == local_now.date():
        day = "tonight" if closes.hour >= 18 else "today"
    room = {"most_lines": lines, "most_text": 90 if len(ballot.options) <= _LINES else 40}
    return {
        "ballot": ballot,
        "method": str(ballot.method),
        "basis": str(ballot.basis),
        "closes": closes,
        "day": day,
        "zone": zone,
        **room,
    }


def votes_in_group(ballot: Ballot) -> bool:
    """Whether one press in the group is a whole vote."""
    return (
        ballot.method in ONE_PRESS
        and len(ballot.options) <= IN_GROUP
        and ballot.secrecy is not Secrecy.SEALED  # what cannot be changed is looked over first
    )


async def announce(speech: Speech, building: Building, group: Chat, ballot: Ballot) -> None:
    """Send the pictures once, then the card, pinned."""
    for album in _albums(ballot):
        await speech.say_in(group.id, building.lang, "ballots.pictures", ballot=ballot, **album)
    await speech.show_building(building, "ballot", ballot.id, pinned=True, rank=Rank.ANSWER)


def _albums(ballot: Ballot) -> list[dict[str, Any]]:
    """The pictures, ten a message, with the labels they stand for."""
    pictured = [option for option in ballot.options if option.picture]
    parts = [pictured[start : start + _ALBUM] for start in range(0, len(pictured), _ALBUM)]
    return [{"labels": [option.label for option in part], "more": _hung(part)} for part in parts]


def _hung(part: list[Option]) -> dict[str, Any]:
    if len(part) > 1:
        return {"album": [option.picture for option in part]}
    return {"picture": {"file": part[0].picture}}


@routes.card("ballot")
async def draw(view: View, ballot_id: int) -> Screen | None:
    """The question, the options and how many have voted: nothing else until it closes."""
    ballot = await stored.find(view.conn, ballot_id)
    if ballot is None or ballot.state is State.DRAFT:
        return None
    building = await homes.building(view.conn, ballot.building_id)
    head = await ballots.posted_head(view.conn, ballot, "opened")
    asked = ballot.threshold.named(view.lang) if ballot.threshold else None
    known = {**facts(ballot, building.zone, view.now), "head": head, "asked": asked}
    if ballot.state is State.CLOSED:
        return Screen(view.html("ballots.card_closed", **known), over=True)
    return Screen(view.html("ballots.card", **known), (*_choices(view, ballot), _more(view, ballot)))


def _choices(view: View, ballot: Ballot) -> Keys:
    if not votes_in_group(ballot):
        return ((Key(view.label("ballot_go_vote"), link=view.link(f"b_{ballot.id}")),),)
    keys = [Key(option.label, CastVote(ballot.id, option.number)) for option in ballot.options]
    if ballot.method is Method.CONSENT:  # a block says why, and that in private
        why = Key(view.label("ballot_block"), link=view.link(f"b_{ballot.id}"))
        return (tuple(keys[: BLOCK - 1]), (why,))
    row = 3 if len(keys) <= 6 and len(keys) % 3 == 0 else _ROW
    return tuple(tuple(keys[start : start + row]) for start in range(0, len(keys), row))


def _more(view: View, ballot: Ballot) -> tuple[Key, ...]:
    end = Key(view.label("ballot_end"), EndBallot(ballot.id))
    if not _albums(ballot):
        return (end,)
    return (Key(view.label("ballot_pictures"), SeePictures(ballot.id)), end)


@routes.press(SeePictures)
async def see_pictures(here: Here, button: SeePictures) -> None:
    """Send the pictures to who asks, in private, so that the group stays quiet."""
    ballot = await _here(here, button.ballot)
    if here.chat.kind == "private":
        await results.check_reader(here.unit.conn, ballot, here.person.id)
        await _send_pictures(here, ballot)
    elif here.person.reach == "yes":
        for album in _albums(ballot):
            await here.tell_person(here.person.id, "ballots.pictures", ballot=ballot, **album)
        await here.tell("ballots.pictures_sent")
    else:
        here.toast = {"text": "", "alert": False, "url": here.link(f"bp_{ballot.id}")}


@routes.link("bp")
async def pictures_by_link(here: Here, rest: str) -> None:
    """Send the pictures to who came by the link."""
    here.in_private()
    ballot = await ballots.find(here.unit.conn, number_in(rest))
    await results.check_reader(here.unit.conn, ballot, here.person.id)
    await _send_pictures(here, ballot)


async def _send_pictures(here: Here, ballot: Ballot) -> None:
    for album in _albums(ballot):
        await here.say("ballots.pictures", ballot=ballot, **album)


async def list_open(here: Here, new: Button) -> None:
    """Show the ballots that are open, with the way to each; the leader may begin another."""
    building = here.the_building()
    may_begin = await ballots.may_convene(here.unit.conn, building.id, here.person.id)
    if not may_begin:
        await here.the_resident()
    found = await stored.of_building(here.unit.conn, building.id, State.OPEN)
    found = [ballot for ballot in found if ballot.is_open(here.now)]
    rows = [(Key(_short(ballot.question), link=here.link(f"b_{ballot.id}")),) for ballot in found]
    if may_begin:
        rows.append((here.key("ballot_new", new),))
    known = [facts(ballot, building.zone, here.now) for ballot in found]
    await here.say("ballots.list_open", keys=tuple(rows), ballots=known)


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"


async def show_anew(here: Here, kind: str, about_id: int) -> None:
    """Show a card here in a message of its own, below what was said since it was last shown."""
    card = await outbox.card_of(here.unit.conn, here.chat.id, kind, about_id)
    if card is not None:
        await outbox.change_card(here.unit.conn, card.id, message=None)
    await here.show(kind, about_id)


@routes.press(EndBallot)
async def ask_end(here: Here, button: EndBallot) -> None:
    """Ask the leader whether to close before the time."""
    ballot = await _here(here, button.ballot)
    await ballots.check_convener(here.unit.conn, ballot.building_id, here.person.id)
    if ballot.state is not State.OPEN:
        raise BallotAlreadyClosed
    check_end(ballot)
    rows = (
        (here.key("ballot_end_now", EndBallotNow(ballot.id)),),
        (here.key("ballot_keep", KeepBallot(ballot.id)),),
    )
    await here.say("ballots.ask_end", keys=rows, **facts(ballot, here.zone, here.now))


async def count_for(store: Store, user: str, button: EndBallotNow) -> Counted | None:
    """Count before the unit, for who may end the ballot."""
    async with store.glance() as conn:
        ballot, person = await stored.find(conn, button.ballot), await people.by_address(conn, user)
        if ballot is None or person is None:
            return None
        if not await ballots.may_convene(conn, ballot.building_id, person.id):
            return None
    return await counting.ahead(store, ballot.id)


async def count_due(store: Store, _user: str, due: Due) -> Counted | None:
    """Count before the unit, at the ballot's time."""
    return await counting.ahead(store, due.about_id)


@routes.press(EndBallotNow, ahead=count_for)
async def end_now(here: Here, button: EndBallotNow) -> None:
    """Close before the time; the result says so."""
    ballot = await _here(here, button.ballot)
    await ballots.check_convener(here.unit.conn, ballot.building_id, here.person.id)
    if ballot.state is State.OPEN:
        check_end(ballot)
    await _publish(here, await ballots.close(here.unit, ballot.id, here.ahead))
    await here.turn("ballots.ended", ballot=ballot)


@routes.press(KeepBallot)
async def keep(here: Here, button: KeepBallot) -> None:
    """Let it go on."""
    ballot = await _here(here, button.ballot)
    await ballots.check_convener(here.unit.conn, ballot.building_id, here.person.id)
    await here.turn("ballots.kept", **facts(ballot, here.zone, here.now))


@routes.due(ballots.CLOSE, ahead=count_due)
async def close_in_time(speech: Speech, due: Due) -> None:
    """Close at the time, or as soon after as the bot is awake."""
    ballot = await ballots.find(speech.unit.conn, due.about_id)
    if ballot.state is State.OPEN:
        await _publish(speech, await ballots.close(speech.unit, ballot.id, speech.ahead))


async def _publish(speech: Speech, ballot: Ballot) -> None:
    building = await homes.building(speech.unit.conn, ballot.building_id)
    await speech.show_building(building, "result", ballot.id, rank=Rank.URGENT)


async def _here(here: Here, ballot_id: int) -> Ballot:
    """A ballot, in its own group or in private. Raises NoSuchBallot, NotThisBallot."""
    ballot = await ballots.find(here.unit.conn, ballot_id)
    if here.chat.kind == "group" and here.chat.building_id != ballot.building_id:
        raise NotThisBallot
    return ballot
