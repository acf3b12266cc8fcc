"""A draft of a ballot, read back: what can still be changed is changed on it, then it opens or is dropped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from handlers import polling
from handlers.ballots import AskBallot, AskKindAnew, leave_key, read_most, read_seats
from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.secrecy import secrecy_row
from handlers.speech import Screen, View
from handlers.thresholds import threshold_row
from rules.asked import PROPOSED
from rules.ballots import (
    MORE_SEATS,
    MOST_OPTIONS,
    Ballot,
    BallotStepOver,
    Closing,
    OtherOptionsNeeded,
    State,
    alike,
    change_method,
    closings,
    plan_of,
    read_closing,
)
from rules.counting import Completion, Method, TieRule
from rules.counting.question import BUDGETS, YES_OR_NO
from rules.money import NoBudget, read_yuan
from rules.voters import Basis
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


class AskWay(Button, code="bwa"):
    """Asks by which method to count."""

    ballot: int


class SetWay(Button, code="bw"):
    """Says by which method to count."""

    ballot: int
    method: str


class AskSeats(Button, code="bsa"):
    """Asks how many are elected."""

    ballot: int


class SetSeats(Button, code="bs"):
    """Says how many are elected."""

    ballot: int
    seats: int


class AskBudget(Button, code="bba"):
    """Asks how much there is to share out."""

    ballot: int


class SetCompletion(Button, code="bcm"):
    """Says what becomes of the money that equal shares leave over."""

    ballot: int
    completion: str


class SetTies(Button, code="bti"):
    """Says who settles a tie."""

    ballot: int
    rule: str


class SetBasis(Button, code="bb"):
    """Says who has a vote: households, residents or owners."""

    ballot: int
    basis: str


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
    facts["asked"] = ballot.threshold.named(view.lang) if ballot.threshold else None
    proposed = PROPOSED.get(ballot.asked) if ballot.asked else None
    facts["law"] = proposed.source if proposed else None
    facts["matters"] = proposed.matters if proposed else ()
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
        (_kind_key(view, ballot),),
        *_way_of_choosing(view, ballot),
        tuple(
            Key(view.label(f"basis_{basis}"), SetBasis(ballot.id, str(basis)))
            for basis in Basis
            if basis is not ballot.basis
        ),
        secrecy_row(view, ballot),
        *threshold_row(view, ballot),
        (Key(view.label("ballot_start"), StartBallot(ballot.id)),),
        (Key(view.label("cancel"), DropBallot(ballot.id)),),
    )
    return Screen(view.html("ballots.draft", **facts), keys)


def _kind_key(view: View, ballot: Ballot) -> Key:
    """What kind of question it is, as its convener said, and the way to say another."""
    if ballot.asked is None:
        return Key(view.label("ballot_kind_unsaid"), AskKindAnew(ballot.id))
    kind = view.label(f"asked_{ballot.asked}")
    return Key(view.label("ballot_kind", kind=kind), AskKindAnew(ballot.id))


def _way_of_choosing(view: View, ballot: Ballot) -> Keys:
    """What can be changed of how people choose, and of how it is counted."""
    way = Key(view.label("ballot_way"), AskWay(ballot.id))
    several = Key(view.label("ballot_several"), AskMost(ballot.id))
    first: tuple[Key, ...] = (way,)
    if ballot.method is Method.SINGLE:
        first = (several, way)
    elif ballot.method is Method.APPROVAL:
        first = (Key(view.label("ballot_single"), SetMost(ballot.id, 1)), several, way)
    elif ballot.method in MORE_SEATS:
        first = (Key(view.label("ballot_seats"), AskSeats(ballot.id)), way)
    elif ballot.method in BUDGETS:
        first = (Key(view.label("ballot_budget"), AskBudget(ballot.id)), way)
    rows = [first]
    if ballot.completion is not None:
        others = (one for one in Completion if one is not ballot.completion)
        rows.append(
            tuple(
                Key(view.label(f"ballot_completion_{one}"), SetCompletion(ballot.id, str(one)))
                for one in others
            )
        )
    if ballot.method not in YES_OR_NO:
        other = TieRule.SEED if ballot.ties is TieRule.MEETING else TieRule.MEETING
        rows.append((Key(view.label(f"ballot_ties_{other}"), SetTies(ballot.id, str(other))),))
    return tuple(rows)


@routes.press(AskWay)
async def ask_way(here: Here, button: AskWay) -> None:
    """Show the methods that this draft could be counted by, each with what it means."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    methods = alike(ballot.method)
    keys = tuple((here.key(f"way_{one}", SetWay(ballot.id, str(one))),) for one in methods)
    ways = [
        (
            here.label(here.lang, f"way_{one}"),
            here.words.plain(here.lang, "ballots.meaning", method=str(one), basis=str(ballot.basis)),
        )
        for one in methods
    ]
    await here.say("ballots.ask_way", ballot=ballot, ways=ways, keys=keys)


@routes.press(SetWay)
async def set_way(here: Here, button: SetWay) -> None:
    """Count by this method."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    if button.method not in set(Method):
        raise OtherOptionsNeeded
    plan = change_method(plan_of(ballot), Method(button.method))
    await ballots.redraft(here.unit, ballot, plan)
    await here.turn("ballots.way_set", method=button.method, basis=str(ballot.basis))
    await polling.show_anew(here, "ballot_draft", ballot.id)


@routes.press(AskSeats)
async def ask_seats(here: Here, button: AskSeats) -> None:
    """Ask how many are elected."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await here.begin("ballot_seats", ballot=ballot.id)
    counts = range(1, min(len(ballot.options) - 1, _MOST_KEYS) + 1)
    keys = tuple(Key(str(seats), SetSeats(ballot.id, seats)) for seats in counts)
    await here.say("ballots.ask_seats", count=len(ballot.options), keys=(keys, *leave_key(here)))


@routes.press(SetSeats)
async def set_seats(here: Here, button: SetSeats) -> None:
    """So many are elected."""
    await _set_seats(here, button.ballot, button.seats)


@routes.dialogue("ballot_seats")
async def take_seats(here: Here, data: dict[str, Any]) -> None:
    """As many are elected as was written."""
    ballot = await ballots.check_draft(here.unit, data["ballot"], here.person.id)
    await _set_seats(here, ballot.id, read_seats(here.heard.text, len(ballot.options)))


async def _set_seats(here: Here, ballot_id: int, seats: int) -> None:
    ballot = await ballots.check_draft(here.unit, ballot_id, here.person.id)
    if ballot.method not in MORE_SEATS:
        raise OtherOptionsNeeded
    await ballots.redraft(here.unit, ballot, replace(plan_of(ballot), seats=seats))
    await here.finish()
    await polling.show_anew(here, "ballot_draft", ballot.id)


@routes.press(AskBudget)
async def ask_budget(here: Here, button: AskBudget) -> None:
    """Ask how much there is to share out."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await here.begin("ballot_budget", ballot=ballot.id)
    await here.say("ballots.ask_budget", question=ballot.question, keys=leave_key(here))


@routes.dialogue("ballot_budget")
async def take_budget(here: Here, data: dict[str, Any]) -> None:
    """Share out as much as was written."""
    ballot = await ballots.check_draft(here.unit, data["ballot"], here.person.id)
    budget = read_yuan(here.heard.text)
    if budget is None:
        raise NoBudget
    await ballots.redraft(here.unit, ballot, replace(plan_of(ballot), budget=budget))
    await here.finish()
    await polling.show_anew(here, "ballot_draft", ballot.id)


@routes.press(SetCompletion)
async def set_completion(here: Here, button: SetCompletion) -> None:
    """What is left over is spent so."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    if button.completion not in set(Completion):
        raise OtherOptionsNeeded
    plan = replace(plan_of(ballot), completion=Completion(button.completion))
    await ballots.redraft(here.unit, ballot, plan)


@routes.press(SetTies)
async def set_ties(here: Here, button: SetTies) -> None:
    """A tie is settled so."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    if button.rule not in set(TieRule):
        raise OtherOptionsNeeded
    await ballots.redraft(here.unit, ballot, replace(plan_of(ballot), ties=TieRule(button.rule)))


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
    known = {"count": len(ballot.options), "basis": str(ballot.basis)}
    await here.say("ballots.ask_most", **known, keys=(keys, *leave_key(here)))


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
    await here.tell("ballots.most_set", most=button.most, basis=str(ballot.basis))


@routes.press(SetBasis)
async def set_basis(here: Here, button: SetBasis) -> None:
    """Give the vote to households, residents or owners."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    building = await homes.building(here.unit.conn, ballot.building_id)
    if button.basis not in list(Basis):
        raise BallotStepOver
    await ballots.set_basis(here.unit, building, ballot, Basis(button.basis))


@routes.press(StartBallot)
async def start(here: Here, button: StartBallot) -> None:
    """Open the ballot: its pictures and its card go to the building's group."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    building = await homes.building(here.unit.conn, ballot.building_id)
    group = await people.group_of(here.unit.conn, building.id)
    if group is None or group.state != "here":
        raise NoGroupYet
    ballot = await ballots.begin(here.unit, building, ballot, here.charter)
    await polling.announce(here, building, group, ballot)
    await here.tell("ballots.started")


@routes.press(DropBallot)
async def drop(here: Here, button: DropBallot) -> None:
    """Take the draft back; nothing was asked."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await ballots.drop(here.unit, ballot)
    await here.turn("ballots.dropped", keys=((here.key("ballot_new", AskBallot()),),))
