"""The gate: whatever is said leaves through it, within the limits of all chats together and of each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from typing import TypeVar

from telegram.error import RetryAfter

from bot.limits import Limits
from bot.office import Seat, check_held
from rules.people import Chat

T = TypeVar("T")

RARELY = 60.0  # seconds between two things that are said in a group past the outbox


class Gate:
    """Lets messages leave, first come, first served; to a chat one at a time.

    `speed`: how much faster than the wall clock time runs, in the demo and in tests.
    """

    def __init__(self, limits: Limits, seat: Seat, speed: float = 1.0) -> None:
        self.limits = limits
        self.busy: set[str] = set()  # addresses of chats to which something is under way
        self._seat = seat
        self._speed = speed
        self._turn = asyncio.Lock()
        self._answered = asyncio.Event()
        self._said: dict[str, float] = {}  # past the outbox, by group

    def tick(self) -> float:
        """Seconds, of the clock that the limits go by."""
        return time.monotonic() * self._speed

    async def through(
        self, address: str, weight: int, passed: Callable[[], None], act: Callable[[], Awaitable[T]]
    ) -> T:
        """Do `act` when the budget of all chats together lets it; `passed` is told. Raises NotInOffice."""
        async with self._turn:
            while (free := self.limits.next_overall(self.tick(), weight)) > self.tick():
                await self._until(free)
            check_held(self._seat)
            self.limits.leave(weight)
        passed()
        try:
            return await act()
        finally:
            self._arrived(address, weight)

    async def past(self, address: str, act: Callable[[], Awaitable[object]], *, group: bool) -> None:
        """Do `act` at once where the limits leave room for it now, in a group rarely; else not at all."""
        now = self.tick()
        free = max(self.limits.next_overall(now), self.limits.next_in(address, now, group=group))
        if free > now or address in self.busy or (group and self._said.get(address, -inf) > now - RARELY):
            return
        self._said = {known: at for known, at in self._said.items() if at > now - RARELY}
        if group:
            self._said[address] = now
        self.busy.add(address)
        self.limits.leave()
        try:
            await act()
        except RetryAfter as error:
            self.limits.halt(address, self.tick() + seconds_of(error))
            raise
        finally:
            self._arrived(address)
            self.busy.discard(address)

    async def pause(self, chat: Chat) -> None:
        """Wait until the limits of a chat let something leave for it."""
        free = self.limits.next_in(chat.address, self.tick(), group=chat.kind == "group")
        await asyncio.sleep(max(0.0, free - self.tick()) / self._speed)

    def _arrived(self, address: str, weight: int = 1) -> None:
        self.limits.arrive(address, self.tick(), weight)
        self._answered.set()

    async def _until(self, free: float) -> None:
        """Wait until a moment, or until something under way is answered."""
        self._answered.clear()
        wait = None if free == inf else (free - self.tick()) / self._speed
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._answered.wait()


def seconds_of(error: RetryAfter) -> float:
    """How long the platform says to wait."""
    seconds = error.retry_after
    return seconds if isinstance(seconds, int) else seconds.total_seconds()
