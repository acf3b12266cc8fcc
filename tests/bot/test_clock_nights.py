"""Nights in which the clocks change, under two workers' clocks on one PostgreSQL: once, and in its hour."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from storage import homes, updates
from storage.engine import open_engine
from storage.store import Store
from tests.scenes import Scene, announced_meeting, bound_building
from tests.stage import Stage

BERLIN = ZoneInfo("Europe/Berlin")
STEP = timedelta(minutes=15)


async def a_building_in_berlin(stage: Stage) -> Scene:
    scene = await bound_building(stage)
    async with stage.program.store.unit(stage.now) as unit:
        await homes.change_building(unit.conn, scene.building_id, zone="Europe/Berlin")
    return scene


async def live_through(stage: Stage, beside: Clock, until: datetime) -> None:
    """Let time pass in steps, with both clocks looking at once; neither sees what the wall clock does."""
    while stage.now < until:
        stage.now += STEP
        await asyncio.gather(stage.program.clock.tick(), beside.tick())
        await stage.settle()


def clock_beside(stage: Stage, store: Store) -> Clock:
    """The clock of another worker on the same database."""
    program = stage.program
    return Clock(
        store, program.reception.words, program.reception.routes, lambda: "louyuhui_bot", lambda: stage.now
    )


@pytest.mark.parametrize(
    "reminded",
    [
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),  # half past two is not there
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # half past two comes twice
    ],
    ids=["skipped", "twice"],
)
async def test_an_hour_before_is_said_once_in_a_night_the_clocks_change(
    tmp_path: Path, postgresql: str, reminded: datetime
) -> None:
    """The meeting is at half past three; an hour earlier is no hour of the wall clock's, or the second."""
    announced = (reminded - timedelta(days=5)).astimezone(BERLIN)
    async with Stage(tmp_path, announced, postgresql) as stage:
        scene = await a_building_in_berlin(stage)
        await announced_meeting(stage, scene, days=5, hour=3)
        await stage.pass_time(to=reminded - 8 * STEP)
        before = len(said(scene))
        store = Store(open_engine(postgresql))
        beside = clock_beside(stage, store)
        await live_through(stage, beside, reminded - STEP)
        assert len(said(scene)) == before
        await live_through(stage, beside, reminded)
        assert len(said(scene)) == before + 1
        assert "还有60分钟就开楼宇会" in said(scene)[-1]
        await live_through(stage, beside, reminded + timedelta(hours=2))
        assert len(said(scene)) == before + 1
        async with store.glance() as conn:
            assert await updates.list_faults(conn) == []
        await store.close()


def said(scene: Scene) -> list[str]:
    return [message.text for message in scene.group.messages if message.text.startswith("⏰")]
