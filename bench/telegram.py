"""Telegram's part: the sandbox in a process of its own, filled and pressed in bulk, with a clock for waits.

`python -m bench.telegram [SPEED] [limits]` serves it; `Telegram` starts that and talks to it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bench.lateness import Lateness
from sandbox import Sandbox
from sandbox.accounts import BotAccount
from sandbox.chats import Chat
from sandbox.limits import Limits
from sandbox.membership import join
from sandbox.messages import Message
from sandbox.posting import post
from sandbox.pressing import press

JSON = dict[str, Any]
BOT = "louyuhui_bot"
EPOCH = 1_800_000_000  # where fast time begins
PATIENCE = 3600.0  # seconds for which a press may be answered: slow machines are measured, not refused


class Telegram:
    """A sandbox in another process, for one bot."""

    def __init__(self, url: str, token: str, client: httpx.AsyncClient) -> None:
        self.url = url
        self.token = token
        self._client = client

    async def ask(self, verb: str, **asked: Any) -> Any:
        """Call a verb of `Verbs`, or of the sandbox's own /control/."""
        path = f"/bench/{verb}" if hasattr(Verbs, verb) else f"/control/{verb}"
        response = await self._client.post(path, json=asked)
        response.raise_for_status()
        return response.json()


class Verbs:
    """What the bench asks of the sandbox beyond its own verbs; moments are of the monotonic clock."""

    def __init__(self, speed: float, *, enforce: bool) -> None:
        routes = [Route("/bench/{verb}", self.answer, methods=["POST"])]
        self.sandbox = Sandbox(
            clock=lambda: EPOCH + time.monotonic() * speed,
            limits=Limits() if enforce else None,
            callback_seconds=PATIENCE * speed,
            routes=list(routes),
        )
        self.waits: list[float] = []
        self.cards: dict[int, Message] = {}
        self.lateness = Lateness()
        self._watch: asyncio.Task[None] | None = None

    async def answer(self, request: Request) -> JSONResponse:
        """Answer a request."""
        return JSONResponse(await getattr(self, request.path_params["verb"])(**await request.json()))

    async def settle(self, groups: int, people: int) -> JSON:
        """Let people have accounts and groups with the bot in each; the bot hears nothing of it."""
        world = self.sandbox.world
        bot = next(iter(world.bots.values()))
        mayor = world.new_person("示例组长")
        for number in range(groups):
            group = world.new_group(f"示例楼 {number}", mayor, supergroup=True)
            join(world, group, bot, mayor, admin=True)
            self.cards[group.id] = self._card(group, bot)
        for number in range(people):
            world.new_person(f"示例住户 {number}")
        bot.updates.clear()
        mine = [account.id for account in world.accounts.values() if account not in {bot, mayor}]
        return {"groups": [(chat, card.id) for chat, card in self.cards.items()], "people": mine}

    def _card(self, group: Chat, bot: BotAccount) -> Message:
        keys = {"inline_keyboard": [[{"text": text, "callback_data": f"v.1.{text}"}] for text in "123"]}
        said = {"text": "电动车充电桩装在哪里？" * 10}
        return post(self.sandbox.world, group, bot, said, keyboard=keys)

    async def another_card(self) -> JSON:
        """Post one more card in each group, for another ballot; presses are still under the first."""
        bot = next(iter(self.sandbox.world.bots.values()))
        return {"groups": [(chat, self._card(card.chat, bot).id) for chat, card in self.cards.items()]}

    async def press(self, presses: list[tuple[int, int, str]]) -> JSON:
        """Let people press buttons under a group's card, all at the same moment: who, where, data."""
        world = self.sandbox.world
        self.waits.clear()
        for person, chat, data in presses:
            pressed = press(world, world.accounts[person], self.cards[chat], data)
            self.lateness.press(data, pressed.at)
            begun = time.monotonic()
            pressed.answer.add_done_callback(partial(self._note, begun))
        return {"at": time.monotonic()}

    def _note(self, begun: float, _answer: object) -> None:
        self.waits.append(time.monotonic() - begun)

    async def confirmed(self) -> JSON:
        """Wait until the bot has confirmed every update."""
        bot = next(iter(self.sandbox.world.bots.values()))
        await self.sandbox.world.pulse.until(lambda: not bot.updates.pending)
        return {"at": time.monotonic()}

    async def answered(self) -> JSON:
        """Wait until every press is answered; how long each waited."""
        await self.sandbox.world.pulse.until(lambda: not self.sandbox.world.presses)
        at = time.monotonic()
        await asyncio.sleep(0)
        return {"at": at, "waits": sorted(self.waits)}

    async def watch(self) -> JSON:
        """Note from now on what counts towards each group's limits, and what its cards say."""
        world = self.sandbox.world
        (meter,) = world.meters.values()
        take = meter.take

        def noted(chat_id: int, count: int = 1) -> int:
            wait = take(chat_id, count)
            if not wait:
                self.lateness.spend(chat_id, world.clock())
            return wait

        meter.take = noted  # type: ignore[method-assign]
        self._watch = asyncio.create_task(self._note_cards())
        return {}

    async def _note_cards(self) -> None:
        world = self.sandbox.world
        with world.changes.listening() as changes:
            while True:
                change = await changes.get()
                if change.message is not None and change.kind == "edit":
                    text, keys = str(change.message.body.get("text", "")), change.message.buttons
                    self.lateness.show(change.chat.id, world.clock(), text, keys)

    async def late(self) -> JSON:
        """How late each vote was shown, and how many were not."""
        return {"lags": self.lateness.lags(), "uncounted": self.lateness.uncounted()}

    async def forget(self) -> JSON:
        """Let go of presses that nobody will answer."""
        for pressed in self.sandbox.world.presses.values():
            pressed.answer.cancel()
        self.sandbox.world.presses.clear()
        return {}

    async def listened(self) -> JSON:
        """Wait until the bot waits for updates."""
        await self.sandbox.listened_to(timeout=60)
        return {}


@asynccontextmanager
async def telegram(speed: float = 1.0, *, limits: bool = False) -> AsyncIterator[Telegram]:
    """A sandbox in a process of its own, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.telegram",
        str(speed),
        *(["limits"] if limits else []),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        url, token = (await process.stdout.readline()).decode().split()
        async with httpx.AsyncClient(base_url=url, timeout=600, trust_env=False) as client:
            yield Telegram(url, token, client)
    finally:
        process.terminate()
        await process.wait()


async def serve(speed: float, *, enforce: bool) -> None:
    """Serve until terminated."""
    verbs = Verbs(speed, enforce=enforce)
    async with verbs.sandbox as sandbox:
        sys.stdout.write(f"{sandbox.url} {sandbox.new_bot(BOT)}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), enforce="limits" in sys.argv[2:]))
