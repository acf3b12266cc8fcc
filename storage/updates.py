"""Queries on updates already handled, and on the faults met while handling them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import faults, seen_updates


async def seen(conn: AsyncConnection, update_id: int) -> tuple[bool, dict[str, Any] | None]:
    """Whether an update was handled, and what its press was answered."""
    query = select(seen_updates.c.toast).where(seen_updates.c.update_id == update_id)
    row = (await conn.execute(query)).first()
    return (False, None) if row is None else (True, row.toast)


async def record(conn: AsyncConnection, update_id: int, toast: dict[str, Any] | None, now: datetime) -> None:
    """Record an update as handled; a second record of the same one is refused by its primary key."""
    await conn.execute(seen_updates.insert().values(update_id=update_id, at=now, toast=toast))


async def forget_before(conn: AsyncConnection, moment: datetime) -> None:
    """Forget updates handled before a moment; the platform keeps undelivered ones for a day."""
    await conn.execute(delete(seen_updates).where(seen_updates.c.at < moment))


async def blur_before(conn: AsyncConnection, moment: datetime) -> None:
    """Keep of updates handled before a moment no time and no answer: these tell who pressed how often."""
    earlier = update(seen_updates).where(seen_updates.c.at < moment)
    await conn.execute(earlier.values(at=moment, toast=null()))


async def forget_received_before(conn: AsyncConnection, moment: datetime) -> None:
    """Forget what was received when a fault was met before a moment; the fault itself stays on record."""
    old = (faults.c.at < moment, faults.c.payload.is_not(None))
    await conn.execute(update(faults).where(*old).values(payload=null()))


async def add_fault(
    conn: AsyncConnection,
    now: datetime,
    update_id: int | None,
    payload: dict[str, Any] | None,
    traceback: str,
) -> None:
    """Write down a fault with its traceback, less the row that PostgreSQL quotes: it may be a vote."""
    kept = traceback.replace("\0", "").encode("utf-8", "replace").decode()  # what a database can keep
    told = "\n".join(line for line in kept.splitlines() if not line.startswith("DETAIL:"))
    await conn.execute(faults.insert().values(at=now, update_id=update_id, payload=payload, traceback=told))


async def fault_in(conn: AsyncConnection, update_id: int) -> int | None:
    """The id of the last fault met while handling an update."""
    query = select(faults.c.id).where(faults.c.update_id == update_id).order_by(faults.c.id.desc())
    return (await conn.scalars(query)).first()


async def mark_replayed(conn: AsyncConnection, number: int, now: datetime) -> None:
    """Note that what a fault stopped was handled again."""
    await conn.execute(update(faults).where(faults.c.id == number).values(replayed_at=now))


async def list_faults(conn: AsyncConnection) -> list[dict[str, Any]]:
    """All faults, the oldest first."""
    return [dict(row) for row in (await conn.execute(select(faults).order_by(faults.c.id))).mappings()]
