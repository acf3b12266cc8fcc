"""The slip: one's own paper in private, filled in at leisure, looked over, and handed in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers import polling
from handlers.buttons import Button
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import number_in
from rules.ballots import Ballot, State
from rules.counting import Method
from rules.counting.question import BUDGETS, RANKED
from rules.meetings import written
from rules.owners import check_right
from rules.people import NotAResident
from rules.secrecy import Secrecy, check_unsealed
from rules.votes import check_open
from rules.ways import (
    BLOCK,
    ONE_PRESS,
    REASON_LIMIT,
    NothingChosen,
    UnknownOption,
    check_choice,
    levelled,
    ranks,
    rated,
    spent,
    stars,
    tapped,
    undone,
)
from services import ballots, proxies
from storage import ballots as stored
from storage import box, homes, voters
from storage.ballots import Draft

routes = Routes()

PAGE = 8  # options on a page


class Tick(Button, code="st"):
    """Ticks an option, or takes the tick away."""

    ballot: int
    option: int


class PickFor(Button, code="sv"):
    """Chooses on a paper that is looked over first: for somebody else, or where no vote can be changed."""

    ballot: int
    option: int


class Rate(Button, code="ss"):
    """Gives an option so many stars; 0 asks what it says."""

    ballot: int
    option: int
    score: int


class UndoSlip(Button, code="su"):
    """Takes the last place of a ranking back."""

    ballot: int


class LevelSlip(Button, code="sl"):
    """Puts the last option level with the one before."""

    ballot: int


class BlockIt(Button, code="sx"):
    """Begins to block a proposal: asks for the reason."""

    ballot: int


class LeaveBlock(Button, code="sq"):
    """Leaves the reason unwritten."""

    ballot: int


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
    ballot = await ballots.find(here.unit.conn, number_in(rest.partition("_x")[0]))
    if ballot.state is not State.DRAFT and not ballot.is_open(here.now):
        await _check_on_the_roll(here, ballot)
        await polling.show_anew(here, "slip", ballot.id)
        return
    _, _, proxy = rest.partition("_x")
    draft = await stored.draft(here.unit.conn, ballot.id, here.person.id)
    if draft is None or draft.proxy != number_in(proxy):
        draft = await _standing(here, ballot, number_in(proxy))
    kept = replace(draft, page=0, checking=False)
    await stored.keep_draft(here.unit.conn, ballot.id, here.person.id, kept)
    await polling.show_anew(here, "slip", ballot.id)


async def _standing(here: Here, ballot: Ballot, proxy: int) -> Draft:
    """A paper filled in as those whom the person votes for have voted so far."""
    await _check_right(here, ballot, proxy)
    for voter in await proxies.voters(here.unit.conn, ballot, here.person.id, proxy):
        vote = await stored.vote_of(here.unit.conn, ballot.id, voter.id)
        if vote is not None:
            return Draft(vote.choice, reason=vote.reason, proxy=proxy)
    return Draft(proxy=proxy)


async def _mine(here: Here, ballot_id: int) -> Ballot:
    """An open ballot in which this person has a vote, or, on a proxy's paper, that of somebody else.

    Raises NoSuchBallot, BallotNotOpen, BallotClosed, NotAResident, NotOnTheRoll, NotAnOwner, NobodySpeaks,
    AnotherSpeaks, ProxyInForce, ProxyUsed, ProxyOver, NotYourProxy, SealedVoteStands.
    """
    ballot = await ballots.find(here.unit.conn, ballot_id)
    known = await box.open_ballot(here.unit.conn, ballot.id)
    check_open(known, here.now)
    proxy = (await _draft(here, ballot)).proxy
    await _check_right(here, ballot, proxy)
    if ballot.secrecy is Secrecy.SEALED:
        await _check_unsealed(here, ballot, proxy)
    return ballot


async def _check_unsealed(here: Here, ballot: Ballot, proxy: int) -> None:
    """Go on only while a vote is left that can still be put into the urn. Raises SealedVoteStands."""
    mine = await proxies.voters(here.unit.conn, ballot, here.person.id, proxy)
    voted = [voter.id for voter in mine if await stored.vote_of(here.unit.conn, ballot.id, voter.id)]
    check_unsealed(mine, voted)


async def _check_right(here: Here, ballot: Ballot, proxy: int) -> None:
    """Go on only for who may vote now: in their own name, or with the proxy."""
    if not proxy:
        await _check_on_the_roll(here, ballot)
    await proxies.check_voters(here.unit.conn, ballot, here.person.id, proxy)


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
    """Take an option in, or out; the answer says how far the paper is now."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    if ballot.method in ONE_PRESS or ballot.method is Method.SCORE:
        raise UnknownOption
    draft = await _draft(here, ballot)
    choice = tapped(ballot.way, draft.choice, button.option)
    await _keep(here, ballot, replace(draft, choice=choice, checking=False))
    places = {number: place for place, rank in enumerate(ranks(choice), 1) for number in rank}
    if ballot.secrecy is Secrecy.SEALED:
        return  # what a press was answered is kept, to answer a second delivery alike
    await here.tell(
        "slip.ranked" if ballot.method in RANKED else "slip.ticked",
        option=ballot.options[button.option - 1],
        place=places.get(button.option, 0),
        ticked=button.option in places,
        chosen=len(choice),
        ballot=ballot,
        spent=spent(ballot.way, choice) if ballot.method in BUDGETS else 0,
    )


@routes.press(PickFor)
async def pick_for(here: Here, button: PickFor) -> None:
    """Choose one option on a paper that is looked over first: a proxy's, or a sealed one."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    draft = await _draft(here, ballot)
    if ballot.method not in ONE_PRESS or not (draft.proxy or ballot.secrecy is Secrecy.SEALED):
        raise UnknownOption
    choice = check_choice(ballot.way, (button.option,))
    await _keep(here, ballot, replace(draft, choice=choice, checking=True, reason=""))


@routes.press(Rate)
async def rate(here: Here, button: Rate) -> None:
    """Give an option its stars; 0 asks what it says in full."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    if ballot.method is not Method.SCORE:
        raise UnknownOption
    draft = await _draft(here, ballot)
    choice = draft.choice
    if button.score or not 1 <= button.option <= len(ballot.options):
        choice = rated(ballot.way, draft.choice, button.option, button.score)
        await _keep(here, ballot, replace(draft, choice=choice, checking=False))
    if ballot.secrecy is Secrecy.SEALED and button.score:
        return
    tells = choice and ballot.secrecy is not Secrecy.SEALED
    given = stars(choice[button.option - 1] if tells else 0)
    await here.tell("slip.rated", option=ballot.options[button.option - 1], given=given)


@routes.press(UndoSlip)
async def undo(here: Here, button: UndoSlip) -> None:
    """Take the last place of a ranking back."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    draft = await _draft(here, ballot)
    if ballot.method not in RANKED or not draft.choice:
        raise NothingChosen
    await _keep(here, ballot, replace(draft, choice=undone(draft.choice), checking=False))


@routes.press(LevelSlip)
async def level(here: Here, button: LevelSlip) -> None:
    """Let the last option stand level with the one before, or after it again."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    draft = await _draft(here, ballot)
    if ballot.method is not Method.SCHULZE or len(draft.choice) < 2:
        raise UnknownOption
    await _keep(here, ballot, replace(draft, choice=levelled(draft.choice), checking=False))


@routes.press(BlockIt)
async def begin_block(here: Here, button: BlockIt) -> None:
    """Ask why somebody blocks: without a reason it stops nothing."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    if ballot.method is not Method.CONSENT:
        raise UnknownOption
    await here.begin("block", ballot=ballot.id)
    await here.say("slip.ask_reason", ballot=ballot, keys=((here.key("cancel", LeaveBlock(ballot.id)),),))


@routes.dialogue("block")
async def take_reason(here: Here, data: dict[str, Any]) -> None:
    """Write the reason on the paper, to be looked over before it is handed in."""
    ballot = await _mine(here, data["ballot"])
    reason = written(here.heard.text, REASON_LIMIT)
    await here.finish()
    kept = Draft((BLOCK,), checking=True, reason=reason, proxy=(await _draft(here, ballot)).proxy)
    await stored.keep_draft(here.unit.conn, ballot.id, here.person.id, kept)
    await polling.show_anew(here, "slip", ballot.id)


@routes.press(LeaveBlock)
async def leave_block(here: Here, button: LeaveBlock) -> None:
    """Leave the reason unwritten; the paper is as it was."""
    here.in_private()
    await _check_on_the_roll(here, await ballots.find(here.unit.conn, button.ballot))
    await here.finish()
    await here.turn("slip.left")
    await polling.show_anew(here, "slip", button.ballot)


@routes.press(SlipPage)
async def turn_page(here: Here, button: SlipPage) -> None:
    """Turn to another page."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    page = min(max(button.page, 0), pages(ballot) - 1)
    await _keep(here, ballot, replace(await _draft(here, ballot), page=page, checking=False))


@routes.press(ClearSlip)
async def clear(here: Here, button: ClearSlip) -> None:
    """Begin the list anew; what was handed in before stands."""
    here.in_private()
    ballot = await _mine(here, button.ballot)
    await _keep(here, ballot, Draft(proxy=(await _draft(here, ballot)).proxy))
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


def pages(ballot: Ballot) -> int:
    """How many pages its list takes."""
    return -(-len(ballot.options) // PAGE)
