"""The intake loop: updates are confirmed to Telegram only after what they did is stored.

The library's own loop confirms them first and loses what it had not handled when it is killed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from telegram import Update
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application
from telegram.request import BaseRequest

from bot.metrics import Metrics
from bot.request import Request
from handlers.telegram import Reception
from storage.store import Unavailable

log = logging.getLogger(__name__)

POLL = 25  # seconds a request for updates stays open
NAMING = ("message_id", "date", "chat")  # what names a message
WANTED = ["message", "callback_query", "my_chat_member", "poll", "poll_answer"]


class UpdatesRequest(Request):
    """Carries the requests for updates, and makes what comes lean."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as the platform gave it, with lean updates."""
        answer: dict[str, Any] = storable(BaseRequest.parse_json_payload(payload), payload)
        if isinstance(updates := answer.get("result"), list):
            for update in updates:
                lean(update)
        return answer


class Intake:
    """Fetches updates and hands each to the library's handlers: a person's in order, people side by side."""

    def __init__(
        self, application: Application[Any, Any, Any, Any, Any, Any], reception: Reception, metrics: Metrics
    ) -> None:
        self._application = application
        self._reception = reception
        self._metrics = metrics
        self._next: int | None = None  # offset: the first update not yet handled

    async def run(self) -> None:
        """Take in until cancelled; a batch under way is then fetched again at the next start."""
        pause = 0.5
        while True:
            try:
                updates = await self._fetch()
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
            await self.take(updates)

    async def _fetch(self) -> Sequence[Update]:
        """What waits. Raises TelegramError, Unavailable."""
        bot = self._application.bot
        try:
            updates: Sequence[Update] = await bot.get_updates(
                offset=self._next, timeout=POLL, allowed_updates=WANTED, read_timeout=10
            )
        except TelegramError:
            raise
        except Exception:  # noqa: BLE001 - one the library cannot read, and would be given again for ever
            log.warning("a batch of updates has to be read one by one")
        else:
            return updates
        content = await bot.request.post(f"{bot.base_url}/getUpdates?offset={self._next or 0}")
        read = [await self._reception.read(lean(one)) for one in content]
        self._next = max((one["update_id"] + 1 for one in content), default=self._next)
        return [update for update in read if update is not None]

    async def take(self, updates: Sequence[Update]) -> None:
        """Handle a batch; on return all of it is stored, and the next fetch confirms it."""
        if not updates:
            return
        lines: dict[int, list[Update]] = defaultdict(list)
        for update in sorted(updates, key=lambda update: update.update_id):
            lines[whose(update)].append(update)
        await asyncio.gather(*(self._in_order(line) for line in lines.values()))
        self._next = max(update.update_id for update in updates) + 1

    async def _in_order(self, updates: list[Update]) -> None:
        for update in updates:
            began = time.monotonic()
            await self._application.process_update(update)
            self._metrics.update(_kind(update), time.monotonic() - began)


def storable(content: Any, written: bytes) -> Any:
    """What JSON says, without the character that no database of ours keeps in a text (U+0000)."""
    return _without_nul(content) if b"\\u0000" in written else content


def _without_nul(content: Any) -> Any:
    if isinstance(content, str):
        return content.replace("\0", "")
    if isinstance(content, list):
        return [_without_nul(one) for one in content]
    if isinstance(content, dict):
        return {name: _without_nul(one) for name, one in content.items()}
    return content


def lean(update: dict[str, Any]) -> dict[str, Any]:
    """An update whose press names the message it was under and leaves out what stands in it.

    Nobody here reads that, and the library would spend most of its time on it.
    """
    press = update.get("callback_query")
    if isinstance(press, dict) and isinstance(message := press.get("message"), dict):
        press["message"] = {name: message[name] for name in NAMING if name in message}
    return update


def _kind(update: Update) -> str:
    return next((kind for kind in WANTED if getattr(update, kind) is not None), "other")


def whose(update: Update) -> int:
    """The person an update is from, else its chat."""
    source = update.effective_user or update.effective_chat
    return source.id if source else 0
