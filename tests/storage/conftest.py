"""A database for tests of queries, at the newest schema."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import open_engine
from storage.store import Store


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """A store on a database of its own, on each engine."""
    store = Store(open_engine(database))
    yield store
    await store.close()


@pytest.fixture
async def file_store(sqlite: str) -> AsyncIterator[Store]:
    """A store on the file test.db, which waits for no lock."""
    store = Store(open_engine(f"{sqlite}?timeout=0.05"))
    yield store
    await store.close()


@pytest.fixture(params=["bare_sqlite", "bare_postgresql"])
def bare(request: pytest.FixtureRequest) -> str:
    """The address of a database with nothing in it, on each engine."""
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture
def bare_sqlite(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/test.db"


@pytest.fixture
async def engine(bare: str) -> AsyncIterator[AsyncEngine]:
    """An empty database."""
    engine = open_engine(bare)
    yield engine
    await engine.dispose()


@pytest.fixture
async def server(postgresql: str) -> AsyncIterator[Any]:
    """A connection of somebody who looks after the server."""
    connection = await asyncpg.connect(postgresql.replace("+asyncpg", ""))
    yield connection
    await connection.close()
