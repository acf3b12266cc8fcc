"""The bot dies at each single point at which it writes or speaks: the meeting ends as if it had not."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from rules.events import first_break
from storage import log
from tests.faults.bots import Mortal, mortal
from tests.faults.meeting import left_behind, play

PARTS = int(os.environ.get("WRITE_POINTS", "4"))  # at how many of the points it dies; 0: at every one


async def played(folder: Path, die_at: int = 0) -> tuple[dict[str, list[str]], list[str]]:
    """What the meeting left behind, and the points that were passed."""
    folder.mkdir()  # noqa: ASYNC240 - a moment
    async with mortal(folder) as bot:
        await play(bot, die_at)
        assert bot.deaths == (1 if die_at else 0)
        await check(bot)
        return left_behind(bot), bot.notes.read_text().splitlines()


async def check(bot: Mortal) -> None:
    """The logs are whole, every notice was sent, and to nobody more often than the bot died and once."""
    async with bot.store() as store, store.glance() as conn:
        for stream in ("meeting:1", "ballot:1"):
            assert first_break(await log.read(conn, stream)) is None
    missing, doubled = await bot.notices()
    assert missing == Counter()
    assert max(doubled.values(), default=0) <= bot.deaths


async def test_a_death_at_any_point_changes_nothing(tmp_path: Path) -> None:
    undisturbed, points = await played(tmp_path / "undisturbed")
    assert undisturbed["faults"] == []
    assert undisturbed["minutes"]
    assert "approved" in undisturbed["minutes"][0]
    step = max(1, len(points) // PARTS) if PARTS else 1
    for point in range(step // 2 + 1, len(points) + 1, step):
        left, _ = await played(tmp_path / str(point), point)
        for table, rows in undisturbed.items():
            assert left[table] == rows, f"{table}, after a death {points[point - 1]} ({point})"
