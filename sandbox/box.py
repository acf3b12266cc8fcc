"""The sandbox as a whole: a world, its server, and handles to everything in it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from sandbox.botapi import BotApi, Receive, Scope, Send
from sandbox.control import Control
from sandbox.conversations import which_bot
from sandbox.faults import Faults
from sandbox.journal import Journal, Request
from sandbox.limits import Limits
from sandbox.page import Page
from sandbox.people import People
from sandbox.pressing import waiting
from sandbox.server import Server
from sandbox.world import World

JSON = dict[str, Any]

USUAL = Limits()


class Sandbox:
    """A local Telegram: `async with Sandbox() as sandbox:` serves it on a free loopback port.

    `clock` gives Unix seconds for dates, limits and the age of presses. `limits=None` lets bots talk as fast
    as they like; `Limits(enforce=False)` lets them too, but counts. `routes` are served
    beside the Bot API and the chat page.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = USUAL,
        callback_seconds: float = 30.0,
        host: str = "127.0.0.1",
        port: int = 0,
        keep_requests: int = 20_000,
        routes: list[BaseRoute] | None = None,
    ) -> None:
        self.world = World(clock, limits, callback_seconds)
        self.people = People(self.world)
        self.faults = Faults()
        self.journal = Journal(keep_requests)
        self.api = BotApi(self.world, self.faults, self.journal)
        self.page = Page(self.world)
        self.web = Starlette(routes=[*(routes or []), *Control(self).routes(), *self.page.routes()])
        self._server = Server(self, host, port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request: the Bot API's directly, all others by their route."""
        if scope["type"] == "http" and scope["path"].startswith(("/bot", "/file/bot")):
            await self.api(scope, receive, send)
        else:
            await self.web(scope, receive, send)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.page.close()
        await self.stop()

    async def start(self) -> None:
        """Answer requests; after a stop, on the same port and with everything as it was."""
        await self._server.start()
        self.api.webhooks.resume()

    async def stop(self) -> None:
        """Refuse connections and cut the open ones, as if Telegram were gone; nothing is forgotten."""
        await self.api.webhooks.pause()
        for bot in self.world.bots.values():
            bot.updates.wake()
        await self._server.stop()

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://{self._server.host}:{self._server.port}"

    @property
    def bot_url(self) -> str:
        """The address to which clients append the token (python-telegram-bot's base_url)."""
        return f"{self.url}/bot"

    @property
    def file_url(self) -> str:
        """The address for downloads to which clients append the token (base_file_url)."""
        return f"{self.url}/file/bot"

    def new_bot(
        self,
        username: str = "sandbox_bot",
        name: str = "Sandbox bot",
        *,
        privacy: bool = True,
        token: str = "",
    ) -> str:
        """Register a bot and return its token."""
        return self.world.new_bot(username, name, privacy=privacy, token=token).token

    @property
    def requests(self) -> list[Request]:
        """The latest requests to the Bot API, as journal.Request."""
        return list(self.journal.requests)

    @property
    def counters(self) -> Journal:
        """How many requests there were: `.methods`, `.statuses`, `.too_many`."""
        return self.journal

    def changes(self) -> AsyncIterator[JSON]:
        """Return every change from the first step of the iteration on, as JSON."""
        return self.world.changes.stream()

    def unsettled(self) -> list[str]:
        """Return what is still under way, in words."""
        queues = [(b.username, len(b.updates.pending)) for b in self.world.bots.values() if b.updates.pending]
        busy = [f"{count} updates wait for @{name}" for name, count in queues]
        if presses := waiting(self.world):
            busy.append(f"{presses} presses wait for an answer")
        if self.api.in_flight:
            busy.append(f"{self.api.in_flight} requests are being answered")
        return busy

    async def listened_to(self, bot: str | None = None, timeout: float = 10.0) -> None:  # noqa: ASYNC109 - as below
        """Return when a bot, by username or token, waits for updates or has a webhook."""
        account = which_bot(self.world, bot)
        async with asyncio.timeout(timeout):
            await self.world.pulse.until(
                lambda: account.updates.waited_for or account.id in self.api.webhooks.active
            )

    def _at_rest(self) -> bool:
        busy = self.api.in_flight or any(bot.updates.pending for bot in self.world.bots.values())
        return not busy and not waiting(self.world)

    async def settled(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109 - says what was not settled
        """Return when no update is unconfirmed, no press unanswered and no request under way.

        Raises TimeoutError that says what did not come to rest.
        """
        try:
            async with asyncio.timeout(timeout):
                await self.world.pulse.until(self._at_rest)
        except TimeoutError:
            raise TimeoutError("; ".join(self.unsettled()) or "it settled too late") from None
