"""Who is at work on a database: one process alone on a SQLite file, any number of workers on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncEngine

from storage.alone import Alone, Occupied, holder_of_file

if TYPE_CHECKING:
    from storage.seat import Seat


def seat_at(engine: AsyncEngine, worker: str) -> Alone | Seat:
    """A seat for a worker of this name."""
    if engine.dialect.name == "sqlite":
        return Alone(engine, worker)
    from storage.seat import Seat  # noqa: PLC0415 - the driver of PostgreSQL is needed nowhere else

    return Seat(engine, worker)


async def at_work(engine: AsyncEngine) -> Sequence[tuple[str, bool]]:
    """The workers that are there, by name, each with whether it is in office. Raises Unavailable."""
    if engine.dialect.name == "sqlite":
        name = holder_of_file(engine)
        return [] if name is None else [(name, True)]
    from storage.seat import workers  # noqa: PLC0415 - as above

    return await workers(engine)


@asynccontextmanager
async def sole(engine: AsyncEngine, worker: str) -> AsyncIterator[None]:
    """As the only one at work on a database, under this name. Raises Occupied by whom, Unavailable."""
    seat = seat_at(engine, worker)
    await seat.open()
    tending = asyncio.create_task(seat.tend())
    try:
        others = [name for name, in_office in await at_work(engine) if name != worker or not in_office]
        if others:
            raise Occupied(", ".join(others))
        yield
    finally:
        tending.cancel()
        await asyncio.wait([tending])
        await seat.close()
