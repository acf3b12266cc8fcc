"""A building meets, votes and keeps its minutes: the same words are said on either engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.soundness import flaws
from tests.handlers.test_minutes import hold
from tests.scenes import bound_building, open_ballot, press, residents
from tests.stage import Stage


@pytest.fixture
async def stage(tmp_path: Path, database: str) -> AsyncIterator[Stage]:
    """The sandbox with the bot running on it, on each engine."""
    async with Stage(tmp_path, database=database) as stage:
        yield stage


async def test_a_building_meets_votes_and_keeps_its_minutes(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 5)
    ballot = await open_ballot(stage, scene)
    for voter, label in zip(voters[:3], "丙丙甲", strict=True):
        await press(stage, voter, ballot, label)
    await stage.restart()
    for voter, label in zip(voters[2:], "乙乙丙", strict=True):
        await press(stage, voter, ballot, label)
    await stage.pass_time(to=stage.now.replace(hour=21))
    assert "🏆 丙 3 户 ▓▓▓▓▓▓░░░░ 60%\n乙 2 户" in scene.group.messages[-1].caption
    await hold(stage, scene, voters)
    await stage.restart()
    await stage.pass_time(days=8)
    said = [message.text for message in scene.group.messages]
    assert any(text.startswith("📝 会议纪要（已确认）") for text in said), said
    assert [flaw async for flaw in flaws(stage.program.store.engine, lambda *_: None)] == []


async def test_two_rounds_of_votes_pressed_at_once_are_stored_in_their_order(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 30)
    ballot = await open_ballot(stage, scene)
    for label in ("甲", "乙"):
        for voter in voters:
            await voter.press(ballot, label)
    await stage.pass_time(to=stage.now.replace(hour=21))
    assert "🏆 乙 30 户 ▓▓▓▓▓▓▓▓▓▓ 100%" in scene.group.messages[-1].caption
