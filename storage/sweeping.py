"""Sweeps up after sealed ballots: what a database keeps beside its tables tells what was written when."""

from __future__ import annotations

import asyncio
import sqlite3

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import connect_file

LEAVINGS = ("urn", "votes", "drafts", "cards", "seen_updates")


async def sweep(engine: AsyncEngine) -> bool:
    """Empty SQLite's write-ahead log, or PostgreSQL's dead rows; whether it could be done now."""
    if engine.dialect.name == "sqlite":
        return await asyncio.to_thread(_empty_log, engine)
    async with engine.connect() as conn:
        alone = await conn.execution_options(isolation_level="AUTOCOMMIT")
        for table in LEAVINGS:
            await alone.execute(text(f"VACUUM {table}"))
    return True


def _empty_log(engine: AsyncEngine) -> bool:
    """False while somebody still reads what is in the log."""
    conn = connect_file(engine)
    try:
        busy, *_ = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        conn.close()
    return not busy
