"""From the command to a bot that listens, and its memory then: empty, and with a million votes."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from bench.figure import Figure, at_most
from bench.grown import MANY
from bench.ours import address, build_town
from bench.telegram import Telegram, telegram

REPEATS = 5


async def starting(folder: Path) -> list[Figure]:
    """Seconds to ready and MB then, of `louyuhui run` in a process of its own, until it says that it runs."""
    figures = []
    for stored in (0, MANY):
        async with telegram() as platform:
            database = folder / f"start-{stored}.db"
            if stored:
                await build_town(platform, database, 100, 10_000, stored)
            starts = [await _start(platform, folder, database) for _ in range(REPEATS + 1)][1:]
        name = f"with {stored:,} votes" if stored else "empty"
        figures.append(at_most(f"start to ready, {name}", [start for start, _ in starts], 1.5, "s"))
        figures.append(at_most(f"memory then, {name}", [memory for _, memory in starts], 150, "MB"))
    return figures


async def _start(platform: Telegram, folder: Path, database: Path) -> tuple[float, float]:
    config = folder / "config.toml"
    config.write_text(
        f'token = "{platform.token}"\ndatabase = "{address(database)}"\napi = "{platform.url}"\n',
        encoding="utf-8",
    )
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("louyuhui")),
        "run",
        "--config",
        str(config),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        while b"is running" not in (said := await process.stdout.readline()):
            assert said, "it starts"
        return time.monotonic() - begun, _memory(process.pid)
    finally:
        process.terminate()
        await process.wait()


def _memory(pid: int) -> float:
    """Resident memory in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000
