"""Queries on the notices sent in private: to whom, which version, and whether they pressed that they know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.rows import every
from storage.tables import deliveries


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice sent to a person; `sequence` is that of the meeting it told of."""

    meeting_id: int
    person_id: int
    sequence: int
    sent_at: datetime
    seen_at: datetime | None


async def sent(conn: AsyncConnection, meeting_id: int, person_id: int, sequence: int, at: datetime) -> None:
    """Write down that a notice goes to a person; what they saw of an earlier version counts no more."""
    mine = (deliveries.c.meeting_id == meeting_id, deliveries.c.person_id == person_id)
    await conn.execute(delete(deliveries).where(*mine))
    values = {"meeting_id": meeting_id, "person_id": person_id, "sequence": sequence, "sent_at": at}
    await conn.execute(deliveries.insert().values(**values))


async def seen(conn: AsyncConnection, meeting_id: int, person_id: int, at: datetime) -> bool:
    """Write down that a person knows, the first time they say so; whether anything was sent to them."""
    mine = (deliveries.c.meeting_id == meeting_id, deliveries.c.person_id == person_id)
    found = await conn.execute(select(deliveries.c.seen_at).where(*mine))
    row = found.first()
    if row is not None and row.seen_at is None:
        await conn.execute(update(deliveries).where(*mine).values(seen_at=at))
    return row is not None


async def of_meeting(conn: AsyncConnection, meeting_id: int) -> list[Delivery]:
    """All that was sent for a meeting."""
    query = select(deliveries).where(deliveries.c.meeting_id == meeting_id)
    return every(Delivery, await conn.execute(query.order_by(deliveries.c.person_id)))
