"""Queries on what a building has set for itself, and on what of it waits on the schedule."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.habits import Habits, Standing
from storage.outbox import insert_ignoring
from storage.tables import dues, habits


async def of(conn: AsyncConnection, building_id: int) -> Habits:
    """What a building has set; nothing comes by itself before it is bound."""
    query = select(habits).where(habits.c.building_id == building_id)
    row = (await conn.execute(query)).mappings().first()
    return Habits(building_id) if row is None else _habits(row)


async def every(conn: AsyncConnection) -> list[Habits]:
    """What all buildings have set."""
    query = select(habits).order_by(habits.c.building_id)
    return [_habits(row) for row in (await conn.execute(query)).mappings()]


async def begun(conn: AsyncConnection, building_id: int) -> bool:
    """Whether anything was ever set."""
    query = select(habits.c.building_id).where(habits.c.building_id == building_id)
    return await conn.scalar(query) is not None


async def change(conn: AsyncConnection, building_id: int, **values: Any) -> None:
    """Set columns of a building's habits."""
    await conn.execute(insert_ignoring(conn, habits).values(building_id=building_id))
    await conn.execute(update(habits).where(habits.c.building_id == building_id).values(**values))


async def waiting(conn: AsyncConnection, kinds: Collection[str]) -> set[tuple[str, int]]:
    """Of which kinds something waits on the schedule, each with what it is about."""
    query = select(dues.c.kind, dues.c.about_id).where(dues.c.state == "waiting", dues.c.kind.in_(kinds))
    return {(row.kind, row.about_id) for row in await conn.execute(query.distinct())}


def _habits(row: RowMapping) -> Habits:
    rule = row["standing_rule"]
    return Habits(
        row["building_id"],
        None if rule is None else Standing.stored(rule),
        tuple(row["standing_agenda"] or ()),
        row["report_day"],
        row["tasks_day"],
        row["digest_day"],
        row["missing"],
    )
