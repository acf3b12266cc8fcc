"""A draft of a ballot, read back: what can still be changed is changed on it, then it opens or is dropped."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from handlers import polling
from handlers.ballots import AskBallot, leave_key, read_most
from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Screen, View
from rules.ballots import MOST_OPTIONS, Ballot, Closing, State, closings, read_closing
from rules.counting import Method
from services import ballots
from services.calling import NoGroupYet
from storage import ballots as stored
from storage import homes, people

routes = Routes()

_MOST_KEYS = 8  # keys for "at most"; more is written


class SetClosing(Button, code="bt"):
    """Says when a draft closes."""

    ballot: int
    when: str


class WriteClosing(Button, code="btw"):
    """Asks for another time, to be written."""

    ballot: int


class AskMost(Button, code="bma"):
    """Asks how many may be chosen."""

    ballot: int


class SetMost(Button, code="bm"):
    """Says how many may be chosen; 1 is a single choice."""

    ballot: int
    most: int


class StartBallot(Button, code="bo"):
    """What was read back is right: the ballot opens."""

    ballot: int


class DropBallot(Button, code="bx"):
    """Takes a draft back."""

    ballot: int


@routes.card("ballot_draft")
async def draw_draft(view: View, ballot_id: int) -> Screen | None:
    """A draft as it will be asked, with all that can still be changed."""
    ballot = await stored.find(view.conn, ballot_id)
    if ballot is None:
        return None
    building = await homes.building(view.conn, ballot.building_id)
    facts = polling.facts(ballot, building.zone, view.now, lines=MOST_OPTIONS)
    if ballot.state is not State.DRAFT:
        return Screen(view.html("ballots.draft_opened", **facts))
    closing = [
        Key(view.label(f"ballot_{when}"), SetClosing(ballot.id, str(when)))
        for when in closings(view.now, ZoneInfo(building.zone))
    ]
    closing.append(Key(view.label("ballot_write_closing"), WriteClosing(ballot.id)))
    keys: Keys = (
        tuple(closing[:3]),
        tuple(closing[3:]),
        *_way_of_choosing(view, ballot),
        (Key(view.label("ballot_start"), StartBallot(ballot.id)),),
        (Key(view.label("cancel"), DropBallot(ballot.id)),),
    )
    return Screen(view.html("ballots.draft", **facts), keys)


def _way_of_choosing(view: View, ballot: Ballot) -> Keys:
    if ballot.method is Method.MOTION:
        return ()
    several = Key(view.label("ballot_several"), AskMost(ballot.id))
    if ballot.method is Method.SINGLE:
        return ((several,),)
    return ((Key(view.label("ballot_single"), SetMost(ballot.id, 1)), several),)


@routes.press(SetClosing)
async def set_closing(here: Here, button: SetClosing) -> None:
    """Close at one of the times offered, as they are now."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    building = await homes.building(here.unit.conn, ballot.building_id)
    offered = {str(when): at for when, at in closings(here.now, ZoneInfo(building.zone)).items()}
    await ballots.set_closing(here.unit, ballot, offered.get(button.when, offered[str(Closing.TOMORROW)]))


@routes.press(WriteClosing)
async def ask_closing(here: Here, button: WriteClosing) -> None:
    """Ask for a time of one's own."""
    await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await here.begin("ballot_closing", ballot=button.ballot)
    await here.say("ballots.ask_closing", keys=leave_key(here))


@routes.dialogue("ballot_closing")
async def take_closing(here: Here, data: dict[str, Any]) -> None:
    """Close at the time that was written."""
    ballot = await ballots.check_draft(here.unit, data["ballot"], here.person.id)
    building = await homes.building(here.unit.conn, ballot.building_id)
    closes_at = read_closing(here.heard.text, here.now, ZoneInfo(building.zone))
    await ballots.set_closing(here.unit, ballot, closes_at)
    await here.finish()
    await polling.show_anew(here, "ballot_draft", ballot.id)


@routes.press(AskMost)
async def ask_most(here: Here, button: AskMost) -> None:
    """Ask how many may be chosen."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await here.begin("ballot_most", ballot=ballot.id)
    counts = range(2, min(len(ballot.options), _MOST_KEYS) + 1)
    keys = tuple(Key(str(most), SetMost(ballot.id, most)) for most in counts)
    await here.say("ballots.ask_most", count=len(ballot.options), keys=(keys, *leave_key(here)))


@routes.dialogue("ballot_most")
async def take_most(here: Here, data: dict[str, Any]) -> None:
    """As many may be chosen as was written."""
    ballot = await ballots.check_draft(here.unit, data["ballot"], here.person.id)
    await ballots.set_most(here.unit, ballot, read_most(here.heard.text, len(ballot.options)))
    await here.finish()
    await polling.show_anew(here, "ballot_draft", ballot.id)


@routes.press(SetMost)
async def set_most(here: Here, button: SetMost) -> None:
    """So many may be chosen."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await ballots.set_most(here.unit, ballot, button.most)
    await here.finish()
    await here.tell("ballots.most_set", most=button.most)


@routes.press(StartBallot)
async def start(here: Here, button: StartBallot) -> None:
    """Open the ballot: its pictures and its card go to the building's group."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    building = await homes.building(here.unit.conn, ballot.building_id)
    group = await people.group_of(here.unit.conn, building.id)
    if group is None or group.state != "here":
        raise NoGroupYet
    ballot = await ballots.begin(here.unit, building, ballot)
    await polling.announce(here, building, group, ballot)
    await here.tell("ballots.started")


@routes.press(DropBallot)
async def drop(here: Here, button: DropBallot) -> None:
    """Take the draft back; nothing was asked."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await ballots.drop(here.unit, ballot)
    await here.turn("ballots.dropped", keys=((here.key("ballot_new", AskBallot()),),))
