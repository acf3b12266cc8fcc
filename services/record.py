"""What is put on record while a meeting sits: statements, proposals made on the spot, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rules import sitting
from rules.homes import Building
from rules.meetings import (
    MOST_PROPOSALS,
    PROPOSAL_LIMIT,
    Item,
    ItemState,
    Meeting,
    TooManyProposals,
    written,
)
from rules.people import Person
from rules.sitting import (
    STATEMENT_LIMIT,
    TASK_LIMIT,
    WHO_LIMIT,
    AlreadyOnRecord,
    ItemMovedOn,
    MeetingIsOver,
    NoItemOpen,
    PhotoNeedsWords,
)
from services import meeting as sittings
from services import proposals, tasks
from services.statements import photo_facts
from storage import homes, log, meetings, records
from storage.store import Connection, Unit


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where it was put down: the item (None: beside the agenda), a proposal's label and id, the event."""

    meeting: Meeting
    item: Item | None
    label: str = ""
    proposal: int = 0
    event: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """Who does what by when."""

    who: str
    what: str
    due: date | None


async def say(
    unit: Unit,
    building: Building,
    speaker: Person,
    text: str,
    *,
    item_id: int | None = None,
    message: str | None = None,
    recorded_by: int | None = None,
    picture: str | None = None,
    album: str | None = None,
) -> Recorded:
    """Put a statement on record, under the item that was replied to, else under the one that is open.

    Before the first item and after the last it stands beside the agenda. A message goes in once; a photo
    (`picture`, the first of an `album`) goes in with its caption.
    Raises NoMeetingOpen, NothingWritten, PhotoNeedsWords, TextTooLong, AlreadyOnRecord.
    """
    meeting = await sittings.under_way(unit.conn, building)
    if picture and not text.strip():
        raise PhotoNeedsWords
    text = written(text, STATEMENT_LIMIT)
    await _check_new(unit.conn, meeting, message)
    item = await _item(unit.conn, meeting, item_id)
    mine = await homes.homes_of(unit.conn, speaker.id, building.id)
    said = await log.append(
        unit.conn,
        sittings.stream(meeting.id),
        "said",
        unit.now,
        item=item.id if item else None,
        person=speaker.id,
        household=mine[0].id if mine else None,
        text=text,
        recorded_by=recorded_by,
        message=message,
        **photo_facts(picture, album),
    )
    return Recorded(meeting, item, event=said.number)


async def _check_new(conn: Connection, meeting: Meeting, message: str | None) -> None:
    if message is None:
        return
    for event in await log.read(conn, sittings.stream(meeting.id)):
        if event.kind == "said" and event.data["message"] == message:
            raise AlreadyOnRecord


async def _item(conn: Connection, meeting: Meeting, item_id: int | None) -> Item | None:
    """The item named, if it was opened, else the open one. Raises MeetingIsOver for an earlier meeting's."""
    agenda = await meetings.items_of(conn, meeting.id)
    named = await meetings.find_item(conn, item_id) if item_id else None
    if named is not None and named.meeting_id != meeting.id:
        raise MeetingIsOver(closed_at=(await meetings.get(conn, named.meeting_id)).closed_at)
    if named is not None and named.state is not ItemState.WAITING:
        return named
    return sitting.open_item(agenda)


async def propose(unit: Unit, building: Building, person: Person, text: str, picture: str | None) -> Recorded:
    """Add a proposal to the item under discussion.

    Raises NoMeetingOpen, NoItemOpen, NothingWritten, TextTooLong, TooManyProposals, ProposalTwice,
    ProposalsFrozen.
    """
    meeting = await sittings.under_way(unit.conn, building)
    item = await _item(unit.conn, meeting, None)
    if item is None:
        raise NoItemOpen
    text = written(text, PROPOSAL_LIMIT)
    await proposals.check_new(unit.conn, item, text)
    if len(await meetings.proposals_of(unit.conn, [item.id])) >= MOST_PROPOSALS:
        raise TooManyProposals(most=MOST_PROPOSALS)
    added = await meetings.add_proposal(unit.conn, item.id, text, picture, person.id, unit.now)
    place = await proposals.place_of(unit.conn, added)
    mine = await homes.homes_of(unit.conn, person.id, building.id)
    await log.append(
        unit.conn,
        sittings.stream(meeting.id),
        "proposed",
        unit.now,
        item=item.id,
        proposal=added.id,
        number=added.number,
        text=text,
        person=person.id,
        household=mine[0].id if mine else None,
    )
    return Recorded(meeting, item, place.name, added.id)


def check_part(part: str, text: str) -> str:
    """Who or what a task is about, as it will be written. Raises NothingWritten, TextTooLong."""
    return written(text, WHO_LIMIT if part == "who" else TASK_LIMIT)


async def add_task(
    unit: Unit, building: Building, meeting_id: int, item_id: int | None, task: Task
) -> Recorded:
    """Write down who does what by when.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, NothingWritten, TextTooLong.
    """
    meeting = await sittings.find(unit.conn, building, meeting_id)
    sitting.check_open(meeting)
    item = await _item(unit.conn, meeting, item_id)
    who, what = written(task.who, WHO_LIMIT), written(task.what, TASK_LIMIT)
    key = item.id if item else None
    added = await records.add_task(unit.conn, meeting.id, key, who, what, task.due)
    await log.append(
        unit.conn,
        sittings.stream(meeting.id),
        "task",
        unit.now,
        task=added,
        item=key,
        who=who,
        what=what,
        due=task.due.isoformat() if task.due else None,
    )
    stored, _ = await tasks.find(unit.conn, added)
    await tasks.schedule(unit, building, stored)
    return Recorded(meeting, item)


async def check_item(conn: Connection, building: Building, meeting_id: int, item_id: int) -> Item | None:
    """The item a key stood under, in a meeting that is under way; None for the meeting itself.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, ItemMovedOn.
    """
    meeting = await sittings.find(conn, building, meeting_id)
    sitting.check_open(meeting)
    if not item_id:
        return None
    item = await meetings.find_item(conn, item_id)
    if item is None or item.meeting_id != meeting.id:
        raise ItemMovedOn(item=None)
    return item


async def statements(conn: Connection, item: Item) -> int:
    """How many statements an item has."""
    events = await log.read(conn, sittings.stream(item.meeting_id))
    return sum(event.kind == "said" and event.data["item"] == item.id for event in events)
