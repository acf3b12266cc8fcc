"""The bot is told to stop in the middle of a burst, and started again: what was pressed counts once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handlers.voting import CastVote
from rules.events import first_break
from sandbox.people import Person
from services import outbox
from services.outbox import Rank
from storage import ballots, log, people
from storage.engine import open_engine
from storage.store import Store
from tests.bot.town import Town, begin, stored_choices, town
from tests.bot.webhook_stage import WebhookStage
from tests.faults.fast import FastStage, arrivals, notify
from tests.scenes import bound_building, open_ballot, residents
from tests.stage import Stage

ROOT = Path(__file__).parents[2]
NOTICE = "明天停水"
NOTICED = 60  # at the 30 a second that all chats together may get, two seconds' work
PATIENCE = 30.0  # seconds until a test gives up; nothing takes that long


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


async def test_a_sigterm_in_a_burst_costs_no_vote_and_no_notice(tmp_path: Path) -> None:
    """`louyuhui run`, a process of its own, at the pace that Telegram allows."""
    async with town(f"sqlite+aiosqlite:///{tmp_path}/louyuhui.db") as here:
        await put_in(here, here.voters[:NOTICED])
        presses = []
        async with program(here, tmp_path) as process:
            card = await here.group.wait_for("停车位怎么划", timeout=PATIENCE)
            presses = [begin(here, card, voter, 1 + place % 3) for place, voter in enumerate(here.voters)]
            await until(here, lambda: any(one.answer.done() for one in presses))
            process.send_signal(signal.SIGTERM)
            _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
            assert (process.returncode, errors) == (0, b"")
        assert sum(arrivals(each, NOTICE) for each in here.voters) < NOTICED, "it was not in the midst"
        async with program(here, tmp_path):
            await until(here, lambda: not here.sandbox.world.bots[here.token].updates.pending)
            await until(here, lambda: all(arrivals(each, NOTICE) for each in here.voters[:NOTICED]))
        expected = {here.homes[voter]: (1 + place % 3,) for place, voter in enumerate(here.voters)}
        assert await stored_choices(here) == expected
        assert all("已记下" in one.answer.result()["text"] for one in presses)
        assert [arrivals(each, NOTICE) for each in here.voters[:NOTICED]] == [1] * NOTICED


@asynccontextmanager
async def program(here: Town, folder: Path) -> AsyncIterator[Process]:
    """The bot as people start it; it is told to stop at the latest when this is left."""
    config = folder / "config.toml"
    settings = {"token": here.token, "api": here.sandbox.url, "database": here.database}
    config.write_text("".join(f'{name} = "{value}"\n' for name, value in settings.items()))
    known = {name: value for name, value in os.environ.items() if not name.startswith("LOUYUHUI_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.start", "run", "--config", str(config)),
        cwd=folder,
        stdout=PIPE,
        stderr=PIPE,
        env={**known, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.communicate()


async def until(here: Town, so: Callable[[], bool]) -> None:
    """Wait for something to be so on the platform."""
    async with asyncio.timeout(PATIENCE):
        while not so():  # noqa: ASYNC110 - there is no bell for all of it
            await asyncio.sleep(0.01)


async def put_in(here: Town, voters: list[Person]) -> None:
    """Notices that wait to be sent when the bot starts, after the card of the ballot."""
    store = Store(open_engine(here.database))
    async with store.unit(datetime.now(UTC)) as unit:
        for voter in voters:
            voter.private().state.started = True
            chat = await people.enter(unit.conn, str(voter.id), "private", voter.name)
            await outbox.say(unit, chat.id, {"text": NOTICE, "keys": []}, rank=Rank.BULK, notice=True)
    await store.close()
