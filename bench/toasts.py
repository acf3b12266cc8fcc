"""From a press to its toast, when two hundred press at once and the network is slow."""

from __future__ import annotations

from pathlib import Path

from bench.figure import Figure, at_most
from bench.ours import build_town, ours
from bench.telegram import telegram

AT_ONCE, LATENCY, REPEATS = 200, 0.05, 5


async def toasts(folder: Path) -> Figure:
    """The 99th percentile of what people wait, in seconds, with 50 ms added to each request."""
    slow, middle = [], []
    database = folder / "toasts.db"
    async with telegram() as platform:
        town = await build_town(platform, database, 10, 2000)
        async with ours(platform, database):
            await platform.ask("faults", latency=LATENCY)
            for repeat in range(REPEATS + 1):
                await platform.ask("press", presses=town.presses(AT_ONCE, repeat % 3 + 1))
                waits = (await platform.ask("answered"))["waits"]
                assert len(waits) == AT_ONCE, "everybody is answered"
                slow.append(waits[int(AT_ONCE * 0.99) - 1])
                middle.append(waits[AT_ONCE // 2])
    note = f"median {sorted(middle)[len(middle) // 2]:.2f} s; the first burst after the start aside"
    return at_most("press to toast, 200 at once, 50 ms latency, p99", slow[1:], 0.5, "s", note)
