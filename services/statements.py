"""A person's own statements: corrected or taken back visibly, until the minutes are approved."""

from __future__ import annotations

from rules.homes import Building
from rules.meetings import Meeting, State, written
from rules.minutes import Stage
from rules.minutes_filing import MinutesApproved, NoMinutesYet
from rules.people import Person
from rules.sitting import STATEMENT_LIMIT
from rules.statements import NotYourStatement, Statement, read_statements
from services import meeting as sittings
from services import minutes
from storage import log, meetings
from storage.store import Connection, Unit

SHOWN = 5  # the latest


async def own(conn: Connection, building: Building, person: Person) -> tuple[Meeting, list[Statement]]:
    """What a person said in this meeting or the last one. Raises NoMinutesYet, MinutesApproved."""
    held = await meetings.of_building(conn, building.id, State.OPEN, State.CLOSED)
    if not held:
        raise NoMinutesYet
    meeting = next((one for one in held if one.state is State.OPEN), held[-1])
    await _check(conn, meeting)
    every = await _every(conn, meeting.id)
    mine = [one for one in every.values() if one.person == person.id and one.state != "taken_back"]
    return meeting, mine[-SHOWN:]


async def correct(
    unit: Unit,
    building: Building,
    person: Person,
    meeting_id: int,
    event: int,
    text: str,
    picture: str | None = None,
) -> None:
    """Word one's statement anew; the record keeps both. Another photo takes the place of the first.

    A photo alone leaves the words, words alone leave the photo.
    Raises NoSuchMeeting, NotYourStatement, NoMinutesYet, MinutesApproved, NothingWritten, TextTooLong.
    """
    meeting = await check_own(unit.conn, building, person, meeting_id, event)
    said = (await _every(unit.conn, meeting.id))[event]
    words = said.text if picture and not text.strip() else written(text, STATEMENT_LIMIT)
    facts = {"statement": event, "text": words, "person": person.id}
    if picture:
        facts["picture"] = picture
    await log.append(unit.conn, sittings.stream(meeting.id), "said_corrected", unit.now, **facts)


async def take_back(unit: Unit, building: Building, person: Person, meeting_id: int, event: int) -> None:
    """Take one's statement back; the minutes show that there was one.

    Raises NoSuchMeeting, NotYourStatement, NoMinutesYet, MinutesApproved.
    """
    meeting = await check_own(unit.conn, building, person, meeting_id, event)
    facts = {"statement": event, "person": person.id}
    await log.append(unit.conn, sittings.stream(meeting.id), "said_taken_back", unit.now, **facts)


async def check_own(
    conn: Connection, building: Building, person: Person, meeting_id: int, event: int
) -> Meeting:
    """The meeting of a statement that this person may still change. Raises as take_back."""
    meeting = await sittings.find(conn, building, meeting_id)
    await _check(conn, meeting)
    said = (await _every(conn, meeting.id)).get(event)
    if said is None or said.person != person.id or said.state == "taken_back":
        raise NotYourStatement
    return meeting


async def with_photos(conn: Connection, meeting_id: int) -> list[Statement]:
    """The statements of a meeting that stand with a photo, the first first."""
    return [one for one in (await _every(conn, meeting_id)).values() if one.picture]


async def _every(conn: Connection, meeting_id: int) -> dict[int, Statement]:
    return read_statements(await log.read(conn, sittings.stream(meeting_id)))


async def _check(conn: Connection, meeting: Meeting) -> None:
    if meeting.state is State.OPEN:
        return
    filed = await minutes.filed(conn, meeting.id)
    if filed.stage is Stage.APPROVED:
        raise MinutesApproved(at=filed.approved_at)
