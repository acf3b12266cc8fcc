"""The append-only event log: each event carries the hash of the one before it in its stream."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.events import Event, follow
from storage.rows import every, one
from storage.tables import events


async def append(conn: AsyncConnection, stream: str, kind: str, at: datetime, /, **data: object) -> Event:
    """Write the next event of a stream; `data` holds JSON values only."""
    event = follow(await head(conn, stream), stream, kind, at, data)
    await conn.execute(
        events.insert().values(
            stream=event.stream,
            number=event.number,
            at=event.at,
            kind=event.kind,
            data=event.data,
            previous=event.previous,
            hash=event.hash,
        )
    )
    return event


async def head(conn: AsyncConnection, stream: str) -> Event | None:
    """The last event of a stream, None before the first."""
    query = select(events).where(events.c.stream == stream).order_by(events.c.number.desc()).limit(1)
    row = (await conn.execute(query)).mappings().first()
    return None if row is None else one(Event, row)


async def read(conn: AsyncConnection, stream: str) -> list[Event]:
    """All events of a stream, in order."""
    query = select(events).where(events.c.stream == stream).order_by(events.c.number)
    return every(Event, await conn.execute(query))


async def first(conn: AsyncConnection, stream: str, kind: str) -> Event | None:
    """The first event of a kind in a stream, None where there is none yet."""
    mine = (events.c.stream == stream, events.c.kind == kind)
    query = select(events).where(*mine).order_by(events.c.number).limit(1)
    row = (await conn.execute(query)).mappings().first()
    return None if row is None else one(Event, row)


async def of_kind(conn: AsyncConnection, streams: Collection[str], kind: str) -> list[Event]:
    """All events of a kind in some streams, stream by stream and in order."""
    query = select(events).where(events.c.stream.in_(streams), events.c.kind == kind)
    return every(Event, await conn.execute(query.order_by(events.c.stream, events.c.number)))
