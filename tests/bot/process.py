"""The bot as a process of its own, to be killed: `python -m tests.bot.process TOKEN API DATABASE`.

One of several workers is also given its name, the address that Telegram is told, and its port.
"""

from __future__ import annotations

import asyncio
import sys

from bot.program import running
from bot.settings import Address, Settings, Webhook


async def serve(
    token: str, api: str, database: str, worker: str = "", url: str = "", port: str = "8443"
) -> None:
    """Run until killed."""
    webhook = Webhook(url, Address("127.0.0.1", int(port)))
    settings = Settings(token=token, api=api, database=database, tick=3600, worker=worker, webhook=webhook)
    async with running(settings) as program:
        await program.until(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
