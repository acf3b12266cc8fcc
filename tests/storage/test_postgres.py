"""PostgreSQL: one writes after the other, whatever process it is in, and a server that fails is told of."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import ProgrammingError

from storage import health, homes, log, migrate, outbox
from storage.engine import open_engine
from storage.postgres import WRITERS
from storage.store import Piece, Store, Unavailable
from storage.tables import communities, events
from tests.storage.test_store import NOW, names

UPGRADE = """
import asyncio, sys
from storage import migrate
from storage.engine import open_engine

async def main():
    engine = open_engine(sys.argv[1])
    await migrate.upgrade(engine)
    await engine.dispose()

asyncio.run(main())
"""


@pytest.fixture
async def store(postgresql: str) -> AsyncIterator[Store]:
    """A store that waits for another process's lock for a moment only."""
    store = Store(open_engine(postgresql))
    event.listen(store.engine.sync_engine, "connect", _hurry)
    yield store
    await store.close()


def _hurry(connection: Any, _record: object) -> None:
    connection.cursor().execute("SET lock_timeout = '50ms'")


@pytest.fixture
async def other(postgresql: str) -> AsyncIterator[Store]:
    """The same database, opened by another process."""
    other = Store(open_engine(postgresql))
    yield other
    await other.close()


@pytest.fixture
async def server(postgresql: str) -> AsyncIterator[Any]:
    """A connection of somebody who looks after the server."""
    connection = await asyncpg.connect(postgresql.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def test_two_processes_write_one_after_the_other(store: Store, other: Store) -> None:
    async def count(mine: Store) -> None:
        async with mine.unit(NOW) as unit:
            before = len((await unit.conn.execute(communities.select())).all())
            await unit.conn.execute(communities.insert().values(name=str(before)))

    event.remove(store.engine.sync_engine, "connect", _hurry)
    await asyncio.gather(*(count(mine) for _ in range(15) for mine in (store, other)))
    assert sorted(map(int, await names(store))) == list(range(30))


async def test_two_processes_write_one_chain_of_events(store: Store, other: Store) -> None:
    async def say(mine: Store) -> None:
        async with mine.unit(NOW) as unit:
            await log.append(unit.conn, "meeting:1", "said", NOW)

    await asyncio.gather(*(say(mine) for _ in range(10) for mine in (store, other)))
    async with store.glance() as conn:
        assert [one.number for one in await log.read(conn, "meeting:1")] == list(range(1, 21))


async def test_a_glance_sees_one_state_whatever_is_stored_meanwhile(store: Store, other: Store) -> None:
    async with store.glance() as conn:
        before = await conn.scalar(text("SELECT count(*) FROM communities"))
        async with other.unit(NOW) as unit:
            await homes.community(unit.conn, "示例小区")
        assert await conn.scalar(text("SELECT count(*) FROM communities")) == before == 0


async def test_a_glance_cannot_write(store: Store) -> None:
    with pytest.raises(Unavailable, match="read-only"):
        async with store.glance() as conn:
            await conn.execute(communities.insert().values(name="示例小区"))


async def test_a_writer_that_does_not_end_is_told_of_and_reading_goes_on(store: Store, server: Any) -> None:
    await server.execute(f"SELECT pg_advisory_lock({WRITERS})")
    with pytest.raises(Unavailable, match="lock timeout"):
        async with store.unit(NOW):
            pass
    assert await names(store) == []
    assert await health.trouble(store.engine) == "canceling statement due to lock timeout"
    await server.execute(f"SELECT pg_advisory_unlock({WRITERS})")
    async with store.unit(NOW) as unit:
        await homes.community(unit.conn, "示例小区")
    assert await names(store) == ["示例小区"]


async def end_others(server: Any) -> None:
    """Have the server end every connection but this one, and wait until they are gone."""
    mine = "datname = current_database() AND pid <> pg_backend_pid()"
    await server.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {mine}")


async def write(store: Store, meanwhile: Callable[[], Awaitable[None]], *then: str) -> None:
    async with store.unit(NOW) as unit:
        await homes.community(unit.conn, "示例小区")
        await meanwhile()
        for statement in then:
            await unit.conn.execute(text(statement))


async def test_a_connection_that_was_closed_while_nobody_used_it_is_replaced(
    store: Store, server: Any
) -> None:
    assert await names(store) == []
    await end_others(server)
    async with store.unit(NOW) as unit:
        await homes.community(unit.conn, "示例小区")
    assert await names(store) == ["示例小区"]


async def test_a_connection_whose_end_was_announced_is_replaced(store: Store) -> None:
    await announce_the_end(store)
    assert await names(store) == []
    await announce_the_end(store)
    async with store.unit(NOW) as unit:
        await homes.community(unit.conn, "示例小区")
    assert await names(store) == ["示例小区"]


async def announce_the_end(store: Store) -> None:
    """What the pool's connection reads just before a server ends it."""
    async with store.engine.connect() as conn:
        protocol = (await conn.get_raw_connection()).driver_connection._protocol
    farewell = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"
    protocol.data_received(b"E" + (4 + len(farewell)).to_bytes(4, "big") + farewell)


async def test_a_server_that_fails_midway_stores_nothing_and_the_next_is_stored(
    store: Store, server: Any
) -> None:
    with pytest.raises(Unavailable):
        await write(store, lambda: end_others(server), "SELECT 1")
    async with store.unit(NOW) as unit:
        await homes.community(unit.conn, "另一个小区")
    assert await names(store) == ["另一个小区"]


async def test_a_server_that_fails_before_the_commit_stores_nothing(store: Store, server: Any) -> None:
    with pytest.raises(Unavailable):
        await write(store, lambda: end_others(server))
    assert await names(store) == []


async def test_pieces_of_a_server_that_fails_are_told(store: Store, server: Any) -> None:
    await server.execute(f"SELECT pg_advisory_lock({WRITERS})")

    def write(conn: Piece) -> None:
        conn.execute(communities.insert().values(name="示例小区"))

    with pytest.raises(Unavailable):
        await store.at_once(write)
    await server.execute(f"SELECT pg_advisory_unlock({WRITERS})")
    await store.at_once(write)
    assert await names(store) == ["示例小区"]


async def test_a_read_only_server_is_unavailable(store: Store, server: Any) -> None:
    name = await server.fetchval("SELECT current_database()")
    await server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(Unavailable, match="read-only"):
        async with store.unit(NOW) as unit:
            await homes.community(unit.conn, "示例小区")


async def test_a_fault_in_a_query_is_no_unavailability(store: Store) -> None:
    with pytest.raises(ProgrammingError, match="nowhere"):
        async with store.unit(NOW) as unit:
            await unit.conn.execute(text("SELECT 1 FROM nowhere"))
    with pytest.raises(ProgrammingError, match="nowhere"):
        async with store.glance() as conn:
            await conn.execute(text("SELECT 1 FROM nowhere"))


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def test_no_server_is_unavailable(silent_port: int) -> None:
    store = Store(open_engine(f"postgresql+asyncpg://somebody@127.0.0.1:{silent_port}/name"))
    for attempt in (names(store), migrate.upgrade(store.engine), migrate.current(store.engine)):
        with pytest.raises(Unavailable):
            await attempt
    with pytest.raises(Unavailable):
        async with store.unit(NOW):
            pass
    assert await health.trouble(store.engine) is not None
    await store.close()


async def test_a_database_that_does_not_exist_is_unavailable(postgresql: str) -> None:
    store = Store(open_engine(postgresql + "_not"))
    with pytest.raises(Unavailable, match="does not exist"):
        await names(store)
    await store.close()


async def test_the_short_form_of_an_address_will_do(postgresql: str) -> None:
    store = Store(open_engine(postgresql.replace("+asyncpg", "")))
    assert await names(store) == []
    await store.close()


async def test_two_processes_that_start_together_migrate_once(bare_postgresql: str) -> None:
    start = [sys.executable, "-W", "error", "-c", UPGRADE, bare_postgresql]
    started = [await asyncio.create_subprocess_exec(*start) for _ in range(2)]
    assert [await process.wait() for process in started] == [0, 0]
    engine = open_engine(bare_postgresql)
    assert await migrate.current(engine) == migrate.newest()
    await engine.dispose()


async def test_letters_are_seen_in_the_order_of_their_numbers(store: Store, other: Store) -> None:
    """A number given to a transaction that ends later must not be skipped by who has read on."""
    async with store.unit(NOW) as unit:
        await outbox.schedule(unit.conn, "a", "remind", 1, NOW)
        second = asyncio.create_task(_append(other))
        await asyncio.sleep(0)
        await unit.conn.execute(text("SELECT pg_sleep(0.05)"))
        first = await log.append(unit.conn, "meeting:1", "said", NOW)
    assert (await second).number == first.number + 1
    async with store.glance() as conn:
        assert (await conn.scalars(events.select().with_only_columns(events.c.id))).all() == [1, 2]


async def _append(store: Store) -> log.Event:
    async with store.unit(NOW) as unit:
        return await log.append(unit.conn, "meeting:1", "said", NOW)
