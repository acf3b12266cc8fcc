"""A database of which every connection is in use, and nobody waits long for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy import QueuePool

from storage.store import Store


@asynccontextmanager
async def all_in_use(store: Store) -> AsyncIterator[None]:
    """Look at the database as often as it lets anybody at the same time."""
    pool = store.engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    patience, pool._timeout = pool._timeout, 0.05
    async with AsyncExitStack() as looks:
        for _ in range(pool.size() + pool._max_overflow):
            await looks.enter_async_context(store.glance())
        yield
    pool._timeout = patience
