"""The clock: what is due is done once, by however many clocks, late or in the hour that comes twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock
from handlers.routes import Routes
from handlers.speech import Speech
from handlers.words import Words
from storage import outbox, updates
from storage.engine import open_engine
from storage.outbox import Due
from storage.store import Store

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


class Stand:
    """A store, the time, and what the clocks on it did."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW
        self.done: Counter[str] = Counter()
        self.routes = Routes()
        self.routes.due("ring")(self._ring)

    async def _ring(self, _speech: Speech, due: Due) -> None:
        self.done[due.key] += 1
        if due.about_id == 13:
            raise RuntimeError("a fault of the thirteenth")

    def clock(self, seconds: float = 5.0) -> Clock:
        return Clock(self.store, Words(), self.routes, lambda: "louyuhui_bot", lambda: self.now, seconds)

    async def schedule(self, count: int, at: datetime) -> None:
        async with self.store.unit(self.now) as unit:
            for number in range(count):
                await outbox.schedule(unit.conn, f"ring:{number}", "ring", number, at)


@asynccontextmanager
async def stand(database: str) -> AsyncIterator[Stand]:
    store = Store(open_engine(database))
    try:
        yield Stand(store)
    finally:
        await store.close()


async def test_two_clocks_at_once_do_each_thing_once(database: str) -> None:
    async with stand(database) as here, stand(database) as beside:
        await here.schedule(13, NOW)
        await asyncio.gather(here.clock().tick(), beside.clock().tick(), here.clock().tick())
        done = here.done + beside.done
        assert set(done.values()) == {1}
        assert len(done) == 13


async def test_what_fell_due_while_nobody_looked_is_done_late_and_once(database: str) -> None:
    async with stand(database) as here:
        await here.schedule(3, NOW + timedelta(hours=1))
        await here.clock().tick()
        assert not here.done
        here.now = NOW + timedelta(days=40)
        await here.clock().tick()
        await here.clock().tick()
        assert set(here.done.values()) == {1}


async def test_an_hour_that_comes_twice_brings_nothing_twice(database: str) -> None:
    async with stand(database) as here:
        await here.schedule(3, NOW)
        clock = here.clock()
        await clock.tick()
        here.now = NOW - timedelta(hours=1)
        await clock.tick()
        here.now = NOW + timedelta(minutes=1)
        await clock.tick()
        assert set(here.done.values()) == {1}


async def test_it_goes_on_ticking_when_the_wall_clock_is_set_back_an_hour(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SetBack(datetime):
        """The wall clock as APScheduler reads it, an hour ago."""

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(hours=1)

    async with stand(sqlite) as here:
        await here.schedule(1, NOW)
        clock = here.clock(seconds=0.1)
        clock.start()
        try:
            await until_done(here, 1)
            monkeypatch.setattr("apscheduler.schedulers.base.datetime", SetBack)
            monkeypatch.setattr("bot.clock.datetime", SetBack)
            await here.schedule(3, NOW)
            await until_done(here, 3)
        finally:
            clock.stop()
    assert set(here.done.values()) == {1}


async def until_done(here: Stand, count: int) -> None:
    """Wait until so many things are done."""
    async with asyncio.timeout(10):
        while len(here.done) < count:  # noqa: ASYNC110 - there is no bell
            await asyncio.sleep(0.01)


async def test_a_fault_in_one_thing_holds_up_no_other_and_is_on_record(database: str) -> None:
    async with stand(database) as here:
        await here.schedule(20, NOW)
        await here.clock().tick()
        await here.clock().tick()
        assert len(here.done) == 20
        assert set(here.done.values()) == {1}
        async with here.store.glance() as conn:
            (fault,) = await updates.list_faults(conn)
        assert "the thirteenth" in fault["traceback"]
