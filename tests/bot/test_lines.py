"""The lines in which updates wait: earliest first, nobody forgotten, nothing left behind."""

from __future__ import annotations

import asyncio

import pytest

from bot.lines import Lines


async def stand(lines: Lines, person: int, number: int, gate: asyncio.Event, passed: list[int]) -> None:
    async with lines.turn(person, number):
        await gate.wait()
        passed.append(number)


async def test_the_earliest_that_waits_is_next() -> None:
    lines, gate, passed = Lines(), asyncio.Event(), list[int]()
    tasks = []
    for number in (5, 9, 7, 8, 6):
        tasks.append(asyncio.create_task(stand(lines, 1, number, gate, passed)))
        await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*tasks)
    assert passed == [5, 6, 7, 8, 9]


async def test_people_do_not_wait_for_each_other() -> None:
    lines, closed, opened, passed = Lines(), asyncio.Event(), asyncio.Event(), list[int]()
    opened.set()
    waiting = asyncio.create_task(stand(lines, 1, 1, closed, passed))
    await asyncio.sleep(0)
    await stand(lines, 2, 2, opened, passed)
    assert passed == [2]
    closed.set()
    await waiting


async def test_a_fault_lets_the_next_one_in() -> None:
    lines, gate, passed = Lines(), asyncio.Event(), list[int]()
    gate.set()

    async def fail() -> None:
        async with lines.turn(1, 1):
            await asyncio.sleep(0)
            raise ZeroDivisionError

    failed, _ = await asyncio.gather(fail(), stand(lines, 1, 2, gate, passed), return_exceptions=True)
    assert isinstance(failed, ZeroDivisionError)
    assert passed == [2]


@pytest.mark.parametrize("cancelled", [0, 1, 2])
async def test_one_that_is_cancelled_holds_up_nobody(cancelled: int) -> None:
    lines, gate, passed = Lines(), asyncio.Event(), list[int]()
    tasks = [asyncio.create_task(stand(lines, 1, number, gate, passed)) for number in range(3)]
    await asyncio.sleep(0)
    tasks[cancelled].cancel()
    gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert passed == [number for number in range(3) if number != cancelled]


async def test_one_cancelled_in_the_moment_of_its_turn_hands_it_on() -> None:
    lines, gate, passed = Lines(), asyncio.Event(), list[int]()
    gate.set()
    async with lines.turn(1, 0):
        tasks = [asyncio.create_task(stand(lines, 1, number, gate, passed)) for number in (1, 2)]
        await asyncio.sleep(0)
    tasks[0].cancel()  # its turn has come, but it has not run yet
    await asyncio.gather(*tasks, return_exceptions=True)
    assert passed == [2]


async def test_an_empty_line_is_forgotten() -> None:
    lines, gate = Lines(), asyncio.Event()
    gate.set()
    await asyncio.gather(*(stand(lines, 1, number, gate, []) for number in range(3)))
    assert lines._waiting == {}
