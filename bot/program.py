"""The program: the store, the words, the handlers and the three loops, wired together."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from telegram.ext import Application, ApplicationBuilder

from bot.clock import Clock, utc_now
from bot.dispatcher import Dispatcher
from bot.gate import Gate
from bot.intake import Intake
from bot.introduction import introduce
from bot.limits import Limits
from bot.lines import Lines
from bot.metrics import Metrics
from bot.office import Office, Seat
from bot.postman import Postman
from bot.request import Request, proxy_for
from bot.server import Server
from bot.settings import Settings
from bot.watch import Watch
from bot.webhook import Webhook
from handlers.all import all_routes
from handlers.telegram import Reception
from handlers.words import Words
from rules.kinds import known
from services.vote_box import VoteBox
from storage import health, migrate
from storage.engine import open_engine
from storage.seats import seat_at
from storage.store import Store

log = logging.getLogger(__name__)

Telegram = Application[Any, Any, Any, Any, Any, Any]


@dataclass
class Program:
    """The running bot; `store` and `clock` are there for those who look in from outside."""

    store: Store
    application: Telegram
    seat: Seat
    intake: Intake
    dispatcher: Dispatcher
    clock: Clock
    reception: Reception
    metrics: Metrics
    office: Office
    webhook: Webhook | None = None  # without one, updates are fetched
    servers: tuple[Server, ...] = ()
    loops: tuple[asyncio.Task[None], ...] = ()

    async def sit_down(self) -> None:
        """Be one of those at work on the database. Raises Unavailable."""
        await self.seat.open()
        self.loops = (asyncio.create_task(self.seat.tend(), name="seat"),)

    async def stand_up(self) -> None:
        """Leave the database to others."""
        for loop in self.loops:
            await _end(loop)
        await self.seat.close()

    async def start(self) -> None:
        """Begin to listen and, in office, to send and watch the clock. Raises CannotListen, TelegramError."""
        if self.webhook is None:
            await self.application.bot.delete_webhook()
        self.loops += (asyncio.create_task(self.office.run(), name="office"),)
        await asyncio.sleep(0)  # it begins at once where it can
        for server in self.servers:
            await server.start()
        if self.webhook is not None:
            await self.webhook.announce()
        log.debug("the bot is at work: %s", "long polling" if self.webhook is None else "webhook")

    async def stop(self) -> None:
        """Take nothing more in, and finish what is under way."""
        for server in self.servers:
            await server.stop()
        for loop in self.loops[1:]:
            await _end(loop)
        await self.reception.drain()
        log.debug("the bot has stopped")

    def parts(self) -> dict[str, bool]:
        """Of each part by name whether it runs; what only one worker does, where it is this one."""
        return {loop.get_name(): not loop.done() for loop in self.loops} | self.office.parts()

    async def until(self, stop: asyncio.Event) -> None:
        """Run until told to stop. Raises what ended one of the loops before."""
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([stopping, *self.loops], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        for task in done - {stopping}:
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
        await program.sit_down()
        await migrate.upgrade(program.store.engine)
        async with program.store.unit(now()) as unit:
            await health.check_writable(unit.conn)  # said at the start, not at the first vote
        async with program.application, _knowing(settings):
            try:
                await program.start()
                await introduce(program.application.bot)
                yield program
            finally:
                await program.stop()
    finally:
        await program.application.bot.shutdown()  # the library leaves it open where it could not begin
        await program.stand_up()
        await program.store.close()


@asynccontextmanager
async def _knowing(settings: Settings) -> AsyncIterator[None]:
    """The operator's kinds of meeting are known as long as the bot runs."""
    with known(settings.kinds):
        yield


def build(settings: Settings, now: Callable[[], datetime], limits: Limits, speed: float) -> Program:
    """Everything put together, nothing begun."""
    application = _application(settings)
    store = Store(open_engine(settings.database))
    words, routes, metrics = Words(), all_routes(), Metrics()
    bot, box = application.bot, VoteBox(store, now)
    charter = replace(settings.deciding, speaking=settings.speaking_time)
    seat = seat_at(store.engine, settings.worker or f"{socket.gethostname()}-{os.getpid()}")
    gate = Gate(limits, seat, speed)
    reception = Reception(store, words, routes, bot, now, box, charter, gate.past)
    reception.register(application)
    metrics.count("louyuhui_votes_stored", "Votes cast or changed", lambda: box.stored)
    metrics.count(
        "louyuhui_updates_turned_away",
        "Updates that the database could not take",
        lambda: reception.turned_away,
    )
    postman = Postman(bot, store, words, routes, now, settings.font, metrics, charter)
    dispatcher = Dispatcher(store, postman, now, gate, metrics, seat, speed)
    store.on_commit(seat.tell)
    seat.on_news(dispatcher.notice)
    intake = Intake(application, reception, metrics)
    clock = Clock(store, words, routes, lambda: bot.username, now, settings.tick)
    duties = {"dispatcher": dispatcher.run} | ({} if settings.webhook.url else {"intake": intake.run})
    office = Office(seat, clock, duties, reception.drain)
    program = Program(store, application, seat, intake, dispatcher, clock, reception, metrics, office)
    _open_doors(program, settings, now)
    return program


def _open_doors(program: Program, settings: Settings, now: Callable[[], datetime]) -> None:
    """Where the bot is reached from outside: the webhook, and those who watch it."""
    watch = Watch(program.store, program.metrics, program.seat, program.parts, now)
    if settings.webhook.url:
        program.webhook = Webhook(
            settings.webhook,
            settings.token,
            program.application.bot,
            program.intake,
            program.reception,
            program.seat.order or Lines(),
        )
        app = Starlette(routes=[*program.webhook.routes(), *watch.health()])
        program.servers += (Server(app, settings.webhook.listen),)
    if settings.metrics_listen is not None:
        program.servers += (Server(Starlette(routes=watch.routes()), settings.metrics_listen),)


def _application(settings: Settings) -> Telegram:
    builder: ApplicationBuilder[Any, Any, Any, Any, Any, Any] = ApplicationBuilder()
    builder = builder.token(settings.token).updater(None).job_queue(None)
    builder = builder.base_url(f"{settings.api}/bot").base_file_url(f"{settings.api}/file/bot")
    return builder.request(Request(proxy=proxy_for(settings.api))).get_updates_request(Request(1)).build()


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a loop and wait for it; what ended it before is told by `Program.until`."""
    task.cancel()
    await asyncio.wait([task])
