"""Queries on who is at a meeting."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.attendance import Attendee
from storage.rows import every
from storage.tables import attendance


async def add(conn: AsyncConnection, **values: object) -> None:
    """Write down that a household is there: meeting_id, household_id, person_id, name, how, at."""
    await conn.execute(attendance.insert().values(**values))


async def change(conn: AsyncConnection, meeting_id: int, household_id: int, **values: object) -> None:
    """Set columns of a household's attendance."""
    mine = (attendance.c.meeting_id == meeting_id, attendance.c.household_id == household_id)
    await conn.execute(update(attendance).where(*mine).values(**values))


async def of_meeting(conn: AsyncConnection, meeting_id: int) -> list[Attendee]:
    """The households at a meeting, the first to come first."""
    query = select(attendance).where(attendance.c.meeting_id == meeting_id)
    return every(Attendee, await conn.execute(query.order_by(attendance.c.at, attendance.c.household_id)))
