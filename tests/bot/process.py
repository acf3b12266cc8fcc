"""The bot as a process of its own, to be killed: `python -m tests.bot.process TOKEN API DATABASE`."""

from __future__ import annotations

import asyncio
import sys

from bot.program import running
from bot.settings import Settings


async def serve(token: str, api: str, database: str) -> None:
    """Run until killed."""
    async with running(Settings(token=token, api=api, database=database, tick=3600)) as program:
        await program.until(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:4]))
