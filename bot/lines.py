"""A person's updates are let through one at a time, the earliest first; people wait for nobody else.

This is for one worker; the order over several is kept where they all see it (storage/order.py).
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Lines:
    """A line a person; it is there only while somebody stands in it."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[tuple[int, int, asyncio.Future[None]]]] = {}
        self._arrivals = 0

    @asynccontextmanager
    async def turn(self, person: int, number: int) -> AsyncIterator[None]:
        """The turn of a person's update; of those that wait, the one with the smallest number is next."""
        await self._wait(person, number)
        try:
            yield
        finally:
            self._let_next(person)

    async def _wait(self, person: int, number: int) -> None:
        if person not in self._waiting:
            self._waiting[person] = []
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrivals += 1
        heapq.heappush(self._waiting[person], (number, self._arrivals, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._let_next(person)
            raise

    def _let_next(self, person: int) -> None:
        line = self._waiting[person]
        while line:
            turn = heapq.heappop(line)[2]
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[person]
