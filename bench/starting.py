"""From the command to a bot that listens, and its memory then: on nothing, without votes, with a million."""

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
    """Seconds to ready and MB then, of `louyuhui run` in a process of its own, until it says that it runs.

    On a file that is not there yet, anew at each repeat: the tables are made. On one whose tables are there,
    without votes. And on one with a million. One start before all is not counted: after it the program's
    files are in the system's memory.
    """
    figures = []
    async with telegram() as platform:
        await _start(platform, folder, folder / "unmeasured.db")
        new = [await _start(platform, folder, folder / f"new{repeat}.db") for repeat in range(REPEATS)]
        made = [await _start(platform, folder, folder / "new0.db") for _ in range(REPEATS)]
        figures += _figures("on no database yet", new) + _figures("without votes", made)
    async with telegram() as platform:
        await build_town(platform, folder / "full.db", 100, 10_000, MANY)
        full = [await _start(platform, folder, folder / "full.db") for _ in range(REPEATS)]
        figures += _figures(f"with {MANY:,} votes", full)
    return figures


def _figures(name: str, starts: list[tuple[float, float]]) -> list[Figure]:
    return [
        at_most(f"start to ready, {name}", [start for start, _ in starts], 1.5, "s"),
        at_most(f"memory then, {name}", [memory for _, memory in starts], 150, "MB"),
    ]


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
