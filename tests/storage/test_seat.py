"""The seats of several workers: one is in office, and falls out of it before another can come into it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage import homes
from storage.alone import Alone, Occupied
from storage.engine import engine_of, open_engine
from storage.seat import FROZEN, SILENCE, Seat, workers
from storage.seats import at_work
from storage.store import Store, Unavailable

PACE = 0.1  # ten times as fast as in earnest
PATIENCE = 20.0


@asynccontextmanager
async def seated(address: str, name: str, pace: float = PACE) -> AsyncIterator[Seat]:
    """A worker that keeps its seat."""
    async with engine_of(address) as engine:
        seat = Seat(engine, name, pace)
        await seat.open()
        tending = asyncio.create_task(seat.tend())
        try:
            yield seat
        finally:
            tending.cancel()
            await asyncio.wait([tending])
            await seat.close()


async def within(what: Awaitable[Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        await what


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - there is no bell
            await asyncio.sleep(0.005)


async def end_session(server: Any, name: str) -> None:
    """Have the server end a worker's session."""
    query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1"
    assert await server.fetch(query, f"louyuhui worker {name}")


async def test_one_is_in_office_and_the_next_follows_when_it_leaves(postgresql: str) -> None:
    async with AsyncExitStack() as leaving, engine_of(postgresql) as engine:
        first = await leaving.enter_async_context(seated(postgresql, "first"))
        async with seated(postgresql, "second") as second:
            assert first.held
            assert not second.held
            assert await first.holder() == await second.holder() == "first"
            assert await at_work(engine) == await workers(engine) == [("first", True), ("second", False)]
            await leaving.aclose()
            await within(second.taken.wait())
            assert not first.held
            assert await second.holder() == "second"
        assert await at_work(engine) == []


async def test_a_lost_connection_is_the_loss_of_the_office_at_once(postgresql: str, server: Any) -> None:
    async with seated(postgresql, "first", pace=30.0) as first, seated(postgresql, "second") as second:
        assert first.held
        await end_session(server, "first")
        await within(first.lost.wait())
        assert not first.held
        await within(second.taken.wait())


def count_looks(seat: Seat) -> list[int]:
    """How often a seat looks whether the office is vacant, from now on."""
    looks, look = [0], seat._look

    async def looking() -> None:
        looks[0] += 1
        await look()

    seat._look = looking  # type: ignore[method-assign]
    return looks


async def test_who_died_is_followed_at_the_next_look(postgresql: str, server: Any) -> None:
    async with seated(postgresql, "first", pace=30.0), seated(postgresql, "second") as second:
        looks = count_looks(second)
        await end_session(server, "first")
        before = looks[0]
        await within(second.taken.wait())
        assert looks[0] - before <= 2, "one may have been under way"


async def test_who_froze_is_followed_within_a_few_looks(postgresql: str) -> None:
    async with engine_of(postgresql) as engine:
        frozen = Seat(engine, "frozen", PACE)
        await frozen.open()
        async with seated(postgresql, "second") as second:
            looks = count_looks(second)
            await within(second.taken.wait())
            assert looks[0] <= 3 * SILENCE
        await frozen.close()


async def test_who_is_frozen_is_out_of_office_before_another_is_in_it(postgresql: str) -> None:
    async with engine_of(postgresql) as engine:
        frozen = Seat(engine, "frozen", PACE)
        await frozen.open()
        assert frozen.held
        async with seated(postgresql, "second") as second:
            while not second.taken.is_set():
                was_held = frozen.held
                await asyncio.sleep(0.001)
                assert not (frozen.held and second.held)
            assert not was_held
            thawed = asyncio.create_task(frozen.tend())
            await within(frozen.lost.wait())
            await until(lambda: frozen._session is not None)
            assert second.held
            thawed.cancel()
            await asyncio.wait([thawed])
        await frozen.close()


class Line:
    """A line to the server that can be cut: nothing is closed, nothing arrives."""

    def __init__(self, address: str) -> None:
        self._host, _, port = address.partition("@")[2].partition("/")[0].partition(":")
        self._port = int(port)
        self.open = asyncio.Event()
        self.open.set()
        self._flows: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def to(self, address: str) -> AsyncIterator[str]:
        """The address of a database by this line."""
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield address.replace(f":{self._port}/", f":{port}/")
        finally:
            server.close()
            for flow in self._flows:
                flow.cancel()
            await asyncio.gather(*self._flows, return_exceptions=True)

    async def _join(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        there, forth = await asyncio.open_connection(self._host, self._port)
        for reader, writer in ((here, forth), (there, back)):
            self._flows.add(asyncio.create_task(self._flow(reader, writer)))

    async def _flow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self.open.wait()
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            if self.open.is_set():
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()


async def test_who_is_cut_off_is_out_of_office_before_another_is_in_it(postgresql: str) -> None:
    line = Line(postgresql)
    async with (
        line.to(postgresql) as far,
        seated(far, "far") as cut_off,
        seated(postgresql, "near") as near,
    ):
        assert cut_off.held
        line.open.clear()
        while not near.taken.is_set():
            assert not (cut_off.held and near.held)
            await asyncio.sleep(0.001)
        assert cut_off.lost.is_set()
        line.open.set()


async def test_who_is_in_office_hears_what_others_have_stored(postgresql: str) -> None:
    async with seated(postgresql, "first") as first, seated(postgresql, "second") as second:
        heard = asyncio.Event()
        first.on_news(heard.set)
        second.tell()
        await within(heard.wait())


async def test_a_server_that_says_nothing_ends_no_seat_that_is_kept(postgresql: str, server: Any) -> None:
    async with seated(postgresql, "first") as first:
        since = await server.fetchval("SELECT backend_start FROM pg_stat_activity WHERE pid = $1", pid(first))
        await asyncio.sleep(SILENCE * PACE * 2)
        assert first.held
        assert since == await server.fetchval(
            "SELECT backend_start FROM pg_stat_activity WHERE pid = $1", pid(first)
        )


def pid(seat: Seat) -> int:
    number: int = seat._session.get_server_pid()
    return number


async def test_a_writer_that_freezes_before_it_hears_the_answer_keeps_the_others_out_for_ten_paces_only(
    postgresql: str,
) -> None:
    """The server has read the question and waits to be told to answer it: that is no idle transaction."""
    stores = [Store(open_engine(postgresql)) for _ in range(2)]
    async with seated(postgresql, "first"):
        ended = await asyncio.gather(write_around(*stores), return_exceptions=True)
    async with stores[1].glance() as conn:
        assert (await conn.scalars(text("SELECT name FROM communities"))).all() == ["另一个小区"]
    assert [type(error) for error in ended] == [Unavailable]
    for store in stores:
        await store.close()


async def write_around(frozen: Store, other: Store) -> None:
    """One writes, and before it hears an answer another one wants to write as well."""
    async with frozen.unit(datetime.now(UTC)) as first:
        await homes.community(first.conn, "示例小区")
        await (await first.conn.get_raw_connection()).driver_connection.prepare("SELECT 1")
        async with other.unit(datetime.now(UTC)) as second:
            await homes.community(second.conn, "另一个小区")
        await first.conn.execute(text("SELECT 1"))


async def test_a_writer_that_only_takes_its_time_is_not_ended(postgresql: str) -> None:
    store = Store(open_engine(postgresql))
    async with seated(postgresql, "first"):
        async with store.unit(datetime.now(UTC)) as unit:
            await homes.community(unit.conn, "示例小区")
            await unit.conn.execute(text(f"SELECT pg_sleep({FROZEN * PACE + 0.5})"))
        async with store.glance() as conn:
            assert (await conn.scalars(text("SELECT name FROM communities"))).all() == ["示例小区"]
    await store.close()


async def test_a_second_bot_at_a_file_is_refused_and_told_who_is_there(sqlite: str) -> None:
    async with engine_of(sqlite) as engine:
        first, second = Alone(engine, "first"), Alone(engine, "second")
        assert await at_work(engine) == []
        await first.open()
        with pytest.raises(Occupied, match=r"^first$"):
            await second.open()
        assert await at_work(engine) == [("first", True)]
        await first.close()
        assert await at_work(engine) == []
        await second.open()
        assert second.held
        assert not first.held
        await second.close()


async def test_a_bot_that_is_just_leaving_is_waited_for(sqlite: str) -> None:
    async with engine_of(sqlite) as engine:
        first, second = Alone(engine, "first"), Alone(engine, "second")
        await first.open()
        coming = asyncio.create_task(second.open())
        await asyncio.sleep(0)
        await first.close()
        await within(coming)
        await second.close()


async def test_a_database_in_memory_is_nobody_elses() -> None:
    engine = open_engine("sqlite+aiosqlite://")
    seats = [Alone(engine, name) for name in ("first", "second")]
    for seat in seats:
        await seat.open()
        await seat.close()
    assert await at_work(engine) == []
    await engine.dispose()


async def test_a_file_may_be_looked_at_while_a_bot_is_at_work(sqlite: str, tmp_path: Path) -> None:
    async with engine_of(sqlite) as engine:
        assert await at_work(engine) == []
        assert not (tmp_path / "test.db.lock").exists()  # who only looks leaves nothing behind
