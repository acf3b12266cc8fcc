"""The webhook: Telegram brings updates, and is told "taken" only after what they did is stored.

What cannot be stored is refused with 503, and Telegram brings it again; the update's id tells a second
delivery from a new one. The answer to a press goes back in the reply, which saves a request.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram import Bot

from bot import settings
from bot.intake import WANTED, Intake, whose
from bot.lines import Lines
from bot.reading import read
from bot.request import read_json
from handlers.telegram import Reception, Reply
from storage.order import Order
from storage.store import Unavailable

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name
PATH = "/telegram"  # where the url names none
MOST_BYTES = 1_000_000  # an update is some kilobytes
LARGEST_ID = 2**63 - 1


class TooLarge(Exception):
    """A body that no update has."""


class NotAnUpdate(Exception):
    """A body that is not JSON, or has no update_id."""


class Webhook:
    """Takes in what Telegram brings: a person's updates in order, people side by side, each once."""

    def __init__(
        self,
        wanted: settings.Webhook,
        token: str,
        bot: Bot,
        intake: Intake,
        reception: Reception,
        lines: Lines | Order,
    ) -> None:
        self._wanted = wanted
        self._bot = bot
        self._intake = intake
        self._reception = reception
        self._secret = wanted.secret or derived_secret(token)
        self._path = urlsplit(wanted.url).path
        self._url = address_of(wanted)
        self._lines = lines
        self._under_way: dict[int, asyncio.Task[Reply]] = {}

    def routes(self) -> list[Route]:
        """The one address it listens at."""
        return [Route(self._path or PATH, self._receive, methods=["POST"])]

    async def announce(self) -> None:
        """Have Telegram bring updates from now on. Raises what the Bot API answers."""
        await self._bot.set_webhook(
            self._url,
            secret_token=self._secret,
            allowed_updates=WANTED,
            max_connections=self._wanted.max_connections,
        )

    async def _receive(self, request: Request) -> Response:
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode(), self._secret.encode()):
            return Response(status_code=403)
        try:
            content = _read(await _body(request))
        except TooLarge:
            return Response(status_code=413)
        except (NotAnUpdate, ClientDisconnect):
            return Response(status_code=400)
        reply = await self._once(content)
        if reply.turned_away:
            return Response(status_code=503, headers={"Retry-After": "1"})
        if reply.answer is not None:
            return JSONResponse({"method": "answerCallbackQuery", **reply.answer})
        return Response()

    async def _once(self, content: dict[str, Any]) -> Reply:
        """The reply to an update; a delivery of one that is under way shares its reply."""
        number: int = content["update_id"]
        task = self._under_way.get(number)
        if task is None:
            task = self._under_way[number] = asyncio.create_task(self._take(number, content))
            task.add_done_callback(lambda _: self._under_way.pop(number))
        return await asyncio.shield(task)

    async def _take(self, number: int, content: dict[str, Any]) -> Reply:
        try:
            update = await read(self._reception, content)
        except Unavailable:
            return Reply(turned_away=True)
        if update is None:
            return Reply()
        async with self._lines.turn(whose(update), number):
            with self._reception.replying(number) as reply:
                await self._intake.take([update])
        return reply


def address_of(wanted: settings.Webhook) -> str:
    """What Telegram is told; empty for long polling."""
    return f"{wanted.url}{PATH}" if wanted.url and not urlsplit(wanted.url).path else wanted.url


def derived_secret(token: str) -> str:
    """A secret that only those who have the token can know, the same at every start."""
    return hmac.new(token.encode(), b"louyuhui webhook", hashlib.sha256).hexdigest()


async def _body(request: Request) -> bytes:
    """The body. Raises TooLarge before more than MOST_BYTES are kept, ClientDisconnect."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def _read(body: bytes) -> dict[str, Any]:
    """The update as a JSON object. Raises NotAnUpdate."""
    try:
        content = read_json(body)
    except (ValueError, RecursionError):
        raise NotAnUpdate from None
    number = content.get("update_id") if isinstance(content, dict) else None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= LARGEST_ID:
        raise NotAnUpdate
    return dict(content)
