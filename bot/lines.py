"""A person's updates are let through one at a time, the earliest first; people wait for nobody else."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.office import Seat


class Lines:
    """A line a person; it is there only while somebody stands in it.

    Among several workers (`seat`) each update waits, too, for those of the same person that are earlier, or
    under way, at another.
    """

    def __init__(self, seat: Seat | None = None) -> None:
        self._seat = seat
        self._waiting: dict[int, list[tuple[int, int, asyncio.Future[None]]]] = {}
        self._claims: dict[int, asyncio.Task[Any]] = {}
        self._arrivals = 0

    @asynccontextmanager
    async def turn(self, person: int, number: int) -> AsyncIterator[None]:
        """The turn of a person's update; of those that wait, the one with the smallest number is next."""
        await self._wait(person, number)
        try:
            yield
        finally:
            self._move_on(person)

    async def _wait(self, person: int, number: int) -> None:
        alone = person not in self._waiting
        line = self._waiting.setdefault(person, [])
        if alone and self._seat is None:
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrivals += 1
        heapq.heappush(line, (number, self._arrivals, turn))
        if alone:
            self._ask(person)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._move_on(person)
            raise

    def _move_on(self, person: int) -> None:
        """Go on to the next in a line; among several workers when it is its turn among all."""
        if self._seat is None:
            self._let_next(person)
            return
        self._seat.release(self._claims.pop(person).result())
        if any(not turn.done() for _, _, turn in self._waiting[person]):
            self._ask(person)
        else:
            del self._waiting[person]

    def _let_next(self, person: int) -> None:
        line = self._waiting[person]
        while line:
            turn = heapq.heappop(line)[2]
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[person]
        if self._seat is not None:
            self._seat.release(self._claims.pop(person).result())

    def _ask(self, person: int) -> None:
        """Have the line move on when its first is next among all workers'."""
        assert self._seat is not None
        first = min(number for number, _, turn in self._waiting[person] if not turn.done())
        self._claims[person] = asyncio.create_task(self._claim(self._seat, person, first))

    async def _claim(self, seat: Seat, person: int, number: int) -> Any:
        claimed = await seat.claim(person, number)
        asyncio.get_running_loop().call_soon(self._let_next, person)  # when the claim is at hand
        return claimed
