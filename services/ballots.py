"""Ballots: written as a draft, read back, opened with a frozen roll, and closed once with its count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.asked import PROPOSED, Asked, LawAsksMore, allowed, carried_over, meant, settled
from rules.ballots import (
    MOST_OPTIONS,
    Ballot,
    BallotAlreadyClosed,
    NoSuchBallot,
    NotADraftBallot,
    Plan,
    State,
    ThresholdDoesNotFit,
    change_method,
    check_closing,
    check_plan,
    options_of,
    plan_of,
    usual_closing,
)
from rules.calendar import closing
from rules.counting import Method, TieRule
from rules.freezing import frozen
from rules.homes import Building
from rules.kinds import KindDoesNotVote
from rules.meetings import ItemState
from rules.meetings import State as MeetingState
from rules.people import NotTheLeader
from rules.results import check_sealed, days_published, publication, result_of, summary
from rules.secrecy import Secrecy, SecrecyDoesNotFit, fitting_secrecy
from rules.thresholds import (
    PLAIN_CHARTER,
    Charter,
    Threshold,
    fitting,
    usual,
)
from rules.voters import Basis
from rules.votes import BallotNotOpen
from services import counting, item_plans, outbox, owners, papers, proxies, reminding, silences
from services.counting import Counted
from services.proposals import renew_cards
from storage import ballots, homes, log, meetings, voters
from storage import outbox as schedule
from storage.store import Connection, Unit

CLOSE = "ballot_close"
PUBLICATION_END = "publication_end"


async def find(conn: Connection, ballot_id: int, building_id: int | None = None) -> Ballot:
    """A ballot by an id that somebody pressed, in the building it is pressed in. Raises NoSuchBallot."""
    ballot = await ballots.find(conn, ballot_id)
    if ballot is None or building_id not in {None, ballot.building_id}:
        raise NoSuchBallot
    return ballot


async def posted_head(conn: Connection, ballot: Ballot, kind: str) -> str:
    """The head of a ballot's log at its opening or closing (`kind`: "opened", "closed"), as people see it."""
    event = await log.first(conn, f"ballot:{ballot.id}", kind)
    assert event is not None, "it is written in the transaction that opens or closes"
    return event.head


async def may_convene(conn: Connection, building_id: int, person_id: int) -> bool:
    """Whether this is the leader, or the recorder while a meeting is open."""
    held = await homes.offices(conn, building_id, person_id)
    if "leader" in held:
        return True
    return "recorder" in held and bool(await meetings.of_building(conn, building_id, MeetingState.OPEN))


async def check_convener(conn: Connection, building_id: int, person_id: int) -> None:
    """Go on only for who may put something to the vote. Raises NotTheLeader."""
    if not await may_convene(conn, building_id, person_id):
        raise NotTheLeader


async def draft(unit: Unit, building: Building, person_id: int, plan: Plan) -> Ballot:
    """Write a ballot down, to be read back before it opens.

    Raises NotTheLeader, NothingWritten, TextTooLong, TooFewOptions, TooManyOptions, OptionTwice,
    AtMostOutOfRange, KindDoesNotVote, AreasMissing, DecidedByOthers, LawAsksMore.
    """
    await check_convener(unit.conn, building.id, person_id)
    plan = await _under_discussion(unit.conn, building.id, check_plan(plan))
    await _check_votes(unit.conn, plan)
    if plan.basis is Basis.OWNER:
        await owners.check_areas(unit.conn, building)
    return await ballots.add(
        unit.conn,
        _offered(plan, building.lang),
        building_id=building.id,
        meeting_id=plan.meeting_id,
        item_id=plan.item_id,
        question=plan.question,
        convener_id=person_id,
        closes_at=usual_closing(unit.now, ZoneInfo(building.zone)),
        basis=str(plan.basis),
        asked=None if plan.asked is None else str(plan.asked),
        **_way(plan),
    )


def _offered(plan: Plan, lang: str) -> list[dict[str, Any]]:
    costs = plan.costs or [None] * MOST_OPTIONS
    return [
        {"number": number, "label": label, "text": text, "picture": picture, "cost": cost}
        for number, ((label, text, picture), cost) in enumerate(
            zip(options_of(plan, lang), costs, strict=False), 1
        )
    ]


def _way(plan: Plan) -> dict[str, Any]:
    """How a plan lets people choose and how it is counted, as columns."""
    return {
        "method": str(plan.method),
        "at_most": plan.at_most,
        "seats": plan.seats,
        "budget": plan.budget,
        "completion": None if plan.completion is None else str(plan.completion),
        "ties": str(plan.ties or TieRule.MEETING),
        "threshold": settled(plan.asked, plan.method, plan.basis, plan.threshold).written(),
    }


async def _under_discussion(conn: Connection, building_id: int, plan: Plan) -> Plan:
    """The plan, belonging to the item that is being discussed just now, if it names none."""
    if plan.meeting_id is not None:
        return plan
    for meeting in await meetings.of_building(conn, building_id, MeetingState.OPEN):
        for item in await meetings.items_of(conn, meeting.id):
            if item.state is ItemState.OPEN:
                await item_plans.votable(conn, meeting, item)
                return replace(plan, meeting_id=meeting.id, item_id=item.id)
    return plan


async def take_kind(conn: Connection, building: Building, kind: Asked) -> Asked:
    """The kind of question a convener names, as it is meant in the meeting that sits. Raises AreasMissing."""
    for meeting in await meetings.of_building(conn, building.id, MeetingState.OPEN):
        kind = meant(kind, meeting.preset.decides)
    if PROPOSED[kind].basis is Basis.OWNER:
        await owners.check_areas(conn, building)
    return kind


async def _check_votes(conn: Connection, plan: Plan) -> None:
    """Go on unless the meeting it belongs to is of a kind that votes on nothing. Raises KindDoesNotVote."""
    meeting = await meetings.find(conn, plan.meeting_id) if plan.meeting_id else None
    if meeting is not None and not meeting.preset.votes:
        raise KindDoesNotVote(kind=meeting.preset)


async def check_draft(unit: Unit, ballot_id: int, person_id: int) -> Ballot:
    """A draft that this person may change. Raises NoSuchBallot, NotTheLeader, NotADraftBallot."""
    ballot = await find(unit.conn, ballot_id)
    await check_convener(unit.conn, ballot.building_id, person_id)
    if ballot.state is not State.DRAFT:
        raise NotADraftBallot
    return ballot


async def set_closing(unit: Unit, ballot: Ballot, closes_at: datetime) -> None:
    """Close a draft at another time. Raises ClosingPast, ClosingTooFar."""
    await ballots.change(unit.conn, ballot.id, closes_at=check_closing(closes_at, unit.now))
    await outbox.renew(unit, "ballot_draft", ballot.id)


async def redraft(unit: Unit, ballot: Ballot, plan: Plan) -> None:
    """Let a draft be counted as a plan says. Raises what `check_plan` raises."""
    plan = check_plan(plan)
    building = await homes.building(unit.conn, ballot.building_id)
    secrecy = _kept_secrecy(ballot, ballot.basis, plan.method)
    await ballots.change(unit.conn, ballot.id, secrecy=str(secrecy), **_way(plan))
    if plan.method is not ballot.method:
        await ballots.offer(unit.conn, ballot.id, _offered(plan, building.lang))
    await outbox.renew(unit, "ballot_draft", ballot.id)


async def ask_as(unit: Unit, building: Building, ballot: Ballot, plan: Plan) -> None:
    """Let a draft's question be one of another kind: its voters, its options, how it is decided.

    It stays under its item as long as it asks for the item's proposals. Raises what `check_plan` raises,
    AreasMissing, DecidedByOthers, LawAsksMore, and what `item_plans.of_item` raises.
    """
    plan = check_plan(plan)
    if plan.basis is Basis.OWNER:
        await owners.check_areas(unit.conn, building)
    secrecy = _kept_secrecy(ballot, plan.basis, plan.method)
    kind: dict[str, Any] = {
        "asked": None if plan.asked is None else str(plan.asked),
        "basis": str(plan.basis),
    }
    if not await item_plans.is_asked(unit.conn, building, ballot, plan):
        kind["item_id"] = None
    await ballots.change(unit.conn, ballot.id, secrecy=str(secrecy), **kind, **_way(plan))
    await ballots.offer(unit.conn, ballot.id, _offered(plan, building.lang))
    await outbox.renew(unit, "ballot_draft", ballot.id)


async def set_basis(unit: Unit, building: Building, ballot: Ballot, basis: Basis) -> None:
    """Give a draft's vote to households, persons or owners. Raises AreasMissing, DecidedByOthers."""
    threshold = ballot.threshold or usual(ballot.method)
    threshold = carried_over(ballot.asked, ballot.method, ballot.basis, basis, threshold)
    if basis is Basis.OWNER:
        await owners.check_areas(unit.conn, building)
    secrecy = _kept_secrecy(ballot, basis, ballot.method)
    values = {"basis": str(basis), "threshold": threshold.written(), "secrecy": str(secrecy)}
    await ballots.change(unit.conn, ballot.id, **values)
    await outbox.renew(unit, "ballot_draft", ballot.id)


def _kept_secrecy(ballot: Ballot, basis: Basis, method: Method) -> Secrecy:
    """A draft's secrecy, where what it is changed to allows it."""
    fits = ballot.secrecy in fitting_secrecy(basis, method)
    return ballot.secrecy if fits else Secrecy.CONFIDENTIAL


async def set_secrecy(unit: Unit, ballot: Ballot, secrecy: Secrecy) -> None:
    """Say of a draft who can know what somebody chose. Raises SecrecyDoesNotFit."""
    if secrecy not in fitting_secrecy(ballot.basis, ballot.method):
        raise SecrecyDoesNotFit
    await ballots.change(unit.conn, ballot.id, secrecy=str(secrecy))
    await outbox.renew(unit, "ballot_draft", ballot.id)


async def set_threshold(unit: Unit, ballot: Ballot, name: str, own: Sequence[Threshold] = ()) -> Threshold:
    """Ask for more, or for less, of a draft before it is decided. Raises ThresholdDoesNotFit, LawAsksMore."""
    offered = allowed(ballot.asked, ballot.method, ballot.basis, own)
    found = next((one for one in offered if one.name == name), None)
    if found is None and any(one.name == name for one in fitting(ballot.method, ballot.basis, own)):
        raise LawAsksMore(kind=str(ballot.asked))
    if found is None:
        raise ThresholdDoesNotFit
    await ballots.change(unit.conn, ballot.id, threshold=found.written())
    await outbox.renew(unit, "ballot_draft", ballot.id)
    return found


async def set_most(unit: Unit, ballot: Ballot, at_most: int) -> None:
    """Let a draft's voters choose one option, or up to so many, and as many win.

    Raises AtMostOutOfRange, OtherOptionsNeeded.
    """
    plan = change_method(plan_of(ballot), Method.SINGLE if at_most == 1 else Method.APPROVAL)
    await redraft(unit, ballot, replace(plan, at_most=at_most))


async def drop(unit: Unit, ballot: Ballot) -> None:
    """Take a draft back."""
    await ballots.drop(unit.conn, ballot.id)


async def begin(unit: Unit, building: Building, ballot: Ballot, charter: Charter = PLAIN_CHARTER) -> Ballot:
    """Open a draft: the roll is frozen and hashed, the clock and the log know of it.

    What the operator laid down (`charter`) on publication and on owners' decisions is frozen with it.

    What is asked while a meeting sits, though under none of its items, belongs to the meeting's record.

    Raises ClosingPast, ClosingTooFar, MeetingNotOn, AreasMissing, ProposalsChanged, TooFewForSealed.
    """
    assert ballot.closes_at is not None, "a draft has its time"
    if ballot.basis is Basis.OWNER:
        await owners.check_areas(unit.conn, building)
    closes_at = check_closing(ballot.closes_at, unit.now)
    await item_plans.check_fresh(unit.conn, building, ballot)
    ballot = replace(ballot, meeting_id=ballot.meeting_id or await _sitting(unit.conn, building.id))
    ballot = replace(ballot, parking_counts=building.parking_counts)
    roll = await voters.freeze(unit.conn, ballot)
    check_sealed(ballot.secrecy, roll.voters)
    threshold = ballot.threshold or usual(ballot.method)
    threshold = charter.settle(threshold, yes_or_no=ballot.method is Method.MOTION)
    delivered = await silences.delivered(unit.conn, ballot, roll) if threshold.clause else {}
    facts = {"ballot": ballot.id, "item": ballot.item_id, "question": ballot.question}
    opened = await log.append(unit.conn, _stream(ballot), "ballot_opened", unit.now, **facts)
    ballot = replace(
        ballot,
        state=State.OPEN,
        opened_at=unit.now,
        eligible=roll.voters,
        area_cm2=roll.area_cm2,
        roll_hash=roll.hash,
        threshold=threshold,
        seed=opened.hash,  # of the log's head: nobody could know it before
    )
    await ballots.change(
        unit.conn,
        ballot.id,
        meeting_id=ballot.meeting_id,
        state=str(ballot.state),
        opened_at=ballot.opened_at,
        threshold=None if ballot.threshold is None else ballot.threshold.written(),
        eligible=ballot.eligible,
        area_cm2=ballot.area_cm2,
        parking_counts=ballot.parking_counts,
        roll_hash=ballot.roll_hash,
        seed=ballot.seed,
    )
    await log.append(unit.conn, f"ballot:{ballot.id}", "opened", unit.now, **frozen(ballot), **delivered)
    await schedule.schedule(unit.conn, f"{CLOSE}:{ballot.id}", CLOSE, ballot.id, closes_at)
    await reminding.schedule_ballot(unit, ballot.id, closes_at, building)
    await proxies.entrust_opened(unit, ballot)
    await _renew(unit, ballot)
    return ballot


async def _sitting(conn: Connection, building_id: int) -> int | None:
    """The meeting that is open now."""
    found = await meetings.of_building(conn, building_id, MeetingState.OPEN)
    return found[0].id if found else None


async def close(unit: Unit, ballot_id: int, before: Counted | None = None) -> Ballot:
    """Close a ballot and count it, once; a count made `before` is used if no vote came since.

    Raises NoSuchBallot, BallotNotOpen, BallotAlreadyClosed.
    """
    ballot = await find(unit.conn, ballot_id)
    if ballot.state is State.DRAFT:
        raise BallotNotOpen
    if ballot.state is State.CLOSED:
        raise BallotAlreadyClosed
    building = await homes.building(unit.conn, ballot.building_id)
    counted = await counting.standing(unit.conn, ballot, before)
    await papers.lapse(unit, ballot)
    if ballot.secrecy is Secrecy.SEALED:
        await ballots.drop_drafts(unit.conn, ballot.id)
        assert len(counted.told) == ballot.voted, "a vote goes into the urn as it is said to be cast"
    early = ballot.closes_at is not None and unit.now < ballot.closes_at
    silence = await silences.of_ballot(unit.conn, ballot, counted.voters)
    result = result_of(ballot, counted.outcome, early=early, areas=counted.areas, silence=silence)
    end = publication(unit.now, (), ZoneInfo(building.zone), days_published(ballot))
    assert end is not None, "nobody has objected yet"
    closed = replace(
        ballot, state=State.CLOSED, closed_at=unit.now, result=result, publication_until=end.ends
    )
    await ballots.change(
        unit.conn,
        ballot.id,
        state=str(closed.state),
        closed_at=unit.now,
        result=result,
        publication_until=end.ends,
    )
    await _write_down(unit, closed, counted.told)
    await schedule.unschedule(unit.conn, ballot.id, CLOSE)
    await reminding.unschedule_ballot(unit, ballot.id)
    over = closing(end, ZoneInfo(building.zone))
    await schedule.schedule(
        unit.conn, f"{PUBLICATION_END}:{ballot.id}:{end.ends}", PUBLICATION_END, ballot.id, over
    )
    await _renew(unit, closed)
    return closed


async def _write_down(unit: Unit, ballot: Ballot, cast: list[dict[str, Any]]) -> None:
    """The count in the ballot's log, with every vote by its receipt; its figures in the meeting's."""
    result = ballot.result
    assert result is not None
    await log.append(unit.conn, f"ballot:{ballot.id}", "closed", unit.now, votes=cast, result=result)
    await log.append(
        unit.conn,
        _stream(ballot),
        "ballot_closed",
        unit.now,
        ballot=ballot.id,
        publication_until=str(ballot.publication_until),
        **summary(ballot),
    )


def _stream(ballot: Ballot) -> str:
    if ballot.meeting_id is not None:
        return f"meeting:{ballot.meeting_id}"
    return f"building:{ballot.building_id}"


async def _renew(unit: Unit, ballot: Ballot) -> None:
    await outbox.renew(unit, "ballot", ballot.id)
    await outbox.renew(unit, "ballot_draft", ballot.id)
    await outbox.renew(unit, "slip", ballot.id)
    if ballot.meeting_id is not None:
        await outbox.renew(unit, "meeting", ballot.meeting_id)
    if ballot.item_id is not None:
        await renew_cards(unit, ballot.item_id)
