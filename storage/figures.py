"""Figures by which the running of the bot is watched: how much waits, since when, what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, FromClause, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.outbox import CAUSES, behind
from storage.tables import ballots, cards, chats, dues, faults, outbox, seen_updates

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figures:
    """The state of the bot's work at a moment; nothing in it tells how a ballot stands."""

    unsent: int  # letters that may leave
    oldest_unsent: datetime | None  # since when it has been allowed to leave
    dropped: Mapping[str, int]  # letters let go in the last week, by cause, a word of CAUSES each
    put_off: int  # letters that are not to leave yet
    behind: int  # cards that do not show the present state, where they can be seen
    waiting: int  # dues of the schedule, the overdue ones included
    overdue: int
    oldest_overdue: datetime | None
    faults: int
    unmended: int  # faults not replayed
    handled_at: datetime | None  # of the last update
    open_ballots: int


async def figures(conn: AsyncConnection, now: datetime) -> Figures:
    """The figures of this moment."""
    unsent, oldest_unsent = await _letters(conn, now)
    late, oldest_overdue = await _overdue(conn, now)
    return Figures(
        unsent=unsent,
        oldest_unsent=oldest_unsent,
        dropped=await _dropped(conn, now),
        put_off=await _count(conn, outbox, outbox.c.state == "queued", outbox.c.not_before > now),
        behind=await _count(conn, cards.join(chats), behind()),
        waiting=await _count(conn, dues, dues.c.state == "waiting"),
        overdue=late,
        oldest_overdue=oldest_overdue,
        faults=await _count(conn, faults),
        unmended=await _count(conn, faults, faults.c.replayed_at.is_(None)),
        handled_at=await conn.scalar(select(func.max(seen_updates.c.at))),
        open_ballots=await _count(conn, ballots, ballots.c.state == "open"),
    )


async def _letters(conn: AsyncConnection, now: datetime) -> tuple[int, datetime | None]:
    put_off = outbox.c.not_before > outbox.c.made_at
    since = case((put_off, outbox.c.not_before), else_=outbox.c.made_at)
    query = select(func.count(), func.min(since, type_=outbox.c.made_at.type)).where(
        outbox.c.state.in_(("queued", "sending")),
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
    )
    count, oldest = (await conn.execute(query)).one()
    return count, oldest


async def _dropped(conn: AsyncConnection, now: datetime) -> dict[str, int]:
    lately = outbox.c.dropped_at > now - LATELY
    query = select(outbox.c.cause, func.count().label("times")).where(lately).group_by(outbox.c.cause)
    found = {row.cause: row.times for row in await conn.execute(query)}
    return dict.fromkeys(CAUSES, 0) | found


async def _overdue(conn: AsyncConnection, now: datetime) -> tuple[int, datetime | None]:
    query = select(func.count(), func.min(dues.c.due_at))
    count, oldest = (await conn.execute(query.where(dues.c.state == "waiting", dues.c.due_at <= now))).one()
    return count, oldest


async def _count(conn: AsyncConnection, table: FromClause, *where: ColumnElement[bool]) -> int:
    return int(await conn.scalar(select(func.count()).select_from(table).where(*where)) or 0)
