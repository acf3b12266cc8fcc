"""Finding a date: a leader offers times, households answer, and a meeting is called for the best."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rules.homes import Building
from rules.meetings import TITLE_LIMIT, Meeting, check_ahead
from rules.people import NotAResident, NotTheLeader, Person
from rules.time_polls import (
    Answer,
    NoSuchTimePoll,
    Slot,
    State,
    TimePoll,
    TimePollIsOver,
    TooFewSlots,
    best,
    check_slots,
    following,
)
from services import calling, outbox
from storage import homes, meetings
from storage import time_polls as polls
from storage.store import Connection, Unit


async def begin(unit: Unit, building: Building, by: Person, topic: str) -> TimePoll:
    """The poll a leader is putting together: the one begun earlier, or a new one."""
    known = await polls.draft_of(unit.conn, building.id, by.id)
    if known is None:
        known = await polls.add(
            unit.conn, building_id=building.id, by_id=by.id, state=str(State.DRAFT), topic="", at=unit.now
        )
    if topic:
        await polls.change(unit.conn, known, topic=topic[:TITLE_LIMIT])
    return await _get(unit.conn, known)


async def _get(conn: Connection, poll_id: int) -> TimePoll:
    found = await polls.find(conn, poll_id)
    if found is None:
        raise NoSuchTimePoll
    return found


async def led(unit: Unit, poll_id: int, person: Person, *states: State) -> tuple[TimePoll, Building]:
    """A poll in one of these states, for a leader of its building.

    Raises NoSuchTimePoll, NotTheLeader, TimePollIsOver.
    """
    poll = await _get(unit.conn, poll_id)
    if "leader" not in await homes.offices(unit.conn, poll.building_id, person.id):
        raise NotTheLeader
    if poll.state not in states:
        raise TimePollIsOver
    return poll, await homes.building(unit.conn, poll.building_id)


async def offer(unit: Unit, poll: TimePoll, times: Iterable[datetime]) -> None:
    """Put times into a draft. Raises TimeIsOver, TooFarAhead, SlotTwice, TooManySlots."""
    for at in times:
        check_ahead(at, unit.now)
        check_slots(await polls.slots_of(unit.conn, poll.id), at)
        await polls.add_slot(unit.conn, poll.id, at)


async def ask(unit: Unit, poll: TimePoll) -> None:
    """Ask everybody. Raises TooFewSlots."""
    if len(await polls.slots_of(unit.conn, poll.id)) < 2:
        raise TooFewSlots
    await polls.change(unit.conn, poll.id, state=str(State.OPEN), at=unit.now)


async def answer(
    unit: Unit, poll_id: int, slot_id: int, person: Person, building_id: int | None
) -> tuple[Slot, Answer]:
    """One press on a time: can, if need be, cannot, can again; one answer a household.

    A leader or other office holder who lives elsewhere answers as a person.
    Raises NoSuchTimePoll, TimePollIsOver, NotAResident.
    """
    poll = await _get(unit.conn, poll_id)
    slots = {slot.id: slot for slot in await polls.slots_of(unit.conn, poll.id)}
    if building_id not in {None, poll.building_id} or slot_id not in slots:
        raise NoSuchTimePoll
    if poll.state is not State.OPEN:
        raise TimePollIsOver
    voters = await _voters(unit, poll, person)
    said = following(await polls.answer_of(unit.conn, slot_id, voters[0]))
    for who in voters:
        await polls.answer(unit.conn, slot_id, who, said, person.id, unit.now)
    await outbox.renew(unit, "time_poll", poll.id)
    return slots[slot_id], said


async def _voters(unit: Unit, poll: TimePoll, person: Person) -> list[str]:
    mine = await homes.homes_of(unit.conn, person.id, poll.building_id)
    if mine:
        return [f"h{home.id}" for home in mine]
    if await homes.offices(unit.conn, poll.building_id, person.id):
        return [f"p{person.id}"]
    raise NotAResident


async def call(unit: Unit, poll: TimePoll, building: Building, by: Person) -> Meeting:
    """Put the best time into the leader's draft of a meeting, with the topic; the poll is over.

    Raises NobodyAnswered, NotADraft, TooManyItems.
    """
    chosen = best(await polls.slots_of(unit.conn, poll.id), unit.now)
    draft = await calling.begin(unit, building, by.id)
    await calling.set_time(unit, draft, chosen.at)
    titles = {item.title for item in await meetings.items_of(unit.conn, draft.id)}
    if poll.topic and poll.topic not in titles:
        await calling.add_item(unit, draft, poll.topic)
    await polls.change(unit.conn, poll.id, state=str(State.CALLED), meeting_id=draft.id)
    await outbox.renew(unit, "time_poll", poll.id)
    return await meetings.get(unit.conn, draft.id)


async def drop(unit: Unit, poll: TimePoll) -> None:
    """Ask no more."""
    await polls.change(unit.conn, poll.id, state=str(State.DROPPED))
    await outbox.renew(unit, "time_poll", poll.id)
