"""Queries on paper slips (hashes of their codes) and on wrong codes, which are counted for an hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import slips, wrong_codes


async def put(conn: AsyncConnection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write the hashes of newly printed codes; unused older ones of the same households lapse."""
    values = [dict(row) for row in rows]
    homes = [row["household_id"] for row in values]
    for start in range(0, len(homes), 500):
        part = homes[start : start + 500]
        await conn.execute(delete(slips).where(slips.c.household_id.in_(part), slips.c.used_at.is_(None)))
    if values:
        await conn.execute(slips.insert(), values)


async def hashes(conn: AsyncConnection) -> set[str]:
    """The hashes of all codes ever printed that have not lapsed."""
    return set((await conn.scalars(select(slips.c.code_hash))).all())


async def find(conn: AsyncConnection, code_hash: str) -> tuple[int, bool] | None:
    """The household of a printed code and whether it was used."""
    query = select(slips.c.household_id, slips.c.used_at).where(slips.c.code_hash == code_hash)
    row = (await conn.execute(query)).first()
    return row and (row.household_id, row.used_at is not None)


async def use(conn: AsyncConnection, code_hash: str, person_id: int, now: datetime) -> None:
    """Mark a code as used."""
    query = update(slips).where(slips.c.code_hash == code_hash)
    await conn.execute(query.values(used_at=now, used_by=person_id))


async def count_wrong(conn: AsyncConnection, who: str, since: datetime) -> int:
    """How many wrong codes somebody entered since a moment."""
    query = select(func.count()).select_from(wrong_codes)
    return int(await conn.scalar(query.where(wrong_codes.c.who == who, wrong_codes.c.at > since)) or 0)


async def add_wrong(conn: AsyncConnection, who: str, now: datetime, since: datetime) -> None:
    """Count a wrong code; those before `since` count no longer and are deleted."""
    await conn.execute(delete(wrong_codes).where(wrong_codes.c.at <= since))
    await conn.execute(wrong_codes.insert().values(who=who, at=now))
