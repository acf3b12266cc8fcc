"""A database for tests of queries, at the newest schema."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import migrate
from storage.engine import open_engine
from storage.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store on a file of its own, which waits for no lock."""
    store = Store(open_engine(f"sqlite+aiosqlite:///{tmp_path}/test.db?timeout=0.05"))
    await migrate.upgrade(store.engine)
    yield store
    await store.close()
