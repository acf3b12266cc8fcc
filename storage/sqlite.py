"""SQLite opened so that what was acknowledged is on the disk, for the loop and for a thread beside it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, Self, TypeVar

import aiosqlite
from sqlalchemy import URL, Connection, Engine, create_engine, event

T = TypeVar("T")

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten: a half-filled sealed paper leaves nothing
)


def prepare(engine: Engine) -> None:
    """Have every connection of an engine opened, and every transaction begun, as it has to be."""
    event.listen(engine, "connect", _open)
    event.listen(engine, "begin", _begin)


def _open(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, never behind our back
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()
    except sqlite3.Error:
        connection.close()  # nobody else would: the pool has not taken it yet
        raise


def _begin(connection: Connection) -> None:
    """Takes the write lock at once where it will write: a lock taken later can be refused midway."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class OneHop(aiosqlite.Connection):
    """A connection whose statements are one hop to its thread; the library makes it four."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True

    def cursor(self) -> _Cursor:  # type: ignore[override]  # SQLAlchemy enters it at once
        """A cursor that is opened when it executes."""
        return _Cursor(self)


class _Cursor:
    """Opens, executes, fetches and closes in its connection's thread, all at once."""

    __slots__ = ("_connection", "_rows", "arraysize", "description", "lastrowid", "rowcount")

    def __init__(self, connection: OneHop) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.arraysize = 1
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        """Run a statement and fetch what it gives."""
        await self._in_thread(self._connection._conn.execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Run a statement for each of some parameters."""
        await self._in_thread(self._connection._conn.executemany, sql, parameters)
        return self

    async def _in_thread(self, *call: Any) -> None:
        await self._connection._execute(self._run, *call)  # type: ignore[no-untyped-call]

    def _run(self, execute: Callable[[str, Any], sqlite3.Cursor], sql: str, parameters: Any) -> None:
        with closing(execute(sql, parameters)) as cursor:
            self.description = cursor.description
            self._rows = cursor.fetchall()
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid

    async def fetchall(self) -> list[Any]:
        """What was fetched."""
        return self._rows

    async def close(self) -> None:
        """Nothing: it was closed when it had fetched."""


class Beside:
    """A thread with a connection of its own to the file of a URL; it opens when it is first used."""

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(url.set(drivername="sqlite"), hide_parameters=True)
        self._thread = ThreadPoolExecutor(1, "storage")
        prepare(self._engine)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What a whole transaction gives: one hop to the thread, where each statement would be several."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)

    def _run(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as conn:
            return work(conn)

    async def close(self) -> None:
        """Close the connection and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()
