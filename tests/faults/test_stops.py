"""The bot is told to stop in the middle of a burst, and started again: what was pressed counts once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers.voting import CastVote
from rules.events import first_break
from storage import ballots, log
from tests.bot.webhook_stage import WebhookStage
from tests.faults.fast import FastStage, arrivals, notify
from tests.scenes import bound_building, open_ballot, residents
from tests.stage import Stage

NOTICE = "明天停水"


@pytest.fixture(params=[FastStage, WebhookStage], ids=["long polling", "webhook"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    async with request.param(tmp_path) as stage:
        yield stage


async def check_votes(stage: Stage, voters: int) -> None:
    """So many voted, each once, and the log is whole."""
    async with stage.program.store.glance() as conn:
        assert (await ballots.get(conn, 1)).voted == voters == len(await ballots.votes_of(conn, 1))
        assert first_break(await log.read(conn, "ballot:1")) is None


async def test_who_stops_it_in_a_burst_loses_no_press_and_no_notice(stage: Stage) -> None:
    scene = await bound_building(stage)
    neighbours = await residents(stage, scene, 24)
    card = await open_ballot(stage, scene)
    presses = [each.begin_press(card, CastVote(1, 1).pack()) for each in neighbours]
    await notify(stage, [each.private() for each in neighbours], NOTICE)
    bot = stage.sandbox.world.bots[stage.token]
    await stage.sandbox.world.pulse.until(lambda: len(bot.updates.pending) < len(neighbours))
    await stage.stop()
    await stage.start()
    await stage.settle()
    await check_votes(stage, len(neighbours))
    assert [arrivals(each, NOTICE) for each in neighbours] == [1] * len(neighbours)
    assert all("已记下" in one.answer.result()["text"] for one in presses)
    assert "已投 24 户" in card.text


async def test_presses_older_than_the_start_count_though_their_answers_come_too_late(stage: Stage) -> None:
    scene = await bound_building(stage)
    neighbours = await residents(stage, scene, 6)
    card = await open_ballot(stage, scene)
    await stage.stop()
    presses = [each.begin_press(card, CastVote(1, 1).pack()) for each in neighbours]
    stage.sandbox.world.callback_seconds = -1.0  # from now on every press is too old
    await stage.start()
    await stage.settle()
    assert all(one.answer.cancelled() for one in presses), "nobody could be told"
    await check_votes(stage, 6)
    assert "已投 6 户" in card.text
    assert await stage.program.dispatcher.idle.wait()
