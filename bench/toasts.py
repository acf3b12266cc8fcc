"""From a press to its toast, when two hundred press at once and the network is slow."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from bench.figure import Figure, at_most
from bench.ours import build_town, ours
from bench.telegram import telegram

AT_ONCE, LATENCY, REPEATS = 200, 0.05, 5


async def toasts(folder: Path) -> Figure:
    """The 99th percentile of what people wait, in seconds, with 50 ms added to each request.

    Each burst is of others, and their first votes, after a rest: the cards are edited at once, too.
    """
    slow, middle = [], []
    database = folder / "toasts.db"
    async with telegram() as platform:
        town = await build_town(platform, database, 10, 2000)
        presses = town.presses(AT_ONCE * (REPEATS + 1))
        async with ours(platform, database) as bot:
            await platform.ask("faults", latency=LATENCY)
            for start in range(0, len(presses), AT_ONCE):
                await platform.ask("press", presses=presses[start : start + AT_ONCE])
                waits = (await platform.ask("answered"))["waits"]
                assert len(waits) == AT_ONCE, "everybody is answered"
                slow.append(waits[int(AT_ONCE * 0.99) - 1])
                middle.append(waits[AT_ONCE // 2])
                await bot.dispatcher.idle.wait()
    note = f"median {median(middle[1:]):.2f} s; the first burst after the start aside"
    return at_most("press to toast, 200 at once, 50 ms latency, p99", slow[1:], 0.5, "s", note)
