"""Whatever shape an update has: no fault of ours, no right exceeded, no word of another community shown."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.intake import WANTED
from handlers.voting import CastVote
from tests.faults.fast import FastStage
from tests.faults.shapes import KINDS, updates
from tests.faults.twins import GROUPS, PEOPLE, hear, side_of, twins
from tests.scenes import say

EXAMPLES = 60 if os.environ.get("THOROUGH") else 3


class Unprinted(list[dict[str, Any]]):
    """So many updates that nobody wants to read them all."""

    def __repr__(self) -> str:
        return f"{len(self)} updates"


def test_the_shapes_are_of_the_kinds_the_bot_asks_for() -> None:
    assert sorted(KINDS) == sorted(WANTED)


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(updates(PEOPLE, GROUPS), min_size=80, max_size=160).map(Unprinted))
def test_no_update_of_any_shape_is_a_fault_or_reaches_into_another_community(them: Unprinted) -> None:
    asyncio.run(heard(them))


async def heard(them: list[dict[str, Any]]) -> None:
    """Have the bot of two communities hear these, and then somebody else."""
    with tempfile.TemporaryDirectory() as folder:
        async with FastStage(Path(folder)) as stage:
            await hear(stage, await twins(stage), them)
            newcomer = stage.sandbox.people.new("示例路人")
            assert (await say(stage, newcomer, newcomer.private(), "帮助")).by_bot


async def test_the_same_buttons_in_the_hands_of_their_own_people_change_and_show_much(tmp_path: Path) -> None:
    """So the test above does try what matters, and would see it."""
    async with FastStage(tmp_path) as stage:
        sides = await twins(stage)
        assert all(len(side.words) > 8 for side in sides)
        for number, side in enumerate(sides, 1):
            leader, resident = side.people[:2]
            private = {"message_id": 1, "date": 1, "chat": {"id": leader, "type": "private"}}
            group = {"message_id": 1, "date": 1, "chat": {"id": side.group, "type": "group"}}
            vote = CastVote(side.place.ids["ballots"][0], 2).pack()
            them = [press(leader, private, data) for data in side.buttons[::2]]
            begun = len(stage.sandbox.requests)
            await hear(stage, sides, [*them, press(resident, group, vote)], 10_000_000 * number)
            said = [one for one in stage.sandbox.requests[begun:] if one.method != "answerCallbackQuery"]
            shown = [one for one in said if any(word in str(one.params) for word in side.words)]
            assert len(shown) > 5
            assert all(side_of(sides, int(one.params["chat_id"])) is side for one in shown)


def press(number: int, message: dict[str, Any], data: str) -> dict[str, Any]:
    """Somebody's press below a message."""
    user = {"id": number, "is_bot": False, "first_name": "示例"}
    under = {**message, "chat": dict(message["chat"])}
    return {"callback_query": {"id": "1", "from": user, "chat_instance": "1", "message": under, "data": data}}
