"""Our bot on a database of its own, settled with a town, for as long as something is measured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from bench.telegram import Telegram
from bench.town import Town, open_another, settle
from bot.clock import utc_now
from bot.limits import Limits
from bot.program import Program, running
from bot.settings import Settings
from storage import migrate
from storage.engine import open_engine
from storage.figures import figures
from storage.store import Store


def address(path: Path) -> str:
    """The database in a file, as the settings name it."""
    return f"sqlite+aiosqlite:///{path}"


async def build_town(
    telegram: Telegram,
    path: Path,
    groups: int,
    people: int,
    past_votes: int = 0,
    now: Callable[[], datetime] = utc_now,
) -> Town:
    """A filled database at a path, for people the sandbox knows too."""
    known = await telegram.ask("settle", groups=groups, people=people)
    store = Store(open_engine(address(path)))
    try:
        await migrate.upgrade(store.engine)
        return await settle(store, known["groups"], known["people"], now(), past_votes)
    finally:
        await store.close()


async def another_ballot(
    telegram: Telegram, path: Path, town: Town, now: Callable[[], datetime] = utc_now
) -> Town:
    """The same town with one more open ballot a building, each with a card of its own."""
    known = await telegram.ask("another_card")
    store = Store(open_engine(address(path)))
    try:
        return await open_another(store, town, known["groups"], now())
    finally:
        await store.close()


@asynccontextmanager
async def ours(
    telegram: Telegram,
    path: Path,
    now: Callable[[], datetime] = utc_now,
    limits: Limits | None = None,
    speed: float = 1.0,
) -> AsyncIterator[Program]:
    """The bot, running and listening."""
    settings = Settings(token=telegram.token, database=address(path), api=telegram.url, tick=3600)
    async with running(settings, now, limits, speed) as program:
        await telegram.ask("listened")
        yield program
        async with program.store.glance() as conn:
            assert (await figures(conn, now())).faults == 0, "nothing went wrong while it was measured"
