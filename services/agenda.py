"""The agenda while a meeting sits: items are put off, brought forward or added, and their time is taken."""

from __future__ import annotations

from datetime import datetime, timedelta

from rules import sitting, urgent
from rules.ballots import State as BallotState
from rules.homes import Building
from rules.meetings import (
    MOST_ITEMS,
    TITLE_LIMIT,
    Item,
    ItemState,
    Meeting,
    NoSuchMeeting,
    TooManyItems,
    written,
)
from rules.people import Person
from rules.sitting import BallotStillOpen
from services import meeting as sittings
from storage import ballots, log, meetings
from storage.store import Connection, Unit


async def defer(unit: Unit, building: Building, person: Person, meeting_id: int, item_id: int) -> Item:
    """Put an item off to the next meeting, which finds it on its agenda.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, ItemNotWaiting, BallotStillOpen.
    """
    meeting, item = await _item(unit.conn, building, meeting_id, item_id)
    urgent.check_deferrable(item)
    for ballot in await ballots.of_meeting(unit.conn, meeting.id):
        if ballot.item_id == item.id and ballot.state is BallotState.OPEN:
            raise BallotStillOpen(question=ballot.question[:60], closes_at=ballot.closes_at)
    await meetings.change_item(unit.conn, item.id, state=str(ItemState.DEFERRED))
    facts = {"item": item.id, "number": item.number, "title": item.title, "by": person.id}
    await log.append(unit.conn, sittings.stream(meeting.id), "item_deferred", unit.now, **facts)
    return item


async def bring_forward(unit: Unit, building: Building, meeting_id: int, item_id: int) -> None:
    """Move a waiting item before the one above it. Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver."""
    meeting, item = await _item(unit.conn, building, meeting_id, item_id)
    agenda = await meetings.items_of(unit.conn, meeting.id)
    ids = urgent.earlier(agenda, item.id)
    if ids != [one.id for one in agenda]:
        await meetings.order_items(unit.conn, ids)
        await log.append(unit.conn, sittings.stream(meeting.id), "items_ordered", unit.now, items=ids)


async def add_urgent(unit: Unit, building: Building, person: Person, meeting_id: int, title: str) -> Item:
    """Add an item that was not announced; whether it may be decided is for the kind of meeting to say.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, NothingWritten, TextTooLong, TooManyItems.
    """
    meeting = await sittings.find(unit.conn, building, meeting_id)
    sitting.check_open(meeting)
    if len(await meetings.items_of(unit.conn, meeting.id)) >= MOST_ITEMS:
        raise TooManyItems(most=MOST_ITEMS)
    text, minutes = urgent.read_minutes(written(title, TITLE_LIMIT))
    added = await meetings.add_item(unit.conn, meeting.id, text)
    await meetings.change_item(unit.conn, added.id, announced=False, minutes=minutes)
    facts = {"item": added.id, "number": added.number, "title": text, "by": person.id}
    await log.append(unit.conn, sittings.stream(meeting.id), "item_added", unit.now, **facts)
    return added


async def _item(conn: Connection, building: Building, meeting_id: int, item_id: int) -> tuple[Meeting, Item]:
    meeting = await sittings.find(conn, building, meeting_id)
    sitting.check_open(meeting)
    item = await meetings.find_item(conn, item_id)
    if item is None or item.meeting_id != meeting.id:
        raise NoSuchMeeting
    return meeting, item


async def used(conn: Connection, meeting_id: int, now: datetime) -> dict[int, int]:
    """The minutes each item has taken so far, by its id; a minute begun counts."""
    begun: dict[int, datetime] = {}
    taken: dict[int, timedelta] = {}
    for event in await log.read(conn, sittings.stream(meeting_id)):
        if event.kind == "item_opened":
            begun[event.data["item"]] = event.at
        elif event.kind in {"item_done", "item_deferred"} and event.data["item"] in begun:
            taken[event.data["item"]] = event.at - begun.pop(event.data["item"])
    taken |= {item: now - since for item, since in begun.items()}
    return {item: -(-int(time.total_seconds()) // 60) for item, time in taken.items()}
