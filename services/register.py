"""The register of a building, gathered from what is stored and from the meetings' logs."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from rules import register
from rules.ballots import State as BallotState
from rules.homes import Building
from rules.register import Entry
from services import meeting as sittings
from services import results
from storage import ballots, log, meetings, records
from storage.store import Connection


async def gather(conn: Connection, building: Building, now: datetime) -> list[Entry]:
    """All entries of a building's register."""
    zone = ZoneInfo(building.zone)
    found: list[Entry | None] = []
    for meeting in await meetings.of_building(conn, building.id):
        events = await log.read(conn, sittings.stream(meeting.id))
        found.append(register.of_meeting(meeting, events, zone, building.lang))
        given = {event.data["task"]: event.at for event in events if event.kind == "task"}
        found += [
            register.of_task(task, given[task.id].astimezone(zone).date())
            for task in await records.tasks_of(conn, meeting.id)
        ]
    under_way = await ballots.of_building(conn, building.id, BallotState.OPEN)
    found += [register.of_ballot(ballot, zone) for ballot in under_way]
    for ballot in await ballots.of_building(conn, building.id, BallotState.CLOSED):
        stands = await results.published(conn, ballot, building.zone, now)
        state = "objected" if stands.open else "over" if stands.over else "published"
        found += [register.of_ballot(ballot, zone), register.of_resolution(ballot, state, zone)]
    return [entry for entry in found if entry is not None]
