"""Rows become the rules' dataclasses: a column for each field, by name."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, CursorResult, RowMapping, func, select, tuple_
from sqlalchemy.engine import Result

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
    return [one(kind, row) for row in result.mappings()]


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
