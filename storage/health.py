"""Whether a database can be used: opened, read whole, written."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.store import Unavailable


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
