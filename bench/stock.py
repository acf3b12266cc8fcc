"""What we compare with: a bot as the library's examples write it, which stores nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

from bench.telegram import Telegram


class Stock:
    """A stock application with one handler for presses, which does nothing, or answers."""

    def __init__(self, telegram: Telegram, *, answers: bool, side_by_side: bool = False) -> None:
        builder = Application.builder().token(telegram.token).base_url(f"{telegram.url}/bot")
        self.application: Application[Any, Any, Any, Any, Any, Any] = builder.concurrent_updates(
            side_by_side
        ).build()
        self.application.add_handler(CallbackQueryHandler(self._answer if answers else self._pass))
        self._heard = 0
        self._wanted = 0
        self._done = asyncio.Event()

    async def _pass(self, _update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        self._heard += 1
        if self._heard == self._wanted:
            self._done.set()

    async def _answer(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("已记下")
        await self._pass(update, context)

    async def heard(self, count: int) -> float:
        """Wait until so many presses in all were handled; the moment of the last."""
        self._wanted = count
        self._done.clear()
        if self._heard < count:
            await self._done.wait()
        return time.monotonic()


@asynccontextmanager
async def stock(telegram: Telegram, *, answers: bool, side_by_side: bool = False) -> AsyncIterator[Stock]:
    """A stock application that polls, until the block ends."""
    bot = Stock(telegram, answers=answers, side_by_side=side_by_side)
    async with bot.application as application:
        assert application.updater is not None
        await application.start()
        await application.updater.start_polling()
        try:
            await telegram.ask("listened")
            yield bot
        finally:
            await application.updater.stop()
            await application.stop()
