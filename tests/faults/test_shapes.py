"""Whatever shape an update has: it is no fault of ours, and the next is heard."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.reading import read
from tests.faults.fast import FastStage
from tests.faults.shapes import updates
from tests.scenes import bound_building, open_ballot, residents, say

PEOPLE, GROUPS = [100_001, 100_002, 100_003], [-4_000_001]
EXAMPLES = 60 if os.environ.get("THOROUGH") else 3


class Unprinted(list[dict[str, Any]]):
    """So many updates that nobody wants to read them all."""

    def __repr__(self) -> str:
        return f"{len(self)} updates"


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(updates(PEOPLE, GROUPS), min_size=60, max_size=120).map(Unprinted))
def test_no_update_of_any_shape_is_a_fault_of_ours(them: Unprinted) -> None:
    asyncio.run(hear(them))


async def hear(them: list[dict[str, Any]]) -> None:
    """Have a building's bot hear these, and then somebody else."""
    with tempfile.TemporaryDirectory() as folder:
        async with FastStage(Path(folder)) as stage:
            scene = await bound_building(stage)
            neighbours = await residents(stage, scene, 2)
            await open_ballot(stage, scene)
            known = {person.id for person in (scene.leader, *neighbours)}
            assert known == set(PEOPLE) and scene.group.id in GROUPS, (known, scene.group.id)  # noqa: PT018
            for number, one in enumerate(them):
                update = await read(stage.program.reception, {**one, "update_id": 10_000_000 + number})
                if update is not None:
                    await stage.program.application.process_update(update)
            await stage.program.quiet()
            assert await stage.faults() == []
            newcomer = stage.sandbox.people.new("示例路人")
            assert (await say(stage, newcomer, newcomer.private(), "帮助")).by_bot
