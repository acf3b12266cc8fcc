"""Moves all there is from one database to another, on either engine, and shows that nothing was lost."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Row, Table, bindparam, delete, func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.events import canonical
from storage.refusals import refusing_triggers
from storage.tables import metadata

TABLES: Sequence[Table] = metadata.sorted_tables  # what is referred to comes first
_PAGE = 1000

Progress = Callable[[str, int, int], None]  # table, rows done, rows in all


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: how many rows, and one number for all of them whatever their order, in hex."""

    rows: int
    hash: str


async def is_filled(conn: AsyncConnection) -> bool:
    """Whether any table has a row."""
    for table in TABLES:
        if await conn.scalar(select(func.count()).select_from(table)):
            return True
    return False


async def move_all(source: AsyncConnection, target: AsyncConnection, progress: Progress) -> None:
    """Put every row of one database into another in place of what was there; both at the newest schema."""
    async with _unrefused(target):
        for table in reversed(TABLES):
            await target.execute(delete(table))
        for table in TABLES:
            await _move(table, source, target, progress)
    if target.dialect.name == "postgresql":
        await _set_sequences(target)


async def _move(table: Table, source: AsyncConnection, target: AsyncConnection, progress: Progress) -> None:
    total = int(await source.scalar(select(func.count()).select_from(table)) or 0)
    done = 0
    nothing = JSON(none_as_null=True)  # where there is nothing there is to be nothing, not the word null
    values = {
        column.name: bindparam(column.name, type_=nothing if isinstance(column.type, JSON) else column.type)
        for column in table.columns
    }
    progress(table.name, done, total)
    async for page in _pages(source, table):
        await target.execute(insert(table).values(values), [dict(row._mapping) for row in page])
        done += len(page)
        progress(table.name, done, total)


async def _pages(conn: AsyncConnection, table: Table) -> AsyncIterator[Sequence[Row[Any]]]:
    """All rows, a thousand at a time, in the order of their keys."""
    keys = list(table.primary_key.columns)
    query = select(table).order_by(*keys).limit(_PAGE)
    page = (await conn.execute(query)).all()
    while page:
        yield page
        last = tuple_(*(bindparam(None, page[-1]._mapping[key], type_=key.type) for key in keys))
        page = (await conn.execute(query.where(tuple_(*keys) > last))).all()


async def content(conn: AsyncConnection, table: Table) -> Content:
    """The count and hash of a table; the same on either engine when it holds the same."""
    rows = total = 0
    async for page in _pages(conn, table):
        rows += len(page)
        total += sum(int.from_bytes(hashlib.sha256(_text(row)).digest()) for row in page)
    return Content(rows, f"{total % 2**256:064x}")


def _text(row: Row[Any]) -> bytes:
    return canonical([_plain(value) for value in row])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


async def compare(
    one: AsyncConnection, other: AsyncConnection, progress: Progress
) -> tuple[dict[str, Content], list[str]]:
    """What each table of the first holds, and the names of those that do not hold the same in the other."""
    contents: dict[str, Content] = {}
    differing = []
    for number, table in enumerate(TABLES, 1):
        contents[table.name] = await content(one, table)
        if contents[table.name] != await content(other, table):
            differing.append(table.name)
        progress("=", number, len(TABLES))
    return contents, differing


@asynccontextmanager
async def _unrefused(conn: AsyncConnection) -> AsyncIterator[None]:
    """Without the triggers, until the end: what was frozen is to be written once more."""
    created = [said for said in refusing_triggers(conn.dialect.name) if said.startswith("CREATE TRIGGER")]
    if conn.dialect.name == "sqlite":
        for said in created:
            await conn.execute(text(f"DROP TRIGGER {said.split()[2]}"))
        yield
        for said in created:
            await conn.exec_driver_sql(said)
        return
    for table in TABLES:
        await conn.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
    yield
    for table in TABLES:
        await conn.execute(text(f"ALTER TABLE {table.name} ENABLE TRIGGER USER"))


async def _set_sequences(conn: AsyncConnection) -> None:
    """The next id that PostgreSQL gives is above all there are."""
    for table in TABLES:
        if "id" in table.columns:
            sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
            last = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
            await conn.execute(select(func.setval(text(sequence), last, False)))
