"""The proposals of an item until it is put to the vote: amended, withdrawn, and what is said of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rules.ballots import State as BallotState
from rules.homes import Building
from rules.meetings import PROPOSAL_LIMIT, Item, Meeting, Proposal, written
from rules.people import NotTheLeader, Person
from rules.proposals import (
    CONCERN_LIMIT,
    REASON_LIMIT,
    Concern,
    MergeState,
    NoQuestion,
    NoSuchConcern,
    NoSuchProposal,
    NotYourConcern,
    NotYourProposal,
    ProposalsFrozen,
    ProposalTwice,
    SupportedAlready,
    Voice,
    check_amend,
    check_changeable,
    check_discussed,
    label,
)
from rules.refusals import Refusal
from services import meeting as sittings
from services import outbox
from storage import ballots, homes, log, meetings
from storage import proposals as stored
from storage.store import Connection, Unit

CHAIRS = frozenset({"leader", "recorder"})


@dataclass(frozen=True, slots=True)
class Place:
    """A proposal with its letter, and where it stands."""

    building: Building
    meeting: Meeting
    item: Item
    proposal: Proposal
    name: str


async def labelled(conn: Connection, item_ids: Iterable[int], lang: str) -> list[tuple[str, Proposal]]:
    """The proposals of items that still stand, each with the letter it keeps for life."""
    wanted = list(item_ids)
    most = await stored.most_numbers(conn, wanted)
    return [
        (label(one.number, most[one.item_id], lang), one) for one in await meetings.proposals_of(conn, wanted)
    ]


async def find(conn: Connection, proposal_id: int) -> Place:
    """A proposal that still stands, by an id that somebody pressed. Raises NoSuchProposal."""
    proposal = await meetings.find_proposal(conn, proposal_id)
    if proposal is None or proposal.gone is not None:
        raise NoSuchProposal
    return await place_of(conn, proposal)


async def place_of(conn: Connection, proposal: Proposal) -> Place:
    """Where a proposal stands."""
    item = await meetings.item(conn, proposal.item_id)
    meeting = await meetings.get(conn, item.meeting_id)
    building = await homes.building(conn, meeting.building_id)
    most = await stored.most_numbers(conn, [item.id])
    return Place(building, meeting, item, proposal, label(proposal.number, most[item.id], building.lang))


async def find_in(conn: Connection, building: Building, proposal_id: int) -> Place:
    """The same, in the building it is pressed in. Raises NoSuchProposal."""
    place = await find(conn, proposal_id)
    if place.building.id != building.id:
        raise NoSuchProposal
    return place


async def _check_free(conn: Connection, item: Item) -> None:
    """Go on only while no ballot on the item was opened. Raises ProposalsFrozen."""
    for ballot in await ballots.of_meeting(conn, item.meeting_id):
        if ballot.item_id == item.id and ballot.state is not BallotState.DRAFT:
            raise ProposalsFrozen(question=ballot.question[:60])


async def is_open(conn: Connection, place: Place) -> bool:
    """Whether something may still be said of a proposal."""
    try:
        check_discussed(place.meeting, place.item)
        await _check_free(conn, place.item)
    except Refusal:
        return False
    return True


async def renew_cards(unit: Unit, item_id: int) -> None:
    """What the cards of an item and of its proposals show has changed."""
    await outbox.renew(unit, "item", item_id)
    for proposal_id in await stored.every_id(unit.conn, item_id):
        await outbox.renew(unit, "proposal", proposal_id)


async def check_speak(conn: Connection, building: Building, proposal_id: int, kind: str) -> Place:
    """Go on only where something may still be said of a proposal.

    Raises NoSuchProposal, MeetingIsOver, ItemMovedOn, ProposalsFrozen.
    """
    place = await find_in(conn, building, proposal_id)
    check_discussed(place.meeting, place.item)
    await _check_free(conn, place.item)
    if kind not in set(Voice):
        raise NoSuchProposal
    return place


async def check_change(conn: Connection, building: Building, proposal_id: int) -> Place:
    """Go on only where a proposal may still be changed.

    Raises NoSuchProposal, MeetingNotOpen, MeetingIsOver, ItemMovedOn, ProposalsFrozen.
    """
    place = await find_in(conn, building, proposal_id)
    check_changeable(place.meeting, place.item)
    await _check_free(conn, place.item)
    return place


async def check_own(conn: Connection, building: Building, person: Person, proposal_id: int) -> Place:
    """The same for who made it. Raises NotYourProposal besides."""
    place = await check_change(conn, building, proposal_id)
    if place.proposal.by_id != person.id:
        raise NotYourProposal
    return place


async def check_new(conn: Connection, item: Item, text: str) -> None:
    """Go on only for words that no proposal of the item has. Raises ProposalsFrozen, ProposalTwice."""
    await _check_free(conn, item)
    if any(one.text == text for one in await meetings.proposals_of(conn, [item.id])):
        raise ProposalTwice(text=text)


async def amend(unit: Unit, building: Building, person: Person, proposal_id: int, text: str) -> Place:
    """Word one's proposal anew; the record keeps both, and a merger that waited for consent is over.

    Raises what `check_own` raises, NothingWritten, TextTooLong, SameWording, ProposalTwice.
    """
    place = await check_own(unit.conn, building, person, proposal_id)
    words = written(text, PROPOSAL_LIMIT)
    check_amend(place.proposal, words, await meetings.proposals_of(unit.conn, [place.item.id]), person.id)
    await meetings.change_proposal(unit.conn, proposal_id, text=words)
    facts = {"before": place.proposal.text, "text": words, "person": person.id}
    await _log(unit, place, "proposal_amended", **facts)
    await end_merges(unit, [proposal_id])
    return place


async def withdraw(
    unit: Unit, building: Building, person: Person, proposal_id: int, reason: str = ""
) -> Place:
    """Take a proposal back: one's own, or, giving a reason, as the one who leads the meeting.

    Raises what `check_change` raises, NotTheLeader, NothingWritten, TextTooLong.
    """
    place = await check_change(unit.conn, building, proposal_id)
    own = place.proposal.by_id == person.id
    if not own:
        await check_chair(unit.conn, building, person)
    why = written(reason, REASON_LIMIT) if reason or not own else ""
    await meetings.change_proposal(unit.conn, proposal_id, gone="withdrawn")
    await _log(unit, place, "proposal_withdrawn", person=person.id, own=own, reason=why)
    await end_merges(unit, [proposal_id])
    return place


async def check_chair(conn: Connection, building: Building, person: Person) -> None:
    """Go on only for who leads the meeting or keeps its record. Raises NotTheLeader."""
    if not await may_chair(conn, building, person):
        raise NotTheLeader


async def may_chair(conn: Connection, building: Building, person: Person) -> bool:
    """Whether a person leads the meeting or keeps its record."""
    return bool(CHAIRS & await homes.offices(conn, building.id, person.id))


async def speak(
    unit: Unit, building: Building, person: Person, proposal_id: int, kind: str, text: str
) -> Concern:
    """Write down what somebody says of a proposal; support may be without words.

    Raises what `check_speak` raises, SupportedAlready, NothingWritten, TextTooLong.
    """
    place = await check_speak(unit.conn, building, proposal_id, kind)
    said = await stored.concerns_of(unit.conn, proposal_id)
    if kind == Voice.SUPPORT and any(one.kind == kind and one.by_id == person.id for one in said):
        raise SupportedAlready
    words = "" if kind == Voice.SUPPORT and not text.strip() else written(text, CONCERN_LIMIT)
    added = await stored.add_concern(
        unit.conn, proposal_id=proposal_id, kind=kind, text=words, by_id=person.id, at=unit.now
    )
    mine = await homes.homes_of(unit.conn, person.id, building.id)
    facts = {"person": person.id, "household": mine[0].id if mine else None}
    await _log(unit, place, "concern_raised", concern=added, voice=kind, text=words, **facts)
    found = await stored.find_concern(unit.conn, added)
    assert found is not None, "it was just written"
    return found


async def _concern(conn: Connection, building: Building, concern_id: int) -> tuple[Concern, Place]:
    concern = await stored.find_concern(conn, concern_id)
    if concern is None or concern.gone_at is not None:
        raise NoSuchConcern
    return concern, await check_speak(conn, building, concern.proposal_id, concern.kind)


async def take_back(unit: Unit, building: Building, person: Person, concern_id: int) -> Place:
    """Take back what one said. Raises NoSuchConcern, NotYourConcern, and what `check_speak` raises."""
    concern, place = await _concern(unit.conn, building, concern_id)
    if concern.by_id != person.id:
        raise NotYourConcern
    await stored.change_concern(unit.conn, concern_id, gone_at=unit.now)
    await _log(unit, place, "concern_taken_back", concern=concern_id, person=person.id)
    return place


async def check_question(
    conn: Connection, building: Building, person: Person, concern_id: int
) -> tuple[Concern, Place]:
    """A question or concern that this person, whose proposal it is about, has not answered.

    Raises NoSuchConcern, NoQuestion, and what `check_speak` raises.
    """
    concern, place = await _concern(conn, building, concern_id)
    open_still = concern.kind != Voice.SUPPORT and concern.answer is None
    if not open_still or place.proposal.by_id != person.id:
        raise NoQuestion
    return concern, place


async def answer(
    unit: Unit, building: Building, person: Person, concern_id: int, text: str
) -> tuple[Concern, Place]:
    """Answer a question about one's own proposal. Raises what `check_question` raises, TextTooLong."""
    concern, place = await check_question(unit.conn, building, person, concern_id)
    words = written(text, CONCERN_LIMIT)
    await stored.change_concern(unit.conn, concern_id, answer=words)
    await _log(unit, place, "concern_answered", concern=concern_id, person=person.id, text=words)
    return concern, place


async def end_merges(unit: Unit, proposals: Iterable[int]) -> None:
    """Mergers that wait for consent to what is no longer there are over."""
    for proposal in proposals:
        for merge_id in await stored.merges_with(unit.conn, proposal):
            await stored.change_merge(unit.conn, merge_id, MergeState.OVER)


async def _log(unit: Unit, place: Place, kind: str, **data: Any) -> None:
    about = {"proposal": place.proposal.id, "number": place.proposal.number}
    await write_in(unit, place.meeting, kind, place.item.id, **about, **data)


async def write_in(unit: Unit, meeting: Meeting, kind: str, item_id: int, **data: Any) -> None:
    """Put down in a meeting's record what happened to the proposals of an item."""
    await log.append(unit.conn, sittings.stream(meeting.id), kind, unit.now, item=item_id, **data)
