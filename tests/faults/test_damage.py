"""The database file is damaged, or cannot be written just after a message was sent."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import marks
from storage.store import Unavailable
from tests.faults.bots import mortal
from tests.faults.fast import FastStage, arrivals, notify
from tests.faults.village import put_to_the_vote, settled
from tests.scenes import bound_building, residents

NOTICE = "明天停水"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FastStage]:
    async with FastStage(tmp_path) as stage:
        yield stage


@pytest.mark.parametrize("damage", ["torn", "garbled"])
async def test_a_damaged_end_of_the_log_costs_what_was_never_acknowledged_only(
    tmp_path: Path, damage: str
) -> None:
    async with mortal(tmp_path) as bot:
        village = await settled(bot, 4)
        async with bot.store() as store, store.unit(bot.now) as unit:
            await put_to_the_vote(village, unit, "怎么划", 100)
        await bot.start()
        await village.leader.say(village.group, "/help")
        await bot.rest()
        await bot.kill()
        wal = tmp_path / "louyuhui.db-wal"
        whole = wal.read_bytes()
        assert len(whole) > 4096
        before = counts(bot.file)
        wal.write_bytes(whole)
        if damage == "torn":  # a commit that was being written when the power failed
            wal.write_bytes(whole + whole[-2000:])
        else:
            wal.write_bytes(whole + bytes(range(256)) * 20)
        assert counts(bot.file) == before
        await bot.start()
        await village.leader.say(village.group, "/help")
        await bot.rest()
        assert counts(bot.file)["seen_updates"] == before["seen_updates"] + 1


def counts(file: Path) -> dict[str, int]:
    """How many rows each table has, in a copy, so that looking mends nothing."""
    with sqlite3.connect(":memory:") as copy:
        source = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        source.backup(copy)
        source.close()
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: int(copy.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in names}
    copy.close()
    return found


async def test_what_was_sent_but_could_not_be_noted_is_not_sent_again(
    stage: FastStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await bound_building(stage)
    neighbours = await residents(stage, scene, 3)
    failures = [3, 3, 3]
    arrived = marks.arrived

    def full(*args: object) -> None:
        if failures:
            failures.pop()
            raise Unavailable("disk full")
        arrived(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(marks, "arrived", full)
    await notify(stage, [each.private() for each in neighbours], NOTICE)
    await stage.settle()
    assert failures == []
    assert [arrivals(each, NOTICE) for each in neighbours] == [1, 1, 1]
    assert await stage.rows("SELECT count(*) FROM outbox WHERE state <> 'sent'") == [(0,)]
