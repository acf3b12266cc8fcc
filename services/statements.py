"""A person's own statements: corrected or taken back visibly, until the minutes are approved."""

from __future__ import annotations

from datetime import datetime

from rules.homes import Building
from rules.meetings import Meeting, State, written
from rules.minutes import Stage
from rules.minutes_filing import MinutesApproved, NoMinutesYet
from rules.people import Person
from rules.sitting import STATEMENT_LIMIT
from rules.statements import (
    MOST_PHOTOS,
    NotYourStatement,
    Statement,
    TooManyPhotos,
    in_album,
    lately,
    read_statements,
)
from services import meeting as sittings
from services import minutes
from storage import homes, log, meetings, people
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
    album: str | None = None,
) -> None:
    """Word one's statement anew; the record keeps both. Another photo takes the place of all there were.

    A photo alone leaves the words, words alone leave the photo.
    Raises NoSuchMeeting, NotYourStatement, NoMinutesYet, MinutesApproved, NothingWritten, TextTooLong.
    """
    meeting = await check_own(unit.conn, building, person, meeting_id, event)
    said = (await _every(unit.conn, meeting.id))[event]
    words = said.text if picture and not text.strip() else written(text, STATEMENT_LIMIT)
    facts: dict[str, object] = {"statement": event, "text": words, "person": person.id}
    facts |= photo_facts(picture, album)
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


def photo_facts(picture: str | None, album: str | None) -> dict[str, str]:
    """What an event says of the photo that came, and of the album whose first photo it is."""
    named = {"picture": picture, "album": album if picture else None}
    return {name: value for name, value in named.items() if value}


async def words_for(
    conn: Connection, meeting: Meeting, person: Person, now: datetime, album: str | None = None
) -> Statement | None:
    """The statement that somebody's photo without words belongs to: that of its album, or one just made."""
    every = (await _every(conn, meeting.id)).values()
    together = in_album(every, person.id, album) if album else None
    return together or lately(every, person.id, now)


async def of_album(conn: Connection, user: str, chat: str, album: str) -> tuple[Meeting, int] | None:
    """The meeting and the event of a statement by somebody whose first photo of this album is on record.

    `user` and `chat` are addresses; in private all buildings one lives in are meant.
    """
    person, place = await people.by_address(conn, user), await people.chat_by_address(conn, chat)
    if person is None or place is None:
        return None
    lives = [home.building_id for home in await homes.homes_of(conn, person.id)]
    for building_id in lives if place.kind == "private" else [place.building_id]:
        for meeting in await _going_on(conn, building_id) if building_id else ():
            said = in_album((await _every(conn, meeting.id)).values(), person.id, album)
            if said is not None:
                return meeting, said.event
    return None


async def _going_on(conn: Connection, building_id: int) -> list[Meeting]:
    """The meeting under way, and the last one: of that the minutes may wait for approval."""
    held = await meetings.of_building(conn, building_id, State.OPEN, State.CLOSED)
    return [one for one in held if one.state is State.OPEN or one is held[-1]]


async def add_photo(
    unit: Unit, building: Building, person: Person, meeting_id: int, event: int, picture: str
) -> Statement:
    """Put one more photo to one's statement; the statement as it stands then.

    Raises NoSuchMeeting, NotYourStatement, NoMinutesYet, MinutesApproved, TooManyPhotos.
    """
    meeting = await check_own(unit.conn, building, person, meeting_id, event)
    if len((await _every(unit.conn, meeting.id))[event].pictures) >= MOST_PHOTOS:
        raise TooManyPhotos(most=MOST_PHOTOS)
    facts = {"statement": event, "person": person.id, "picture": picture}
    await log.append(unit.conn, sittings.stream(meeting.id), "said_photo", unit.now, **facts)
    return (await _every(unit.conn, meeting.id))[event]


async def with_photos(conn: Connection, meeting_id: int) -> list[Statement]:
    """The statements of a meeting that stand with photos, the first first."""
    return [one for one in (await _every(conn, meeting_id)).values() if one.pictures]


async def _every(conn: Connection, meeting_id: int) -> dict[int, Statement]:
    return read_statements(await log.read(conn, sittings.stream(meeting_id)))


async def _check(conn: Connection, meeting: Meeting) -> None:
    if meeting.state is State.OPEN:
        return
    filed = await minutes.filed(conn, meeting.id)
    if filed.stage is Stage.APPROVED:
        raise MinutesApproved(at=filed.approved_at)
