"""The engine: how a database is opened, so that what was acknowledged is on the disk."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.store import Unavailable

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)


def open_engine(url: str) -> AsyncEngine:
    """An engine for `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`. Raises Unavailable for others.

    SQLite waits 5 seconds for another's lock, or `?timeout=` seconds.
    """
    try:
        engine = create_async_engine(url)
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise Unavailable(str(error)) from error
    if engine.dialect.name == "sqlite":
        _check_opens(engine)
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _check_opens(engine: AsyncEngine) -> None:
    """Try the file once: aiosqlite's thread would outlive the loop in which opening it failed."""
    arguments, options = engine.dialect.create_connect_args(engine.url)
    try:
        sqlite3.connect(arguments[0], **options).close()
    except sqlite3.Error as error:
        raise Unavailable(str(error)) from error


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, never behind our back
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    """Takes the write lock at once where it will write: a lock taken later can be refused midway."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
