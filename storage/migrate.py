"""Brings a database to the newest schema, keeping what is in it.

Alembic is imported where it is needed: a third of a second, and at most starts there is nothing to be done.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.fresh import VERSION, is_empty, make
from storage.store import Missing, Unavailable
from storage.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"


class Outdated(Unavailable):
    """The schema of a database is not the one of this program; the message is the revision it has."""


async def upgrade(engine: AsyncEngine) -> None:
    """Bring a database to the newest schema, all the way or not at all. Raises Unavailable.

    An empty one is made whole in one go (storage/fresh.py), any other gets the revisions it lacks. Of several
    processes that start together one does it; the others wait, and find it done.
    """
    if await current(engine) != newest():
        await _write(engine, _upgrade)


async def revise(engine: AsyncEngine) -> None:
    """The same by the revisions alone, an empty database too: as one came to be that is as old as they."""
    await _write(engine, _revise)


async def _write(engine: AsyncEngine, change: Callable[[Connection], None]) -> None:
    try:
        async with engine.connect() as conn:
            unhurried = await conn.execution_options(unhurried=True)
            await unhurried.run_sync(change)
            await unhurried.commit()
    except DBAPIError as error:
        raise Unavailable(str(error.orig)) from error


async def check_newest(engine: AsyncEngine) -> None:
    """Go on only with a database of the newest schema. Raises Missing, Outdated, Unavailable."""
    revision = await current(engine)
    if revision is None:
        raise Missing(engine.url.render_as_string())
    if revision != newest():
        raise Outdated(revision)


async def current(engine: AsyncEngine) -> str | None:
    """The revision of a database, None for an empty one. Raises Unavailable."""
    try:
        async with engine.connect() as conn:
            reading = await conn.execution_options(reading=True)
            return await reading.run_sync(_current)
    except DBAPIError as error:
        raise Unavailable(str(error.orig)) from error


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION.name):
        return None
    found: str | None = connection.scalar(select(VERSION.c.version_num))
    return found


def newest() -> str:
    """The newest revision there is: they are numbered, and form one line."""
    return max(file.name.partition("_")[0] for file in (FOLDER / "versions").glob("[0-9]*_*.py"))


async def differences(engine: AsyncEngine) -> list[object]:
    """How a database differs from the tables as the code has them; empty when it does not."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    async with engine.connect() as conn:
        return await conn.run_sync(
            lambda sync: list(
                compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
            )
        )


def write_revision(connection: Connection, message: str) -> None:
    """Write the revision that makes the tables of the code out of those of the database (for developers)."""
    from alembic import command

    number = int(newest()) + 1
    command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04}")


def _upgrade(connection: Connection) -> None:
    if is_empty(connection):
        make(connection, newest())
    elif _current(connection) != newest():  # another may have been faster
        _revise(connection)


def _revise(connection: Connection) -> None:
    from alembic import command

    command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
