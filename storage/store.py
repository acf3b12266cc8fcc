"""The store: gives each use case its transaction, one writer after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection as BlockingConnection
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.sqlite import Beside

Connection = AsyncConnection  # what the queries of this folder are given
Piece = BlockingConnection  # and those of a transaction that runs as one piece

T = TypeVar("T")


class Unavailable(Exception):
    """The database cannot be written now: locked, read-only, full or gone. Nothing was stored."""


class Missing(Unavailable):
    """There is no database where one is to be; the message says where. Nothing was made there."""


class Closing(Unavailable):
    """The connection at hand is about to be closed by the server; another one may do."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of work: a transaction and the moment at which it happens (aware)."""

    conn: AsyncConnection
    now: datetime


@dataclass(frozen=True, slots=True)
class _Waiting:
    work: Callable[[Piece], Any]
    tell: bool
    future: asyncio.Future[Any]


class Store:
    """The database as the services see it: units that write, glances that read."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._reading = engine.execution_options(reading=True)
        self._beside = Beside(engine.url) if engine.dialect.name == "sqlite" else None
        self._turn = asyncio.Lock()
        self._waiting: list[_Waiting] = []
        self._runner: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[], None]] = []

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after every commit."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def unit(self, now: datetime) -> AsyncIterator[Unit]:
        """A transaction that is committed at the end, or rolled back by what climbs out of it.

        Raises Unavailable, then nothing was stored and it may be tried again.
        """
        async with self._write(), _begun(self.engine) as conn:
            yield Unit(conn, now)

    async def at_once(self, work: Callable[[Piece], T], *, tell: bool = True) -> T:
        """What a piece gives, a blocking function: on SQLite it is a single hop to a thread.

        The listeners are called unless `tell` is false. Pieces that wait at the same time share one
        transaction. Each may be run twice: where one fails, each is run anew alone. Raises Unavailable, as a
        unit does.
        """
        piece = _Waiting(work, tell, asyncio.get_running_loop().create_future())
        self._waiting.append(piece)
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run_waiting())
        result: T = await piece.future
        return result

    async def _run_waiting(self) -> None:
        while self._waiting:
            async with self._turn:
                pass  # whoever comes until it is our turn shares the transaction
            pieces, self._waiting = self._waiting, []
            await self._run_together(pieces)

    async def _run_together(self, pieces: list[_Waiting]) -> None:
        """Run pieces in one transaction, and should it fail, each alone: a fault spoils only its own."""
        try:
            async with self._write(tell=any(piece.tell for piece in pieces)):
                results = await self._transact(lambda conn: [piece.work(conn) for piece in pieces])
        except Exception as error:  # noqa: BLE001 - it is handed to the one whose piece it is
            if len(pieces) > 1:
                for piece in pieces:
                    await self._run_together([piece])
            elif not pieces[0].future.done():
                pieces[0].future.set_exception(error)
        else:
            for piece, result in zip(pieces, results, strict=True):
                if not piece.future.done():
                    piece.future.set_result(result)

    async def _transact(self, work: Callable[[Piece], T]) -> T:
        if self._beside is not None:
            return await self._beside.run(work)
        async with _begun(self.engine) as conn:
            return await conn.run_sync(work)

    @asynccontextmanager
    async def _write(self, *, tell: bool = True) -> AsyncIterator[None]:
        """One writer's turn; on leaving, what was written is committed."""
        try:
            async with self._turn:
                yield
        except (IntegrityError, ProgrammingError):
            raise  # refused by a rule of the tables, or never right: trying again would not help
        except (DatabaseError, NoneFree) as error:
            raise Unavailable(_told(error)) from error
        for listener in self._listeners if tell else ():
            listener()

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncConnection]:
        """A connection that reads one consistent state and writes nothing. Raises Unavailable."""
        try:
            async with _begun(self._reading) as conn:
                yield conn
        except ProgrammingError:
            raise
        except (DatabaseError, NoneFree) as error:
            raise Unavailable(_told(error)) from error

    async def close(self) -> None:
        """Close every connection."""
        if self._runner is not None:
            await self._runner
        if self._beside is not None:
            await self._beside.close()
        await self.engine.dispose()


def _told(error: DatabaseError | NoneFree) -> str:
    """What the database said; or, where no connection became free in time, that."""
    return str(error.orig) if isinstance(error, DatabaseError) else "every connection is in use"


@asynccontextmanager
async def _begun(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction; on another connection where the one at hand was closed while nobody used it."""
    async with AsyncExitStack() as stack:
        try:
            conn = await stack.enter_async_context(engine.begin())
        except Closing:
            conn = await stack.enter_async_context(engine.begin())
        yield conn
