"""The slip: one's own paper in private, ticked at leisure, looked over, and handed in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from handlers import polling
from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.polling import SeePictures
from handlers.routes import Routes
from handlers.speech import Screen, View
from handlers.voting import CastVote, HandIn
from rules.ballots import Ballot, Option, State
from rules.owners import check_right
from rules.people import NotAResident
from rules.voters import Voter
from rules.votes import Vote, check_open
from rules.ways import NothingChosen, TooManyChosen, UnknownOption
from services import ballots
from storage import ballots as stored
from storage import box, homes, people, voters
from storage.ballots import Draft

routes = Routes()

PAGE = 8  # options on a page
_LABEL = 34  # characters on a key


class Tick(Button, code="st"):
    """Ticks an option, or takes the tick away."""

    ballot: int
    option: int


class SlipPage(Button, code="sp"):
    """Turns to another page of the list."""

    ballot: int
    page: int


class ClearSlip(Button, code="sc"):
    """Takes all ticks away."""

    ballot: int


class CheckSlip(Button, code="sk"):
    """Shows the whole before it is handed in."""

    ballot: int


class BackToList(Button, code="sb"):
    """Goes on ticking."""

    ballot: int


@routes.link("b")
async def open_slip(here: Here, rest: str) -> None:
    """Lay the slip before who came by the link, ticked as their vote stands; once closed, just to be read."""
    here.in_private()
    ballot = await ballots.find(here.unit.conn, polling.number(rest))
    if ballot.state is not State.DRAFT and not ballot.is_open(here.now):
        await _check_on_the_roll(here, ballot)
        await polling.show_anew(here, "slip", ballot.id)
        return
    ballot = await _mine(here, ballot.id)
    draft = await stored.draft(here.unit.conn, ballot.id, here.person.id)
    if draft is None:
        draft = Draft(await _standing_choice(here, ballot))
    kept = replace(draft, page=0, checking=False)
    await stored.keep_draft(here.unit.conn, ballot.id, here.person.id, kept)
    await polling.show_anew(here, "slip", ballot.id)


async def _standing_choice(here: Here, ballot: Ballot) -> tuple[int, ...]:
    for voter in await voters.of_person(here.unit.conn, ballot.id, here.person.id):
        vote = await stored.vote_of(here.unit.conn, ballot.id, voter.id)
        if vote is not None:
            return vote.choice
    return ()


async def _mine(here: Here, ballot_id: int) -> Ballot:
    """An open ballot in which this person has a vote.

    Raises NoSuchBallot, BallotNotOpen, BallotClosed, NotAResident, NotOnTheRoll, NotAnOwner, NobodySpeaks,
    AnotherSpeaks.
    """
    ballot = await ballots.find(here.unit.conn, ballot_id)
    known = await box.open_ballot(here.unit.conn, ballot.id)
    check_open(known, here.now)
    await _check_on_the_roll(here, ballot)
    return ballot


async def _check_on_the_roll(here: Here, ballot: Ballot) -> None:
    """Go on only for who has a vote in a ballot.

    Raises NotAResident, NotOnTheRoll, NotAnOwner, NobodySpeaks, AnotherSpeaks.
    """
    mine = await voters.of_person(here.unit.conn, ballot.id, here.person.id)
    if not mine and not await homes.homes_of(here.unit.conn, here.person.id):
        raise NotAResident(link=here.link("join"))
    check_right(ballot.basis, mine)


async def _draft(here: Here, ballot: Ballot) -> Draft:
    return await stored.draft(here.unit.conn, ballot.id, here.person.id) or Draft()


async def _keep(here: Here, ballot: Ballot, draft: Draft) -> None:
    await stored.keep_draft(here.unit.conn, ballot.id, here.person.id, draft)
    await here.show("slip", ballot.id)


@routes.press(Tick)
async def tick(here: Here, button: Tick) -> None:
    """Tick or untick; the answer says how many are ticked now."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    if not 1 <= button.option <= len(ballot.options):
        raise UnknownOption
    draft = await _draft(here, ballot)
    chosen = set(draft.choice) ^ {button.option}
    if len(chosen) > ballot.at_most:
        raise TooManyChosen(chosen=len(chosen), at_most=ballot.at_most)
    await _keep(here, ballot, replace(draft, choice=tuple(sorted(chosen)), checking=False))
    option = ballot.options[button.option - 1]
    await here.tell(
        "slip.ticked",
        option=option,
        ticked=button.option in chosen,
        chosen=len(chosen),
        at_most=ballot.at_most,
    )


@routes.press(SlipPage)
async def turn_page(here: Here, button: SlipPage) -> None:
    """Turn to another page."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    page = min(max(button.page, 0), _pages(ballot) - 1)
    await _keep(here, ballot, replace(await _draft(here, ballot), page=page, checking=False))


@routes.press(ClearSlip)
async def clear(here: Here, button: ClearSlip) -> None:
    """Begin the list anew; what was handed in before stands."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    await _keep(here, ballot, Draft())
    await here.tell("slip.cleared")


@routes.press(CheckSlip)
async def check(here: Here, button: CheckSlip) -> None:
    """Show the whole vote before it is handed in."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    draft = await _draft(here, ballot)
    if not draft.choice:
        raise NothingChosen
    await _keep(here, ballot, replace(draft, checking=True))


@routes.press(BackToList)
async def back(here: Here, button: BackToList) -> None:
    """Go on ticking."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    await _keep(here, ballot, replace(await _draft(here, ballot), checking=False))


@dataclass(frozen=True, slots=True)
class Stands:
    """How one whom the reader votes for has voted so far; `family`: another member did."""

    door: str
    names: list[str]
    choice: tuple[int, ...]
    receipt: str
    family: bool


@routes.card("slip")
async def draw(view: View, ballot_id: int) -> Screen | None:
    """One person's paper: to choose from, to look over, or handed in."""
    assert view.chat is not None, "a slip is somebody's"
    ballot = await stored.find(view.conn, ballot_id)
    person = await people.by_address(view.conn, view.chat.address)
    if ballot is None or person is None:
        return None
    mine = await voters.of_person(view.conn, ballot.id, person.id)
    building = await homes.building(view.conn, ballot.building_id)
    stands = [found for voter in mine if (found := await _stands(view, ballot, voter, person.id))]
    known = polling.facts(ballot, building.zone, view.now) | {
        "doors": [voter.door for voter in mine],
        "stands": stands,
    }
    if not ballot.is_open(view.now):
        return Screen(view.html("slip.closed", **known))
    draft = await stored.draft(view.conn, ballot.id, person.id) or Draft()
    if ballot.at_most == 1:
        return _draw_single(view, ballot, draft, known)
    if draft.checking:
        return _draw_check(view, ballot, draft, known, [vote.choice for vote in stands])
    return _draw_list(view, ballot, draft, known)


async def _stands(view: View, ballot: Ballot, voter: Voter, person_id: int) -> Stands | None:
    vote: Vote | None = await stored.vote_of(view.conn, ballot.id, voter.id)
    if vote is None:
        return None
    names = ballot.names_of(vote.choice, 20)
    return Stands(voter.door, names, vote.choice, vote.receipt, vote.by_id != person_id)


def _draw_single(view: View, ballot: Ballot, draft: Draft, known: dict[str, Any]) -> Screen:
    chosen = {number for vote in known["stands"] for number in vote.choice}
    shown = _page(ballot, draft)
    rows = tuple(
        (Key(_mark(option, "✅" if option.number in chosen else "▫️"), CastVote(ballot.id, option.number)),)
        for option in shown
    )
    text = view.html("slip.single", shown=shown, **known)
    return Screen(text, (*rows, *_turning(view, ballot, draft), *_pictures(view, ballot)))


def _draw_list(view: View, ballot: Ballot, draft: Draft, known: dict[str, Any]) -> Screen:
    shown = _page(ballot, draft)
    rows = tuple(
        (Key(_mark(option, "☑" if option.number in draft.choice else "☐"), Tick(ballot.id, option.number)),)
        for option in shown
    )
    below: list[tuple[Key, ...]] = [*_turning(view, ballot, draft), *_pictures(view, ballot)]
    if draft.choice:
        clear = Key(view.label("slip_clear"), ClearSlip(ballot.id))
        done = Key(view.label("slip_check", chosen=len(draft.choice)), CheckSlip(ballot.id))
        below.append((clear, done))
    long = any(len(_mark(option, "☑")) > _LABEL for option in shown)
    text = view.html(
        "slip.list",
        shown=shown if long else (),
        chosen=len(draft.choice),
        page=draft.page + 1,
        pages=_pages(ballot),
        **known,
    )
    return Screen(text, (*rows, *below))


def _draw_check(
    view: View, ballot: Ballot, draft: Draft, known: dict[str, Any], standing: list[tuple[int, ...]]
) -> Screen:
    chosen = [option for option in ballot.options if option.number in draft.choice]
    again = Key(view.label("slip_again"), BackToList(ballot.id))
    if len(standing) == len(known["doors"]) and all(choice == draft.choice for choice in standing):
        return Screen(view.html("slip.handed_in", chosen=chosen, **known), ((again,),))
    hand_in = Key(view.label("slip_hand_in"), HandIn(ballot.id))
    return Screen(view.html("slip.check", chosen=chosen, **known), ((hand_in,), (again,)))


def _pages(ballot: Ballot) -> int:
    return -(-len(ballot.options) // PAGE)


def _page(ballot: Ballot, draft: Draft) -> tuple[Option, ...]:
    return ballot.options[draft.page * PAGE : (draft.page + 1) * PAGE]


def _mark(option: Option, mark: str) -> str:
    label = f"{mark} {option.label} {option.text}".strip()
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"


def _turning(view: View, ballot: Ballot, draft: Draft) -> Keys:
    keys = []
    if draft.page > 0:
        keys.append(Key(view.label("slip_previous"), SlipPage(ballot.id, draft.page - 1)))
    if draft.page < _pages(ballot) - 1:
        keys.append(Key(view.label("slip_next"), SlipPage(ballot.id, draft.page + 1)))
    return (tuple(keys),) if keys else ()


def _pictures(view: View, ballot: Ballot) -> Keys:
    if not any(option.picture for option in ballot.options):
        return ()
    return ((Key(view.label("ballot_pictures"), SeePictures(ballot.id)),),)
