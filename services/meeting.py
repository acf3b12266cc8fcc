"""A meeting from its opening to its close: who is there, and the items in turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from rules import sitting
from rules.attendance import AlreadyPresent, Arrival, Attendee, check_holder, read_arrivals
from rules.ballots import State as BallotState
from rules.homes import Building, Household
from rules.meetings import Item, ItemState, Meeting, NoSuchMeeting, State, check_announced
from rules.parties import parties_present
from rules.people import Chat, Person
from rules.quorum import Standing, standing
from rules.room import CodeNeeded, Mode, came_late
from rules.sitting import AnotherMeetingOpen, BallotStillOpen, NoMeetingOpen
from services import minutes, proxies
from services.roll import home_at
from storage import attendance, ballots, contacts, homes, log, meetings, people
from storage.store import Connection, Unit


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """The doors that are newly on the list."""

    doors: list[str]
    late: bool


@dataclass
class Added:
    """What became of the doors a leader wrote: written down, on the list before, or not of this building."""

    new: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def stream(meeting_id: int) -> str:
    """The name of a meeting's stream of events."""
    return f"meeting:{meeting_id}"


async def find(conn: Connection, building: Building, meeting_id: int) -> Meeting:
    """A meeting of this building by an id that somebody pressed. Raises NoSuchMeeting."""
    meeting = await meetings.find(conn, meeting_id)
    if meeting is None or meeting.building_id != building.id:
        raise NoSuchMeeting
    return meeting


async def under_way(conn: Connection, building: Building) -> Meeting:
    """The meeting a building is in. Raises NoMeetingOpen."""
    for meeting in await meetings.of_building(conn, building.id, State.OPEN):
        return meeting
    coming = await meetings.of_building(conn, building.id, State.ANNOUNCED)
    raise NoMeetingOpen(planned=coming[0].planned_at if coming else None)


async def to_open(conn: Connection, building: Building) -> Meeting:
    """The announced meeting that is next. Raises AnotherMeetingOpen, NoMeetingOpen."""
    await _check_free(conn, building)
    for meeting in await meetings.of_building(conn, building.id, State.ANNOUNCED):
        return meeting
    raise NoMeetingOpen(planned=None)


async def start(unit: Unit, building: Building, person: Person, meeting_id: int) -> Meeting:
    """Open an announced meeting. Raises NoSuchMeeting, NotAnnounced, AnotherMeetingOpen."""
    meeting = await find(unit.conn, building, meeting_id)
    check_announced(meeting)
    await _check_free(unit.conn, building)
    await meetings.change(unit.conn, meeting.id, state=str(State.OPEN), opened_at=unit.now)
    invited = await homes.count_households(unit.conn, building.id)
    chair, recorder = await _offices(unit.conn, building, person)
    quorum = meeting.preset.quorum
    parties = {"parties": [quorum.parties, len(meeting.preset.parties)]} if quorum.parties else {}
    await log.append(
        unit.conn,
        stream(meeting.id),
        "opened",
        unit.now,
        by=person.id,
        chair=chair,
        recorder=recorder,
        invited=invited,
        quorum=quorum.needed(invited),
        **parties,
    )
    return await meetings.get(unit.conn, meeting.id)


async def _check_free(conn: Connection, building: Building) -> None:
    if await meetings.of_building(conn, building.id, State.OPEN):
        raise AnotherMeetingOpen


async def _offices(conn: Connection, building: Building, opener: Person) -> tuple[int, int]:
    """Who chairs (whoever opens it, if a leader) and who keeps the record."""
    leaders = [leader.id for leader in await homes.holders(conn, building.id, "leader")]
    recorders = [recorder.id for recorder in await homes.holders(conn, building.id, "recorder")]
    chair = opener.id if opener.id in leaders or not leaders else leaders[0]
    return chair, recorders[0] if recorders else chair


async def count(conn: Connection, meeting: Meeting) -> Standing:
    """How a meeting stands against its quorum."""
    present = [one for one in await attendance.of_meeting(conn, meeting.id) if one.left_at is None]
    invited = await homes.count_households(conn, meeting.building_id)
    parties = parties_present(await contacts.invited_to(conn, meeting.id))
    return standing(meeting.preset, len(present), invited, parties)


async def check_in(
    unit: Unit, building: Building, person: Person, meeting_id: int, how: str = "chat"
) -> CheckedIn:
    """Write down that a resident's households are there, each once, and those they stand in for.

    One that had left is back.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, CodeNeeded, AlreadyPresent.
    """
    meeting = await find(unit.conn, building, meeting_id)
    sitting.check_open(meeting)
    if how == "chat" and meeting.mode == Mode.SITE:
        raise CodeNeeded
    mine = await homes.homes_of(unit.conn, person.id, building.id)
    there = await _present(unit.conn, meeting)
    new = [home for home in mine if home.id not in there or there[home.id].left_at]
    absent = await proxies.principals(unit.conn, meeting.id, person.id, building.id)
    stood_for = [home for home in absent if mine and home.id not in there]
    if not new and not stood_for:
        raise AlreadyPresent(doors=[home.door for home in mine])
    for home in new:
        if home.id in there:
            await _come_back(unit, meeting, home, person.id)
        else:
            await _enter(unit, meeting, home, how, person_id=person.id)
    for home in stood_for:
        await _enter(unit, meeting, home, "proxy", holder=mine[0].id)
    return CheckedIn([home.door for home in (*new, *stood_for)], came_late(meeting, unit.now))


async def _come_back(unit: Unit, meeting: Meeting, home: Household, person_id: int | None) -> None:
    await attendance.change(unit.conn, meeting.id, home.id, left_at=None)
    data = {"household": home.id, "person": person_id}
    await log.append(unit.conn, stream(meeting.id), "came_back", unit.now, **data)


async def add_present(unit: Unit, building: Building, meeting_id: int, text: str) -> Added:
    """Write down households whose people are there without a phone, or by proxy, as the leader wrote them.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, NotAnAddress, HolderNotPresent, TooManyProxies.
    """
    meeting = await find(unit.conn, building, meeting_id)
    sitting.check_open(meeting)
    added = Added()
    for arrival in read_arrivals(text, building.units):
        home = await home_at(unit.conn, building, arrival.unit, arrival.room)
        there = await _present(unit.conn, meeting)
        if home is None:
            added.unknown.append(f"{arrival.unit}-{arrival.room}")
        elif home.id in there and there[home.id].left_at:
            await _come_back(unit, meeting, home, None)
            added.new.append(home.door)
        elif home.id in there:
            added.again.append(home.door)
        else:
            await _add(unit, building, meeting, home, arrival)
            added.new.append(home.door)
    return added


async def _present(conn: Connection, meeting: Meeting) -> dict[int, Attendee]:
    return {one.household_id: one for one in await attendance.of_meeting(conn, meeting.id)}


async def _add(unit: Unit, building: Building, meeting: Meeting, home: Household, arrival: Arrival) -> None:
    if arrival.holder is None:
        await _enter(unit, meeting, home, "added", name=arrival.name)
        return
    holder = await home_at(unit.conn, building, *arrival.holder)
    events = await log.read(unit.conn, stream(meeting.id))
    held = [event.data["holder"] for event in events if event.data.get("how") == "proxy"]
    holder_id = holder.id if holder else 0
    check_holder(holder_id, await _present(unit.conn, meeting), held, "-".join(arrival.holder))
    await _enter(unit, meeting, home, "proxy", name=arrival.name, holder=holder_id)


async def _enter(
    unit: Unit,
    meeting: Meeting,
    home: Household,
    how: str,
    *,
    person_id: int | None = None,
    name: str = "",
    holder: int | None = None,
) -> None:
    await attendance.add(
        unit.conn,
        meeting_id=meeting.id,
        household_id=home.id,
        person_id=person_id,
        name=name,
        how=how,
        at=unit.now,
    )
    data = {"household": home.id, "person": person_id, "how": how}
    if holder is not None:
        data["holder"] = holder
    late = came_late(meeting, unit.now)
    await log.append(unit.conn, stream(meeting.id), "checked_in", unit.now, late=late, **data)


async def next_item(
    unit: Unit, building: Building, meeting_id: int, after: int
) -> tuple[Item | None, Item | None]:
    """End the item numbered `after` (0: none yet) and open the next: the item that ended and the one begun.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, ItemMovedOn, NoItemLeft.
    """
    meeting = await find(unit.conn, building, meeting_id)
    sitting.check_open(meeting)
    agenda = await meetings.items_of(unit.conn, meeting.id)
    following = sitting.next_item(agenda, after)
    ended = sitting.open_item(agenda)
    await _end_item(unit, meeting, ended)
    if following is not None:
        await _open_item(unit, meeting, following)
    return ended, following


async def _open_item(unit: Unit, meeting: Meeting, following: Item) -> None:
    await meetings.change_item(unit.conn, following.id, state=str(ItemState.OPEN))
    await log.append(
        unit.conn,
        stream(meeting.id),
        "item_opened",
        unit.now,
        item=following.id,
        number=following.number,
        title=following.title,
    )


async def _end_item(unit: Unit, meeting: Meeting, item: Item | None) -> None:
    if item is not None:
        await meetings.change_item(unit.conn, item.id, state=str(ItemState.DONE))
        await log.append(unit.conn, stream(meeting.id), "item_done", unit.now, item=item.id)


async def check_closing(conn: Connection, building: Building, meeting_id: int) -> Meeting:
    """The meeting, if it may be closed now.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, BallotStillOpen.
    """
    meeting = await find(conn, building, meeting_id)
    sitting.check_open(meeting)
    for ballot in await ballots.of_meeting(conn, meeting.id):
        if ballot.state is BallotState.OPEN:
            raise BallotStillOpen(question=ballot.question[:60], closes_at=ballot.closes_at)
    return meeting


async def close(unit: Unit, building: Building, person: Person, meeting_id: int) -> Meeting:
    """Close a meeting and draft its minutes.

    Raises NoSuchMeeting, MeetingNotOpen, MeetingIsOver, BallotStillOpen.
    """
    meeting = await check_closing(unit.conn, building, meeting_id)
    return await _close(unit, building, meeting, person.id)


async def close_itself(unit: Unit, building: Building, meeting: Meeting) -> Meeting:
    """Close a meeting of days at its planned end, and draft its minutes."""
    return await _close(unit, building, meeting, None)


async def group_of(conn: Connection, building: Building) -> Chat | None:
    """The group of a building, None while it has none."""
    return await people.group_of(conn, building.id)


async def _close(unit: Unit, building: Building, meeting: Meeting, by: int | None) -> Meeting:
    agenda = await meetings.items_of(unit.conn, meeting.id)
    await _end_item(unit, meeting, sitting.open_item(agenda))
    not_reached = [
        {"item": item.id, "number": item.number, "title": item.title}
        for item in agenda
        if item.state in {ItemState.WAITING, ItemState.DEFERRED}
    ]
    await meetings.change(unit.conn, meeting.id, state=str(State.CLOSED), closed_at=unit.now)
    await log.append(unit.conn, stream(meeting.id), "closed", unit.now, by=by, not_reached=not_reached)
    await minutes.draft(unit, building, meeting.id)
    return await meetings.get(unit.conn, meeting.id)


async def plan_next(unit: Unit, building: Building, meeting_id: int, at: datetime) -> None:
    """Write down when the next meeting is to be, as long as the minutes are a draft.

    Raises NoSuchMeeting, NoMinutesYet, MinutesApproved.
    """
    meeting = await find(unit.conn, building, meeting_id)
    await minutes.check_draft(unit.conn, meeting.id)
    await log.append(unit.conn, stream(meeting.id), "next_planned", unit.now, at=at.isoformat())
