"""Paper votes: the teller's stack in private, the card in the group that asks for witnesses, their answer."""

from __future__ import annotations

from typing import Any

from handlers import polling
from handlers.buttons import Button, Key
from handlers.here import Here
from handlers.proxies import tell_overtaken
from handlers.routes import Routes
from handlers.speech import Screen, View, number_in
from rules.ballots import Ballot
from rules.papers import WITNESSES, Stack, StackState
from services import outbox, papers
from services.outbox import Rank
from storage import ballots, homes, people, voters
from storage import papers as stored

routes = Routes()

_LABEL = 30  # characters of a question on a key


class BeginStack(Button, code="zpb"):
    """Begins to write down the paper votes of a ballot."""

    ballot: int


class TakeBack(Button, code="zpu"):
    """Takes the last slip off the stack."""

    stack: int


class HandOver(Button, code="zph"):
    """Hands the stack to two witnesses."""

    stack: int


class DropStack(Button, code="zpx"):
    """Gives the stack up."""

    stack: int


class LikeThePaper(Button, code="zpy"):
    """The witness found no difference."""

    stack: int


class NotLikeThePaper(Button, code="zpn"):
    """The witness found a difference."""

    stack: int


class SeePhotos(Button, code="zpf"):
    """Shows the photos of the slips."""

    stack: int


@routes.command("paper", words=("纸质票", "paper"))
async def choose_ballot(here: Here, _rest: str) -> None:
    """Let a teller choose the ballot whose paper votes are to be entered."""
    here.in_private()
    found = await papers.tells_for(here.unit.conn, here.person.id)
    keys = tuple((Key(ballot.question[:_LABEL], BeginStack(ballot.id)),) for ballot in found)
    await here.say("papers.choose", count=len(found), keys=keys)


@routes.press(BeginStack)
async def begin(here: Here, button: BeginStack) -> None:
    """Lay an empty stack before the teller."""
    here.in_private()
    stack = await papers.begin(here.unit, button.ballot, here.person.id)
    await here.begin("paper", stack=stack.id)
    await polling.show_anew(here, "stack", stack.id)


@routes.dialogue("paper")
async def take_lines(here: Here, data: dict[str, Any]) -> None:
    """Lay on the stack what the teller wrote, or a photo of the slips beside it."""
    stack, ballot = await papers.own(here.unit.conn, data["stack"], here.person.id)
    if here.heard.picture is not None:
        await papers.add_photo(here.unit, stack, here.heard.picture)
    if here.heard.text.strip():
        await papers.write(here.unit, stack, ballot, here.heard.text)
    await polling.show_anew(here, "stack", stack.id)


@routes.press(TakeBack)
async def take_back(here: Here, button: TakeBack) -> None:
    """Take the last slip off."""
    here.in_private()
    stack, _ = await papers.own(here.unit.conn, button.stack, here.person.id)
    await papers.take_back(here.unit, stack)
    await here.show("stack", stack.id)


@routes.press(DropStack)
async def drop(here: Here, button: DropStack) -> None:
    """Give the stack up."""
    here.in_private()
    stack, _ = await papers.own(here.unit.conn, button.stack, here.person.id)
    await papers.drop(here.unit, stack)
    await here.finish()
    await here.show("stack", stack.id)


@routes.press(HandOver)
async def hand_over(here: Here, button: HandOver) -> None:
    """Ask the group for two witnesses."""
    here.in_private()
    stack, ballot = await papers.own(here.unit.conn, button.stack, here.person.id)
    await papers.hand_over(here.unit, stack)
    await here.finish()
    await here.show("stack", stack.id)
    building = await homes.building(here.unit.conn, ballot.building_id)
    await here.show_building(building, "witness", stack.id)
    await here.tell("papers.handed_over")


@routes.link("w")
async def open_witness(here: Here, rest: str) -> None:
    """Lay the stack before a neighbour, to be compared with the paper."""
    here.in_private()
    stack, _ = await papers.to_witness(here.unit.conn, number_in(rest), here.person.id)
    await polling.show_anew(here, "compare", stack.id)


@routes.press(LikeThePaper)
async def confirm(here: Here, button: LikeThePaper) -> None:
    """The stack is like the paper; with the second witness it counts, and each household is told."""
    here.in_private()
    done = await papers.confirm(here.unit, button.stack, here.person.id)
    await here.tell("papers.confirmed", counted=done.counted)
    await _renew(here, done.stack)
    if not done.counted:
        return
    await outbox.renew(here.unit, "ballot", done.ballot.id)
    for proxy_id in done.overtaken:
        await tell_overtaken(here, done.ballot, proxy_id)
    for slip in done.stack.slips:
        facts = {"ballot": done.ballot, "names": done.ballot.names_of(slip.choice)}
        for person_id in await papers.members_told(here.unit.conn, done.ballot, slip):
            await here.tell_person(person_id, "papers.yours_counts", rank=Rank.BULK, notice=True, **facts)


@routes.press(NotLikeThePaper)
async def reject(here: Here, button: NotLikeThePaper) -> None:
    """There is a difference: the teller is asked to look again."""
    here.in_private()
    stack, ballot = await papers.reject(here.unit, button.stack, here.person.id)
    await here.tell("papers.rejected")
    await _renew(here, stack)
    facts = {"ballot": ballot, "name": here.person.name}
    teller = await people.get(here.unit.conn, stack.teller_id)
    keys = ((Key(here.label(teller.lang, "paper_go_on"), BeginStack(ballot.id)),),)
    await here.tell_person(teller.id, "papers.was_rejected", keys=keys, **facts)


async def _renew(here: Here, stack: Stack) -> None:
    for kind in ("stack", "witness", "compare"):
        await outbox.renew(here.unit, kind, stack.id)


@routes.press(SeePhotos)
async def see_photos(here: Here, button: SeePhotos) -> None:
    """Show the photos of the slips to the teller or to a witness."""
    here.in_private()
    stack = await stored.find(here.unit.conn, button.stack)
    if stack is None or stack.teller_id != here.person.id:
        stack, _ = await papers.to_witness(here.unit.conn, button.stack, here.person.id)
    for picture in stack.photos:
        await here.say("papers.photo", more={"picture": {"file": picture}})


@routes.card("stack")
async def draw_stack(view: View, stack_id: int) -> Screen | None:
    """The teller's stack: what was entered, and what can be done with it."""
    stack = await stored.find(view.conn, stack_id)
    if stack is None:
        return None
    facts = await _facts(view, stack)
    over = stack.state in {StackState.CONFIRMED, StackState.LAPSED}
    text = view.html("papers.stack", state=str(stack.state), photos=len(stack.photos), **facts)
    if stack.state is not StackState.OPEN:
        return Screen(text, over=over)
    last = (Key(view.label("paper_undo"), TakeBack(stack.id)),)
    done = (Key(view.label("paper_hand_over"), HandOver(stack.id)),)
    leave = (Key(view.label("paper_drop"), DropStack(stack.id)),)
    return Screen(text, (last, done, leave) if stack.slips else (leave,))


@routes.card("witness")
async def draw_witness(view: View, stack_id: int) -> Screen | None:
    """The card that asks the group for witnesses; it says how many slips there are, never what is on them."""
    stack = await stored.find(view.conn, stack_id)
    if stack is None:
        return None
    ballot = await ballots.get(view.conn, stack.ballot_id)
    teller = await people.get(view.conn, stack.teller_id)
    text = view.html(
        "papers.witness",
        ballot=ballot,
        teller=teller.name,
        count=len(stack.slips),
        state=str(stack.state),
        seen=len(stack.witnesses),
        needed=WITNESSES,
    )
    if stack.state is not StackState.WAITING:
        return Screen(text, over=stack.state is not StackState.OPEN)
    return Screen(text, ((Key(view.label("paper_witness"), link=view.link(f"w_{stack.id}")),),))


@routes.card("compare")
async def draw_compare(view: View, stack_id: int) -> Screen | None:
    """The stack as a witness compares it with the paper."""
    stack = await stored.find(view.conn, stack_id)
    if stack is None:
        return None
    text = view.html("papers.compare", state=str(stack.state), **await _facts(view, stack))
    if stack.state is not StackState.WAITING:
        return Screen(text, over=stack.state is not StackState.OPEN)
    photos = ((Key(view.label("paper_photos"), SeePhotos(stack.id)),),) if stack.photos else ()
    yes = (Key(view.label("paper_like"), LikeThePaper(stack.id)),)
    return Screen(text, (*photos, yes, (Key(view.label("paper_unlike"), NotLikeThePaper(stack.id)),)))


async def _facts(view: View, stack: Stack) -> dict[str, Any]:
    ballot: Ballot = await ballots.get(view.conn, stack.ballot_id)
    doors = await voters.doors(view.conn, ballot, [slip.voter_id for slip in stack.slips])
    lines = [(doors[slip.voter_id], ballot.names_of(slip.choice, 16), slip.reason) for slip in stack.slips]
    return {"ballot": ballot, "lines": lines}
