"""The program: the store, the words, the handlers and the three loops, wired together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram.ext import Application, ApplicationBuilder

from bot.clock import Clock, utc_now
from bot.dispatcher import Dispatcher
from bot.intake import Intake
from bot.limits import Limits
from bot.postman import Postman
from bot.request import Request, proxy_for
from bot.settings import Settings
from handlers.all import all_routes
from handlers.telegram import Reception
from handlers.words import Words
from services.vote_box import VoteBox
from storage import migrate
from storage.engine import open_engine
from storage.store import Store

Telegram = Application[Any, Any, Any, Any, Any, Any]


@dataclass
class Program:
    """The running bot; `store` and `clock` are there for those who look in from outside."""

    store: Store
    application: Telegram
    intake: Intake
    dispatcher: Dispatcher
    clock: Clock
    reception: Reception
    loops: tuple[asyncio.Task[None], ...] = ()

    async def ended(self) -> None:
        """Return when one of the loops ends, which none does by itself. Raises what ended it."""
        done, _ = await asyncio.wait(self.loops, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def quiet(self) -> None:
        """Return when all that was stored so far is said and answered."""
        await self.dispatcher.idle.wait()
        await self.reception.drain()


@asynccontextmanager
async def running(
    settings: Settings,
    now: Callable[[], datetime] = utc_now,
    limits: Limits | None = None,
    speed: float = 1.0,
) -> AsyncIterator[Program]:
    """The bot, from its first to its last message; on leaving, what is under way is finished."""
    program = build(settings, now, limits or Limits(), speed)
    try:
        await migrate.upgrade(program.store.engine)
        async with program.application:
            intake = asyncio.create_task(program.intake.run())
            dispatcher = asyncio.create_task(program.dispatcher.run())
            program.loops = (intake, dispatcher)
            program.clock.start()
            try:
                yield program
            finally:
                program.clock.stop()
                await _end(intake)
                await program.reception.drain()
                await _end(dispatcher)
    finally:
        await program.store.close()


def build(settings: Settings, now: Callable[[], datetime], limits: Limits, speed: float) -> Program:
    """Everything put together, nothing begun."""
    application = _application(settings)
    store = Store(open_engine(settings.database))
    words, routes = Words(), all_routes()
    bot = application.bot
    reception = Reception(store, words, routes, bot, now, VoteBox(store, now))
    reception.register(application)
    return Program(
        store,
        application,
        Intake(application),
        Dispatcher(store, Postman(bot, store, words, routes, now, settings.font), now, limits, speed),
        Clock(store, words, routes, lambda: bot.username, now, settings.tick),
        reception,
    )


def _application(settings: Settings) -> Telegram:
    builder: ApplicationBuilder[Any, Any, Any, Any, Any, Any] = ApplicationBuilder()
    builder = builder.token(settings.token).updater(None).job_queue(None)
    builder = builder.base_url(f"{settings.api}/bot").base_file_url(f"{settings.api}/file/bot")
    proxy = proxy_for(settings.api)
    return builder.request(Request(proxy=proxy)).get_updates_request(Request(1, proxy=proxy)).build()


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a loop and wait for it; what ended it before is told by `Program.ended`."""
    task.cancel()
    await asyncio.wait([task])
