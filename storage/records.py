"""Queries on the tasks that a meeting gave out."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.rows import key
from storage.tables import tasks


async def add_task(
    conn: AsyncConnection, meeting_id: int, item_id: int | None, who: str, what: str, due: date | None
) -> int:
    """Write down who does what by when; its id."""
    values = {"meeting_id": meeting_id, "item_id": item_id, "who": who, "what": what, "due": due}
    return key(await conn.execute(tasks.insert().values(**values)))
