"""Queries on straw polls and what people answered in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.straws import Mood, Straw
from storage.rows import key
from storage.tables import households, members, straw_answers, straws


async def add(conn: AsyncConnection, **values: Any) -> Straw:
    """Write a straw poll down."""
    straw_id = key(await conn.execute(straws.insert().values(state="open", **values)))
    found = await find(conn, straw_id)
    assert found is not None
    return found


async def find(conn: AsyncConnection, straw_id: int) -> Straw | None:
    """A straw poll by an id that somebody pressed."""
    return await _first(conn, select(straws).where(straws.c.id == straw_id))


async def by_poll(conn: AsyncConnection, poll: str) -> Straw | None:
    """The straw poll that the platform knows by this name."""
    return await _first(conn, select(straws).where(straws.c.poll == poll))


async def of_building(conn: AsyncConnection, building_id: int) -> list[Straw]:
    """The straw polls of a building that are open, the oldest first."""
    query = select(straws).where(straws.c.building_id == building_id, straws.c.state == "open")
    return [_straw(row) for row in (await conn.execute(query.order_by(straws.c.id))).mappings()]


async def close(conn: AsyncConnection, straw_id: int, now: datetime) -> None:
    """Take no more answers."""
    query = update(straws).where(straws.c.id == straw_id)
    await conn.execute(query.values(state="closed", closed_at=now))


async def answer(
    conn: AsyncConnection, straw_id: int, person_id: int, option: int | None, now: datetime
) -> None:
    """Put a person's answer in place of the one before; None takes it back."""
    mine = (straw_answers.c.straw_id == straw_id, straw_answers.c.person_id == person_id)
    await conn.execute(delete(straw_answers).where(*mine))
    if option is not None:
        values = {"straw_id": straw_id, "person_id": person_id, "option": option, "at": now}
        await conn.execute(straw_answers.insert().values(**values))


async def mood(conn: AsyncConnection, straw: Straw) -> Mood:
    """What people answered so far."""
    asked = straw_answers.c.straw_id == straw.id
    counted = select(straw_answers.c.option, func.count()).where(asked).group_by(straw_answers.c.option)
    rows = (await conn.execute(counted)).all()
    found = {row[0]: row[1] for row in rows}
    counts = tuple(found.get(number, 0) for number in range(1, len(straw.options) + 1))
    living = select(members.c.person_id).join(households)
    living = living.where(households.c.building_id == straw.building_id)
    query = select(func.count()).select_from(straw_answers)
    residents = await conn.scalar(query.where(asked, straw_answers.c.person_id.in_(living)))
    return Mood(counts, sum(counts), int(residents or 0))


async def _first(conn: AsyncConnection, query: Select[Any]) -> Straw | None:
    row = (await conn.execute(query)).mappings().first()
    return None if row is None else _straw(row)


def _straw(row: RowMapping) -> Straw:
    known = {name: row[name] for name in Straw.__slots__}
    return Straw(**known | {"options": tuple(row["options"])})
