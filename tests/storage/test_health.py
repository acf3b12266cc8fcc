"""Whether a database can be used is found out without changing it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect

from storage import health
from storage.engine import open_engine
from storage.store import Store


async def test_a_good_database_has_no_trouble_and_stays_as_it_was(store: Store) -> None:
    async with store.engine.connect() as conn:
        before = await conn.run_sync(lambda sync: sorted(inspect(sync).get_table_names()))
    assert await health.trouble(store.engine) is None
    async with store.engine.connect() as conn:
        assert await conn.run_sync(lambda sync: sorted(inspect(sync).get_table_names())) == before


async def test_it_may_be_asked_twice(store: Store) -> None:
    assert [await health.trouble(store.engine) for _ in range(2)] == [None, None]


async def test_a_locked_database_says_so(file_store: Store, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await health.trouble(file_store.engine) == "database is locked"


async def test_a_read_only_database_says_so(file_store: Store, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///file:{tmp_path}/test.db?mode=ro&uri=true")
    assert await health.trouble(engine) == "attempt to write a readonly database"
    await engine.dispose()


async def test_a_torn_file_says_so(file_store: Store, tmp_path: Path) -> None:
    await file_store.engine.dispose()
    file = tmp_path / "test.db"
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 6] = b"\xff" * (4096 * 3)
    file.write_bytes(content)
    trouble = await health.trouble(file_store.engine)
    assert trouble is not None
    assert "malformed" in trouble or "Tree" in trouble
