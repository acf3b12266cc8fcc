"""A short torture: whenever the bot is killed, nothing acknowledged is lost and nothing is there twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.audit import Tally
from tests.faults.torture import KILLS, rounds
from tests.postgres import Cluster, cluster


@pytest.fixture
def server() -> Iterator[Cluster]:
    """A PostgreSQL that may be killed."""
    with cluster() as own:
        yield own


async def test_nothing_is_lost_or_doubled_in_rounds_of_killing(tmp_path: Path) -> None:
    check(await rounds(tmp_path, 3, seed=2026))


async def test_nothing_is_lost_or_doubled_when_bot_and_postgresql_are_killed(
    tmp_path: Path, server: Cluster
) -> None:
    tally = await rounds(tmp_path, 2, seed=2026, server=server)
    check(tally)
    assert tally.crashes > 0
    assert tally.deaths + tally.crashes == 2 * (KILLS + 1)  # the bot outlives its database


def check(tally: Tally) -> None:
    """Nothing but what was under way at a death came twice, and nothing is missing."""
    assert tally.sentences == []
    assert tally.status == 0
    assert tally.acknowledged > 0
    assert tally.doubled <= tally.underway
