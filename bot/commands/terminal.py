"""The terminal: how every command reads its settings, opens its database, and says what went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.logs import set_up_logs
from bot.settings import Settings, SettingsError, read_settings
from storage import migrate
from storage.alone import Occupied
from storage.engine import open_engine
from storage.store import Store, Unavailable

T = TypeVar("T")

console = Console()
errors = Console(stderr=True)

ConfigOption = Annotated[Path, typer.Option("--config", help="设置文件 / the settings file")]
CONFIG = Path("config.toml")


def fail(message: str, code: int = 1) -> typer.Exit:
    """The exit after something that could not be done, said in a line or two."""
    errors.print(f"✗ {message}", highlight=False, markup=False, soft_wrap=True, style="red")
    return typer.Exit(code)


def say(message: str) -> None:
    """Say how it went, as it stands: what people named may look like markup."""
    console.print(message, highlight=False, markup=False, soft_wrap=True)


def settings_of(config: Path) -> Settings:
    """The settings, or the exit (2) that says what is wrong with them."""
    try:
        settings = read_settings(config)
    except SettingsError as error:
        raise fail(str(error), 2) from None
    set_up_logs(settings.log_level)
    return settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The database of the settings, at the newest schema. Raises Unavailable."""
    store = Store(open_engine(settings.database))
    try:
        await migrate.upgrade(store.engine)
        yield store
    finally:
        await store.close()


async def name_of_bot(settings: Settings) -> str:
    """The bot's name on Telegram, without the @. Raises TelegramError."""
    async with Bot(settings.token, base_url=f"{settings.api}/bot") as bot:
        return bot.username


def carry_out(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """What the work comes to, or the exit that says what stands against it.

    3: the token is wrong; 4: Telegram cannot be reached; 5: the database cannot be used.
    """
    try:
        return asyncio.run(work)
    except InvalidToken:
        raise fail(
            "令牌 token 不对：请在 @BotFather 里核对。/ The token is wrong: compare it with @BotFather's.", 3
        ) from None
    except TelegramError as error:
        raise fail(f"连不上 / cannot reach {settings.api}: {error.message}", 4) from None
    except Occupied as other:
        raise fail(
            f"这个数据库文件已经有一个机器人在用（{other}），没有再启动一个。"
            "要几个进程一起干，请用 PostgreSQL。"
            f"/ Another bot ({other}) is at work on this database file, so this one was not started."
            " Several need PostgreSQL.",
            5,
        ) from None
    except Unavailable as error:
        raise fail(
            f"数据库打不开或写不进去：{error}。可以运行 louyuhui check 看看。"
            "/ The database cannot be opened or written; louyuhui check says more.",
            5,
        ) from None
