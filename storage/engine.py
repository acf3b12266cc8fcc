"""The engine: how a database is opened, so that what was acknowledged is on the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.postgres import open_postgres
from storage.sqlite import OneHop, prepare
from storage.store import Missing, Unavailable

Engine = AsyncEngine  # what the commands hand on


def open_engine(url: str, *, create: bool = True) -> AsyncEngine:
    """An engine for `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`. Raises Unavailable for others.

    A SQLite file that is not there is made, unless not to `create` it: then Missing is raised.
    What an error says leaves out the values that were sent: they may be votes, and faults are kept.
    SQLite waits 5 seconds for another's lock, or `?timeout=` seconds.
    """
    try:
        known = make_url(url)
        if known.get_backend_name() == "postgresql":
            return open_postgres(known)
        if known.get_backend_name() != "sqlite":
            raise Unavailable(f"neither SQLite nor PostgreSQL: {known.get_backend_name()}")
        engine = create_async_engine(
            known, async_creator=lambda: OneHop(lambda: connect_file(engine)), hide_parameters=True
        )
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise Unavailable(str(error)) from error
    file = None if create else file_of(engine)
    if file is not None and not file.exists():
        raise Missing(str(file))
    _check_opens(engine)
    prepare(engine.sync_engine)
    return engine


@asynccontextmanager
async def engine_of(url: str, *, create: bool = True) -> AsyncIterator[AsyncEngine]:
    """The same for a while. Raises Missing, Unavailable."""
    engine = open_engine(url, create=create)
    try:
        yield engine
    finally:
        await engine.dispose()


def _check_opens(engine: AsyncEngine) -> None:
    """Try the file once: aiosqlite's thread would outlive the loop in which opening it failed."""
    try:
        connect_file(engine).close()
    except sqlite3.Error as error:
        raise Unavailable(str(error)) from error


def file_of(engine: AsyncEngine) -> Path | None:
    """The file of a SQLite database, by its whole path; None for one in memory, and for other engines."""
    if engine.dialect.name != "sqlite":
        return None
    (name, *_), options = engine.dialect.create_connect_args(engine.url)
    if options.get("uri"):
        parts = urlsplit(name)
        name = "" if "mode=memory" in parts.query.split("&") else unquote(parts.path)
    return None if name in {"", ":memory:"} else Path(name).absolute()


def connect_file(engine: AsyncEngine) -> sqlite3.Connection:
    """A connection of SQLite's own to the file of an engine. Raises sqlite3.Error."""
    arguments, options = engine.dialect.create_connect_args(engine.url)
    return sqlite3.connect(arguments[0], **options)
