"""The sandbox as a program: `python -m sandbox --port 8081 --bot my_bot`."""

import argparse
import asyncio
import signal
import sys

from sandbox.box import Sandbox
from sandbox.limits import Limits


def main() -> None:
    """Serve until interrupted; print the address, each bot's token, and where the page is."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local Telegram Bot API server.")
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one (default: 8081)")
    parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")
    parser.add_argument(
        "--bot",
        action="append",
        default=[],
        metavar="USERNAME[=TOKEN]",
        help="register a bot; may be repeated",
    )
    parser.add_argument("--no-privacy", action="store_true", help="bots read everything in groups")
    parser.add_argument(
        "--no-limits", action="store_true", help="count what exceeds Telegram's rates, allow it"
    )
    try:
        asyncio.run(serve(parser.parse_args()))
    except OSError as error:
        parser.exit(1, f"The address cannot be used ({error.strerror}); choose another with --port.\n")
    except ValueError as error:
        parser.exit(1, f"{error}\n")


async def serve(asked: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    limits = Limits(enforce=not asked.no_limits)
    async with Sandbox(host=asked.host, port=asked.port, limits=limits) as sandbox:
        say(f"Bot API  {sandbox.bot_url}<token>/<method>")
        for bot in asked.bot or ["sandbox_bot"]:
            username, _, token = bot.partition("=")
            privacy = not asked.no_privacy
            say(f"@{username}  {sandbox.new_bot(username, username, privacy=privacy, token=token)}")
        say(f"People   {sandbox.url}/")
        await stop.wait()


def say(line: str) -> None:
    """Print a line at once, for whoever reads through a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
