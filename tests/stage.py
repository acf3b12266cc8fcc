"""A stage for conversations: the sandbox, the bot on it with its own database, and a clock to be set."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from bot.limits import Limits
from bot.program import Program, running
from bot.settings import Settings
from sandbox import Sandbox
from tests.sandbox.independents import check_requests

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)  # a Friday


def unlimited() -> Limits:
    """Limits so wide that a test need not wait."""
    return Limits(all_per_second=10_000, chat_burst=10_000, group_per_minute=10_000, card_pace=0.0)


class Stage:
    """`async with Stage(tmp_path) as stage`: the bot is running; `stage.now` is its clock.

    When it is over, aiogram's models judge every request that the bot made.
    """

    def __init__(self, folder: Path, now: datetime = START, database: str | None = None) -> None:
        self.now = now
        self.sandbox = Sandbox(limits=None)
        self.token = self.sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        self.database = database or f"sqlite+aiosqlite:///{folder}/louyuhui.db"
        self._program: Program | None = None
        self._bot = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.sandbox.__aenter__()
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await self.sandbox.__aexit__(kind, error, trace)
        if error is None:
            check_requests(self.sandbox)

    @property
    def program(self) -> Program:
        """The running bot."""
        assert self._program is not None, "the bot is not running"
        return self._program

    @property
    def settings(self) -> Settings:
        """What the bot is started with; the clock ticks only when told to."""
        return Settings(token=self.token, database=self.database, api=self.sandbox.url, tick=3600)

    async def start(self) -> None:
        """Start the bot."""
        self._program = await self._bot.enter_async_context(
            running(self.settings, lambda: self.now, unlimited())
        )

    async def stop(self) -> None:
        """Stop the bot."""
        await self._bot.aclose()
        self._program = None

    async def restart(self) -> None:
        """Stop the bot and start it again, as after an update of the program."""
        await self.settle()
        await self.stop()
        await self.start()

    async def settle(self) -> None:
        """Wait until all that was said is handled, and all answers have arrived."""
        for _ in range(2):
            await self.sandbox.settled()
            await self.program.quiet()

    async def pass_time(self, to: datetime | None = None, **delta: float) -> None:
        """Let time pass (to a moment, or by days=, hours=, minutes=) and let what is due happen."""
        await self.settle()
        self.now = to if to is not None else self.now + timedelta(**delta)
        await self.program.clock.tick()
        await self.settle()


def plain(html: str) -> str:
    """A text without its tags."""
    return re.sub(r"<[^>]+>", "", html)
