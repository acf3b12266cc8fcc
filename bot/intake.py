"""The intake loop: updates are confirmed to Telegram only after what they did is stored.

The library's own loop confirms them first and loses what it had not handled when it is killed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from telegram import Update
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application

from bot.gate import seconds_of
from bot.metrics import Metrics
from bot.reading import read
from handlers.telegram import Reception
from storage.store import Unavailable

log = logging.getLogger(__name__)

POLL = 25  # seconds a request for updates stays open
PATIENCE = 0.25  # seconds for a batch to end before more is fetched beside it
WANTED = ["message", "callback_query", "my_chat_member", "poll", "poll_answer"]


class Intake:
    """Fetches updates and hands each to the library's handlers: a person's in order, people side by side."""

    def __init__(
        self, application: Application[Any, Any, Any, Any, Any, Any], reception: Reception, metrics: Metrics
    ) -> None:
        self._application = application
        self._reception = reception
        self._metrics = metrics
        self._last = 0  # one above the newest update fetched
        self._open: set[int] = set()  # fetched and not yet stored: the first of them is not confirmed
        self._fetched: set[int] = set()  # and not yet confirmed
        self._under_way: dict[asyncio.Task[None], int] = {}  # lines, each with its person

    async def run(self) -> None:
        """Take in until cancelled; what is under way is then fetched again at the next start."""
        try:
            await self._take_in()
        finally:
            for line in self._under_way:
                line.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
            self._last = self._offset
            for known in (self._under_way, self._open, self._fetched):
                known.clear()

    async def _take_in(self) -> None:
        pause = 0.5
        while True:
            try:
                fetched = await self._fetch()
                await self._begin([one for one in fetched if one["update_id"] not in self._fetched])
            except InvalidToken:
                raise
            except Unavailable as error:
                log.warning("an unreadable update cannot be kept: %s", error)
                await asyncio.sleep(pause)
                continue
            except RetryAfter as error:
                await asyncio.sleep(seconds_of(error))
                continue
            except TelegramError as error:
                log.log(
                    logging.INFO if isinstance(error, NetworkError) else logging.WARNING,
                    "no updates for now: %s",
                    error,
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, 30)
                continue
            pause = 0.5
            await self._wait()

    async def _begin(self, fetched: Sequence[dict[str, Any]]) -> None:
        """Begin to handle a batch: a person's updates after those of theirs under way. Raises Unavailable."""
        found = [await read(self._reception, one) for one in fetched]
        self._last = max((one["update_id"] + 1 for one in fetched), default=self._last)
        self._fetched.update(one["update_id"] for one in fetched)
        before = {person: line for line, person in self._under_way.items()}
        for person, updates in in_lines(update for update in found if update is not None).items():
            self._open.update(update.update_id for update in updates)
            line = asyncio.create_task(self._in_order(updates, before.get(person)))
            self._under_way[line] = person

    async def _wait(self) -> None:
        """Let a batch end; one that keeps the others waiting goes on beside those that come after."""
        if self._under_way:
            ended, _ = await asyncio.wait(self._under_way, timeout=PATIENCE)
            for line in ended:
                del self._under_way[line]
                line.result()
        first = self._offset
        self._fetched = {number for number in self._fetched if number >= first}

    @property
    def _offset(self) -> int:
        """The first update that is not to be confirmed."""
        return min(self._open, default=self._last)

    async def _fetch(self) -> list[dict[str, Any]]:
        """What waits, as it was written: the library reads a batch or none. Raises TelegramError."""
        asked = {"offset": self._offset, "timeout": POLL, "allowed_updates": json.dumps(WANTED)}
        bot = self._application.bot
        address = f"{bot.base_url}/getUpdates?{urlencode(asked)}"
        waiting: list[dict[str, Any]] = await bot.request.post(address, read_timeout=POLL + 10)
        return waiting

    async def take(self, updates: Sequence[Update]) -> None:
        """Handle some; on return all of it is stored, and may be confirmed."""
        await asyncio.gather(*(self._in_order(line) for line in in_lines(updates).values()))

    async def _in_order(self, updates: list[Update], before: asyncio.Task[None] | None = None) -> None:
        """Handle a person's updates, once the line before has ended."""
        if before is not None:
            await asyncio.wait([before])
        for update in updates:
            began = time.monotonic()
            await self._application.process_update(update)
            self._open.discard(update.update_id)
            self._metrics.update(_kind(update), time.monotonic() - began)


def _kind(update: Update) -> str:
    return next((kind for kind in WANTED if getattr(update, kind) is not None), "other")


def in_lines(updates: Iterable[Update]) -> dict[int, list[Update]]:
    """Each person's updates, in their order."""
    lines: dict[int, list[Update]] = defaultdict(list)
    for update in sorted(updates, key=lambda update: update.update_id):
        lines[whose(update)].append(update)
    return lines


def whose(update: Update) -> int:
    """The person an update is from, else its chat."""
    source = update.effective_user or update.effective_chat
    return source.id if source else 0
