"""The two engines: how many votes a second SQLite stores, and PostgreSQL with one worker and with two."""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

from bench.figure import Figure, rates, ratios, shown
from bench.ours import address
from bench.town import settle
from bot.clock import utc_now
from services.vote_box import Press
from storage import migrate
from storage.engine import open_engine
from storage.store import Store
from tests import postgres

GROUPS, PEOPLE = 100, 10_000
BATCH = 100  # presses at once, as Telegram hands them over
REPEATS = 3


async def engines(folder: Path) -> list[Figure]:
    """Votes stored a second, without Telegram's part, to SQLite's; PostgreSQL as it comes, on the disk."""
    found: dict[str, list[float]] = {"SQLite": [], "PostgreSQL, 1 worker": [], "PostgreSQL, 2 workers": []}
    cluster = postgres.cluster(on_disk=True)
    server = (await asyncio.to_thread(cluster.__enter__)).address
    try:
        for repeat in range(REPEATS):
            found["SQLite"].append(await _stored(address(folder / f"{repeat}.db"), 1))
            found["PostgreSQL, 1 worker"].append(await _stored(await _database(server, f"one{repeat}"), 1))
            found["PostgreSQL, 2 workers"].append(await _stored(await _database(server, f"two{repeat}"), 2))
    finally:
        await asyncio.to_thread(cluster.__exit__, None, None, None)
    plain = found["SQLite"]
    return [
        shown(f"votes stored, {name}, to SQLite", ratios(speeds, plain), "x", rates(speeds))
        for name, speeds in found.items()
    ]


async def _database(server: str, name: str) -> str:
    """The address of a new database; it goes with its server."""
    await postgres.command(server, f"CREATE DATABASE {name}")
    return f"{server.rpartition('/')[0]}/{name}".replace("postgresql://", "postgresql+asyncpg://")


def presses() -> list[Press]:
    """A vote each of everybody; neighbours come far apart."""
    each = PEOPLE // GROUPS
    order = [(group, at) for at in range(each) for group in range(GROUPS)]
    return [
        Press(number, str(group * each + at + 1), str(-group - 1), False, group + 1, (1,), "", 0)
        for number, (group, at) in enumerate(order, 1)
    ]


async def _stored(url: str, workers: int) -> float:
    store = Store(open_engine(url))
    await migrate.upgrade(store.engine)
    await settle(store, [(-n - 1, n + 1) for n in range(GROUPS)], range(1, PEOPLE + 1), utc_now())
    await store.close()
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.worker", url, str(first), str(workers)), stdin=PIPE, stdout=PIPE
        )
        for first in range(workers)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    begun = time.monotonic()
    said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    spent = time.monotonic() - begun
    assert sum(int(out) for out, _ in said) == PEOPLE, "every vote is stored"
    return PEOPLE / spent
