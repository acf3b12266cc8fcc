"""Bots that are killed and born by the hundred: `python -m tests.faults.nursery` forks one an order.

An order is a line of JSON. The bot's clock is a file. Before and after each commit and each request that says
something there is a point, noted in another file; the bot kills itself at the point that the order names.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from bot.limits import Limits
from bot.program import running
from bot.request import Request
from bot.settings import Settings

TICK = 0.1  # seconds between two looks at the schedule
SAYING = ("send", "edit", "answer", "pin", "unpin", "stop", "deleteMessage")  # requests that people notice


class Points:
    """The write points of a bot, counted; at one of them it may have to die."""

    def __init__(self, notes: Path, die_at: int) -> None:
        self._file = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._left = die_at

    def pass_by(self, name: str) -> None:
        """Note a point; perhaps die there: no farewell, as when the power fails."""
        os.write(self._file, f"{name}\n".encode())
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def watch(points: Points) -> None:
    """Pass by a point before and after every commit and every request that says something."""
    commit = DefaultDialect.do_commit

    def do_commit(dialect: DefaultDialect, connection: Any) -> None:
        points.pass_by("before a commit")
        commit(dialect, connection)  # type: ignore[no-untyped-call]
        points.pass_by("after a commit")

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    request = Request.do_request

    async def do_request(self: Request, url: str, *args: Any, **more: Any) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        if not name.startswith(SAYING):
            return await request(self, url, *args, **more)
        points.pass_by(f"before {name}")
        answer = await request(self, url, *args, **more)
        points.pass_by(f"after {name}")
        return answer

    Request.do_request = do_request  # type: ignore[method-assign]


async def serve(order: dict[str, Any]) -> None:
    """Run a bot until it is killed."""
    watch(Points(Path(order["notes"]), order["die_at"]))
    clock = Path(order["clock"])
    settings = Settings(token=order["token"], api=order["api"], database=order["database"], tick=TICK)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it ticks faster than it need
    wide = Limits(all_per_second=10_000, chat_burst=10_000, group_per_minute=10_000, card_pace=0.0)
    async with running(settings, lambda: datetime.fromisoformat(clock.read_text()), wide, 20.0) as program:
        await program.until(asyncio.Event())


def main() -> None:
    """Fork a bot for each order, and say its process and its end."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.close(0)
            try:
                asyncio.run(serve(json.loads(line)))
            finally:
                os._exit(1)
        print(child, flush=True)  # noqa: T201 - what whoever ordered it reads
        os.waitpid(child, 0)
        print("gone", flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
