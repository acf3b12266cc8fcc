"""Queries on objections to the result of a ballot, and on their answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.results import Objection
from storage.rows import every, first, key
from storage.tables import objections

_ABOUT = objections.c.about == "ballot"


async def add(conn: AsyncConnection, ballot_id: int, by_id: int, text: str, at: datetime) -> Objection:
    """Write an objection down."""
    values = {"about": "ballot", "about_id": ballot_id, "by_id": by_id, "text": text, "at": at}
    added = await find(conn, key(await conn.execute(objections.insert().values(state="open", **values))))
    assert added is not None
    return added


async def find(conn: AsyncConnection, objection_id: int) -> Objection | None:
    """An objection to a result by an id that somebody pressed."""
    query = select(objections).where(_ABOUT, objections.c.id == objection_id)
    return first(Objection, await conn.execute(query))


async def of_ballot(conn: AsyncConnection, ballot_id: int) -> list[Objection]:
    """The objections to a result, the first first."""
    query = select(objections).where(_ABOUT, objections.c.about_id == ballot_id).order_by(objections.c.id)
    return every(Objection, await conn.execute(query))


async def answer(conn: AsyncConnection, objection_id: int, text: str, at: datetime) -> None:
    """Write the answer to an objection."""
    query = update(objections).where(objections.c.id == objection_id)
    await conn.execute(query.values(state="answered", answer=text, answered_at=at))
