"""`louyuhui run`: the bot on Telegram, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from bot.commands.terminal import CONFIG, ConfigOption, carry_out, fail, say, settings_of
from bot.program import running
from bot.server import CannotListen
from bot.settings import Settings

SIGNS = (signal.SIGINT, signal.SIGTERM)


def run(config: ConfigOption = CONFIG) -> None:
    """在 Telegram 上运行机器人。/ Run the bot on Telegram, until told to stop."""
    settings = settings_of(config)
    try:
        carry_out(settings, _run(settings))
    except CannotListen as error:
        raise fail(str(error), 6) from None


async def _run(settings: Settings) -> None:
    _leave_when_told()
    with suppress(asyncio.CancelledError):
        async with running(settings) as program:
            say(f"✅ @{program.application.bot.username} 在运行，Ctrl+C 停止 / is running, Ctrl+C stops it")
            await program.until(asyncio.Event())  # never: a sign to leave cancels this
    say("👋 已停下，收到的都记好了 / stopped; all that was received is stored")


def _leave_when_told() -> None:
    """At the first sign finish what is under way and end; at the second end at once, as the system does."""
    loop, work = asyncio.get_running_loop(), asyncio.current_task()
    assert work is not None

    def leave() -> None:
        for sign in SIGNS:
            loop.remove_signal_handler(sign)
        work.cancel()

    for sign in SIGNS:
        loop.add_signal_handler(sign, leave)
