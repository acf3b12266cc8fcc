"""Queries on the tasks that a meeting gave out."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.rows import key
from storage.tables import meetings, tasks


async def add_task(
    conn: AsyncConnection, meeting_id: int, item_id: int | None, who: str, what: str, due: date | None
) -> int:
    """Write down who does what by when; its id."""
    values = {"meeting_id": meeting_id, "item_id": item_id, "who": who, "what": what, "due": due}
    return key(await conn.execute(tasks.insert().values(**values)))


async def open_tasks(conn: AsyncConnection, building_id: int) -> list[str]:
    """What is still to be done in a building, the earliest given out first."""
    query = select(tasks.c.what).join(meetings, meetings.c.id == tasks.c.meeting_id)
    query = query.where(meetings.c.building_id == building_id, tasks.c.done_at.is_(None))
    return list((await conn.scalars(query.order_by(tasks.c.id))).all())
