"""A database that fails in the middle of an update: it is refused, and brought again it counts once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.util import await_only

from handlers.buttons import Button
from handlers.here import Here
from handlers.routes import Route
from storage.postgres import WRITERS
from tests.bot.webhook_stage import WebhookStage, pressed

GROUP = -1_000_777


class Tap(Button, code="tapmid"):
    """A button of these tests."""

    number: int


@pytest.fixture
async def stage(
    tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[WebhookStage]:
    """The bot on PostgreSQL, which leaves it to Telegram to try again."""
    monkeypatch.setattr("handlers.telegram.PAUSES", ())
    stage = WebhookStage(tmp_path)
    stage.database = postgresql
    async with stage:
        yield stage


@pytest.fixture
async def server(postgresql: str) -> AsyncIterator[Any]:
    """A connection of somebody who looks after the server."""
    connection = await asyncpg.connect(postgresql.replace("+asyncpg", ""))
    yield connection
    await connection.close()


class Failure:
    """Ends the connection of whoever is writing, once."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.wanted = False
        self.happened = False

    async def strike(self) -> None:
        """Strike now."""
        writer = f"locktype = 'advisory' AND objid = {WRITERS} AND granted"
        query = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE {writer}"
        self.wanted, self.happened = False, bool(await self._server.fetch(query))

    def at_commit(self, conn: Connection) -> None:
        """Strike now if it is wanted, and somebody has written."""
        if self.wanted and not conn.get_execution_options().get("reading", False):
            await_only(self.strike())


async def stored(server: Any, number: int) -> tuple[int, int]:
    """How often the update is known, and how many messages wait or were sent."""
    seen = await server.fetchval("SELECT count(*) FROM seen_updates WHERE update_id = $1", number)
    return seen, await server.fetchval("SELECT count(*) FROM outbox")


@pytest.mark.parametrize("moment", ["in the handler", "at the commit"])
async def test_what_failed_midway_is_refused_and_stored_once_when_it_is_brought_again(
    stage: WebhookStage, server: Any, moment: str
) -> None:
    failure = Failure(server)

    async def act(here: Here, _button: Tap) -> None:
        await here.say("guests.lost")
        await here.tell("guests.lost")
        failure.wanted = not failure.happened
        if failure.wanted and moment == "in the handler":
            await failure.strike()

    stage.program.reception.routes.presses[Tap] = Route(act)
    event.listen(stage.program.store.engine.sync_engine, "commit", failure.at_commit)
    _, before = await stored(server, 900)
    press = pressed(900, Tap(1).pack(), 777, GROUP)
    refused = await stage.deliver(press)
    assert (refused.status_code, refused.content) == (503, b"")
    assert failure.happened
    assert await stored(server, 900) == (0, before)
    taken = await stage.deliver(press)
    assert taken.status_code == 200
    assert taken.json()["method"] == "answerCallbackQuery"
    assert await stored(server, 900) == (1, before + 1)
    again = await stage.deliver(press)
    assert (again.status_code, again.json()) == (200, taken.json())
    assert await stored(server, 900) == (1, before + 1)
