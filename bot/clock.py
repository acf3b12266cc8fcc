"""The clock loop: what is due is done and marked in one unit of work. The database is the schedule."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from handlers.routes import Routes
from handlers.speech import Speech
from handlers.words import Words
from services import monthly
from storage import ballots, outbox, updates
from storage.outbox import Due
from storage.store import Store, Unavailable
from storage.sweeping import sweep

log = logging.getLogger(__name__)

TIDY = timedelta(days=1)
KEEP_UPDATES = timedelta(days=7)  # the platform brings an update again for one day
KEEP_RECEIVED = timedelta(days=90)  # what a fault was met with: it may hold personal data


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class Clock:
    """Looks at the schedule every so often and does what is due; late work is done late."""

    def __init__(
        self,
        store: Store,
        words: Words,
        routes: Routes,
        bot_name: Callable[[], str],
        now: Callable[[], datetime],
        seconds: float = 5.0,
    ) -> None:
        self._store = store
        self._words = words
        self._routes = routes
        self._bot_name = bot_name
        self._now = now
        self._seconds = seconds
        self._tidied: datetime | None = None
        self._swept: datetime | None = None
        self._scheduler: AsyncIOScheduler | None = None
        self._job: Job | None = None
        self._late: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to tick on the running loop."""
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._job = self._scheduler.add_job(
            self.beat,
            "interval",
            seconds=self._seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()
        self._expect()

    def stop(self) -> None:
        """Tick no more; it may be started again."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        self._expect_nothing()

    @property
    def running(self) -> bool:
        """Whether it ticks."""
        return self._scheduler is not None

    async def beat(self) -> None:
        """Tick; the stop may cut it short: what was not done by then was rolled back, and stays due."""
        self._expect_nothing()
        try:
            await self.tick()
        except asyncio.CancelledError:  # the scheduler would report it as an error of the job
            log.debug("stopped in the middle of a tick")
        finally:
            self._expect()

    def _expect(self) -> None:
        """Expect the next beat within three paces, by a clock that nobody sets."""
        self._expect_nothing()
        if self._scheduler is not None:
            self._late = asyncio.get_running_loop().call_later(3 * self._seconds, self._hurry)

    def _expect_nothing(self) -> None:
        if self._late is not None:
            self._late.cancel()

    def _hurry(self) -> None:
        """Beat now: the scheduler waits for the wall clock, and that was set back."""
        if self._scheduler is not None and self._job is not None:
            log.warning("the schedule was not looked at: was the clock set back?")
            self._job.modify(next_run_time=datetime.now(UTC))
            self._expect()

    async def tick(self) -> None:
        """Do all that is due now, each in a unit of its own."""
        try:
            while await self._do_some():
                pass
            await self._sweep()
            await self._tidy()
        except Unavailable as error:
            log.warning("the schedule has to wait: %s", error)

    async def _tidy(self) -> None:
        """Once a day, forget what is needed no more, and schedule what a fault took off the schedule."""
        now = self._now()
        if self._tidied is not None and now - self._tidied < TIDY:
            return
        async with self._store.unit(now) as unit:
            await updates.forget_before(unit.conn, now - KEEP_UPDATES)
            await updates.forget_received_before(unit.conn, now - KEEP_RECEIVED)
            await monthly.wind(unit)
        self._tidied = now

    async def _sweep(self) -> None:
        """Once a sealed ballot has closed, leave nothing that tells in which order its votes came."""
        async with self._store.glance() as conn:
            closed = await ballots.last_sealed(conn)
        if closed is not None and (self._swept is None or self._swept < closed):
            async with self._store.unit(self._now()) as unit:
                await updates.blur_before(unit.conn, closed)
            self._swept = closed if await sweep(self._store.engine) else None

    async def _do_some(self) -> bool:
        async with self._store.glance() as conn:
            some = await outbox.due(conn, self._now())
        for due in some:
            await self._do(due)
        return bool(some)

    async def _do(self, due: Due) -> None:
        """Do one thing; a fault is recorded and the thing is dropped, so that it holds up nothing else."""
        try:
            first = self._routes.aheads.get(due.kind)
            ahead = None if first is None else await first(self._store, "", due)
            async with self._store.unit(self._now()) as unit:
                if await outbox.settle_due(unit.conn, due.key, "done", unit.now):
                    speech = Speech(unit, self._words, self._bot_name(), ahead=ahead)
                    await self._routes.dues[due.kind](speech, due)
        except Unavailable:
            raise
        except Exception as error:
            log.exception("fault in what was due: %s", due.key)
            async with self._store.unit(self._now()) as unit:
                trace = "".join(traceback.format_exception(error))
                await updates.add_fault(unit.conn, unit.now, None, {"due": due.key}, trace)
                await outbox.settle_due(unit.conn, due.key, "dropped", unit.now)
