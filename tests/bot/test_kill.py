"""The bot is killed while a building votes: what was acknowledged is stored, the rest is handled later."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

import pytest

from rules.events import first_break
from sandbox import Person, Seen
from sandbox.world import Press
from storage import ballots as stored
from storage import log
from storage.engine import open_engine
from storage.store import Store
from tests.bot.town import OPTIONS, PEOPLE, Town, begin, stored_choices, town

ROOT = Path(__file__).parents[2]
PATIENCE = 25.0  # seconds until every press must be taken in


async def started(town: Town) -> asyncio.subprocess.Process:
    """The bot, as a process of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bot.process", town.token, town.sandbox.url, town.database),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


async def killed(process: asyncio.subprocess.Process) -> None:
    """No farewell: as when the power fails."""
    process.send_signal(signal.SIGKILL)
    await process.wait()


def toasted(presses: dict[Person, Press]) -> list[Person]:
    """Those whose toast was shown."""
    return [person for person, press in presses.items() if press.answer.done()]


async def vote_through_a_kill(town: Town, card: Seen, chance: random.Random) -> dict[Person, int]:
    """Everybody votes, the bot is killed in the midst of it and started again; what each one wanted."""
    wanted = {voter: chance.randint(1, len(OPTIONS)) for voter in town.voters}
    process = await started(town)
    try:
        await town.sandbox.listened_to(town.token)
        early = chance.randint(PEOPLE // 2, PEOPLE)
        presses = {voter: begin(town, card, voter, wanted[voter]) for voter in town.voters[:early]}
        patience = chance.randint(1, early - 1)
        async with asyncio.timeout(PATIENCE):
            while len(toasted(presses)) < patience:
                await asyncio.wait(
                    [press.answer for press in presses.values() if not press.answer.done()],
                    return_when=asyncio.FIRST_COMPLETED,
                )
    finally:
        await killed(process)
    kept = await stored_choices(town)
    assert all(kept[town.homes[voter]] == (wanted[voter],) for voter in toasted(presses))
    presses |= {voter: begin(town, card, voter, wanted[voter]) for voter in town.voters[early:]}
    process = await started(town)
    try:
        async with asyncio.timeout(PATIENCE):  # taken in, and confirmed as stored
            await town.sandbox.world.pulse.until(lambda: not waiting(town))
    finally:
        await killed(process)
    texts = [press.answer.result()["text"] for press in presses.values() if press.answer.done()]
    assert all("已记下" in text for text in texts)
    return wanted


def waiting(town: Town) -> int:
    """How many updates the bot has not confirmed."""
    return len(town.sandbox.world.bots[town.token].updates.pending)


@pytest.mark.parametrize("seed", [11, 2026])
async def test_no_vote_is_lost_or_doubled_when_the_bot_is_killed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    async with town(f"sqlite+aiosqlite:///{tmp_path}/louyuhui.db") as here:
        process = await started(here)
        card = await here.group.wait_for("停车位怎么划", timeout=PATIENCE)
        await killed(process)
        for _ in range(2):
            wanted = await vote_through_a_kill(here, card, chance)
            expected = {here.homes[voter]: (option,) for voter, option in wanted.items()}
            assert await stored_choices(here) == expected
        store = Store(open_engine(here.database))
        async with store.glance() as conn:
            assert first_break(await log.read(conn, f"ballot:{here.ballot.id}")) is None
            assert (await stored.get(conn, here.ballot.id)).voted == PEOPLE
        await store.close()
