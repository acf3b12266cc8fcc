"""Paper votes: a teller writes down a stack, two neighbours compare it with the paper, then it counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from rules.ballots import Ballot, NoSuchBallot
from rules.ballots import State as BallotState
from rules.counting import Method
from rules.homes import read_door
from rules.papers import (
    WITNESSES,
    DoorNotOnTheRoll,
    Line,
    NoSuchStack,
    NotATeller,
    PaperNotForThisBallot,
    Slip,
    SlipTwice,
    Stack,
    StackNotOpen,
    StackState,
    TellerIsSponsor,
    check_hand_over,
    check_room,
    check_witness,
    read_lines,
    read_marks,
    read_ranks,
    read_stance,
    read_stars,
)
from rules.people import NotAResident
from rules.secrecy import Secrecy
from rules.voters import Basis
from rules.votes import BallotClosed
from rules.ways import Choice, check_choice
from services.roll import home_at
from services.vote_box import new_receipt
from storage import ballots, homes, log, meetings, papers, proxies, voters
from storage.store import Connection, Unit


async def tells_for(conn: Connection, person_id: int) -> list[Ballot]:
    """The open ballots whose paper votes this person may enter. Raises NotATeller."""
    buildings = [
        building
        for building in await homes.buildings_of(conn)
        if "teller" in await homes.offices(conn, building.id, person_id)
    ]
    if not buildings:
        raise NotATeller
    return [
        ballot
        for building in buildings
        for ballot in await ballots.of_building(conn, building.id, BallotState.OPEN)
    ]


async def check_teller(conn: Connection, ballot: Ballot, person_id: int) -> None:
    """Go on only for a teller who neither asked the question nor proposed an option (domain rule).

    Raises NotATeller, TellerIsSponsor.
    """
    if "teller" not in await homes.offices(conn, ballot.building_id, person_id):
        raise NotATeller
    proposed = await meetings.proposals_of(conn, [ballot.item_id]) if ballot.item_id else []
    if person_id == ballot.convener_id or any(one.by_id == person_id for one in proposed):
        raise TellerIsSponsor


async def begin(unit: Unit, ballot_id: int, person_id: int) -> Stack:
    """The stack this teller is writing for a ballot, or a new one.

    Raises NoSuchBallot, NotATeller, TellerIsSponsor, BallotNotOpen, BallotClosed, PaperNotForThisBallot.
    """
    ballot = await ballots.find(unit.conn, ballot_id)
    if ballot is None:
        raise NoSuchBallot
    await check_teller(unit.conn, ballot, person_id)
    if not ballot.is_open(unit.now):
        raise BallotClosed(closes_at=ballot.closes_at, zone="Asia/Shanghai")
    if ballot.basis is Basis.PERSON or ballot.secrecy is Secrecy.SEALED:
        raise PaperNotForThisBallot
    for stack in await papers.of_ballot(unit.conn, ballot.id):
        if stack.teller_id == person_id and stack.state is StackState.OPEN:
            return stack
    return await papers.add(unit.conn, ballot.id, person_id, unit.now)


async def own(conn: Connection, stack_id: int, person_id: int) -> tuple[Stack, Ballot]:
    """A stack that this teller wrote. Raises NoSuchStack, NotATeller, TellerIsSponsor."""
    stack = await papers.find(conn, stack_id)
    if stack is None or stack.teller_id != person_id:
        raise NoSuchStack
    ballot = await ballots.get(conn, stack.ballot_id)
    await check_teller(conn, ballot, person_id)
    return stack, ballot


async def write(unit: Unit, stack: Stack, ballot: Ballot, text: str) -> Stack:
    """Lay the slips on the stack that the teller wrote, one a line; of a text with a mistake, none.

    Raises StackNotOpen, TooManySlips, SlipNotClear, NotAnAddress, DoorNotOnTheRoll, SlipTwice and what the
    ballot's way of choosing does not allow.
    """
    lines = read_lines(text)
    check_room(stack, len(lines))
    entered = {
        slip.voter_id for other in await papers.of_ballot(unit.conn, ballot.id) for slip in other.slips
    }
    slips: list[Slip] = []
    for line in lines:
        voter = await _voter(unit.conn, ballot, line.door)
        if voter in entered:
            raise SlipTwice(number=line.number, door=line.door)
        entered.add(voter)
        choice, reason = _read(ballot, line)
        slips.append(Slip(voter, check_choice(ballot.way, choice, reason), reason))
    await papers.put(unit.conn, stack, slips)
    return replace(stack, slips=(*stack.slips, *slips))


def _read(ballot: Ballot, line: Line) -> tuple[Choice, str]:
    """What a line marks, as the ballot lets people choose, and why it blocks. Raises SlipNotClear."""
    labels, texts = [one.label for one in ballot.options], [one.text for one in ballot.options]
    if ballot.method is Method.CONSENT:
        return read_stance(line.marks, labels, line.number)
    read = {Method.SCORE: read_stars, Method.SCHULZE: read_ranks}.get(ballot.method, read_marks)
    return read(line.marks, labels, line.number, texts if all(texts) else ()), ""


async def _voter(conn: Connection, ballot: Ballot, door: str) -> int:
    """The voter behind a door. Raises NotAnAddress, DoorNotOnTheRoll."""
    building = await homes.building(conn, ballot.building_id)
    home = await home_at(conn, building, *read_door(door, building.units))
    voter = None if home is None else await voters.behind(conn, ballot, home.id)
    if voter is None:
        raise DoorNotOnTheRoll(door=door)
    return voter


async def add_photo(unit: Unit, stack: Stack, picture: str) -> None:
    """Lay a photo of the slips beside the stack. Raises StackNotOpen."""
    check_room(stack, 0)
    await papers.change(unit.conn, stack.id, photos=[*stack.photos, picture])


async def take_back(unit: Unit, stack: Stack) -> None:
    """Take the last slip off again. Raises StackNotOpen, EmptyStack."""
    check_hand_over(stack)
    await papers.take_off(unit.conn, stack.id, len(stack.slips))


async def hand_over(unit: Unit, stack: Stack) -> None:
    """Hand a stack to its witnesses. Raises StackNotOpen, EmptyStack."""
    check_hand_over(stack)
    await papers.change(unit.conn, stack.id, state=str(StackState.WAITING))
    facts = {"stack": stack.id, "slips": len(stack.slips), "teller": stack.teller_id}
    await log.append(unit.conn, f"ballot:{stack.ballot_id}", "paper_entered", unit.now, **facts)


async def to_witness(conn: Connection, stack_id: int, person_id: int) -> tuple[Stack, Ballot]:
    """A stack that this neighbour may compare with the paper.

    Raises NoSuchStack, NotAResident, StackNotWaiting, WitnessIsTeller, WitnessOfOwnSlip, WitnessedAlready.
    """
    stack = await papers.find(conn, stack_id)
    if stack is None:
        raise NoSuchStack
    ballot = await ballots.get(conn, stack.ballot_id)
    mine = {home.id for home in await homes.homes_of(conn, person_id, ballot.building_id)}
    if not mine:
        raise NotAResident(link="")
    others = {
        other: {home.id for home in await homes.homes_of(conn, other, ballot.building_id)}
        for other in (stack.teller_id, *stack.witnesses)
    }
    check_witness(stack, person_id, await _own(conn, ballot, person_id, mine), mine, others)
    return stack, ballot


async def _own(conn: Connection, ballot: Ballot, person_id: int, home_ids: Collection[int]) -> set[int]:
    """The voters of a ballot whom a person votes for, and those behind the doors they live at."""
    own = {voter.id for voter in await voters.of_person(conn, ballot.id, person_id)}
    behind = [await voters.behind(conn, ballot, home_id) for home_id in home_ids]
    return own | {voter for voter in behind if voter is not None}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A stack once a witness has confirmed it; `counted` once it has both.

    `overtaken` are the ids of the proxies for whose voters a paper vote stands now.
    """

    stack: Stack
    ballot: Ballot
    counted: bool
    overtaken: tuple[int, ...] = ()


async def confirm(unit: Unit, stack_id: int, person_id: int) -> Confirmed:
    """A neighbour found the stack like the paper; with the second, its votes count.

    Raises what `to_witness` raises, and BallotClosed.
    """
    stack, ballot = await to_witness(unit.conn, stack_id, person_id)
    if not ballot.is_open(unit.now):
        raise BallotClosed(closes_at=ballot.closes_at, zone="Asia/Shanghai")
    await papers.witness(unit.conn, stack.id, person_id, unit.now)
    stack = replace(stack, witnesses=(*stack.witnesses, person_id))
    facts = {"stack": stack.id, "person": person_id}
    await log.append(unit.conn, f"ballot:{ballot.id}", "paper_witnessed", unit.now, **facts)
    counted = len(stack.witnesses) >= WITNESSES
    if not counted:
        return Confirmed(stack, ballot, counted)
    overtaken = await _count(unit, stack)
    return Confirmed(replace(stack, state=StackState.CONFIRMED), ballot, counted, tuple(overtaken))


async def _count(unit: Unit, stack: Stack) -> list[int]:
    """Let the slips stand: over what was voted in the chat, and over proxies, which are told."""
    overtaken = []
    await papers.change(unit.conn, stack.id, state=str(StackState.CONFIRMED))
    for slip in stack.slips:
        teller, receipt = stack.teller_id, new_receipt()
        await ballots.put_paper_vote(unit.conn, stack.ballot_id, slip, teller, receipt, unit.now)
        overtaken += await proxies.release_voter(unit.conn, stack.ballot_id, slip.voter_id)
        facts = {"voter": slip.voter_id, "how": "paper", "stack": stack.id}
        await log.append(unit.conn, f"ballot:{stack.ballot_id}", "cast", unit.now, **facts)
    return overtaken


async def reject(unit: Unit, stack_id: int, person_id: int) -> tuple[Stack, Ballot]:
    """A neighbour found a difference: the stack goes back to the teller, and is witnessed anew afterwards.

    Raises what `to_witness` raises.
    """
    stack, ballot = await to_witness(unit.conn, stack_id, person_id)
    await papers.forget_witnesses(unit.conn, stack.id)
    await papers.change(unit.conn, stack.id, state=str(StackState.OPEN))
    facts = {"stack": stack.id, "person": person_id}
    await log.append(unit.conn, f"ballot:{ballot.id}", "paper_rejected", unit.now, **facts)
    return stack, ballot


async def drop(unit: Unit, stack: Stack) -> None:
    """Give a stack up that was not confirmed. Raises StackNotOpen."""
    if stack.state is not StackState.OPEN:
        raise StackNotOpen
    await papers.take_off(unit.conn, stack.id)
    await papers.change(unit.conn, stack.id, state=str(StackState.LAPSED))


async def lapse(unit: Unit, ballot: Ballot) -> int:
    """At a ballot's closing: what was not confirmed does not count; how many slips that are."""
    left = 0
    for stack in await papers.of_ballot(unit.conn, ballot.id):
        if stack.state in {StackState.OPEN, StackState.WAITING}:
            left += len(stack.slips)
            await papers.change(unit.conn, stack.id, state=str(StackState.LAPSED))
    if left:
        await log.append(unit.conn, f"ballot:{ballot.id}", "paper_lapsed", unit.now, slips=left)
    return left


async def members_told(conn: Connection, ballot: Ballot, slip: Slip) -> list[int]:
    """Who is to hear that a paper vote counts: the ids of those it is for."""
    return await voters.members_of(conn, ballot, slip.voter_id)
