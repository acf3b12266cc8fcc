"""A bot that can be killed and started again within a tenth of a second, on a sandbox of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from time import monotonic

from sqlalchemy import func, or_, select

from sandbox import Sandbox
from storage import migrate
from storage.engine import open_engine
from storage.outbox import behind
from storage.store import Store
from storage.tables import cards, chats, dues, outbox
from tests.stage import START, plain

ROOT = Path(__file__).parents[2]
Notice = tuple[str, str]  # the address of its chat, and its text

PATIENCE = 120.0  # seconds until everything must have come to rest


class Mortal:
    """A bot with its platform, its database, its clock, and its deaths."""

    def __init__(
        self, folder: Path, sandbox: Sandbox, nursery: asyncio.subprocess.Process, database: str | None
    ) -> None:
        self.sandbox = sandbox
        self.token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        self.file = folder / "louyuhui.db"
        self.database = database or f"sqlite+aiosqlite:///{self.file}"
        self.notes = folder / "points"
        self.deaths = 0
        self.underway: Counter[Notice] = Counter()  # notices that were being sent when it died
        self.chatter: Counter[Notice] = Counter()  # and other letters
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
        if self.deaths:
            await self._note_underway()
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

    async def gone(self) -> None:
        """Return when it is known to have died."""
        assert self._gone is not None
        async with asyncio.timeout(PATIENCE):
            await asyncio.shield(self._gone)

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
        async with self.store() as store:
            while quiet < 2:
                if not self.alive:
                    self.deaths += 1
                    await self.start()
                quiet = quiet + 1 if await self._at_rest(store) else 0
                if quiet == 0 and monotonic() > until:
                    raise TimeoutError(f"{self.sandbox.unsettled()}, and {await self.left(store)} rows")
                await asyncio.sleep(0.02)

    async def _at_rest(self, store: Store) -> bool:
        pending = self.sandbox.world.bots[self.token].updates.pending
        quiet = not pending and not self.sandbox.api.in_flight and self.alive
        return quiet and await self.left(store) == 0

    def came(self, addresses: Collection[str]) -> Counter[Notice]:
        """What was said in some chats, and how often."""
        return Counter(
            (str(chat.id), str(message.body.get("text") or message.body.get("caption")))
            for chat in self.sandbox.world.chats.values()
            if str(chat.id) in addresses
            for message in chat.messages.values()
            if not message.deleted
        )

    async def _note_underway(self) -> None:
        """What is marked as leaving: of this, and of nothing else, nobody can know whether it has left."""
        letters = select(chats.c.address, outbox.c.payload, outbox.c.notice).join(chats)
        async with self.store() as store, store.glance() as conn:
            for row in await conn.execute(letters.where(outbox.c.state == "sending")):
                kept = self.underway if row.notice else self.chatter
                kept[row.address, unescape(plain(row.payload["text"]))] += 1

    async def left(self, store: Store) -> int:
        """How many letters, cards and dues wait in the database."""
        due = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= self.now)
        waiting = (
            select(func.count()).where(outbox.c.state.in_(("queued", "sending")), due),
            select(func.count()).select_from(cards).join(chats).where(behind()),
            select(func.count()).where(dues.c.state == "waiting", dues.c.due_at <= self.now),
        )
        async with store.glance() as conn:
            return sum([await conn.scalar(query) or 0 for query in waiting])


@asynccontextmanager
async def mortal(folder: Path, database: str | None = None) -> AsyncIterator[Mortal]:
    """A bot that is not yet running, on an empty database: that one, or a file of its own."""
    nursery = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.nursery"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    async with Sandbox(limits=None) as sandbox:
        bot = Mortal(folder, sandbox, nursery, database)
        async with bot.store() as store:
            await migrate.upgrade(store.engine)
        try:
            yield bot
        finally:
            await bot.kill()
            assert nursery.stdin is not None
            nursery.stdin.close()
            await nursery.wait()
