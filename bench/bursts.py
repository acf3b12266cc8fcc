"""A burst of presses: how many votes a second are stored, and stored and answered, beside a stock bot.

Every measured press is somebody's first vote in its ballot, so that the ballot's card is edited: each repeat
begins on a copy of the database in which nobody has voted. Votes changed again are a line of their own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.figure import Figure, at_least, rates, ratios, shown
from bench.ours import build_town, ours
from bench.stock import Stock, stock
from bench.telegram import Telegram, telegram
from bench.town import Town
from bot.limits import Limits
from bot.program import Program

PRESSES, GROUPS = 10_000, 100
PEOPLE = PRESSES + GROUPS
WARM = 30  # presses before what is measured, of people of their own, here and there
CHANGES = 3_000  # presses of those who think better of it
REPEATS = 3


@dataclass(frozen=True, slots=True)
class Speeds:
    """Votes a second: people's first, and changed ones; and the edits of cards among the first."""

    first: float
    changed: float
    edits: int


async def stored(folder: Path) -> list[Figure]:
    """Nobody is answered, here and there: what storing costs."""
    mine, theirs = [], []
    async with _town(folder) as (platform, town, database):
        for _ in range(REPEATS):
            async with stock(platform, answers=False) as bot:
                theirs.append(await _heard(platform, bot, town, PRESSES))
            mine.append(await votes_a_second(platform, database, town, PRESSES, CHANGES))
    first, changed = [speeds.first for speeds in mine], [speeds.changed for speeds in mine]
    assert all(speeds.edits for speeds in mine), "cards are edited meanwhile"
    edits = "/".join(str(speeds.edits) for speeds in mine)
    note = f"{rates(first)} stored, {edits} edits of cards; a handler that does nothing: {rates(theirs)}"
    again = "no card is edited where a vote is changed"
    return [
        at_least(
            "votes stored, to a stock application that does nothing", ratios(first, theirs), 0.5, "x", note
        ),
        shown("votes changed a second", changed, "", again),
    ]


async def votes_a_second(
    platform: Telegram, database: Path, town: Town, count: int, changes: int = 0
) -> Speeds:
    """How fast our bot stores votes in a copy of a database, answering none; that all are is checked."""
    presses, changed = town.presses(WARM + count), 0.0
    async with _copy(platform, database) as bot:
        bot.reception._answer = lambda *_: None  # type: ignore[method-assign]
        await _confirmed(platform, bot, presses[:WARM])
        await bot.dispatcher.idle.wait()  # no card is edited in the first seconds after a start
        before = await _edits(platform)
        first = await _confirmed(platform, bot, presses[WARM:])
        edits = await _edits(platform) - before
        if changes:
            changed = await _confirmed(platform, bot, town.presses(changes, option=2))
    await platform.ask("forget")
    return Speeds(first, changed, edits)


async def _confirmed(platform: Telegram, bot: Program, presses: list[tuple[int, int, str]]) -> float:
    before = bot.reception.box.stored
    begun = (await platform.ask("press", presses=presses))["at"]
    ended = (await platform.ask("confirmed"))["at"]
    assert bot.reception.box.stored - before == len(presses), "every vote is stored"
    return len(presses) / float(ended - begun)


async def answered(folder: Path) -> Figure:
    """Everybody gets a toast; a stock application, in the faster of its two modes, does nothing else."""
    mine, theirs = [], []
    async with _town(folder) as (platform, town, database):
        for _ in range(REPEATS):
            async with _copy(platform, database) as bot:
                mine.append(await _answered(platform, bot, town))
            theirs.append(await _stock_answers(platform, town))
    note = f"{rates(mine)} stored and answered, cards edited; only answered: {rates(theirs)}"
    return at_least(
        "votes stored and answered, to a stock application that answers", ratios(mine, theirs), 1.0, "x", note
    )


async def _answered(platform: Telegram, bot: Program, town: Town) -> float:
    presses = town.presses(WARM + PRESSES)
    await platform.ask("press", presses=presses[:WARM])
    await platform.ask("answered")
    await bot.dispatcher.idle.wait()  # no card is edited in the first seconds after a start
    before = await _edits(platform)
    begun = (await platform.ask("press", presses=presses[WARM:]))["at"]
    ended = (await platform.ask("answered"))["at"]
    assert bot.reception.box.stored == len(presses), "every vote is stored"
    assert await _edits(platform) > before, "cards are edited meanwhile"
    return PRESSES / float(ended - begun)


async def _stock_answers(platform: Telegram, town: Town) -> float:
    """Answers a second; the slower mode is only given a tenth of the presses."""
    speeds = []
    for side_by_side, share in ((False, 1), (True, 10)):
        async with stock(platform, answers=True, side_by_side=side_by_side) as bot:
            speeds.append(await _heard(platform, bot, town, PRESSES // share))
    return max(speeds)


async def _heard(platform: Telegram, bot: Stock, town: Town, count: int) -> float:
    """Presses a second that a stock application handles, warmed up as ours is."""
    presses = town.presses(WARM + count)
    await platform.ask("press", presses=presses[:WARM])
    await bot.heard(WARM)
    begun = (await platform.ask("press", presses=presses[WARM:]))["at"]
    spent = await bot.heard(len(presses)) - float(begun)
    await platform.ask("forget")
    return count / spent


async def _edits(platform: Telegram) -> int:
    counted = await platform.ask("counters")
    return int(counted["methods"].get("editMessageText", 0))


@asynccontextmanager
async def _copy(platform: Telegram, database: Path) -> AsyncIterator[Program]:
    """Our bot on a copy of a database, until the block ends."""
    copy = database.with_suffix(".copy")
    shutil.copyfile(database, copy)
    with copy.open("rb+") as written:
        os.fsync(written.fileno())  # else it is written while votes are
    try:
        async with ours(platform, copy) as bot:
            yield bot
    finally:
        copy.unlink()


@asynccontextmanager
async def _town(folder: Path) -> AsyncIterator[tuple[Telegram, Town, Path]]:
    """A town whose cards have been shown once: everybody presses under the same messages."""
    database = folder / "burst.db"
    hurried = Limits(all_per_second=1000, card_pace=0.0)  # the sandbox sets none here
    async with telegram() as platform:
        town = await build_town(platform, database, GROUPS, PEOPLE)
        async with ours(platform, database, limits=hurried) as bot:
            await bot.store.at_once(lambda conn: conn.exec_driver_sql("UPDATE cards SET wanted = wanted + 1"))
            await bot.dispatcher.idle.wait()
        yield platform, town, database
