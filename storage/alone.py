"""The only seat at a SQLite file: whoever sits on it does all there is to do, and a second bot is refused."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import connect_file
from storage.store import Unavailable

_TRIES, _PAUSE = 4, 0.1  # seconds


class Occupied(Unavailable):
    """Another bot is at work on this database file; the message is its name."""


class Alone:
    """A lock on a file beside the database, which the system releases however the process ends."""

    shared = False  # no other process may take over
    order = None  # there is no other whose updates are to be waited for

    def __init__(self, engine: AsyncEngine, worker: str) -> None:
        self.worker = worker
        self.taken = asyncio.Event()
        self.lost = asyncio.Event()  # never
        self._engine = engine
        self._lock: int | None = None

    @property
    def held(self) -> bool:
        """Whether this process is the one that sends and watches the clock."""
        return self.taken.is_set()

    def tell(self) -> None:
        """Nothing: there is nobody else."""

    def on_news(self, _listener: Callable[[], None]) -> None:
        """Nothing: nobody else stores anything but a command, and that is found in time."""

    async def open(self) -> None:
        """Take the seat. Raises Occupied, Unavailable."""
        file = _beside(self._engine)
        if file is not None:
            self._lock = await _lock_patiently(file, self.worker)
        self.taken.set()

    async def tend(self) -> None:
        """Nothing has to be done to keep it; returns when cancelled."""
        await asyncio.Event().wait()

    async def holder(self) -> str | None:
        """Who sends and watches the clock."""
        return self.worker if self.held else None

    async def close(self) -> None:
        """Leave the seat."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        self.taken.clear()


def holder_of_file(engine: AsyncEngine) -> str | None:
    """The name of the bot that is at work on a database file; None when none is. Raises Unavailable."""
    file = _beside(engine)
    if file is None or not file.exists():
        return None
    try:
        os.close(_lock(file))
    except Occupied as other:
        return str(other)
    return None


def _beside(engine: AsyncEngine) -> Path | None:
    """The file of the lock; None for a database in memory. Raises Unavailable."""
    try:
        with closing(connect_file(engine)) as conn:
            file = next(file for _, name, file in conn.execute("PRAGMA database_list") if name == "main")
    except sqlite3.Error as error:
        raise Unavailable(str(error)) from error
    return Path(f"{file}.lock") if file else None


async def _lock_patiently(file: Path, worker: str) -> int:
    """Lock a file, and put a name into it; who only looks at it, or is just leaving, is waited for.

    Raises Occupied, Unavailable.
    """
    for _ in range(_TRIES):
        with suppress(Occupied):
            return _lock(file, worker)
        await asyncio.sleep(_PAUSE)
    return _lock(file, worker)


def _lock(file: Path, worker: str | None = None) -> int:
    """Lock a file. Raises Occupied, Unavailable."""
    try:
        lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Unavailable(f"{file}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        name = os.read(lock, 200).decode(errors="replace").strip()
        os.close(lock)
        if isinstance(error, BlockingIOError):
            raise Occupied(name) from None
        raise Unavailable(f"{file}: {error.strerror}") from error
    if worker is not None:
        with suppress(OSError):  # a full disk: the lock holds all the same
            os.ftruncate(lock, 0)
            os.write(lock, f"{worker}\n".encode())
    return lock
