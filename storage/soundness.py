"""Whether a database is sound: its pages, its schema, what refers to what, and every chain of events."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import ForeignKeyConstraint, and_, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from rules.events import first_break
from storage import log, migrate
from storage.moving import TABLES, Progress
from storage.refusals import refusing_triggers
from storage.store import Store
from storage.tables import events


async def flaws(engine: AsyncEngine, progress: Progress) -> AsyncIterator[str]:
    """What is wrong, one thing after the other; it changes nothing. Raises Unavailable."""
    current = await migrate.current(engine)
    if current != migrate.newest():
        yield f"schema: {current} ≠ {migrate.newest()} (louyuhui db upgrade)"
        return
    for difference in await migrate.differences(engine):
        yield f"schema: {difference}"
    async with Store(engine).glance() as conn:
        for found in (_pages(conn), _triggers(conn), _orphans(conn), _chains(conn, progress)):
            async for flaw in found:
                yield flaw


async def _pages(conn: AsyncConnection) -> AsyncIterator[str]:
    """What SQLite finds in its file; PostgreSQL has checksums of its own."""
    if conn.dialect.name == "sqlite":
        for found in await conn.scalars(text("PRAGMA integrity_check")):
            if found != "ok":
                yield f"integrity: {found}"


async def _triggers(conn: AsyncConnection) -> AsyncIterator[str]:
    """Triggers that are missing, or do not work."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if conn.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    there = set(await conn.scalars(text(query)))
    wanted = [said.split()[2] for said in refusing_triggers("sqlite")]
    for name in wanted:
        if name not in there:
            yield f"trigger: {name}"


async def _orphans(conn: AsyncConnection) -> AsyncIterator[str]:
    """Rows that refer to what is not there."""
    for table in TABLES:
        for key in table.foreign_key_constraints:
            count = await _unreferred(conn, key)
            if count:
                columns = ", ".join(key.column_keys)
                yield f"foreign key: {table.name}({columns}) → {key.referred_table.name}: {count}"


async def _unreferred(conn: AsyncConnection, key: ForeignKeyConstraint) -> int:
    parent = key.referred_table.alias()
    pairs = [(part.parent, parent.c[part.column.name]) for part in key.elements]
    found = exists().where(and_(*(child == column for child, column in pairs)))
    orphans = select(func.count()).select_from(key.table)
    return int(await conn.scalar(orphans.where(*(child.is_not(None) for child, _ in pairs), ~found)) or 0)


async def _chains(conn: AsyncConnection, progress: Progress) -> AsyncIterator[str]:
    """Streams whose hashes do not follow from each other."""
    streams = list(await conn.scalars(select(events.c.stream).distinct().order_by(events.c.stream)))
    for number, stream in enumerate(streams, 1):
        broken = first_break(await log.read(conn, stream))
        if broken is not None:
            yield f"events: {stream} № {broken}"
        progress("events", number, len(streams))
