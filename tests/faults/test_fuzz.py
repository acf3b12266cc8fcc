"""Anybody presses anything anywhere: nobody outside a community sees or changes what is in it."""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from handlers.all import all_routes
from handlers.buttons import Button
from handlers.offices import Resign
from handlers.privacy import ForgetForSure
from handlers.voting import CastVote
from sandbox.conversations import Conversation
from sandbox.people import Person
from tests.faults.fast import FastStage
from tests.scenes import announced_meeting, bound_building, open_ballot, residents, say

SECRETS = ("秘密电动车棚", "秘密专区", "秘密提问")
TABLES = (
    "meetings items proposals replies attendance tasks ballots options rolls votes drafts objections minutes"
    " buildings households members roles slips claims events"
)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FastStage]:
    async with FastStage(tmp_path) as stage:
        yield stage


async def kept(stage: FastStage, building_id: int) -> dict[str, list[str]]:
    """All that the tables hold of one building, where a row says whose it is, and all there is else."""
    async with stage.program.store.glance() as conn:
        found = {}
        for table in TABLES.split():
            rows = (await conn.execute(text(f"SELECT * FROM {table}"))).mappings().all()
            found[table] = [
                str(dict(row)) for row in rows if row.get("building_id", building_id) == building_id
            ]
    return found


async def communities(stage: FastStage) -> tuple[int, list[tuple[Person, list[Conversation]]]]:
    """A building with secrets; and strangers: leader and neighbour of another, and somebody of none."""
    here = await bound_building(stage, name="3栋")
    neighbours = await residents(stage, here, 4)
    await announced_meeting(stage, here, SECRETS[0])
    card = await open_ballot(stage, here, f"{SECRETS[2]} | {SECRETS[1]}甲 | {SECRETS[1]}乙")
    await neighbours[0].press(card, "甲")
    there = await bound_building(stage, name="8栋")
    [stranger] = await residents(stage, there, 1)
    nobody = stage.sandbox.people.new("示例路人")
    for person in (stranger, nobody, there.leader):
        await say(stage, person, person.private(), "帮助")
    return here.building_id, [
        (there.leader, [there.leader.private(), there.group]),
        (stranger, [stranger.private(), there.group]),
        (nobody, [nobody.private()]),
    ]


def every_button(ids: range) -> list[str]:
    """Every button there is, with each of some ids in its first field and small numbers in the others."""
    packed = []
    for kind in set(all_routes().presses) - {ForgetForSure, Resign}:  # which undo what is one's own
        names = fields(kind)  # type: ignore[arg-type]
        for number in ids if names else [0]:
            values: list[Any] = [number if place == 0 else 1 for place in range(len(names))]
            given = [
                value if field.type == "int" else "x" for field, value in zip(names, values, strict=True)
            ]
            button: Button = kind(*given)
            packed.append(button.pack())
    return packed


async def test_no_press_reaches_into_another_community(stage: FastStage) -> None:
    building_id, strangers = await communities(stage)
    before = await kept(stage, building_id)
    for person, chats in strangers:
        for chat in chats:
            shown = next(seen for seen in reversed(chat.messages) if seen.by_bot)
            presses = [person.begin_press(shown, data) for data in every_button(range(1, 2))]
            async with asyncio.timeout(60):
                await stage.settle()
            said = [str(press.answer.result()) for press in presses]
            said += [seen.words for seen in chat.messages]
            assert not [words for words in said for secret in SECRETS if secret in words]
    after = await kept(stage, building_id)
    for table, rows in before.items():
        if table not in {"ballots", "meetings", "events", "claims"}:
            assert set(rows) <= set(after[table]), table
    assert await stage.faults() == []
    for table in ("votes", "replies", "attendance", "rolls", "roles", "members"):
        assert after[table] == before[table], table


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
            update = await reception.read(odd)
            if update is not None:
                await application.process_update(update)
    await stage.program.quiet()
    await stage.settle()
    assert await stage.faults() == []
    assert "已记下" in (await neighbours[1].press(card, "乙")).text
