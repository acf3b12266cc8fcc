"""The store: gives each use case its transaction, one writer after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

Connection = AsyncConnection  # what the queries of this folder are given


class Unavailable(Exception):
    """The database cannot be written now: locked, read-only, full or gone. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of work: a transaction and the moment at which it happens (aware)."""

    conn: AsyncConnection
    now: datetime


class Store:
    """The database as the services see it: units that write, glances that read."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._turn = asyncio.Lock()
        self._listeners: list[Callable[[], None]] = []

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after every commit."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def unit(self, now: datetime) -> AsyncIterator[Unit]:
        """A transaction that is committed at the end, or rolled back by what climbs out of it.

        Raises Unavailable, then nothing was stored and it may be tried again.
        """
        try:
            async with self._turn, self.engine.begin() as conn:
                yield Unit(conn, now)
        except IntegrityError:
            raise  # refused by a rule of the tables: trying again would not help
        except DatabaseError as error:
            raise Unavailable(str(error.orig)) from error
        for listener in self._listeners:
            listener()

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncConnection]:
        """A connection that reads one consistent state and writes nothing. Raises Unavailable."""
        try:
            async with self.engine.connect() as conn:
                yield await conn.execution_options(reading=True)
        except DatabaseError as error:
            raise Unavailable(str(error.orig)) from error

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
