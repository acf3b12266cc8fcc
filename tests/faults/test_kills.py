"""A short torture: whenever the bot is killed, nothing acknowledged is lost and nothing is there twice."""

from __future__ import annotations

from pathlib import Path

from tests.faults.torture import KILLS, rounds


async def test_nothing_is_lost_or_doubled_in_rounds_of_killing(tmp_path: Path) -> None:
    tally = await rounds(tmp_path, 3, seed=2026)
    assert tally.lost == []
    assert tally.broken == []
    assert tally.acknowledged > 0
    assert tally.worst <= KILLS
