"""A signal that something moved, for those who wait until everything has come to rest."""

import asyncio
from collections.abc import Callable


class Pulse:
    """Beats whenever an update is confirmed, a press answered or a request done."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        """Let those who wait look again."""
        if self._waiting:
            for waiter in self._waiting:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiting.clear()

    async def until(self, good: Callable[[], bool]) -> None:
        """Return once the condition holds, looking at every beat."""
        while not good():
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(waiter)
            try:
                await waiter
            finally:
                self._waiting.discard(waiter)
