"""The database file is damaged, or cannot be written just after a message was sent."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rules.events import first_break
from storage import ballots, log, marks
from storage.engine import open_engine
from storage.store import Store, Unavailable
from tests.faults.bots import mortal
from tests.faults.fast import FastStage, arrivals, notify
from tests.faults.village import put_to_the_vote, settled
from tests.scenes import bound_building, open_ballot, residents

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


DAMAGES = 200 if os.environ.get("THOROUGH") else 12


async def test_a_damaged_log_keeps_every_vote_whose_commit_lies_before_the_damage(
    stage: FastStage, tmp_path: Path
) -> None:
    scene = await bound_building(stage)
    neighbours = await residents(stage, scene, 7)
    card = await open_ballot(stage, scene)
    file, wal = tmp_path / "louyuhui.db", tmp_path / "louyuhui.db-wal"
    opened, ends = wal_end(wal.read_bytes()), []
    for each in neighbours[:-1]:
        await each.press(card, "甲")
        ends.append(wal_end(wal.read_bytes()))
    await stage.settle()
    salt, end = wal_end(wal.read_bytes())
    begin = opened[1] if opened[0] == salt else 32
    image, whole, chance = file.read_bytes(), wal.read_bytes(), random.Random(20261121)
    for number in range(DAMAGES):
        kind, place = chance.choice(["torn", "flipped"]), chance.randrange(begin, end)
        broken = whole[:place] if kind == "torn" else flipped(whole, place)
        (tmp_path / f"{number}.db").write_bytes(image)
        (tmp_path / f"{number}.db-wal").write_bytes(broken)
        kept = sum(its != salt or stored <= place for its, stored in ends)
        assert counts(tmp_path / f"{number}.db")["votes"] >= kept, f"{kind} at {place}"
        store = Store(open_engine(f"sqlite+aiosqlite:///{tmp_path}/{number}.db"))
        async with store.glance() as conn:
            votes, events = await ballots.votes_of(conn, 1), await log.read(conn, "ballot:1")
            assert (await ballots.get(conn, 1)).voted == len(votes)
        await store.close()
        assert [event.kind for event in events].count("cast") == len(votes)
        assert first_break(events) is None
    await stage.stop()
    file.write_bytes(image)
    wal.write_bytes(flipped(whole, end - 100))
    await stage.start()
    assert "已记下" in (await neighbours[-1].press(card, "乙")).text


def flipped(content: bytes, place: int) -> bytes:
    """The same with one byte changed."""
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def wal_end(wal: bytes) -> tuple[bytes, int]:
    """The salt of a write-ahead log, and where its last commit ends (https://sqlite.org/fileformat.html)."""
    page, salt, end = int.from_bytes(wal[8:12], "big"), wal[16:24], 32
    for place in range(32, len(wal) - 24 - page + 1, 24 + page):
        if wal[place + 8 : place + 16] != salt:
            break  # left over from before it was begun anew
        if wal[place + 4 : place + 8] != bytes(4):
            end = place + 24 + page
    return salt, end


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
