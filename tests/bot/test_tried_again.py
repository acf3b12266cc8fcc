"""A database that turns a transaction away for a moment: it is tried again, and what it holds counts once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.util import await_only

from handlers import telegram
from handlers.here import Here
from handlers.routes import Route
from services import vote_box
from services.vote_box import Outcome, Press, Toast
from storage import log, postgres, updates
from storage.postgres import WRITERS
from storage.store import Store, Unavailable
from tests.handlers.test_straws import asked
from tests.scenes import bound_building, residents
from tests.services.house import GROUP, house
from tests.stage import Stage

AWAY = 2  # times that something is turned away


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database waits for a lock, and the bot for the database, for a moment only."""
    monkeypatch.setattr(telegram, "PAUSES", (0.01,) * AWAY)
    monkeypatch.setattr(vote_box, "_PAUSES", (0.01,) * AWAY)
    monkeypatch.setitem(postgres._SETTINGS, "lock_timeout", "50ms")


@pytest.fixture
def hurried(database: str) -> str:
    """The address of a database on each engine; SQLite waits for no lock."""
    return f"{database}?timeout=0.01" if database.startswith("sqlite") else database


class Writer:
    """Another process that may be writing."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def begin(self) -> None:
        """Begin to write: nobody else can."""
        if isinstance(self._conn, sqlite3.Connection):
            self._conn.execute("BEGIN IMMEDIATE")
        else:
            await self._conn.execute(f"SELECT pg_advisory_lock({WRITERS})")

    async def end(self) -> None:
        """Write no more."""
        if isinstance(self._conn, sqlite3.Connection):
            self._conn.execute("ROLLBACK")
        else:
            await self._conn.execute(f"SELECT pg_advisory_unlock({WRITERS})")


@pytest.fixture
async def writer(database: str, tmp_path: Path) -> AsyncIterator[Writer]:
    """Another process at the same database."""
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as file:
            yield Writer(file)
    else:
        async with session(database) as conn:
            yield Writer(conn)


@asynccontextmanager
async def session(address: str) -> AsyncIterator[Any]:
    """A connection of somebody else's to a PostgreSQL."""
    conn = await asyncpg.connect(address.replace("+asyncpg", ""))
    try:
        yield conn
    finally:
        await conn.close()


def until_turned_away(act: Callable[..., Awaitable[Any]], writer: Writer) -> Callable[..., Awaitable[Any]]:
    """`act`, and when it was turned away so often, the other process writes no more."""
    left = AWAY

    async def acting(*args: Any) -> Any:
        nonlocal left
        try:
            return await act(*args)
        except Unavailable:
            left -= 1
            if not left:
                await writer.end()
            raise

    return acting


async def test_votes_that_were_turned_away_are_tried_again_and_each_counts_once(
    hurried: str, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(hurried) as home:
        ballot, box = await home.open(), home.box()
        monkeypatch.setattr(home.store, "at_once", until_turned_away(home.store.at_once, writer))
        await writer.begin()
        outcomes = await asyncio.gather(*(home.press(box, str(who), ballot.id, 2) for who in range(5)))
        assert all(outcome.refusal is None for outcome in outcomes)
        assert await home.votes(ballot) == {home.households[who].id: (2,) for who in range(5)}
        assert box.stored == 5
        async with home.store.glance() as conn:
            events = await log.read(conn, f"ballot:{ballot.id}")
        assert [event.kind for event in events] == ["opened", *["cast"] * 5]


async def test_an_answer_to_a_straw_poll_that_was_turned_away_is_tried_again(
    hurried: str, writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Stage(tmp_path, database=hurried) as stage:
        scene = await bound_building(stage)
        (neighbour,) = await residents(stage, scene, 1)
        poll = await asked(stage, scene)
        reception = stage.program.reception
        monkeypatch.setattr(reception, "_note", until_turned_away(reception._note, writer))
        await writer.begin()
        await neighbour.vote_in_poll(poll, "周日")
        await stage.settle()
        assert reception.turned_away == 0
        async with stage.program.store.glance() as conn:
            answers = (await conn.execute(text("SELECT option FROM straw_answers"))).all()
        assert answers == [(2,)]


class Circle:
    """Another transaction that holds what ours wants, and then wants what ours holds: our turn to write."""

    def __init__(self, other: Any, watcher: Any) -> None:
        self._other = other
        self._watcher = watcher
        self._wanting: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Hold what every update writes to; that ours is found to be in the way is left to ours."""
        await self._other.execute("SET deadlock_timeout = '1min'")
        await self._other.execute("BEGIN; LOCK TABLE seen_updates IN SHARE MODE")

    async def close(self) -> None:
        """The first time, want to write as well; on return the other waits for ours."""
        if self._wanting is not None:
            return
        self._wanting = asyncio.create_task(self._write())
        waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)"
        while not await self._watcher.fetchval(waits, self._other.get_server_pid()):  # noqa: ASYNC110 - no bell
            await asyncio.sleep(0.005)

    async def _write(self) -> None:
        await self._other.execute(f"SELECT pg_advisory_xact_lock({WRITERS})")
        await self._other.execute("ROLLBACK")


@pytest.fixture
async def circle(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Circle]:
    """Another transaction at the PostgreSQL database, which finds a deadlock at once."""
    monkeypatch.setitem(postgres._SETTINGS, "lock_timeout", "60s")
    monkeypatch.setitem(postgres._SETTINGS, "deadlock_timeout", "10ms")
    async with session(postgresql) as other, session(postgresql) as watcher:
        yield Circle(other, watcher)


def troubles(store: Store) -> list[str]:
    """The SQLSTATE of whatever the server refuses from now on."""
    found: list[str] = []

    def note(context: ExceptionContext) -> None:
        found.append(getattr(context.original_exception, "sqlstate", ""))

    event.listen(store.engine.sync_engine, "handle_error", note)
    return found


async def test_an_update_that_ran_into_a_deadlock_is_handled_again_and_counts_once(
    postgresql: str, circle: Circle, tmp_path: Path
) -> None:
    async def act(here: Here, _rest: str) -> None:
        await here.say("guests.lost")
        await circle.close()

    async with Stage(tmp_path, database=postgresql) as stage:
        stage.program.reception.routes.commands["probe"] = Route(act)
        person = stage.sandbox.people.new("示例住户")
        chat = await person.start()
        await stage.settle()
        before, found = len(chat.messages), troubles(stage.program.store)
        await circle.begin()
        await person.say(chat, "/probe")
        await stage.settle()
        assert found == ["40P01"]
        assert [message.by_bot for message in chat.messages[before:]] == [False, True]
        assert "没看懂" in chat.messages[-1].text
        async with stage.program.store.glance() as conn:
            assert await updates.list_faults(conn) == []


async def test_a_vote_that_ran_into_a_deadlock_is_stored_after_all_and_once(
    postgresql: str, circle: Circle
) -> None:
    outcomes: list[Outcome] = []

    def answer(outcome: Outcome) -> Toast:
        outcomes.append(outcome)
        await_only(circle.close())
        return {"text": "noted"}

    async with house(postgresql) as home:
        ballot, box = await home.open(), home.box()
        found = troubles(home.store)
        await circle.begin()
        assert await box.put(Press(900, "0", GROUP, False, ballot.id, (3,)), answer) == {"text": "noted"}
        assert found == ["40P01"]
        assert [outcome.refusal for outcome in outcomes] == [None, None]
        assert await home.votes(ballot) == {home.households[0].id: (3,)}
        assert box.stored == 1
        async with home.store.glance() as conn:
            events = await log.read(conn, f"ballot:{ballot.id}")
        assert [event.kind for event in events] == ["opened", "cast"]
