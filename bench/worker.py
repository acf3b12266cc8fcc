"""A worker that stores presses as fast as it can: `python -m bench.worker URL FIRST STEP`.

It says "ready", begins when it is told to, and says how many it has stored.
"""

from __future__ import annotations

import asyncio
import sys

from bench.engines import BATCH, presses
from bot.clock import utc_now
from services.vote_box import VoteBox
from storage.engine import open_engine
from storage.store import Store


async def work(url: str, first: int, step: int) -> None:
    """Store every `step`-th press from the `first` on, a hundred at once, as Telegram hands them over."""
    store = Store(open_engine(url))
    box, mine = VoteBox(store, utc_now), presses()[first::step]
    async with store.glance():
        print("ready", flush=True)  # noqa: T201 - the bench waits for it
    await asyncio.to_thread(sys.stdin.readline)
    for start in range(0, len(mine), BATCH):
        await asyncio.gather(*(box.put(press, lambda _: {}) for press in mine[start : start + BATCH]))
    print(box.stored, flush=True)  # noqa: T201
    await store.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
