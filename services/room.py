"""The room of a meeting: its code, who leaves, its planned end, and what follows when too few came."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules import room, sitting
from rules.ballots import State as BallotState
from rules.homes import Building, Household
from rules.meetings import Meeting, State, keeps_notice
from rules.people import Person
from rules.quorum import Standing
from services import calling
from services import meeting as sittings
from services.joining import TooManyWrongCodes
from services.meeting import CheckedIn
from storage import attendance, ballots, homes, log, meetings, slips
from storage.outbox import schedule, unschedule
from storage.store import Connection, Unit

CODE = "room_code"  # the code shown gives way to the next
END = "meeting_end"
LAST_DAY = "meeting_last_day"
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Inquorate:
    """Too few came: how often in a row, how many were there, and the level it goes up to ("" for none)."""

    times: int
    standing: Standing
    level: str


async def prepare(unit: Unit, meeting: Meeting) -> None:
    """Give a meeting that begins what its codes are made of, and schedule its planned end."""
    await meetings.change(unit.conn, meeting.id, room_key=secrets.token_hex(16))
    await next_code(unit, meeting)
    if meeting.planned_end is not None and meeting.planned_end > unit.now:
        await schedule(unit.conn, f"{END}:{meeting.id}", END, meeting.id, meeting.planned_end)
        last_day = meeting.planned_end - timedelta(days=1)
        if room.closes_by_itself(meeting) and last_day > unit.now + HOUR:
            await schedule(unit.conn, f"{LAST_DAY}:{meeting.id}", LAST_DAY, meeting.id, last_day)


async def next_code(unit: Unit, meeting: Meeting) -> None:
    """Have the code shown anew when it changes, during the first hours."""
    if unit.now < (meeting.opened_at or unit.now) + room.SHOWN_FOR:
        at = room.changes_at(unit.now)
        await schedule(unit.conn, f"{CODE}:{meeting.id}:{int(at.timestamp())}", CODE, meeting.id, at)


async def finish(unit: Unit, meeting_id: int) -> None:
    """Nothing of a meeting that is over is due any more."""
    await unschedule(unit.conn, meeting_id, CODE, END, LAST_DAY)


async def set_mode(unit: Unit, building: Building, meeting_id: int, mode: str) -> Meeting:
    """Say how people check in. Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver."""
    meeting = await sittings.find(unit.conn, building, meeting_id)
    sitting.check_open(meeting)
    wanted = room.Mode.SITE if mode == room.Mode.SITE else room.Mode.BOTH
    await meetings.change(unit.conn, meeting.id, mode=str(wanted))
    await log.append(unit.conn, sittings.stream(meeting.id), "mode_set", unit.now, mode=str(wanted))
    return await meetings.get(unit.conn, meeting.id)


async def check_in_by_code(
    unit: Unit, building: Building, person: Person, meeting_id: int, code: str
) -> CheckedIn | None:
    """Write down that a resident's households are in the room; None for a wrong code, which is counted.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, TooManyWrongCodes, AlreadyPresent.
    """
    meeting = await sittings.find(unit.conn, building, meeting_id)
    sitting.check_open(meeting)
    who = hashlib.sha256(f"room:{person.address or ''}".encode()).hexdigest()
    since = unit.now - HOUR
    if await slips.count_wrong(unit.conn, who, since) >= room.MOST_WRONG_CODES:
        raise TooManyWrongCodes
    if not room.is_code(meeting, code, unit.now):
        await slips.add_wrong(unit.conn, who, unit.now, since)
        return None
    return await sittings.check_in(unit, building, person, meeting_id, how="code")


async def leave(unit: Unit, building: Building, person: Person, meeting_id: int) -> list[Household]:
    """Write down that a resident's households leave.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, NotPresent.
    """
    meeting = await sittings.find(unit.conn, building, meeting_id)
    mine = await homes.homes_of(unit.conn, person.id, building.id)
    return await _leave(unit, meeting, mine, person.id)


async def send_off(
    unit: Unit, building: Building, person: Person, meeting_id: int, doors: Iterable[tuple[str, str]]
) -> list[Household]:
    """Write down that households have left, as the leader or the recorder saw it. Raises as leave."""
    meeting = await sittings.find(unit.conn, building, meeting_id)
    found = [await homes.find_household(unit.conn, building.id, *door) for door in doors]
    return await _leave(unit, meeting, [home for home in found if home], None, by=person.id)


async def _leave(
    unit: Unit, meeting: Meeting, leaving: list[Household], person_id: int | None, *, by: int | None = None
) -> list[Household]:
    sitting.check_open(meeting)
    there = {
        one.household_id for one in await attendance.of_meeting(unit.conn, meeting.id) if one.left_at is None
    }
    gone = [home for home in leaving if home.id in there]
    if not gone:
        raise room.NotPresent
    before = await sittings.count(unit.conn, meeting)
    for home in gone:
        await attendance.change(unit.conn, meeting.id, home.id, left_at=unit.now)
        data = {"household": home.id, "person": person_id, "by": by}
        await log.append(unit.conn, sittings.stream(meeting.id), "left", unit.now, **data)
    after = await sittings.count(unit.conn, meeting)
    if before.reached and not after.reached:
        facts = {"present": after.present, "needed": after.needed}
        await log.append(unit.conn, sittings.stream(meeting.id), "quorum_lost", unit.now, **facts)
    return gone


async def note_inquorate(unit: Unit, building: Building, meeting: Meeting) -> Inquorate | None:
    """Record that a closed meeting never had its quorum; twice running it goes one level up."""
    standing = await sittings.count(unit.conn, meeting)
    if not standing.parties:  # who left early had come
        standing = replace(standing, present=len(await attendance.of_meeting(unit.conn, meeting.id)))
    if standing.reached:
        return None
    stream = sittings.stream(meeting.id)
    times = room.times_inquorate(await log.read(unit.conn, stream)) + 1
    facts = {"present": standing.present, "needed": standing.needed, "times": times}
    await log.append(unit.conn, stream, "inquorate", unit.now, **facts)
    if times < room.MOST_INQUORATE:
        return Inquorate(times, standing, "")
    level, to = "community", building.community
    await log.append(unit.conn, stream, "passed_up", unit.now, level=level, to=to, why="inquorate")
    return Inquorate(times, standing, level)


async def new_date(unit: Unit, building: Building, meeting: Meeting) -> datetime:
    """The same weekday and hour of the first week that keeps the notice."""
    zone = ZoneInfo(building.zone)
    at = (meeting.planned_at or meeting.opened_at or unit.now).astimezone(zone)
    while at <= unit.now or not keeps_notice(meeting.preset, at, unit.now, zone):
        at += WEEK
    return at


async def call_again(unit: Unit, building: Building, person: Person, meeting_id: int) -> Meeting:
    """Announce a meeting that did not reach its quorum for another day, with what it was called for.

    Raises NoSuchMeeting, NotAnnounced where it was called again before, NoGroupYet.
    """
    meeting = await sittings.find(unit.conn, building, meeting_id)
    stream = sittings.stream(meeting.id)
    short = await log.first(unit.conn, stream, "inquorate")
    if short is None or await log.first(unit.conn, stream, "called_again"):
        raise sitting.StepIsOver
    again = await _copy(unit, building, person, meeting)
    await log.append(unit.conn, stream, "called_again", unit.now, meeting=again.id, by=person.id)
    repeats = {"meeting": meeting.id, "times": short.data["times"]}
    await log.append(unit.conn, sittings.stream(again.id), "repeats", unit.now, **repeats)
    return await calling.publish(unit, again, building, person.id)


async def _copy(unit: Unit, building: Building, person: Person, meeting: Meeting) -> Meeting:
    """A draft with the place, the kind and the open items of a meeting, a week or more later."""
    at = await new_date(unit, building, meeting)
    length = meeting.planned_end - meeting.planned_at if meeting.planned_end and meeting.planned_at else None
    draft = await meetings.add(
        unit.conn,
        building_id=building.id,
        kind=meeting.kind,
        state=State.DRAFT,
        convener_id=person.id,
        place=meeting.place,
        planned_at=at,
        planned_end=at + length if length else None,
        mode=meeting.mode,
        sequence=0,
    )
    for item in await meetings.items_of(unit.conn, meeting.id):
        copied = await meetings.add_item(unit.conn, draft.id, item.title)
        await meetings.change_item(unit.conn, copied.id, minutes=item.minutes)
        for one in await meetings.proposals_of(unit.conn, [item.id]):
            await meetings.add_proposal(unit.conn, copied.id, one.text, one.picture, one.by_id, one.at)
    return draft


async def wait_for_ballots(unit: Unit, meeting: Meeting, key: str) -> bool:
    """Whether a ballot still runs: the end that was due comes after it then."""
    held = await ballots.of_meeting(unit.conn, meeting.id)
    open_until = [one.closes_at or unit.now for one in held if one.state is BallotState.OPEN]
    if not open_until:
        return False
    at = max(*open_until, unit.now) + timedelta(minutes=1)
    await schedule(unit.conn, f"{key}:later", END, meeting.id, at)
    return True


async def ending(conn: Connection, meeting_id: int) -> tuple[Meeting, Building] | None:
    """A meeting that is still under way at its planned end, and its building."""
    meeting = await meetings.get(conn, meeting_id)
    if meeting.state is not State.OPEN:
        return None
    return meeting, await homes.building(conn, meeting.building_id)
