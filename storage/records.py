"""Queries on the tasks that a meeting gave out."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.tasks import Task
from storage.rows import every, first, key
from storage.tables import meetings, tasks


async def add_task(
    conn: AsyncConnection, meeting_id: int, item_id: int | None, who: str, what: str, due: date | None
) -> int:
    """Write down who does what by when; its id."""
    values = {"meeting_id": meeting_id, "item_id": item_id, "who": who, "what": what, "due": due}
    return key(await conn.execute(tasks.insert().values(**values)))


async def find_task(conn: AsyncConnection, task_id: int) -> Task | None:
    """A task by an id that somebody pressed."""
    return first(Task, await conn.execute(select(tasks).where(tasks.c.id == task_id)))


async def change_task(conn: AsyncConnection, task_id: int, **values: object) -> None:
    """Set columns of a task."""
    await conn.execute(update(tasks).where(tasks.c.id == task_id).values(**values))


async def tasks_of(conn: AsyncConnection, meeting_id: int) -> list[Task]:
    """The tasks that a meeting gave out, in order."""
    query = select(tasks).where(tasks.c.meeting_id == meeting_id).order_by(tasks.c.id)
    return every(Task, await conn.execute(query))


async def of_building(conn: AsyncConnection, building_id: int) -> list[Task]:
    """All tasks that the meetings of a building gave out, in order."""
    query = select(tasks).join(meetings, meetings.c.id == tasks.c.meeting_id)
    query = query.where(meetings.c.building_id == building_id).order_by(tasks.c.id)
    return every(Task, await conn.execute(query))


async def unconfirmed(conn: AsyncConnection, building_id: int) -> list[Task]:
    """The tasks of a building of which nobody confirmed that they are done."""
    query = select(tasks).join(meetings, meetings.c.id == tasks.c.meeting_id)
    query = query.where(meetings.c.building_id == building_id, tasks.c.confirmed_at.is_(None))
    return every(Task, await conn.execute(query.order_by(tasks.c.id)))
