"""A person's updates are let through one at a time, the earliest first; people wait for nobody else."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.office import Seat


class Lines:
    """A line a person; it is there only while somebody stands in it.

    Among several workers (`seat`) a line moves on while no other worker's line for the same person does.
    """

    def __init__(self, seat: Seat | None = None) -> None:
        self._seat = seat
        self._waiting: dict[int, list[tuple[int, int, asyncio.Future[None]]]] = {}
        self._claims: dict[int, asyncio.Task[int]] = {}
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
            if self._seat is None:
                return
            self._claims[person] = asyncio.create_task(self._claim(self._seat, person))
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
        if self._seat is not None:
            self._seat.release(person, self._claims.pop(person).result())

    async def _claim(self, seat: Seat, person: int) -> int:
        """Have the line move on when it is this worker's turn; what is to be released."""
        claimed = await seat.claim(person)
        asyncio.get_running_loop().call_soon(self._let_next, person)  # when the claim is at hand
        return claimed
