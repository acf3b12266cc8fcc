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
from storage.engine import engine_of, file_of, open_engine
from storage.migrate import Outdated
from storage.store import Missing, Store, Unavailable

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
    """The database of the settings, as it is: none is made, nor brought up to date under a running bot.

    Raises Missing, Outdated, Unavailable.
    """
    store = Store(open_engine(settings.database, create=False))
    try:
        await migrate.check_newest(store.engine)
        yield store
    finally:
        await store.close()


async def begin(settings: Settings) -> None:
    """Make the database where there is none yet, and say where. Raises Unavailable."""
    async with engine_of(settings.database) as engine:
        if await migrate.current(engine) is None:
            await migrate.upgrade(engine)
            where = file_of(engine) or engine.url.render_as_string()
            say(f"🆕 还没有数据库，建在 {where} / a new database was made there")


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
    except Missing as where:
        raise fail(
            f"这里没有数据库：{where}。请到机器人的文件夹里运行，或者在设置的 database 里写出完整的路径。"
            f"/ There is no database at {where}: run this in the bot's folder, or set `database` to its whole"
            " path.",
            5,
        ) from None
    except Outdated as revision:
        raise fail(_differing(str(revision)), 5) from None
    except Unavailable as error:
        raise fail(
            f"数据库打不开或写不进去：{error}。可以运行 louyuhui check 看看。"
            "/ The database cannot be opened or written; louyuhui check says more.",
            5,
        ) from None


def _differing(revision: str) -> str:
    """What to do about a database whose schema is not this program's."""
    if revision > migrate.newest():
        return (
            f"数据库的结构（{revision}）比这个程序（{migrate.newest()}）新，请用新版的程序。"
            f"/ The schema ({revision}) is newer than this program ({migrate.newest()}): use a newer program."
        )
    return (
        f"数据库的结构是旧的（{revision}），什么都没有动。先停下机器人，运行 louyuhui db upgrade。"
        f"/ The schema is old ({revision}), nothing was changed: stop the bot, then run louyuhui db upgrade."
    )
