"""Whether a database can be used: opened, read whole, written."""

from __future__ import annotations

from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.store import Unavailable
from storage.tables import seen_updates


async def trouble(engine: AsyncEngine) -> str | None:
    """What is wrong with a database, in its own words; None when nothing is. It is left as it was."""
    try:
        async with engine.connect() as conn:
            if engine.dialect.name == "sqlite":
                found = await conn.scalar(text("PRAGMA quick_check"))
                if found != "ok":
                    return str(found)
            await conn.execute(text("CREATE TABLE write_check (written INTEGER)"))
            await conn.rollback()
    except DBAPIError as error:
        return str(error.orig)
    except Unavailable as error:
        return str(error)
    return None


async def check_writable(conn: AsyncConnection) -> None:
    """Go on only if the database can be written: a write that changes nothing."""
    await conn.execute(delete(seen_updates).where(seen_updates.c.update_id < 0))
