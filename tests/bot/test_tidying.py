"""Once a day the clock forgets which updates were handled long ago, and what old faults were met with."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from storage import updates
from tests.stage import Stage


async def seen(stage: Stage, number: int) -> bool:
    async with stage.program.store.glance() as conn:
        return (await updates.seen(conn, number))[0]


async def test_updates_are_remembered_as_long_as_they_may_be_brought_again(stage: Stage) -> None:
    async with stage.program.store.unit(stage.now) as unit:
        await updates.record(unit.conn, 5, None, stage.now)
    await stage.pass_time(days=6)
    assert await seen(stage, 5)
    await stage.pass_time(days=2)
    assert not await seen(stage, 5)


async def test_a_tick_that_the_stop_cuts_short_ends_without_an_error(stage: Stage) -> None:
    beat = asyncio.create_task(stage.program.clock.beat())
    await asyncio.sleep(0)  # it has begun, and waits for the database
    assert not beat.done()
    beat.cancel()
    await beat
    assert not beat.cancelled()
    await stage.pass_time(days=1)  # and the next one works


async def test_tidying_is_done_once_a_day(stage: Stage) -> None:
    await stage.pass_time(days=1)
    async with stage.program.store.unit(stage.now) as unit:
        await updates.record(unit.conn, 5, None, stage.now - timedelta(days=30))
    await stage.pass_time(hours=23)
    assert await seen(stage, 5)
    await stage.pass_time(hours=1)
    assert not await seen(stage, 5)


async def test_a_fault_stays_but_what_was_received_is_forgotten(stage: Stage) -> None:
    async with stage.program.store.unit(stage.now) as unit:
        await updates.add_fault(unit.conn, unit.now, 5, {"update_id": 5, "message": {}}, "KeyError")
    await stage.pass_time(days=89)
    async with stage.program.store.glance() as conn:
        assert (await updates.list_faults(conn))[0]["payload"] is not None
    await stage.pass_time(days=2)
    async with stage.program.store.glance() as conn:
        (fault,) = await updates.list_faults(conn)
    assert fault["payload"] is None
    assert fault["traceback"] == "KeyError"
