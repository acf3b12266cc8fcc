"""A million votes later: whether a vote is stored as fast as among the first thousand."""

from __future__ import annotations

from pathlib import Path

from bench.bursts import votes_a_second
from bench.figure import Figure, at_least, rates, ratios
from bench.ours import build_town
from bench.telegram import telegram

GROUPS, PEOPLE = 100, 10_000
FEW, MANY = 1_000, 1_000_000
PRESSES, REPEATS = 5_000, 5


async def grown(folder: Path) -> Figure:
    """First votes stored a second in a database of a million, to those in one of a thousand.

    Each repeat begins on copies of both as they were, with nobody's vote in the open ballots.
    """
    young: list[float] = []
    old: list[float] = []
    few, many = folder / "few.db", folder / "many.db"
    async with telegram() as first, telegram() as second:
        new = await build_town(first, few, GROUPS, PEOPLE, FEW)
        grey = await build_town(second, many, GROUPS, PEOPLE, MANY)
        sides = [(young, first, few, new), (old, second, many, grey)]
        for _ in range(REPEATS):
            for speeds, platform, database, town in sides:
                speeds.append((await votes_a_second(platform, database, town, PRESSES)).first)
            sides.reverse()  # whoever came second comes first
    note = f"{rates(old)} with a million; with a thousand: {rates(young)}"
    return at_least("votes/s with 1,000,000 stored, to 1,000", ratios(old, young), 0.9, "x", note)
