"""What is carried over to the next draft, read from the last meeting and the open tasks."""

from __future__ import annotations

from collections.abc import Iterable

from rules.carried import titles, unfinished
from rules.homes import Building
from rules.meetings import State
from rules.tasks import Stage
from storage import meetings, records
from storage.store import Connection


async def gather(conn: Connection, building: Building, standing: Iterable[str] = ()) -> list[str]:
    """The titles a new agenda of a building begins with; `standing`: those that stand on each."""
    closed = await meetings.of_building(conn, building.id, State.CLOSED)
    last = max(closed, key=lambda meeting: (meeting.closed_at, meeting.id), default=None)
    left = unfinished(await meetings.items_of(conn, last.id)) if last else []
    undone = [task.what for task in await records.of_building(conn, building.id) if task.stage is Stage.OPEN]
    return titles(standing, left, undone, building.lang)
