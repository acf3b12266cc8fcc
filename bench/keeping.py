"""What a database takes to keep: the size of a vote, and backing it up, checking and moving it."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from bench.figure import Figure, shown
from bench.ours import address, build_town
from bench.telegram import Telegram, telegram
from tests import postgres

VOTES = 100_000  # 291 households, a ballot a month, for 28 years
REPEATS = 2


async def keeping(folder: Path) -> list[Figure]:
    """Bytes a vote in the file, and seconds for what an operator does with the database."""
    database = folder / "kept.db"
    async with telegram() as platform:
        await build_town(platform, database, 100, 10_000, VOTES)
        spent = await _spent(platform, folder, database)
    held = database.stat().st_size
    note = f"{held / 1e6:,.0f} MB for {VOTES:,}"
    return [
        shown("size of a vote in the file", [held / VOTES], "bytes", note),
        *(shown(f"louyuhui db {name}, {VOTES:,} votes", times, "s") for name, times in spent.items()),
    ]


async def _spent(platform: Telegram, folder: Path, database: Path) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {"check": [], "backup": [], "restore": [], "move": []}
    cluster = postgres.cluster(on_disk=True)
    server = (await asyncio.to_thread(cluster.__enter__)).address
    try:
        for repeat in range(REPEATS):
            name = f"kept{repeat}"
            await postgres.command(server, f"CREATE DATABASE {name}")
            moved = f"{server.rpartition('/')[0]}/{name}".replace("postgresql://", "postgresql+asyncpg://")
            kept, other = folder / f"{name}.toml", folder / f"other{repeat}.toml"
            _write(kept, platform, database)
            _write(other, platform, folder / f"restored{repeat}.db")
            backup = str(folder / f"{name}.backup")
            spent["check"].append(await _louyuhui("check", config=kept))
            spent["backup"].append(await _louyuhui("backup", backup, config=kept))
            spent["restore"].append(await _louyuhui("restore", backup, config=other))
            spent["move"].append(await _louyuhui("move", "--to", moved, config=kept))
    finally:
        await asyncio.to_thread(cluster.__exit__, None, None, None)
    return spent


def _write(config: Path, platform: Telegram, database: Path) -> None:
    config.write_text(
        f'token = "{platform.token}"\ndatabase = "{address(database)}"\napi = "{platform.url}"\n',
        encoding="utf-8",
    )


async def _louyuhui(*words: str, config: Path) -> float:
    """Seconds that a command takes, from its start to its end."""
    begun = time.monotonic()
    program = str(Path(sys.executable).with_name("louyuhui"))
    process = await asyncio.create_subprocess_exec(
        *(program, "db", *words, "--config", str(config)), stdout=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == 0, f"louyuhui db {words[0]} did what it was told"
    return time.monotonic() - begun
