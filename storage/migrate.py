"""Brings a database to the newest schema, keeping what is in it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.store import Unavailable
from storage.tables import metadata

FOLDER = Path(__file__).parent / "migrations"


async def upgrade(engine: AsyncEngine) -> None:
    """Run every revision the database does not have yet; all of them or none. Raises Unavailable.

    Of several processes that start together one does it; the others wait, and find it done.
    """
    try:
        async with engine.connect() as conn:
            unhurried = await conn.execution_options(unhurried=True)
            await unhurried.run_sync(_run)
            await unhurried.commit()
    except DBAPIError as error:
        raise Unavailable(str(error.orig)) from error


async def current(engine: AsyncEngine) -> str | None:
    """The revision of a database, None for an empty one. Raises Unavailable."""
    try:
        async with engine.connect() as conn:
            reading = await conn.execution_options(reading=True)
            return await reading.run_sync(
                lambda sync: MigrationContext.configure(sync).get_current_revision()
            )
    except DBAPIError as error:
        raise Unavailable(str(error.orig)) from error


def newest() -> str | None:
    """The newest revision there is."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


async def differences(engine: AsyncEngine) -> list[object]:
    """How a database differs from the tables as the code has them; empty when it does not."""
    async with engine.connect() as conn:
        return await conn.run_sync(
            lambda sync: list(
                compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
            )
        )


def write_revision(connection: Connection, message: str) -> None:
    """Write the revision that makes the tables of the code out of those of the database (for developers)."""
    number = int(newest() or 0) + 1
    command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04}")


def _run(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
