"""A database for tests of queries, at the newest schema."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

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
