"""The intake loop: updates are confirmed to Telegram only after what they did is stored.

The library's own loop confirms them first and loses what it had not handled when it is killed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from telegram import Update
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application

from bot.metrics import Metrics
from handlers.telegram import Reception
from storage.store import Unavailable

log = logging.getLogger(__name__)

POLL = 25  # seconds a request for updates stays open
WANTED = ["message", "callback_query", "my_chat_member", "poll", "poll_answer"]


class Intake:
    """Fetches updates and hands each to the library's handlers: a person's in order, people side by side."""

    def __init__(
        self, application: Application[Any, Any, Any, Any, Any, Any], reception: Reception, metrics: Metrics
    ) -> None:
        self._application = application
        self._reception = reception
        self._metrics = metrics
        self._next = 0  # offset: the first update not yet handled

    async def run(self) -> None:
        """Take in until cancelled; a batch under way is then fetched again at the next start."""
        pause = 0.5
        while True:
            try:
                fetched = await self._fetch()
                read = [await self._reception.read(one) for one in fetched]
            except InvalidToken:
                raise
            except Unavailable as error:
                log.warning("an unreadable update cannot be kept: %s", error)
                await asyncio.sleep(pause)
                continue
            except RetryAfter as error:
                wait = error.retry_after
                await asyncio.sleep(wait if isinstance(wait, int) else wait.total_seconds())
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
            await self.take([update for update in read if update is not None])
            self._next = max((one["update_id"] + 1 for one in fetched), default=self._next)

    async def _fetch(self) -> list[dict[str, Any]]:
        """What waits, as it was written: the library reads a batch or none. Raises TelegramError."""
        asked = {"offset": self._next, "timeout": POLL, "allowed_updates": json.dumps(WANTED)}
        bot = self._application.bot
        address = f"{bot.base_url}/getUpdates?{urlencode(asked)}"
        waiting: list[dict[str, Any]] = await bot.request.post(address, read_timeout=POLL + 10)
        return waiting

    async def take(self, updates: Sequence[Update]) -> None:
        """Handle a batch; on return all of it is stored, and may be confirmed."""
        lines: dict[int, list[Update]] = defaultdict(list)
        for update in sorted(updates, key=lambda update: update.update_id):
            lines[whose(update)].append(update)
        await asyncio.gather(*(self._in_order(line) for line in lines.values()))

    async def _in_order(self, updates: list[Update]) -> None:
        for update in updates:
            began = time.monotonic()
            await self._application.process_update(update)
            self._metrics.update(_kind(update), time.monotonic() - began)


def _kind(update: Update) -> str:
    return next((kind for kind in WANTED if getattr(update, kind) is not None), "other")


def whose(update: Update) -> int:
    """The person an update is from, else its chat."""
    source = update.effective_user or update.effective_chat
    return source.id if source else 0
