"""Two workers on one PostgreSQL: what a person does keeps its order, and nobody else waits."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.program import Program, running
from bot.server import Server
from bot.settings import Address, Settings, Webhook
from bot.webhook import SECRET_HEADER
from handlers.voting import CastVote
from sandbox import Person
from storage import log, updates
from tests.bot.town import OPTIONS, Town, begin, stored_choices, town
from tests.bot.webhook_stage import SECRET, free_address, pressed
from tests.stage import unlimited

PATIENCE = 60.0
HAND_MADE = 900_000  # above the numbers of what the sandbox brings


@dataclass
class Pair:
    """A building that votes, and two workers of its bot."""

    town: Town
    workers: tuple[Program, Program]
    addresses: tuple[Address, Address]
    client: httpx.AsyncClient
    updates: int = HAND_MADE

    async def post(self, worker: int, body: Any) -> httpx.Response:
        """Bring an update to one of them."""
        url = f"http://127.0.0.1:{self.addresses[worker].port}/telegram"
        return await self.client.post(url, json=body, headers={SECRET_HEADER: SECRET})

    def press(self, person: Person, option: int) -> dict[str, Any]:
        """The next update: somebody chooses an option."""
        self.updates += 1
        data = CastVote(self.town.ballot.id, option).pack()
        return pressed(self.updates, data, person.id, self.town.group.id)

    def home(self, person: Person) -> int:
        """The household that somebody votes for."""
        return self.town.homes[person]


@asynccontextmanager
async def front(addresses: tuple[Address, Address], served: list[tuple[int, int]]) -> AsyncIterator[str]:
    """The address that Telegram is told: a person's updates go to the two in turn."""
    turns: Counter[int] = Counter()

    async def pass_on(request: Request) -> Response:
        body, update = await request.body(), await request.json()
        person = update.get("callback_query", {}).get("from", {}).get("id", 0)
        worker, turns[person] = turns[person] % 2, turns[person] + 1
        served.append((person, worker))
        url = f"http://127.0.0.1:{addresses[worker].port}/telegram"
        try:
            answer = await client.post(url, content=body, headers=dict(request.headers))
        except httpx.ConnectError:  # it is stopping
            return Response(status_code=502)
        return Response(answer.content, answer.status_code, {"content-type": "application/json"})

    server = Server(
        Starlette(routes=[Route("/telegram", pass_on, methods=["POST"])]), Address("127.0.0.1", 0)
    )
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
        await server.start()
        try:
            yield f"http://127.0.0.1:{server.address.port}/telegram"
        finally:
            await server.stop()


@pytest.fixture
def served() -> list[tuple[int, int]]:
    """Whose updates were brought to which worker, in order."""
    return []


@pytest.fixture
async def pair(postgresql: str, served: list[tuple[int, int]]) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(town(postgresql))
        addresses = (free_address(), free_address())
        url = await stack.enter_async_context(front(addresses, served))
        here.sandbox.world.callback_seconds = PATIENCE
        workers = []
        for name, address in zip(("east", "west"), addresses, strict=True):
            settings = Settings(
                token=here.token,
                api=here.sandbox.url,
                database=here.database,
                tick=3600,
                worker=name,
                webhook=Webhook(url, address, SECRET),
            )
            workers.append(await stack.enter_async_context(running(settings, limits=unlimited())))
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=PATIENCE))
        yield Pair(here, (workers[0], workers[1]), addresses, client)


def waiting(worker: Program) -> int:
    """How many of the updates made by hand wait there for others, as all workers know."""
    assert worker.seat.order is not None
    return sum(claim.told for claim in worker.seat.order._waiting if claim.number > HAND_MADE)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - there is no bell
            await asyncio.sleep(0.005)


def hold_up(worker: Program, person: Person) -> tuple[asyncio.Event, asyncio.Event]:
    """Hold up what somebody does at a worker: set when it has begun, and to be set to let it go on."""
    begun, gate = asyncio.Event(), asyncio.Event()
    process = worker.application.process_update

    async def slowly(update: Any) -> None:
        if update.effective_user.id == person.id:
            begun.set()
            await gate.wait()
        await process(update)

    worker.application.process_update = slowly  # type: ignore[method-assign]
    return begun, gate


async def test_who_changes_their_mind_again_and_again_is_left_with_the_last_choice(
    pair: Pair, served: list[tuple[int, int]]
) -> None:
    here = pair.town
    card = await here.group.wait_for("停车位怎么划", timeout=PATIENCE)
    voters = here.voters[:12]
    wanted = {
        voter: [1 + (place + step) % len(OPTIONS) for step in range(6)] for place, voter in enumerate(voters)
    }
    presses = [begin(here, card, voter, wanted[voter][step]) for step in range(6) for voter in voters]
    await until(lambda: all(one.answer.done() for one in presses))
    assert all("已记下" in one.answer.result()["text"] for one in presses)
    assert await stored_choices(here) == {pair.home(voter): (wanted[voter][-1],) for voter in voters}
    brought: defaultdict[int, list[int]] = defaultdict(list)
    for person, worker in served:
        brought[person].append(worker)
    assert all(brought[voter.id] == [0, 1] * 3 for voter in voters)
    async with pair.workers[0].store.glance() as conn:
        events = await log.read(conn, f"ballot:{here.ballot.id}")
        assert await updates.list_faults(conn) == []
    assert [event.kind for event in events].count("cast") == len(presses), "a change is an event, too"


async def test_what_is_held_up_at_one_worker_is_waited_for_at_the_other_and_nobody_else_waits(
    pair: Pair,
) -> None:
    slow, other = pair.town.voters[:2]
    begun, gate = hold_up(pair.workers[0], slow)
    first = asyncio.create_task(pair.post(0, pair.press(slow, 1)))
    await begun.wait()
    second = asyncio.create_task(pair.post(1, pair.press(slow, 2)))
    await until(lambda: second.done() or waiting(pair.workers[1]) > 0)
    for worker, option in ((0, 1), (1, 2), (0, 3)):
        assert (await pair.post(worker, pair.press(other, option))).status_code == 200
    assert not first.done()
    assert not second.done()
    assert await stored_choices(pair.town) == {pair.home(other): (3,)}
    gate.set()
    assert [(await one).status_code for one in (first, second)] == [200, 200]
    assert await stored_choices(pair.town) == {pair.home(slow): (2,), pair.home(other): (3,)}


@pytest.mark.parametrize(
    "places", [(0, 1, 0), (0, 0, 1)], ids=["the second elsewhere", "the third elsewhere"]
)
async def test_of_three_that_overlap_each_comes_in_its_turn(pair: Pair, places: tuple[int, ...]) -> None:
    (voter,) = pair.town.voters[:1]
    begun, gate = hold_up(pair.workers[0], voter)
    posted = []
    for place, option in zip(places, (1, 2, 3), strict=True):
        posted.append(asyncio.create_task(pair.post(place, pair.press(voter, option))))
        await begun.wait()
        await until(lambda: sum(map(waiting, pair.workers)) == len(posted) - 1)
    gate.set()
    assert [(await one).status_code for one in posted] == [200, 200, 200]
    assert await stored_choices(pair.town) == {pair.home(voter): (3,)}


async def test_a_press_brought_to_both_counts_once_and_both_are_told_alike(pair: Pair) -> None:
    """As nginx does where the first was too slow."""
    (voter,) = pair.town.voters[:1]
    begun, gate = hold_up(pair.workers[0], voter)
    press = pair.press(voter, 2)
    first = asyncio.create_task(pair.post(0, press))
    await begun.wait()
    second = asyncio.create_task(pair.post(1, press))
    await until(lambda: second.done() or waiting(pair.workers[1]) > 0)
    gate.set()
    told = [(await one).json() for one in (first, second)]
    assert told[0] == told[1]
    assert "已记下" in told[0]["text"]
    async with pair.workers[0].store.glance() as conn:
        events = await log.read(conn, f"ballot:{pair.town.ballot.id}")
    assert [event.kind for event in events] == ["opened", "cast"]
