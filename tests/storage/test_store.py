"""The store: what a unit did is stored whole or not at all, and who cannot store is told so."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from traceback import format_exception

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from storage import homes, migrate, updates
from storage.engine import open_engine
from storage.store import Store, Unavailable
from storage.tables import communities, votes
from tests.storage.busy import all_in_use

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


async def names(store: Store) -> list[str]:
    async with store.glance() as conn:
        return list((await conn.scalars(communities.select().with_only_columns(communities.c.name))).all())


@contextmanager
def held(folder: Path, how: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """The database while another process is writing to it."""
    with closing(sqlite3.connect(folder / "test.db", isolation_level=None)) as other:
        other.execute(how)
        yield other


async def test_a_unit_is_stored_at_its_end(store: Store) -> None:
    async with store.unit(NOW) as unit:
        await homes.community(unit.conn, "示例小区")
    assert await names(store) == ["示例小区"]


async def test_while_no_connection_is_free_nothing_is_stored_and_the_next_try_is(store: Store) -> None:
    """Whoever waits for one in vain is told so like any other time the database cannot be had."""
    async with all_in_use(store):
        with pytest.raises(Unavailable, match="in use"):
            await names(store)
        with pytest.raises(Unavailable, match="in use"):
            await add_community(store)
    await add_community(store)
    assert await names(store) == ["示例小区"]


async def add_community(store: Store) -> None:
    async with store.unit(NOW) as unit:
        await homes.community(unit.conn, "示例小区")


async def test_what_climbs_out_of_a_unit_takes_all_of_it_back(store: Store) -> None:
    async def stumble() -> None:
        async with store.unit(NOW) as unit:
            await homes.community(unit.conn, "示例小区")
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        await stumble()
    assert await names(store) == []


async def test_a_cancelled_unit_stores_nothing_and_lets_the_next_one_in(store: Store) -> None:
    written = asyncio.Event()

    async def hang() -> None:
        async with store.unit(NOW) as unit:
            await homes.community(unit.conn, "示例小区")
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.unit(NOW) as unit:
        await homes.community(unit.conn, "另一个小区")
    assert await names(store) == ["另一个小区"]


@pytest.mark.parametrize("steps", range(0, 40, 3))
async def test_a_cancellation_stays_one_wherever_it_comes(store: Store, steps: int) -> None:
    async def look() -> None:
        while True:
            with suppress(Unavailable):
                await names(store)

    task = asyncio.create_task(look())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await names(store) == []


async def test_units_have_the_moment_they_were_given(store: Store) -> None:
    async with store.unit(NOW) as unit:
        assert unit.now == NOW


async def test_units_wait_for_each_other(store: Store) -> None:
    async def count() -> None:
        async with store.unit(NOW) as unit:
            before = len((await unit.conn.execute(communities.select())).all())
            await unit.conn.execute(communities.insert().values(name=str(before)))

    await asyncio.gather(*(count() for _ in range(20)))
    assert await names(store) == [str(number) for number in range(20)]


async def test_a_glance_does_not_wait_for_a_unit_and_sees_nothing_half_done(store: Store) -> None:
    async with store.unit(NOW) as unit:
        await homes.community(unit.conn, "示例小区")
        assert await names(store) == []
    assert await names(store) == ["示例小区"]


async def test_listeners_hear_of_commits_alone(store: Store) -> None:
    heard: list[int] = []
    store.on_commit(lambda: heard.append(1))
    with pytest.raises(RuntimeError):
        async with store.unit(NOW):
            raise RuntimeError
    assert heard == []
    async with store.unit(NOW):
        pass
    assert heard == [1]


async def test_a_rule_of_the_tables_is_no_unavailability(store: Store) -> None:
    async def write_twice() -> None:
        async with store.unit(NOW) as unit:
            for _ in range(2):
                await unit.conn.execute(communities.insert().values(name="示例小区"))

    with pytest.raises(IntegrityError):
        await write_twice()
    assert await names(store) == []


@pytest.mark.parametrize("at_once", [False, True], ids=["a unit", "a piece"])
async def test_what_a_fault_says_quotes_no_vote(store: Store, *, at_once: bool) -> None:
    chosen = 424242  # of a vote that lacks its time
    vote = {"ballot_id": 1, "voter_id": 1, "by_id": 1, "receipt": "R", "at": None, "choice": [chosen]}
    statement = votes.insert().values(**vote)

    async def put() -> None:
        if at_once:
            await store.at_once(lambda conn: conn.execute(statement))
        else:
            async with store.unit(NOW) as unit:
                await unit.conn.execute(statement)

    with pytest.raises(IntegrityError) as caught:
        await put()
    async with store.unit(NOW) as unit:
        await updates.add_fault(unit.conn, NOW, 7, None, "".join(format_exception(caught.value)))
    async with store.glance() as conn:
        (fault,) = await updates.list_faults(conn)
    assert "votes" in fault["traceback"], "what went wrong is said"
    assert str(chosen) not in fault["traceback"]


async def test_a_locked_database_is_unavailable_and_available_again(
    file_store: Store, tmp_path: Path
) -> None:
    with held(tmp_path):
        with pytest.raises(Unavailable, match="locked"):
            async with file_store.unit(NOW) as unit:
                await homes.community(unit.conn, "示例小区")
        assert await names(file_store) == [], "reading goes on"
    async with file_store.unit(NOW) as unit:
        await homes.community(unit.conn, "示例小区")
    assert await names(file_store) == ["示例小区"]


async def test_a_read_only_database_is_unavailable(file_store: Store, tmp_path: Path) -> None:
    read_only = Store(open_engine(f"sqlite+aiosqlite:///file:{tmp_path}/test.db?mode=ro&uri=true"))
    with pytest.raises(Unavailable, match="readonly"):
        async with read_only.unit(NOW) as unit:
            await homes.community(unit.conn, "示例小区")
    assert await names(read_only) == []
    await read_only.close()


async def write_much(store: Store) -> None:
    async with store.unit(NOW) as unit:
        for number in range(500):
            await homes.community(unit.conn, f"示例小区 {number} {'长' * 100}")


async def test_a_database_without_room_is_unavailable_and_nothing_is_half_stored(tmp_path: Path) -> None:
    store = Store(open_engine(f"sqlite+aiosqlite:///{tmp_path}/test.db"))
    await migrate.upgrade(store.engine)
    await store.engine.dispose()
    room = [1]  # SQLite never goes below the pages it has

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={room[0]}")

    event.listen(store.engine.sync_engine, "connect", limit)
    with pytest.raises(Unavailable, match="full"):
        await write_much(store)
    assert await names(store) == []
    room[0] = 1_000_000
    await store.engine.dispose()
    async with store.unit(NOW) as unit:
        await homes.community(unit.conn, "示例小区")
    assert await names(store) == ["示例小区"]
    await store.close()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:////nowhere/at/all.db",
        "sqlite:///test.db",
        "mysql+nothing://host/name",
        "just a name",
    ],
)
def test_what_is_no_database_is_unavailable(url: str) -> None:
    with pytest.raises(Unavailable):
        open_engine(url)


async def test_what_was_committed_is_on_the_disk(file_store: Store) -> None:
    async with file_store.engine.connect() as conn:
        pragmas = {
            name: (await conn.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
