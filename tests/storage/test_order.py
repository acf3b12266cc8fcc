"""The order of a person's updates over several workers: the earliest that waits anywhere is next."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from storage.order import Claim, Order
from storage.seat import Seat
from tests.storage.test_seat import PATIENCE, end_session, seated, until, within

SOMEBODY = 7


@dataclass
class Workers:
    """Some workers, and what was begun at them in order: the numbers of updates."""

    seats: list[Seat]
    begun: list[int] = field(default_factory=list)
    gates: dict[int, asyncio.Event] = field(default_factory=dict)

    def bring(self, worker: int, number: int, person: int = SOMEBODY) -> asyncio.Task[None]:
        """Bring an update to a worker, where it is under way until `end`."""
        self.gates[number] = asyncio.Event()
        return asyncio.create_task(self._handle(self.seats[worker].order, number, person))

    async def _handle(self, order: Order, number: int, person: int) -> None:
        async with order.turn(person, number):
            self.begun.append(number)
            await self.gates[number].wait()

    def end(self, number: int) -> None:
        """Let it come to its end as soon as it has begun."""
        self.gates[number].set()

    async def known(self, count: int) -> None:
        """Wait until so many that wait, or are under way, are known to all."""
        await until(lambda: sum(claim.told for claim in self.claims()) == count)

    def claims(self) -> list[Claim]:
        return [
            claim
            for seat in self.seats
            for claim in (*seat.order._waiting, *seat.order._under_way.values(), *seat.order._over)
        ]


@pytest.fixture
async def workers(postgresql: str) -> AsyncIterator[Workers]:
    """Three workers."""
    async with AsyncExitStack() as stack:
        yield Workers([await stack.enter_async_context(seated(postgresql, name)) for name in "abc"])


async def test_updates_of_one_person_wait_for_each_other_and_for_nobody_else(workers: Workers) -> None:
    first = workers.bring(0, 1)
    await workers.known(1)
    second, others = workers.bring(1, 2), [workers.bring(1, 3, person=8), workers.bring(0, 4, person=9)]
    await until(lambda: len(workers.begun) == 3)
    await workers.known(4)
    assert sorted(workers.begun) == [1, 3, 4]
    workers.end(1)
    await until(lambda: 2 in workers.begun)
    for number in (2, 3, 4):
        workers.end(number)
    await within(asyncio.gather(first, second, *others))


@pytest.mark.parametrize(
    "places",
    [
        pytest.param({2: 1, 3: 0}, id="the second is elsewhere, the third where the first is"),
        pytest.param({2: 0, 3: 1}, id="the second is where the first is, the third elsewhere"),
        pytest.param({2: 1, 3: 1}, id="both elsewhere"),
        pytest.param({3: 0, 2: 1, 5: 2, 4: 1}, id="they come out of order"),
        pytest.param({5: 0, 4: 1, 3: 0, 2: 2}, id="they come in the opposite order"),
    ],
)
async def test_the_earliest_that_waits_anywhere_is_next(workers: Workers, places: dict[int, int]) -> None:
    handled = [workers.bring(0, 1)]
    await workers.known(1)
    for count, (number, worker) in enumerate(places.items(), start=2):
        handled.append(workers.bring(worker, number))
        await workers.known(count)
    for number in sorted(workers.gates):
        assert workers.begun == list(range(1, number + 1))
        workers.end(number)
        await until(lambda: len(workers.begun) == min(number + 1, len(handled)))  # noqa: B023
    await within(asyncio.gather(*handled))


async def test_a_storm_over_three_workers_keeps_each_persons_order(workers: Workers) -> None:
    chance, handled, persons = random.Random(3), [], {number: number % 5 for number in range(2, 92)}
    handled += [workers.bring(person % 3, -person, person) for person in range(5)]
    await until(lambda: len(workers.begun) == 5)
    numbers = list(persons)
    chance.shuffle(numbers)
    handled += [workers.bring(chance.randrange(3), number, persons[number]) for number in numbers]
    await workers.known(len(handled))
    for number in list(workers.gates):
        workers.end(number)
    await within(asyncio.gather(*handled))
    for person in range(5):
        mine = [number for number in workers.begun if persons.get(number) == person]
        assert mine == sorted(mine)
        assert len(mine) == 18


async def test_one_that_is_given_up_keeps_nobody_waiting_and_leaves_nothing_behind(
    workers: Workers, server: Any
) -> None:
    first = workers.bring(0, 1)
    await workers.known(1)
    given_up, here, elsewhere = workers.bring(1, 2), workers.bring(1, 3), workers.bring(2, 4)
    await workers.known(4)
    given_up.cancel()
    for number in (1, 3, 4):
        workers.end(number)
    await within(asyncio.gather(first, here, elsewhere))
    assert workers.begun == [1, 3, 4]
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid <> 0"
    async with asyncio.timeout(PATIENCE):
        while await server.fetchval(query):  # noqa: ASYNC110 - there is no bell
            await asyncio.sleep(0.005)
    assert workers.claims() == []


async def test_one_that_is_given_up_at_any_moment_keeps_nobody_waiting(workers: Workers) -> None:
    for turn in range(40):
        doomed, next_one = workers.bring(turn % 3, 2 * turn + 1), workers.bring(1, 2 * turn + 2)
        await asyncio.sleep(turn / 8000)
        doomed.cancel()
        workers.end(2 * turn + 2)
        await within(asyncio.wait([doomed]))
        await within(next_one)
        assert workers.begun[-1] == 2 * turn + 2


async def test_a_fault_in_one_lets_the_next_begin(workers: Workers) -> None:
    with pytest.raises(ZeroDivisionError):
        async with workers.seats[0].order.turn(SOMEBODY, 1):
            raise ZeroDivisionError
    second = workers.bring(1, 2)
    workers.end(2)
    await within(second)


async def test_who_dies_keeps_nobody_waiting_and_who_lost_its_seat_waits_only_for_its_own(
    postgresql: str, server: Any
) -> None:
    async with seated(postgresql, "first", pace=30.0) as first, seated(postgresql, "second") as second:
        workers = Workers([first, second])
        handled = [workers.bring(0, 1)]
        await workers.known(1)
        handled += [workers.bring(0, 2), workers.bring(1, 3)]
        await workers.known(3)
        first._look_at = float("inf")  # it cannot sit down again
        await end_session(server, "first")
        await until(lambda: workers.begun == [1, 3])
        assert [claim.number for claim in first.order._waiting] == [2]
        workers.end(1)
        await until(lambda: workers.begun == [1, 3, 2])
        workers.end(2)
        workers.end(3)
        await within(asyncio.gather(*handled))


async def test_who_sits_down_again_tells_of_what_still_waits(postgresql: str, server: Any) -> None:
    async with seated(postgresql, "first") as first, seated(postgresql, "second") as second:
        workers = Workers([first, second])
        handled = [workers.bring(0, 1)]
        await workers.known(1)
        handled.append(workers.bring(0, 2))
        await workers.known(2)
        await end_session(server, "first")
        await workers.known(1)  # the second; of the first nobody knows any more, it is under way
        handled.append(workers.bring(1, 3))
        await workers.known(2)
        assert workers.begun == [1]
        workers.end(1)
        workers.end(2)
        workers.end(3)
        await within(asyncio.gather(*handled))
        assert workers.begun == [1, 2, 3]
