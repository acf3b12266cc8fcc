"""The speakers' list of a meeting: hands go up and down, the chair gives the floor, time is watched."""

from __future__ import annotations

from datetime import timedelta

from rules import floor, sitting
from rules.floor import HINT, SIDES, Floor, NobodyWaits, Turn, check_lower, check_raise
from rules.homes import Building
from rules.meetings import Meeting
from rules.people import Person
from services import meeting as sittings
from storage import homes, log
from storage.outbox import Due, schedule
from storage.store import Connection, Unit

TIME = "floor_time"  # a speaker's time is nearly up, or is


async def read(conn: Connection, meeting_id: int) -> Floor:
    """The speakers' list as it stands."""
    return floor.read_floor(await log.read(conn, sittings.stream(meeting_id)))


async def raise_hand(unit: Unit, building: Building, person: Person, meeting_id: int, side: str) -> int:
    """Put somebody on the list; which place they have. Raises MeetingNotOpen, MeetingIsOver, HandUp."""
    meeting = await _open(unit, building, meeting_id)
    check_raise(await read(unit.conn, meeting.id), person.id)
    mine = await homes.homes_of(unit.conn, person.id, building.id)
    facts = {"person": person.id, "household": mine[0].id if mine else None}
    await _log(unit, meeting, "hand_raised", side=side if side in SIDES else "", **facts)
    waiting = (await read(unit.conn, meeting.id)).waiting
    return [one.person for one in waiting].index(person.id) + 1


async def lower_hand(unit: Unit, building: Building, person: Person, meeting_id: int) -> None:
    """Take somebody off the list, or end their turn. Raises MeetingNotOpen, MeetingIsOver, NotOnTheList."""
    meeting = await _open(unit, building, meeting_id)
    now = await read(unit.conn, meeting.id)
    check_lower(now, person.id)
    kind = "floor_ended" if now.turn and now.turn.person == person.id else "hand_lowered"
    await _log(unit, meeting, kind, person=person.id)


async def give_floor(unit: Unit, building: Building, meeting_id: int, time: timedelta) -> Turn:
    """Give the floor to the next on the list. Raises MeetingNotOpen, MeetingIsOver, NobodyWaits."""
    meeting = await _open(unit, building, meeting_id)
    now = await read(unit.conn, meeting.id)
    if now.turn is not None:
        await _log(unit, meeting, "floor_ended", person=now.turn.person)
    if not now.waiting:
        raise NobodyWaits
    following, until = now.waiting[0], unit.now + time
    facts = {"person": following.person, "side": following.side, "until": until.isoformat()}
    await _log(unit, meeting, "floor_given", **facts)
    turn = (await read(unit.conn, meeting.id)).turn
    assert turn is not None, "the floor was just given"
    for name, at in (("hint", until - HINT), ("end", until)):
        await schedule(unit.conn, f"{TIME}:{meeting.id}:{turn.event}:{name}", TIME, meeting.id, at)
    return turn


async def skip(unit: Unit, building: Building, meeting_id: int) -> int:
    """Take the next off the list, who is not there; their id. Raises MeetingNotOpen, NobodyWaits."""
    meeting = await _open(unit, building, meeting_id)
    waiting = (await read(unit.conn, meeting.id)).waiting
    if not waiting:
        raise NobodyWaits
    await _log(unit, meeting, "hand_lowered", person=waiting[0].person, skipped=True)
    return waiting[0].person


async def alternate(unit: Unit, building: Building, meeting_id: int) -> bool:
    """Have the sides take turns, or no longer. Raises MeetingNotOpen, MeetingIsOver."""
    meeting = await _open(unit, building, meeting_id)
    wanted = not (await read(unit.conn, meeting.id)).alternate
    await _log(unit, meeting, "sides_set", alternate=wanted)
    return wanted


async def time_of(unit: Unit, due: Due) -> tuple[Turn, bool] | None:
    """Whose time is nearly up (True: is up); None for who has given the floor back."""
    _, _, event, name = due.key.split(":")
    turn = (await read(unit.conn, due.about_id)).turn
    return (turn, name == "end") if turn is not None and turn.event == int(event) else None


async def _open(unit: Unit, building: Building, meeting_id: int) -> Meeting:
    meeting = await sittings.find(unit.conn, building, meeting_id)
    sitting.check_open(meeting)
    return meeting


async def _log(unit: Unit, meeting: Meeting, kind: str, **data: object) -> None:
    await log.append(unit.conn, sittings.stream(meeting.id), kind, unit.now, **data)
