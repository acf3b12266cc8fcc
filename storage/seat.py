"""The seat of one of several workers on PostgreSQL: a connection of its own, and what hangs on it.

One of the workers is in office: it sends, and watches the clock. The office is an advisory lock of the seat's
session, so it falls vacant when the session ends: at once when the process dies, and some seconds after it
froze or its line was cut, for the server ends a session that says nothing. He who holds it reckons with less
than the server does: his tenure is over, by his own clock, before another's can begin.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.order import Order
from storage.postgres import WRITERS, open_session
from storage.store import Unavailable

log = logging.getLogger(__name__)

OFFICE = 7_078_771  # the advisory lock of who is in office; the writers' is the one before
CHANNEL = "louyuhui"
NAMED = "louyuhui worker "  # before a worker's name, as the server shows it

TENURE = 4  # paces after it last asked for which a worker may take the office to be its own
SILENCE = 5  # paces after which the server ends a session that says nothing
FROZEN = 10  # paces for which a writer may keep the others out while it leaves the server waiting
AGAIN = 0.02  # seconds before a lock that another worker holds is asked for again

_CAST_OFF = (
    OSError,  # a time-out is one
    Unavailable,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what was asked of it when its time was over is still under way
)


def _now() -> float:
    """Seconds that go on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Seat:
    """A worker's place among the others; `pace` is the seconds between two times it makes itself heard."""

    shared = True  # another worker may have been in office a moment ago

    def __init__(self, engine: AsyncEngine, worker: str, pace: float = 1.0) -> None:
        self.worker = worker
        self.taken = asyncio.Event()  # set while in office
        self.lost = asyncio.Event()  # set while not
        self.lost.set()
        self._pace = pace
        self._url = engine.url
        self._engine = engine
        self._session: Any = None
        self._until = 0.0  # when the tenure ends unless the server answers before
        self._look_at = 0.0  # when it is to make itself heard again
        self._stirred = asyncio.Event()
        self._news = False  # something was committed here that who is in office should know
        self._listeners: list[Callable[[], None]] = []
        self.order = Order(self._stirred.set)

    @property
    def held(self) -> bool:
        """Whether this worker is in office: no other can be at this moment."""
        return self.taken.is_set() and _now() < self._until

    def on_news(self, listener: Callable[[], None]) -> None:
        """Have `listener` called when another worker has stored something."""
        self._listeners.append(listener)

    def tell(self) -> None:
        """Let who is in office know that something was stored: by itself it looks only now and then."""
        if not self.taken.is_set():
            self._news = True
            self._stirred.set()

    async def open(self) -> None:
        """Sit down, and take the office if it is vacant. Raises Unavailable."""
        try:
            await self._attend()
        except _CAST_OFF as error:
            self._leave()
            raise Unavailable(str(error) or "no answer") from error

    async def tend(self) -> None:
        """Keep the seat, and apply for the office, until cancelled; a lost connection is made anew."""
        while True:
            try:
                await self._attend()
            except _CAST_OFF as error:
                log.warning("the seat is lost for now: %s", error)
                self._leave()
            pause = AGAIN if self.order.unsettled else max(0.0, self._look_at - _now())
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stirred.wait()

    async def holder(self) -> str | None:
        """The name of the worker in office, None while it is vacant. Raises Unavailable."""
        if self.held:
            return self.worker
        return next((name for name, in_office in await workers(self._engine) if in_office), None)

    async def close(self) -> None:
        """Leave the seat, and with it the office."""
        session, self._session = self._session, None
        self._leave()
        if session is not None:
            with suppress(*_CAST_OFF):
                await session.close(timeout=self._pace)

    async def _attend(self) -> None:
        """Do what is to be done now; all of it within a tenure."""
        self._stirred.clear()
        async with asyncio.timeout(TENURE * self._pace):
            if self._session is None:
                if _now() < self._look_at:
                    self.order.go_on()
                    return
                await self._sit_down()
            await self.order.settle(self._session)
            if self._news and not self.taken.is_set():
                self._news = False
                await self._session.execute(f"NOTIFY {CHANNEL}")
            if _now() >= self._look_at:
                await self._look()

    async def _sit_down(self) -> None:
        self._look_at = _now() + self._pace  # also where it cannot be done
        settings = {
            "application_name": f"{NAMED}{self.worker}",
            "idle_session_timeout": f"{int(SILENCE * self._pace * 1000)}ms",
        }
        session = await open_session(self._url, settings)
        session.add_termination_listener(self._ended)
        self._session, self._look_at = session, 0.0
        await session.add_listener(CHANNEL, self._hear)

    async def _look(self) -> None:
        """Make itself heard, and take the office if it is vacant; who holds it ends writers that froze."""
        asked = _now()
        self._look_at = asked + self._pace
        if not self.taken.is_set():
            if not await self._session.fetchval("SELECT pg_try_advisory_lock($1::bigint)", OFFICE):
                return
            log.info("in office: %s", self.worker)
        else:
            await self._session.fetch(_END_FROZEN, WRITERS, FROZEN * self._pace)
        self._until = asked + TENURE * self._pace
        self.lost.clear()
        self.taken.set()

    def _hear(self, *_told: object) -> None:
        for listener in self._listeners:
            listener()

    def _ended(self, session: object) -> None:
        if session is self._session:
            self._leave()
            self._stirred.set()

    def _leave(self) -> None:
        """Be out of office from now on."""
        session, self._session = self._session, None
        self._until = 0.0
        self.taken.clear()
        self.lost.set()
        self.order.forget()
        if session is not None:
            session.terminate()


# A writer whose process froze between asking and hearing: the server ends idle transactions, and this is none
_END_FROZEN = (
    "SELECT pg_terminate_backend(pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1 AND l.objsubid = 1"
    " AND a.datname = current_database() AND a.usename = current_user AND a.state = 'active'"
    " AND a.wait_event = 'ClientRead' AND a.state_change < clock_timestamp() - make_interval(secs => $2)"
)
_WORKERS = text(
    "SELECT substr(application_name, :after), EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid"
    " AND l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = :office AND l.objsubid = 1)"
    " FROM pg_stat_activity a WHERE datname = current_database() AND application_name LIKE :named ORDER BY 1"
)


async def workers(engine: AsyncEngine) -> Sequence[tuple[str, bool]]:
    """The workers that are there, by name, each with whether it is in office. Raises Unavailable."""
    async with engine.connect() as conn:
        return await _workers(await conn.execution_options(reading=True))


async def _workers(conn: AsyncConnection) -> Sequence[tuple[str, bool]]:
    asked = {"after": len(NAMED) + 1, "office": OFFICE, "named": f"{NAMED}%"}
    return [(name, in_office) for name, in_office in await conn.execute(_WORKERS, asked)]
