"""Queries on the minutes of meetings and the corrections asked for."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.minutes import Stage
from rules.minutes_filing import ADDENDUM, Filed, Objection
from storage.rows import every, first, key, one
from storage.tables import meetings, minutes, objections

MINUTES = "minutes"  # what an objection is about: the draft


async def add(conn: AsyncConnection, **values: object) -> None:
    """File minutes: meeting_id, drafted_at, objections_until."""
    await conn.execute(minutes.insert().values(stage=str(Stage.DRAFT), **values))


async def find(conn: AsyncConnection, meeting_id: int) -> Filed | None:
    """The minutes of a meeting, if it has any yet."""
    query = select(minutes).where(minutes.c.meeting_id == meeting_id)
    row = (await conn.execute(query)).mappings().first()
    return None if row is None else _filed(row)


async def of_building(conn: AsyncConnection, building_id: int, most: int) -> list[Filed]:
    """The latest minutes of a building, the newest first."""
    query = (
        select(minutes)
        .join(meetings, meetings.c.id == minutes.c.meeting_id)
        .where(meetings.c.building_id == building_id)
        .order_by(minutes.c.drafted_at.desc(), minutes.c.meeting_id.desc())
    )
    return [_filed(row) for row in (await conn.execute(query.limit(most))).mappings()]


async def change(conn: AsyncConnection, meeting_id: int, **values: object) -> None:
    """Set columns of minutes; the database refuses it once they are approved."""
    await conn.execute(update(minutes).where(minutes.c.meeting_id == meeting_id).values(**values))


async def add_objection(conn: AsyncConnection, meeting_id: int, **values: object) -> int:
    """Write down a correction that was asked for: about, by_id, text, at; its id."""
    added = objections.insert().values(about_id=meeting_id, state="open", **values)
    return key(await conn.execute(added))


async def objection(conn: AsyncConnection, objection_id: int) -> Objection | None:
    """A correction by an id that somebody pressed."""
    query = select(objections).where(
        objections.c.id == objection_id, objections.c.about.in_((MINUTES, ADDENDUM))
    )
    return first(Objection, await conn.execute(query))


async def objections_to(conn: AsyncConnection, meeting_id: int, about: str = MINUTES) -> list[Objection]:
    """The corrections asked for before the approval (or, about ADDENDUM, after it), the first first."""
    query = select(objections).where(objections.c.about == about, objections.c.about_id == meeting_id)
    return every(Objection, await conn.execute(query.order_by(objections.c.id)))


async def decide(conn: AsyncConnection, objection_id: int, state: str) -> None:
    """Write what became of a correction: "accepted" or "declined"."""
    await conn.execute(update(objections).where(objections.c.id == objection_id).values(state=state))


def _filed(row: RowMapping) -> Filed:
    filed = one(Filed, row)
    return replace(filed, stage=Stage(filed.stage))
