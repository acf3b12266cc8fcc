"""Real updates with parts of them gone or odd: no fault, no reach into another community."""

from __future__ import annotations

import copy
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from handlers.voting import CastVote
from tests.faults.fast import FastStage
from tests.faults.twins import hear, twins


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FastStage]:
    async with FastStage(tmp_path) as stage:
        yield stage


OPTIONAL = {"from", "message", "text", "entities", "reply_to_message", "data", "language_code", "title"}
ODD: dict[str, list[Any]] = {  # values of the right type that nobody expects
    "text": ["", "字" * 5000, "\x00", "/", "/vote", "/start x_9", "/open", "<b>", "投票", "９" * 99],
    "data": ["", ":", "v:1:9", "ci:1", "x" * 64],
    "first_name": ["", "<i>", "字" * 200],
    "language_code": ["", "xx", "en"],
    "type": ["private", "group", "supergroup", "channel"],
    "id": [1, 2**40],
    "message_id": [0, 2**31],
}


def mutated(update: Any, chance: random.Random) -> Any:
    """An update with some of its optional fields gone and some values odd."""
    if isinstance(update, list):
        return [mutated(value, chance) for value in update]
    if not isinstance(update, dict):
        return update
    found = {}
    for key, value in update.items():
        if key in OPTIONAL and "callback_data" not in update and chance.random() < 0.15:
            continue
        odd = key in ODD and not isinstance(value, dict) and chance.random() < 0.15
        found[key] = type(value)(chance.choice(ODD[key])) if odd else mutated(value, chance)
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_no_mutated_update_is_a_fault_reaches_another_community_or_stops_the_others(
    stage: FastStage, seed: int
) -> None:
    sides = await twins(stage)
    seen: list[dict[str, Any]] = []
    updates = stage.sandbox.world.bots[stage.token].updates
    for side in sides:
        leader, neighbour = side.place.scene.leader, next(iter(side.place.scene.homes))
        card, chance = side.place.scene.group.pinned, random.Random(seed)
        assert card is not None
        foreign = [data for one in sides if one is not side for data in one.buttons]
        for act in ("/help", "/vote 甲 | 乙 | 丙", "/meeting", "签到", "hello"):
            await leader.say(leader.private(), act)
            await neighbour.say(side.place.scene.group, act)
            neighbour.begin_press(card, CastVote(side.place.ids["ballots"][0], 1).pack())
            neighbour.begin_press(card, chance.choice(foreign))
            seen.extend(copy.deepcopy(list(updates.pending)))
            await stage.settle()
    chance = random.Random(seed)
    odd = [mutated({key: one[key] for key in one if key != "update_id"}, chance) for one in seen * 10]
    await hear(stage, sides, odd)
    await stage.settle()
    assert await stage.faults() == []
    voter = list(sides[1].place.scene.homes)[1]
    assert sides[1].place.scene.group.pinned is not None
    vote = CastVote(sides[1].place.ids["ballots"][0], 2).pack()
    assert "已记下" in (await voter.press_forged(sides[1].place.scene.group.pinned, vote)).text
