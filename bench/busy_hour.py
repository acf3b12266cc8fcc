"""A busy hour of two hundred groups: every answer 429 is our fault, every card that stays behind too."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from bench.fast_time import fast_clock
from bench.figure import Figure, at_most
from bench.ours import build_town, ours
from bench.telegram import telegram

GROUPS, PEOPLE = 200, 4_000
HOUR, SPEED = 3600.0, 24.0
STEP = 6.0  # seconds between two handfuls of presses
VOTING, PRESSES = 10, 24  # groups that vote at the same time, and presses a step


async def busy_hour(folder: Path) -> list[Figure]:
    """429 answers, and how far behind the slowest of the cards was, in simulated seconds."""
    database, random = folder / "hour.db", Random(1)  # noqa: S311 - repeatable, not secret
    lags: list[float] = []
    async with telegram(SPEED, limits=True) as platform:
        clock = fast_clock(SPEED)
        town = await build_town(platform, database, GROUPS, PEOPLE, now=clock)
        everybody = [press for option in (1, 2, 3) for press in town.presses(PEOPLE, option)]
        async with ours(platform, database, clock, speed=SPEED) as bot:
            bot.metrics.card_lag = lags.append  # type: ignore[assignment,method-assign]
            for step in range(int(HOUR / STEP)):
                open_now = {town.groups[(step // 3 + place) % GROUPS] for place in range(VOTING)}
                voters = [press for press in everybody if press[1] in open_now]
                await platform.ask("press", presses=random.sample(voters, PRESSES))
                await asyncio.sleep(STEP / SPEED)
            await platform.ask("answered")
            await bot.dispatcher.idle.wait()
            assert bot.reception.box.stored > 0, "they vote"
        counted = await platform.ask("counters")
    lags.sort()
    edits = counted["methods"]["editMessageText"]
    votes = counted["methods"]["answerCallbackQuery"]
    note = f"{votes:,} presses, {edits:,} edits of {GROUPS} cards"
    slowest, most = lags[-1], lags[int(len(lags) * 0.99)]
    return [
        at_most("429 answers in a busy hour of 200 groups", [counted["statuses"].get("429", 0)], 0, "", note),
        at_most(
            "how far a card was behind, p99", [most], 5.0, "s", f"simulated; the slowest {slowest:.1f} s"
        ),
    ]
