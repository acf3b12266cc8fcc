"""Updates of any shape and buttons of any kind: none is a fault, and the next is heard."""

from __future__ import annotations

import copy
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.reading import read
from handlers.voting import CastVote
from tests.faults.fast import FastStage
from tests.scenes import bound_building, open_ballot, residents


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
async def test_no_mutated_update_is_a_fault_of_ours_or_stops_the_others(stage: FastStage, seed: int) -> None:
    scene = await bound_building(stage)
    neighbours = await residents(stage, scene, 2)
    card = await open_ballot(stage, scene)
    seen: list[dict[str, Any]] = []
    updates = stage.sandbox.world.bots[stage.token].updates
    chance = random.Random(seed)
    for act in ("/help", "/vote 甲 | 乙 | 丙", "/meeting", "签到", "hello"):
        await scene.leader.say(scene.leader.private(), act)
        await neighbours[0].say(scene.group, act)
        neighbours[0].begin_press(card, CastVote(1, 1).pack())
        seen.extend(copy.deepcopy(list(updates.pending)))
        await stage.settle()
    application, reception = stage.program.application, stage.program.reception
    number = 10_000_000
    for _ in range(20):
        for one in seen:
            number += 1
            odd = {**mutated(one, chance), "update_id": number}
            update = await read(reception, odd)
            if update is not None:
                await application.process_update(update)
    await stage.program.quiet()
    await stage.settle()
    assert await stage.faults() == []
    assert "已记下" in (await neighbours[1].press(card, "乙")).text
