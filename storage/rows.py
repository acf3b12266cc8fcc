"""Rows become the rules' dataclasses: a column for each field, by name."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import CursorResult, RowMapping
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
