"""The bot dies at each single point at which it writes or speaks: the meeting ends as if it had not."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

from tests.faults.audit import Tally, check_every_log, check_faults
from tests.faults.bots import Mortal, mortal
from tests.faults.left import Left, Line, differences, left_behind, same
from tests.faults.meeting import HOUSEHOLDS, play

PARTS = int(os.environ.get("WRITE_POINTS", "4"))  # at how many of the points it dies; 0: at every one


async def played(folder: Path, die_at: int = 0) -> tuple[Left, list[str]]:
    """What the meeting left behind, and the points that were passed."""
    folder.mkdir()  # noqa: ASYNC240 - a moment
    async with mortal(folder) as bot:
        await play(bot, die_at)
        points = bot.notes.read_text().splitlines()
        dies = 0 < die_at <= len(points)  # how many share a commit may differ by a few
        if dies and not bot.deaths:  # it was the last moment, and nobody has noticed yet
            await bot.gone()
            await bot.rest()
        assert bot.deaths == dies
        await check(bot)
        return left_behind(bot), points


async def check(bot: Mortal) -> None:
    """The logs are whole, and no fault is on record."""
    tally = Tally()
    async with bot.store() as store, store.glance() as conn:
        await check_every_log(conn, tally)
        await check_faults(conn, tally)
    assert tally.sentences == []


def told(left: Left, words: str) -> list[int]:
    """How often each chat was told something; the group, then the leader, then the others."""
    return [sum(words in line.text for line in lines) for lines in left.chats.values()]


async def test_a_death_at_any_point_changes_nothing(tmp_path: Path) -> None:
    undisturbed, points = await played(tmp_path / "undisturbed")
    assert "approved" in undisturbed.tables["minutes"][0]
    assert told(undisturbed, "楼宇会通知") == [0, 1, *[1] * HOUSEHOLDS]  # to the leader: that it is out
    assert told(undisturbed, "明天") == [1, 0, *[1] * 3, *[0] * (HOUSEHOLDS - 3)]  # who said they come
    assert told(undisturbed, "修灯吗 —— 结果") == [1, 0, *[0] * HOUSEHOLDS]
    step = max(1, len(points) // PARTS) if PARTS else 1
    for point in range(step // 2 + 1, len(points) + 1, step):
        left, _ = await played(tmp_path / str(point), point)
        assert differences(undisturbed, left) == [], f"after a death {points[point - 1]} ({point})"


def test_what_a_chat_shows_too_much_too_little_or_otherwise_is_found() -> None:
    said = [Line(words, (), pinned=False) for words in ("会议通知", "投票", "结果")]
    notice, ballot, result = said
    assert same(said, said, set(), set())
    assert not same(said, [*said, result], set(), set()), "a card twice"
    assert not same(said, [notice, ballot], set(), set()), "a card missing"
    assert not same(said, [notice, result, ballot], {notice.text}, {notice.text}), "another order"
    assert not same(said, [notice, replace(ballot, pinned=True), result], set(), set())
    assert not same(said, [notice, replace(ballot, labels=("甲",)), result], set(), set())
    assert same(said, [notice, notice, ballot, result], {notice.text}, set()), "it was under way"
    assert not same(said, [notice, notice, notice, ballot, result], {notice.text}, set())
    assert same(said, [ballot, result], set(), {notice.text}), "an answer that was under way"
    assert not same(said, [ballot, result], {notice.text}, set()), "no notice may be missing"


def test_a_row_that_differs_is_found() -> None:
    left = Left({"votes": ["甲", "乙"]}, {}, Counter(), Counter())
    assert differences(left, left) == []
    assert differences(left, replace(left, tables={"votes": ["甲"]})) == ["votes: ['乙']"]
    assert differences(left, replace(left, tables={"votes": ["甲", "乙", "乙"]})) == ["votes: rows twice"]
