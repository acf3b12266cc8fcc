"""Many rows at once are written as one by one: whatever makes a value fit its column is applied to each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, String, bindparam, cast, select, update
from sqlalchemy.exc import IntegrityError

from storage.rows import execute_many
from storage.store import Piece, Store
from storage.tables import seen_updates

NOW = datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))
INSERT = seen_updates.insert()
MOVE = update(seen_updates).where(seen_updates.c.update_id == bindparam("number"))
MOVE = MOVE.values(update_id=seen_updates.c.update_id + bindparam("by"))


def rows(first: int) -> list[dict[str, object]]:
    """Three updates as handled, one answered with nothing."""
    toasts = [{"text": '“已记下”\n{"é"}', "alert": False}, {}, None]
    return [
        {"update_id": first + place, "at": NOW + timedelta(minutes=place), "toast": toast}
        for place, toast in enumerate(toasts)
    ]


async def test_many_rows_are_written_as_one_by_one(store: Store) -> None:
    query = select(seen_updates.c.at, seen_updates.c.toast, cast(seen_updates.c.toast, String))
    query = query.order_by(seen_updates.c.update_id)

    def both(conn: Piece) -> Sequence[Row[Any]]:
        execute_many(conn, INSERT, rows(2**40))
        for row in rows(2**41):
            conn.execute(INSERT, row)
        return conn.execute(query).all()

    written = await store.at_once(both)
    assert written[:3] == written[3:]
    assert [row.at for row in written[:3]] == [(NOW + timedelta(minutes=n)).astimezone(UTC) for n in range(3)]
    assert written[0].toast == {"text": '“已记下”\n{"é"}', "alert": False}


async def test_a_value_of_a_condition_is_given_by_name_too(store: Store) -> None:
    def moved(conn: Piece) -> Sequence[int]:
        execute_many(conn, INSERT, rows(1))
        execute_many(conn, MOVE, [{"by": 10, "number": 1}, {"by": 20, "number": 3}])
        return conn.scalars(select(seen_updates.c.update_id).order_by(seen_updates.c.update_id)).all()

    assert await store.at_once(moved) == [2, 11, 23]


async def test_a_row_that_lacks_a_value_is_a_fault_and_one_there_twice_spoils_all(
    store: Store,
) -> None:
    short = [*rows(1), {"update_id": 9, "at": NOW}]
    with pytest.raises(KeyError):
        await store.at_once(lambda conn: execute_many(conn, INSERT, short))
    with pytest.raises(IntegrityError):
        await store.at_once(lambda conn: execute_many(conn, INSERT, [*rows(1), rows(1)[0]]))
    async with store.glance() as conn:
        assert (await conn.execute(select(seen_updates))).all() == []


async def test_a_moment_without_a_zone_is_an_error_here_too(store: Store) -> None:
    naive = [{**rows(1)[0], "at": NOW.replace(tzinfo=None)}]
    with pytest.raises(ValueError, match="without a zone"):
        await store.at_once(lambda conn: execute_many(conn, INSERT, naive))
