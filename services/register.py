"""The register (台账): gathered from what is stored and from the meetings' logs; who may read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from rules import register
from rules.ballots import Ballot
from rules.ballots import State as BallotState
from rules.calendar import local
from rules.homes import Building
from rules.kinds import COMMUNITY_OFFICE
from rules.meetings import Meeting
from rules.people import Person
from rules.refusals import Refusal
from rules.register import Entry
from rules.reminders import next_month
from services import meeting as sittings
from services import results
from storage import ballots, contacts, homes, log, mediations, meetings, records
from storage.store import Connection


class NotYourRegister(Refusal):
    """A register is read by the neighbours of its building, and handed out to those who keep it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whether somebody `keeps` a building's register (offices, the community office) or reads it.

    `kept` are the buildings of the same community whose registers they keep.
    """

    keeps: bool
    kept: tuple[Building, ...] = ()


async def reader(conn: Connection, building: Building, person: Person) -> Reader:
    """What somebody may do with a register. Raises NotYourRegister."""
    if await keeps(conn, building, person):
        beside = await homes.buildings_of(conn, building.community_id)
        return Reader(keeps=True, kept=tuple([one for one in beside if await keeps(conn, one, person)]))
    if not await homes.homes_of(conn, person.id, building.id):
        raise NotYourRegister
    return Reader(keeps=False)


async def keeps(conn: Connection, building: Building, person: Person) -> bool:
    """Whether somebody holds an office in a building or speaks there for the community office."""
    if await homes.offices(conn, building.id, person.id):
        return True
    spoken = await contacts.of_building(conn, building.id)
    return any(one.person_id == person.id and one.party in COMMUNITY_OFFICE for one in spoken)


async def months(conn: Connection, buildings: tuple[Building, ...]) -> tuple[str, str] | None:
    """The first and the last month (YYYY-MM) in which something is filed in one of these registers."""
    found = []
    for building in buildings:
        held = await meetings.of_building(conn, building.id)
        span = register.months(held, await _ballots(conn, building), ZoneInfo(building.zone))
        found += list(span or ())
    return (min(found), max(found)) if found else None


async def mediated(conn: Connection, buildings: tuple[Building, ...], month: str, zone: ZoneInfo) -> int:
    """How many mediations were held in a month (YYYY-MM): all that stands of them anywhere."""
    first = date.fromisoformat(f"{month}-01")
    start, end = (local(day, time(), zone) for day in (first, next_month(first)))
    return await mediations.held_between(conn, [one.id for one in buildings], start, end)


async def _ballots(conn: Connection, building: Building) -> list[Ballot]:
    under_way = await ballots.of_building(conn, building.id, BallotState.OPEN)
    return [*under_way, *await ballots.of_building(conn, building.id, BallotState.CLOSED)]


async def gather(
    conn: Connection, building: Building, now: datetime, month: str | None = None
) -> list[Entry]:
    """The entries of a building's register, at least those of a month (YYYY-MM; None: all there are)."""
    zone = ZoneInfo(building.zone)
    found: list[Entry | None] = []
    for meeting in await meetings.of_building(conn, building.id):
        if month is None or register.touches(meeting, month, zone):
            found += await _of_meeting(conn, building, meeting)
    for ballot in await _ballots(conn, building):
        found.append(register.of_ballot(ballot, zone))
        if ballot.state is BallotState.CLOSED:
            stands = await results.published(conn, ballot, building.zone, now)
            state = "objected" if stands.open else "over" if stands.over else "published"
            found.append(register.of_resolution(ballot, state, zone))
    return [entry for entry in found if entry is not None]


async def _of_meeting(conn: Connection, building: Building, meeting: Meeting) -> list[Entry | None]:
    """A meeting and the tasks given in it."""
    zone = ZoneInfo(building.zone)
    events = await log.read(conn, sittings.stream(meeting.id))
    found = [register.of_meeting(meeting, events, zone, building.lang)]
    given = {event.data["task"]: event.at for event in events if event.kind == "task"}
    return found + [
        register.of_task(task, given[task.id].astimezone(zone).date())
        for task in await records.tasks_of(conn, meeting.id)
    ]


async def filed(
    conn: Connection, buildings: Iterable[Building], now: datetime, month: str | None = None
) -> dict[str, list[tuple[str, Entry]]]:
    """What several buildings have filed under a month, by sheet; each entry with its building's name."""
    found: dict[str, list[tuple[str, Entry]]] = {sheet: [] for sheet in register.SHEETS}
    for building in buildings:
        sheets = register.of_month(await gather(conn, building, now, month), month)
        for sheet, entries in sheets.items():
            found[sheet] += [(building.name, entry) for entry in entries]
    return found
