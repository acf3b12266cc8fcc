"""Two workers on one PostgreSQL, presses spread over both, and the one in office is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.server import Server
from bot.settings import Address
from rules.events import first_break
from services import outbox
from services.outbox import Rank
from storage import ballots as stored
from storage import log, people
from storage.engine import open_engine
from storage.store import Store
from tests.bot.town import OPTIONS, Town, begin, stored_choices, town
from tests.bot.webhook_stage import free_address

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0  # seconds until everything must have come to rest, however slow the machine is
TAKES_OVER = 20.0  # seconds, where a pace to notice, two to wait and a second to send are enough
SPOKEN = 30  # who get a notice each
FAILED = 10.0  # seconds for which one that did not answer is asked last, as by nginx's fail_timeout
UNDER_WAY = 30  # requests of a dispatcher that may be under way when it is killed


@dataclass
class Front:
    """What nginx does: deliveries go to the workers in turn, and to the next where one does not answer."""

    workers: dict[str, Address]
    served: Counter[str] = field(default_factory=Counter)
    turn: int = 0
    failed: dict[str, float] = field(default_factory=dict)  # when each last did not answer

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The address that Telegram is told."""
        server = Server(
            Starlette(routes=[Route("/telegram", self._pass_on, methods=["POST"])]), Address("127.0.0.1", 0)
        )
        async with httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(60.0)) as self.client:
            await server.start()
            try:
                yield f"http://127.0.0.1:{server.address.port}/telegram"
            finally:
                await server.stop()

    async def _pass_on(self, request: Request) -> Response:
        body, headers = await request.body(), dict(request.headers)
        self.turn += 1
        names = sorted(self.workers)
        in_turn = (names[self.turn % 2], names[1 - self.turn % 2])
        for name in sorted(in_turn, key=lambda name: time.monotonic() - self.failed.get(name, 0) < FAILED):
            try:
                async with asyncio.timeout(2.0):
                    answer = await self.client.post(
                        f"http://127.0.0.1:{self.workers[name].port}/telegram", content=body, headers=headers
                    )
            except (httpx.HTTPError, TimeoutError):
                self.failed[name] = time.monotonic()
                continue
            self.served[name] += 1
            return Response(answer.content, answer.status_code, {"content-type": "application/json"})
        return Response(status_code=502)

    async def health(self, name: str) -> dict[str, object]:
        """What a worker says of itself; nothing while it cannot."""
        try:
            async with asyncio.timeout(2.0):
                answer = await self.client.get(f"http://127.0.0.1:{self.workers[name].port}/readyz")
        except (httpx.HTTPError, TimeoutError):
            return {}
        return dict(answer.json())


async def started(here: Town, name: str, url: str, listen: Address) -> Process:
    words = (here.token, here.sandbox.url, here.database, name, url, str(listen.port))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bot.process", *words),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


async def until_ready(front: Front) -> str:
    """Wait until both workers are; the name of the one in office."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told = [await front.health(name) for name in front.workers]
            if all(one.get("ready") for one in told) and told[0]["in_office"] is not None:
                return str(told[0]["in_office"])
            await asyncio.sleep(0.05)


async def put_notices(here: Town) -> None:
    """A notice for each of some people, in private."""
    store = Store(open_engine(here.database))
    async with store.unit(datetime.now(UTC)) as unit:
        for voter in here.voters[:SPOKEN]:
            chat = await people.chat_by_address(unit.conn, str(voter.id))
            assert chat is not None
            said = {"text": f"通知：{voter.name}", "keys": []}
            await outbox.say(unit, chat.id, said, rank=Rank.URGENT, notice=True, key=f"notice:{voter.id}")
    await store.close()


def received(here: Town) -> Counter[str]:
    """How often each notice arrived."""
    return Counter(
        message.text
        for voter in here.voters[:SPOKEN]
        for message in voter.private().messages
        if message.text.startswith("通知：")
    )


async def until(holds: object) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # type: ignore[operator]  # noqa: ASYNC110 - there is no bell
            await asyncio.sleep(0.01)


async def test_when_one_is_killed_the_other_takes_over_and_nothing_is_lost(
    postgresql: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(town(postgresql, members=2))
        front = Front({name: free_address() for name in ("east", "west")})
        url = await stack.enter_async_context(front.open())
        both = {name: await started(here, name, url, at) for name, at in front.workers.items()}
        stack.push_async_callback(ended, both)
        here.sandbox.world.callback_seconds = PATIENCE
        in_office = await until_ready(front)
        card = await here.group.wait_for("停车位怎么划", timeout=PATIENCE)
        for voter in here.voters[:SPOKEN]:
            voter.private().state.started = True
        wanted = {voter: 1 + here.homes[voter] % len(OPTIONS) for voter in here.voters}
        early, late = here.voters[::2], here.voters[1::2]
        presses = [begin(here, card, voter, wanted[voter]) for voter in early]
        async with asyncio.timeout(PATIENCE):
            while len(front.served) < 2:  # a slow one is left out for a while; both are to take part
                await asyncio.sleep(0.2)
                presses.append(begin(here, card, late[0], wanted[late.pop(0)]))
        await put_notices(here)
        await until(lambda: len(received(here)) >= 3 and any(one.answer.done() for one in presses))
        both[in_office].kill()
        struck = time.monotonic()
        presses += [begin(here, card, voter, wanted[voter]) for voter in late]
        other = next(name for name in both if name != in_office)
        await until_in_office(front, other, other)
        took = time.monotonic() - struck
        await until(lambda: all(one.answer.done() for one in presses))
        await until(lambda: len(received(here)) == SPOKEN)  # what may have left is looked for, one a second
        await until(lambda: f"已投 {len(set(here.homes.values()))} 户" in card.text)
        with capsys.disabled():
            print(f"\nkilled: another worker was in office {took:.1f} s later")  # noqa: T201 - a figure, for who reads along

        assert took < TAKES_OVER
        assert {home: (wanted[voter],) for voter, home in here.homes.items()} == await stored_choices(here)
        assert all("已记下" in one.answer.result()["text"] for one in presses)
        notices = received(here)
        assert len(notices) == SPOKEN
        assert max(notices.values()) <= 2
        assert sum(notices.values()) <= SPOKEN + UNDER_WAY
        await sound(here)


async def test_a_frozen_one_is_replaced_and_says_nothing_more_when_it_wakes(postgresql: str) -> None:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(town(postgresql, members=1))
        front = Front({name: free_address() for name in ("east", "west")})
        url = await stack.enter_async_context(front.open())
        both = {name: await started(here, name, url, at) for name, at in front.workers.items()}
        stack.push_async_callback(ended, both)
        here.sandbox.world.callback_seconds = PATIENCE
        in_office = await until_ready(front)
        other = next(name for name in both if name != in_office)
        card = await here.group.wait_for("停车位怎么划", timeout=PATIENCE)
        for voter in here.voters[:SPOKEN]:
            voter.private().state.started = True
        await put_notices(here)
        await until(lambda: len(received(here)) >= 3)
        both[in_office].send_signal(signal.SIGSTOP)
        presses = [begin(here, card, voter, 1 + here.homes[voter] % len(OPTIONS)) for voter in here.voters]
        await until_in_office(front, other, other)
        await until(lambda: all(one.answer.done() for one in presses))
        await until(lambda: f"已投 {len(set(here.homes.values()))} 户" in card.text)
        await until(lambda: len(received(here)) == SPOKEN)
        said, shown = received(here), card.text
        both[in_office].send_signal(signal.SIGCONT)
        await until_in_office(front, in_office, other)
        assert (await front.health(other))["in_office"] == other
        assert card.text == shown, "no older card comes after a newer"
        notices = received(here)
        assert len(notices) == SPOKEN
        assert max(notices.values()) <= 2
        assert sum(notices.values()) <= sum(said.values()) + UNDER_WAY
        assert all("已记下" in one.answer.result()["text"] for one in presses)
        await sound(here)


async def until_in_office(front: Front, asked: str, name: str) -> None:
    """Wait until the one that is asked says that a certain one is in office."""
    async with asyncio.timeout(PATIENCE):
        while (await front.health(asked)).get("in_office") != name:  # noqa: ASYNC110 - there is no bell
            await asyncio.sleep(0.05)


async def sound(here: Town) -> None:
    """The chain of events is whole, with one event a household."""
    store = Store(open_engine(here.database))
    async with store.glance() as conn:
        events = await log.read(conn, f"ballot:{here.ballot.id}")
        assert first_break(events) is None
        homes = [event.data["voter"] for event in events if event.kind == "cast"]
        assert len(homes) == len(set(homes)) == len(set(here.homes.values()))
        assert (await stored.get(conn, here.ballot.id)).voted == len(homes)
    await store.close()


async def ended(workers: dict[str, Process]) -> None:
    for process in workers.values():
        if process.returncode is None:
            process.kill()  # a frozen one too
        await process.wait()
