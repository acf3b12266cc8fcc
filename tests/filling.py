"""A row in every table, found by itself: from what a database says of its tables, at any revision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    null,
    select,
    text,
)
from sqlalchemy.types import TypeEngine

from storage.tables import Instant, metadata

Row = dict[str, Any]

NOT_OURS = {"alembic_version"}
MEANT = {  # what means something to the tables, or to a revision that moves it
    ("outbox", "state"): "sent",
    ("buildings", "standing_time"): "19:30",
}


def fill(conn: Connection, number: int, *, only_empty: bool = False) -> dict[str, Row]:
    """Give every table one more row, the `number`-th of all, whatever its triggers say; what was stored.

    Every third has nothing wherever there may be nothing. With `only_empty` it is those without any row.
    """
    tables = _tables(conn)
    made: dict[str, Row] = {}
    with _unrefused(conn):
        for name, table in tables.items():
            if only_empty and conn.scalar(select(func.count()).select_from(table)):
                continue
            made[name] = _row(conn, table, number, made)
            stored = {column: null() if value is None else value for column, value in made[name].items()}
            conn.execute(insert(table).values(**stored))
    return made


def empty(conn: Connection) -> list[str]:
    """The names of the tables without a row."""
    return [
        name
        for name, table in _tables(conn).items()
        if not conn.scalar(select(func.count()).select_from(table))
    ]


def _tables(conn: Connection) -> dict[str, Table]:
    """The tables a database has, those that are referred to first, with the types that the code has."""
    found = MetaData()
    found.reflect(conn)
    for table in found.sorted_tables:
        for column in table.columns:
            column.type = _type(table, column)
    return {table.name: table for table in found.sorted_tables if table.name not in NOT_OURS}


def _type(table: Table, column: Column[Any]) -> TypeEngine[Any]:
    known = metadata.tables.get(table.name)
    ours = known.columns.get(column.name) if known is not None else None
    return column.type if ours is None else ours.type


def _row(conn: Connection, table: Table, number: int, made: dict[str, Row]) -> Row:
    row: Row = {
        column.name: None if column.nullable and number % 3 == 0 else _value(table, column, number)
        for column in table.columns
    }
    for key in table.foreign_key_constraints:
        row |= _referring(conn, table, key, row, made)
    return row


def _referring(
    conn: Connection, table: Table, key: ForeignKeyConstraint, row: Row, made: dict[str, Row]
) -> Row:
    """What refers to the row of the same number, or to any there is; to nothing where that is allowed."""
    names = {one.parent.name: one.column.name for one in key.elements}
    if all(row[name] is None for name in names):
        return {}
    there = made.get(key.referred_table.name)
    if there is None:
        referred = [key.referred_table.c[name] for name in names.values()]
        found = conn.execute(select(*referred).limit(1)).first()
        there = dict(found._mapping) if found is not None else {}
    if not there:
        assert all(table.c[name].nullable for name in names), f"{table.name}: nothing to refer to"
    return {name: there.get(referred) for name, referred in names.items()}


def _value(table: Table, column: Column[Any], number: int) -> Any:
    if (table.name, column.name) in MEANT:
        return MEANT[table.name, column.name]
    match column.type:
        case Boolean():
            return number % 2 == 1
        case BigInteger():
            return 2**40 + number
        case Integer():
            return number
        case JSON():
            return [number, '示例 "甲" 🛵', None, {"b": True, "a": [2**53 + 1, -number]}]
        case Instant():
            return datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC) + timedelta(hours=number)
        case Date():
            return date(2026, 2, 28) + timedelta(days=number)
        case _:
            return f"{column.name} {number}: 示例 \"甲\" 'é' 🛵\n\\"


@contextmanager
def _unrefused(conn: Connection) -> Iterator[None]:
    """Without the triggers of the tables, which are then as they were."""
    if conn.dialect.name == "sqlite":
        query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = conn.execute(query).all()
        for name, _ in triggers:
            conn.exec_driver_sql(f"DROP TRIGGER {name}")
        yield
        for _, said in triggers:
            conn.exec_driver_sql(said)
        return
    query = text("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    tables = conn.scalars(query).all()
    for name in tables:
        conn.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    yield
    for name in tables:
        conn.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER USER")
