"""A bot that can be killed and started again within a tenth of a second, on a sandbox of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from time import monotonic

from sandbox import Sandbox
from storage import migrate
from storage.engine import open_engine
from storage.store import Store
from tests.stage import START, plain

ROOT = Path(__file__).parents[2]
Notice = tuple[str, str]  # the address of its chat, and its text

PATIENCE = 30.0  # seconds until everything must have come to rest


class Mortal:
    """A bot with its platform, its database, its clock, and its deaths."""

    def __init__(self, folder: Path, sandbox: Sandbox, nursery: asyncio.subprocess.Process) -> None:
        self.sandbox = sandbox
        self.token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        self.file = folder / "louyuhui.db"
        self.database = f"sqlite+aiosqlite:///{self.file}"
        self.notes = folder / "points"
        self.deaths = 0
        self._clock = folder / "clock"
        self._nursery = nursery
        self._pid = 0
        self._gone: asyncio.Task[bytes] | None = None
        self.set_clock(START)

    @property
    def now(self) -> datetime:
        """What the bot's clock shows."""
        return datetime.fromisoformat(self._clock.read_text())

    def set_clock(self, now: datetime) -> None:
        """Let the bot's clock show a moment."""
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(now.isoformat())
        fresh.replace(self._clock)

    def pass_time(self, **delta: float) -> None:
        """Move the bot's clock on."""
        self.set_clock(self.now + timedelta(**delta))

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The database, as whoever looks in from outside has it."""
        store = Store(open_engine(self.database))
        try:
            yield store
        finally:
            await store.close()

    async def start(self, die_at: int = 0) -> None:
        """Start the bot; it kills itself at a point, or never."""
        order = {
            "token": self.token,
            "api": self.sandbox.url,
            "database": self.database,
            "clock": str(self._clock),
            "notes": str(self.notes),
            "die_at": die_at,
        }
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(f"{json.dumps(order)}\n".encode())
        self._pid = int(await self._nursery.stdout.readline())
        self._gone = asyncio.create_task(self._nursery.stdout.readline())

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._gone is not None and not self._gone.done()

    async def kill(self) -> None:
        """Kill the bot, if it still lives."""
        if self._gone is None:
            return
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        await self._gone
        self.deaths += 1

    async def rest(self) -> None:
        """Return when all is handled, said and done; a bot that died meanwhile is started again."""
        quiet, until = 0, monotonic() + PATIENCE
        while quiet < 2:
            if not self.alive:
                self.deaths += 1
                await self.start()
            quiet = quiet + 1 if self._at_rest() else 0
            if monotonic() > until:
                raise TimeoutError(f"{self.sandbox.unsettled()}, and {self.left()} rows of {self.file}")
            await asyncio.sleep(0.02)

    def _at_rest(self) -> bool:
        pending = self.sandbox.world.bots[self.token].updates.pending
        return not pending and not self.sandbox.api.in_flight and self.alive and self.left() == 0

    def notices(self) -> tuple[Counter[Notice], Counter[Notice]]:
        """Which notices did not come, and which came too often; each how often."""
        with closing(sqlite3.connect(self.file, timeout=5)) as conn:
            query = (
                "SELECT address, payload FROM outbox JOIN chats ON chats.id = chat_id"
                " WHERE notice AND coalesce(not_before, '') <= ?"
            )
            rows = conn.execute(query, (self._moment(),)).fetchall()
        said = Counter((address, unescape(plain(json.loads(payload)["text"]))) for address, payload in rows)
        came: Counter[Notice] = Counter()
        for chat in self.sandbox.world.chats.values():
            for message in chat.messages.values():
                body = message.body
                came[str(chat.id), str(body.get("text") or body.get("caption"))] += 1
        doubled = Counter({notice: came[notice] - count for notice, count in said.items()})
        return said - came, +doubled

    def _moment(self) -> str:
        """What the bot's clock shows, as it stands in the database."""
        return self.now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    def left(self) -> int:
        """How many letters, cards and dues wait in the database."""
        with closing(sqlite3.connect(self.file, timeout=5)) as conn:
            return int(
                conn.execute(
                    "SELECT (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"
                    "    AND coalesce(not_before, '') <= ?)"
                    " + (SELECT count(*) FROM cards JOIN chats ON chats.id = cards.chat_id"
                    "    WHERE shown < wanted AND cards.state = 'live' AND chats.state = 'here')"
                    " + (SELECT count(*) FROM dues WHERE state = 'waiting' AND due_at <= ?)",
                    (self._moment(), self._moment()),
                ).fetchone()[0]
            )


@asynccontextmanager
async def mortal(folder: Path) -> AsyncIterator[Mortal]:
    """A bot that is not yet running, on an empty database."""
    nursery = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.nursery"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    async with Sandbox(limits=None) as sandbox:
        bot = Mortal(folder, sandbox, nursery)
        async with bot.store() as store:
            await migrate.upgrade(store.engine)
        try:
            yield bot
        finally:
            await bot.kill()
            assert nursery.stdin is not None
            nursery.stdin.close()
            await nursery.wait()
