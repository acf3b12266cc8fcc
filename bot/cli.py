"""The command line: `louyuhui run`, `demo`, `check` and what is done beside the chat."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer
from telegram.error import InvalidToken, NetworkError

from bot.commands import roll
from bot.commands.check import check
from bot.commands.terminal import CONFIG, ConfigOption, console, fail, settings_of, with_database
from bot.program import running
from bot.settings import Settings

app = typer.Typer(
    name="louyuhui",
    help="楼宇会：楼栋开会、投票、记纪要、到点提醒。\n\nA building meets, votes and keeps minutes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(roll.app, name="roll")
app.command()(check)


@app.command()
def run(config: ConfigOption = CONFIG) -> None:
    """在 Telegram 上运行机器人。/ Run the bot on Telegram, until told to stop."""
    settings = settings_of(config)
    try:
        with_database(_run(settings))
    except InvalidToken:
        raise fail(
            "令牌 token 不对：请在 @BotFather 里核对。\nThe token is wrong: compare it with @BotFather's.", 3
        ) from None
    except NetworkError as error:
        raise fail(f"连不上 {settings.api}：{error}\nCannot reach {settings.api}.", 4) from None


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with running(settings) as program:
        console.print(f"✅ @{program.application.bot.username} 在运行 / is running. Ctrl+C: stop")
        await program.until(stop)


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option(help="不开网页，在终端里演一遍 / play it in the terminal")
    ] = False,
    port: Annotated[int, typer.Option(help="网页的端口，0 为任意 / the page's port, 0 for any")] = 8000,
) -> None:
    """看一栋楼开会：沙盒和机器人一起启动。/ Watch a building meet: sandbox and bot together."""
    from bot.demo import play  # noqa: PLC0415 - the sandbox is needed for nothing else

    raise typer.Exit(play(headless=headless, port=port))


if __name__ == "__main__":
    app()
