"""A group becomes a supergroup while the bot is down: however it hears of it, the building keeps its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from handlers.buttons import Button
from handlers.here import Here
from handlers.routes import Route
from handlers.voting import CastVote
from rules.people import Chat
from sandbox.people import Person
from sandbox.world import Press
from services import outbox
from storage import ballots, people
from tests.faults.fast import FastStage
from tests.scenes import Scene, bound_building, open_ballot, residents

NOTICE = "明天停水"


class Turned(Button, code="turned"):
    """A button of these tests, which changes the message it is under."""

    number: int


async def turn(here: Here, _button: Turned) -> None:
    await here.turn("guests.lost")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FastStage]:
    async with FastStage(tmp_path) as stage:
        yield stage


async def moved_meanwhile(stage: FastStage) -> tuple[Scene, list[Person], list[Press], list[Any]]:
    """While the bot was down half of the neighbours voted and the group moved; none of it is heard yet."""
    scene = await bound_building(stage)
    neighbours = await residents(stage, scene, 8)
    card = await open_ballot(stage, scene)
    for each in neighbours[:4]:
        await each.press(card, "甲")
    await stage.settle()
    await stage.stop()
    late = [each.begin_press(card, CastVote(1, 2).pack()) for each in neighbours[4:]]
    scene.group.upgrade()
    waiting = stage.sandbox.world.bots[stage.token].updates.pending
    held = list(waiting)
    waiting.clear()
    await stage.start()
    return scene, neighbours, late, held


async def hear(stage: FastStage, held: list[Any]) -> None:
    """Let the bot hear what was held back."""
    updates = stage.sandbox.world.bots[stage.token].updates
    updates.pending.extend(held)
    updates.wake()
    await stage.settle()


async def tell(stage: FastStage, scene: Scene) -> None:
    """Have something said in the group, which is how the bot first finds out that it has moved."""
    async with stage.program.store.unit(stage.now) as unit:
        group = await people.group_of(unit.conn, scene.building_id)
        assert group is not None
        await outbox.say(unit, group.id, {"text": NOTICE, "keys": []}, notice=True)
    await stage.program.quiet()


async def the_group(stage: FastStage, scene: Scene) -> Chat:
    """The only group there is."""
    assert await stage.rows("SELECT count(*) FROM chats WHERE kind = 'group'") == [(1,)]
    async with stage.program.store.glance() as conn:
        group = await people.group_of(conn, scene.building_id)
    assert group is not None
    return group


async def test_a_move_first_known_from_an_answer_keeps_the_group_and_the_votes_on_their_way(
    stage: FastStage,
) -> None:
    scene, _, late, held = await moved_meanwhile(stage)
    await tell(stage, scene)
    assert (await the_group(stage, scene)).address == str(scene.group.id)
    await hear(stage, held)
    assert (await the_group(stage, scene)).address == str(scene.group.id)
    assert all("已记下" in one.answer.result()["text"] for one in late)
    async with stage.program.store.glance() as conn:
        assert (await ballots.get(conn, 1)).voted == 8
    said = [seen.text for seen in scene.group.messages if seen.by_bot]
    assert said.count(NOTICE) == 1
    (card,) = [text for text in said if "停车位" in text]
    assert "已投 8 户" in card
    assert await stage.faults() == []


async def test_what_was_written_before_the_move_was_known_is_answered_where_the_group_is_now(
    stage: FastStage,
) -> None:
    scene, neighbours, _, held = await moved_meanwhile(stage)
    await tell(stage, scene)
    old = next(one["message"]["chat"] for one in held if "migrate_to_chat_id" in one.get("message", {}))
    asked = {
        "message_id": 9_000,
        "date": 1_800_000_000,
        "chat": old,
        "from": neighbours[0].account.as_user(),
        "text": "/help@louyuhui_bot",
    }
    await hear(stage, [*held, {"update_id": held[-1]["update_id"] + 100, "message": asked}])
    assert any("这里是 3栋" in seen.words for seen in scene.group.messages if seen.by_bot)
    assert await stage.faults() == []


async def test_a_button_of_the_group_it_was_changes_no_message_of_the_one_it_became(stage: FastStage) -> None:
    """The new group counts its messages from one: the number of the old message may be another's there."""
    scene, neighbours, _, held = await moved_meanwhile(stage)
    await tell(stage, scene)
    await hear(stage, held)
    old = next(one["message"]["chat"] for one in held if "migrate_to_chat_id" in one.get("message", {}))
    card = next(seen for seen in scene.group.messages if "停车位" in seen.text)
    before = card.text
    pressed = {
        "id": "77",
        "from": neighbours[0].account.as_user(),
        "chat_instance": "7",
        "message": {"message_id": card.id, "date": 1_800_000_000, "chat": old},
        "data": Turned(1).pack(),
    }
    stage.program.reception.routes.presses[Turned] = Route(turn)
    stage.sandbox.world.bots[stage.token].updates.put("callback_query", pressed)
    await stage.settle()
    assert card.text == before
    assert "没看懂" in scene.group.messages[-1].text, "it is answered with a message of its own"
    assert await stage.faults() == []


async def test_leaving_the_group_it_was_before_is_not_leaving_the_one_it_became(stage: FastStage) -> None:
    scene, _, _, held = await moved_meanwhile(stage)
    await tell(stage, scene)
    await hear(stage, held)
    bot = stage.sandbox.world.bots[stage.token]
    old = next(one["message"]["chat"] for one in held if "migrate_to_chat_id" in one.get("message", {}))
    gone = {
        "chat": old,
        "from": scene.leader.account.as_user(),
        "date": 1_800_000_000,
        "old_chat_member": {"user": bot.as_user(), "status": "member"},
        "new_chat_member": {"user": bot.as_user(), "status": "left"},
    }
    bot.updates.put("my_chat_member", gone)
    await stage.settle()
    assert (await the_group(stage, scene)).state == "here"
    assert not any("移出" in seen.words for seen in scene.leader.private().messages)
    assert await stage.faults() == []
