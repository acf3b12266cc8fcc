"""A million votes later: whether a vote is stored as fast as among the first thousand."""

from __future__ import annotations

from pathlib import Path

from bench.bursts import GROUPS, PEOPLE, votes_a_second
from bench.figure import Figure, at_least, rates, ratios
from bench.ours import build_town
from bench.telegram import telegram

FEW, MANY = 1_000, 1_000_000
PRESSES, REPEATS = 5_000, 5


async def grown(folder: Path) -> Figure:
    """Votes stored a second in a database of a million, to those in one of a thousand."""
    young, old = [], []
    async with telegram() as first, telegram() as second:
        new = await build_town(first, folder / "few.db", GROUPS, PEOPLE, FEW)
        grey = await build_town(second, folder / "many.db", GROUPS, PEOPLE, MANY)
        for repeat in range(REPEATS + 1):
            option = repeat % 3 + 1
            young.append(await votes_a_second(first, folder / "few.db", new.presses(PRESSES, option)))
            old.append(await votes_a_second(second, folder / "many.db", grey.presses(PRESSES, option)))
    note = f"{rates(old[1:])} with a million; with a thousand: {rates(young[1:])}"
    return at_least("votes/s with 1,000,000 stored, to 1,000", ratios(old[1:], young[1:]), 0.9, "x", note)
