"""A burst of presses: how many votes a second are stored, and stored and answered, beside a stock bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.figure import Figure, at_least, rates, ratios
from bench.ours import build_town, ours
from bench.stock import stock
from bench.telegram import Telegram, telegram
from bench.town import Town

GROUPS, PEOPLE = 100, 10_000
PRESSES = 10_000
REPEATS = 3


async def stored(folder: Path) -> Figure:
    """Nobody is answered, here and there: what storing costs."""
    mine, theirs = [], []
    async with _town(folder) as (platform, town, database):
        for repeat in range(REPEATS):
            presses = town.presses(PRESSES, repeat % 3 + 1)
            async with stock(platform, answers=False) as bot:
                begun = (await platform.ask("press", presses=presses))["at"]
                theirs.append(PRESSES / (await bot.heard(PRESSES) - begun))
            await platform.ask("forget")
            mine.append(await votes_a_second(platform, database, presses))
    note = f"{rates(mine)} stored; a handler that does nothing: {rates(theirs)}"
    return at_least(
        "votes stored, to a stock application that does nothing", ratios(mine, theirs), 0.5, "x", note
    )


async def votes_a_second(platform: Telegram, database: Path, presses: list[tuple[int, int, str]]) -> float:
    """How fast our bot stores presses, answering none; it checks that they are stored."""
    async with ours(platform, database) as bot:
        bot.reception._answer = lambda *_: None  # type: ignore[method-assign]
        begun = (await platform.ask("press", presses=presses))["at"]
        ended = (await platform.ask("confirmed"))["at"]
        assert bot.reception.box.stored == len(presses), "every vote is stored"
    await platform.ask("forget")
    return len(presses) / float(ended - begun)


async def answered(folder: Path) -> Figure:
    """Everybody gets a toast; a stock application, in the faster of its two modes, does nothing else."""
    mine, theirs = [], []
    async with _town(folder) as (platform, town, database):
        for repeat in range(REPEATS):
            presses = town.presses(PRESSES, repeat % 3 + 1)
            async with ours(platform, database) as bot:
                begun = (await platform.ask("press", presses=presses))["at"]
                ended = (await platform.ask("answered"))["at"]
                assert bot.reception.box.stored == len(presses), "every vote is stored"
            mine.append(PRESSES / (ended - begun))
            theirs.append(await _stock_answers(platform, presses))
    note = f"{rates(mine)} stored and answered; only answered: {rates(theirs)}"
    return at_least(
        "votes stored and answered, to a stock application that answers", ratios(mine, theirs), 1.0, "x", note
    )


async def _stock_answers(platform: Telegram, presses: list[tuple[int, int, str]]) -> float:
    """Answers a second; the slower mode is only given a tenth of the presses."""
    speeds = []
    for side_by_side, share in ((False, 1), (True, 10)):
        some = presses[: len(presses) // share]
        async with stock(platform, answers=True, side_by_side=side_by_side) as bot:
            begun = (await platform.ask("press", presses=some))["at"]
            speeds.append(len(some) / (await bot.heard(len(some)) - begun))
        await platform.ask("forget")
    return float(max(speeds))


@asynccontextmanager
async def _town(folder: Path) -> AsyncIterator[tuple[Telegram, Town, Path]]:
    """A town whose cards have been shown once: everybody presses under the same messages."""
    database = folder / "burst.db"
    async with telegram() as platform:
        town = await build_town(platform, database, GROUPS, PEOPLE)
        async with ours(platform, database) as bot:
            await bot.store.at_once(lambda conn: conn.exec_driver_sql("UPDATE cards SET wanted = wanted + 1"))
            await bot.dispatcher.idle.wait()
        yield platform, town, database
