"""Backups: a whole database as one SQLite file, whichever engine it came from, made while the bot runs."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import migrate, moving
from storage.engine import connect_file, open_engine
from storage.moving import Content, Progress
from storage.store import Missing, Store, Unavailable

_PAGES = 2000  # copied between two looks at the progress: 8 MB


class Filled(Exception):
    """The database that is to be written has something in it."""


class Differs(Exception):
    """What arrived is not what was sent; the message names the tables. Nothing was stored."""


def file_url(file: Path) -> str:
    """The address of a database file."""
    return f"sqlite+aiosqlite:///{file.absolute()}"


async def back_up(engine: AsyncEngine, file: Path, progress: Progress) -> None:
    """Write a consistent copy of a database into a new file. Raises Unavailable, Differs, OSError."""
    if await migrate.current(engine) is None:
        raise Missing(engine.url.render_as_string())
    await asyncio.to_thread(file.touch, 0o600, exist_ok=False)
    if engine.dialect.name == "sqlite":
        await asyncio.to_thread(_copy_file, engine, file, progress)
    else:
        await migrate.check_newest(engine)
        copy = open_engine(file_url(file))
        try:
            await migrate.upgrade(copy)
            await transfer(engine, copy, progress)
        finally:
            await copy.dispose()
    await asyncio.to_thread(_close_up, file)


def _copy_file(engine: AsyncEngine, file: Path, progress: Progress) -> None:
    """SQLite's own online backup, of the moment at which it begins.

    By itself it would begin anew whenever somebody writes meanwhile, and in a busy hour never end.
    """

    def tell(_status: int, remaining: int, total: int) -> None:
        progress(file.name, total - remaining, total)

    try:
        with closing(connect_file(engine)) as source, closing(sqlite3.connect(file)) as copy:
            source.execute("BEGIN")
            source.execute(
                "SELECT 1 FROM sqlite_master"
            ).fetchone()  # what is written from now on is not seen
            source.backup(copy, pages=_PAGES, progress=tell)
    except sqlite3.Error as error:
        raise Unavailable(str(error)) from error


def _close_up(file: Path) -> None:
    """One file, with no log beside it."""
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")


async def transfer(
    source: AsyncEngine,
    target: AsyncEngine,
    progress: Progress,
    *,
    force: bool = False,
    last: bool = False,
) -> dict[str, Content]:
    """Put all of one database into another, compare every table, and only then store it; what each holds.

    Both are at the newest schema. Where it is the `last` that is read of the source, nobody writes there
    meanwhile. Raises Filled unless `force`, Differs, Unavailable: nothing is stored then.
    """
    try:
        patient, writing = (engine.execution_options(unhurried=True) for engine in (source, target))
        reading = patient.begin() if last else Store(patient).glance()
        async with reading as there, writing.begin() as here:
            if not force and await moving.is_filled(here):
                raise Filled
            await moving.move_all(there, here, progress)
            contents, differing = await moving.compare(there, here, progress)
            if differing:
                raise Differs("; ".join(differing))
            return contents
    except DatabaseError as error:
        raise Unavailable(str(error.orig)) from error
