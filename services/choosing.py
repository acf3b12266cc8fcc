"""Which building somebody means in private who has to do with several: the one last spoken of."""

from __future__ import annotations

from rules.homes import Building
from rules.people import Chat, NotAResident, Person
from storage import ballots, homes, meetings, minutes, people, records
from storage.store import Connection, Unit


async def choices(conn: Connection, person: Person) -> tuple[Building, ...]:
    """The buildings a person lives in, holds an office in, or keeps the register of, their homes first."""
    return tuple(await homes.buildings_for(conn, person.id))


def last_used(chat: Chat, among: tuple[Building, ...]) -> Building | None:
    """The building a private chat is about: the only one, or the one last used; None while it is unknown."""
    if len(among) == 1:
        return among[0]
    return next((one for one in among if one.id == chat.building_id), None)


async def choose(unit: Unit, chat: Chat, person: Person, building_id: int) -> Building:
    """Let a private chat be about a building from now on. Raises NotAResident."""
    chosen = next((one for one in await choices(unit.conn, person) if one.id == building_id), None)
    if chosen is None:
        raise NotAResident
    if chat.building_id != chosen.id:
        await people.change_chat(unit.conn, chat.id, building_id=chosen.id)
    return chosen


async def of_record(conn: Connection, kind: str, record: int) -> int | None:
    """The building a record belongs to: a "meeting", "item", "ballot", "task" or minutes' "objection"."""
    if kind == "building":
        return record
    if kind == "ballot":
        ballot = await ballots.find(conn, record)
        return ballot.building_id if ballot else None
    meeting_id = await _meeting_of(conn, kind, record)
    meeting = await meetings.find(conn, meeting_id) if meeting_id else None
    return meeting.building_id if meeting else None


async def _meeting_of(conn: Connection, kind: str, record: int) -> int | None:
    if kind == "item":
        item = await meetings.find_item(conn, record)
        return item.meeting_id if item else None
    if kind == "task":
        task = await records.find_task(conn, record)
        return task.meeting_id if task else None
    if kind == "objection":
        objection = await minutes.objection(conn, record)
        return objection.about_id if objection else None
    return record if kind == "meeting" else None
