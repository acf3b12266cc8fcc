"""The office: of all workers on a database one sends and watches the clock, while its seat holds it."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Protocol

from bot.clock import Clock
from storage import sent
from storage.order import Order
from storage.sent import Message
from storage.store import Store

log = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)  # the longest time for which a limit looks back


class Seat(Protocol):
    """What a worker sits on: storage.alone.Alone or storage.seat.Seat."""

    worker: str
    shared: bool  # another worker may have been in office a moment ago
    taken: asyncio.Event  # set while in office
    lost: asyncio.Event  # set while not

    @property
    def order(self) -> Order | None:
        """That of a person's updates over several workers; None where there is only one."""

    @property
    def held(self) -> bool:
        """Whether it is in office: no other worker can be at this moment."""

    def tell(self) -> None:
        """Let who is in office know that something was stored."""

    def on_news(self, listener: Callable[[], None]) -> None:
        """Have `listener` called when another worker has stored something."""

    async def open(self) -> None:
        """Sit down. Raises Unavailable."""

    async def tend(self) -> None:
        """Keep the seat until cancelled."""

    async def holder(self) -> str | None:
        """Who is in office. Raises Unavailable."""

    async def close(self) -> None:
        """Leave the seat."""


class NotInOffice(Exception):
    """Another worker may be in office by now: what this one has not sent is that one's to send."""

    def __str__(self) -> str:
        return "another worker may be in office"


def check_held(seat: Seat) -> None:
    """Raises NotInOffice."""
    if not seat.held:
        raise NotInOffice


@dataclass(frozen=True, slots=True)
class Lately:
    """What counts within the limits though another, or this one before, did it."""

    sent: list[Message]  # in the order of their times
    halted: list[tuple[str, datetime]]  # addresses that the platform wants left alone, each until when


async def take_over(
    store: Store, now: Callable[[], datetime], seat: Seat, *, grace: float, pace: float
) -> Lately:
    """What was sent in the last minute, and which chats are to be left alone.

    What may have been sent counts as if it was: what was under way as sent now; the edits of a chat's cards,
    of which only the last is known, as one every `pace` seconds, the most there are in a group. Where another
    worker may have been in office, what it has under way first gets `grace` seconds to arrive. Raises
    Unavailable.
    """
    async with store.glance() as conn:
        half_sent = await sent.half_sent(conn)
    if half_sent and seat.shared:
        await asyncio.sleep(grace)
    async with store.glance() as conn:
        moment = now()
        since = moment - MINUTE
        lately = await sent.letters_since(conn, since)
        for last in await sent.cards_since(conn, since):
            edits = (last.at - timedelta(seconds=max(1.0, pace)) * number for number in itertools.count())
            lately += [replace(last, at=edit) for edit in itertools.takewhile(since.__lt__, edits)]
        lately += await sent.under_way(conn, moment)
        halted = await sent.halted(conn, moment)
    return Lately(sorted(lately, key=attrgetter("at")), halted)


class Office:
    """Runs `duties`, by name, and the clock while the seat holds the office."""

    def __init__(
        self,
        seat: Seat,
        clock: Clock,
        duties: Mapping[str, Callable[[], Awaitable[None]]],
        settle: Callable[[], Awaitable[None]],
    ) -> None:
        self._seat = seat
        self._clock = clock
        self._duties = duties
        self._settle = settle  # waited for before a duty ends
        self.tasks: tuple[asyncio.Task[Any], ...] = ()

    def parts(self) -> dict[str, bool]:
        """Of each part of it by name whether it runs; none while another worker is in office."""
        if not self._seat.taken.is_set():
            return {}
        return {task.get_name(): not task.done() for task in self.tasks} | {"clock": self._clock.running}

    async def run(self) -> None:
        """Be in office whenever the seat holds it. Raises what ended a duty."""
        while True:
            await self._seat.taken.wait()
            lost = asyncio.create_task(self._seat.lost.wait())
            try:
                self._begin()
                await self._until(lost)
            finally:
                lost.cancel()
                await self._end()
            log.warning("out of office: %s", self._seat.worker)

    def _begin(self) -> None:
        self.tasks = tuple(asyncio.create_task(_done(duty), name=name) for name, duty in self._duties.items())
        self._clock.start()

    async def _until(self, lost: asyncio.Task[Any]) -> None:
        waiting = {lost, *self.tasks}
        while not lost.done():
            ended, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                if not task.cancelled():
                    task.result()

    async def _end(self) -> None:
        """Finish what is under way."""
        if self._clock.running:
            self._clock.stop()
        for task in reversed(self.tasks):
            await self._settle()
            task.cancel()
            await asyncio.wait([task])


async def _done(duty: Callable[[], Awaitable[None]]) -> None:
    await duty()
