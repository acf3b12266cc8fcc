"""Rows become the rules' dataclasses: a column for each field, by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    RowMapping,
    UpdateBase,
    func,
    select,
    tuple_,
)
from sqlalchemy.engine import Result
from sqlalchemy.sql.compiler import SQLCompiler

T = TypeVar("T")


def one(kind: type[T], row: RowMapping) -> T:
    """A dataclass (with slots) from a row."""
    return kind(**{name: row[name] for name in kind.__slots__})  # type: ignore[attr-defined]


def first(kind: type[T], result: Result[tuple[object, ...]]) -> T | None:
    """The first row, or None."""
    row = result.mappings().first()
    return None if row is None else one(kind, row)


def every(kind: type[T], result: Result[tuple[object, ...]]) -> list[T]:
    """All rows, in order."""
    return [kind(*row) for row in result.columns(*kind.__slots__)]  # type: ignore[attr-defined, call-arg]


def key(result: Result[tuple[object, ...]]) -> int:
    """The id the database gave to an inserted row."""
    assert isinstance(result, CursorResult)
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def among(
    conn: Connection, first: Column[Any], second: Column[Any], pairs: Collection[tuple[int, int]]
) -> ColumnElement[bool]:
    """That two columns together are one of some pairs.

    SQLite looks each up by its key where the list is a query; written out, it reads the whole table instead.
    """
    both = tuple_(first, second)
    if conn.dialect.name != "sqlite":
        return both.in_(pairs)
    listed = func.json_each(json.dumps([list(pair) for pair in pairs])).table_valued("value")
    return both.in_(
        select(func.json_extract(listed.c.value, "$[0]"), func.json_extract(listed.c.value, "$[1]"))
    )


def execute_many(conn: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a statement that is kept (its text is, too) for each row, which gives every parameter by name.

    SQLAlchemy by itself works out anew for each row what its parameters are: that costs more than the row.
    """
    text, parameters = _written(statement, conn.dialect, tuple(rows[0]))
    given = [
        tuple([row[name] if process is None else process(row[name]) for name, process in parameters])
        for row in rows
    ]
    conn.exec_driver_sql(text, given)


@lru_cache
def _written(
    statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, list[tuple[str, Callable[[Any], Any] | None]]]:
    """A statement in a database's own words; and its parameters in order, each with what makes it fit."""
    compiled = statement.compile(dialect=dialect, column_keys=names, for_executemany=True)
    assert isinstance(compiled, SQLCompiler)
    assert compiled.positiontup is not None
    kinds = {name: compiled.binds[name].type.dialect_impl(dialect) for name in compiled.positiontup}
    return str(compiled), [(name, kinds[name].bind_processor(dialect)) for name in compiled.positiontup]
