"""`louyuhui check`: whether everything the bot needs is there, a line each, or what to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import typer

from bot.commands.terminal import CONFIG, ConfigOption, say, settings_of
from bot.settings import Settings
from bot.webhook import address_of
from paper.font import FontMissing, open_font
from services.binding import DEFAULT_ZONE
from storage import health, migrate
from storage.engine import open_engine
from storage.store import Missing, Unavailable

LATELY = timedelta(hours=1)  # a failure to bring updates is then no longer news
SECONDS_OFF = 30  # beyond it reminders and closings would be visibly late or early


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `good`, and in both languages what it saw or what to do."""

    good: bool
    zh: str
    en: str


def check(config: ConfigOption = CONFIG) -> None:
    """检查设置、令牌、数据库、字体和时钟。/ Check settings, token, database, font and clock."""
    settings = settings_of(config)
    findings = [Finding(True, f"设置：{config}", f"Settings: {config}"), *asyncio.run(_all(settings))]
    for finding in findings:
        say(f"{'✅' if finding.good else '❌'} {finding.zh}\n   {finding.en}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


async def _all(settings: Settings) -> list[Finding]:
    checks: tuple[Callable[[Settings], Awaitable[Finding]], ...] = (token, updates, database, font, clock)
    return [await one(settings) for one in checks]


async def token(settings: Settings) -> Finding:
    """Whether the Bot API knows the token."""
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(f"{settings.api}/bot{settings.token}/getMe")
            told = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        kind = type(error).__name__
        return Finding(
            False,
            f"连不上 {settings.api}（{kind}）：请检查网络，或者 api 这一项。",
            f"Cannot reach {settings.api} ({kind}): check the network, or the setting api.",
        )
    if told.get("ok"):
        name = told["result"]["username"]
        return Finding(True, f"令牌：机器人是 @{name}", f"Token: the bot is @{name}")
    return Finding(
        False,
        "令牌不对：请找 @BotFather 核对 token。",
        "The token is wrong: compare it with @BotFather's.",
    )


async def updates(settings: Settings) -> Finding:
    """Whether Telegram brings updates where they are taken in, and whether it could of late."""
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(f"{settings.api}/bot{settings.token}/getWebhookInfo")
            told = answer.json()["result"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        kind = type(error).__name__
        return Finding(False, f"消息怎么来：问不到（{kind}）。", f"Updates: Telegram does not say ({kind}).")
    waits = f"{told.get('pending_update_count', 0)} 条在等 / waiting"
    wanted, found = address_of(settings.webhook), told.get("url", "")
    if found and found != wanted:
        return Finding(
            not wanted,
            f"消息怎么来：现在送到 {found}，启动时会改成{wanted or '自己去取'}（{waits}）。",
            f"Updates: brought to {found}; a start changes that to {wanted or 'long polling'}.",
        )
    if found and told.get("last_error_message"):
        when = datetime.fromtimestamp(told["last_error_date"], UTC)
        why = f"{told['last_error_message']} ({when:%Y-%m-%d %H:%M} UTC)"
        return Finding(
            datetime.now(UTC) - when > LATELY,
            f"消息怎么来：送到 {found}，上次没送成：{why}，{waits}。",
            f"Updates: brought to {found}; the last failure: {why}.",
        )
    how = (f"送到 {found}", f"brought to {found}") if found else ("自己去取", "fetched by long polling")
    return Finding(True, f"消息怎么来：{how[0]}，{waits}", f"Updates: {how[1]}")


async def database(settings: Settings) -> Finding:
    """Whether the database can be opened, is whole, can be written and has the newest schema."""
    try:
        trouble, revision = await _look_into(settings)
    except Missing as where:
        return _not_there(Path(str(where)))
    if trouble is not None:
        return Finding(
            False,
            f"数据库：{trouble}。请检查 database 这一项、写权限和磁盘空间；两个机器人不能共用一个文件。",
            "Database: see the setting database, the folder's permissions and the free disk space;"
            " two bots must not share one file.",
        )
    if revision not in {None, migrate.newest()}:
        return Finding(
            True,
            "数据库：能用，启动时会升级到新版本。",
            "Database: fine; it is brought up to date at the next start.",
        )
    return Finding(True, "数据库：能读能写", "Database: can be read and written")


def _not_there(file: Path) -> Finding:
    """Before the first start there is no file yet; it is left to that start."""
    if not os.access(file.parent, os.W_OK):
        return Finding(
            False,
            f"数据库：{file} 没有，也不能建在那里。请检查 database 这一项和文件夹的写权限。",
            f"Database: {file} is not there and cannot be made: see the setting database, and that folder.",
        )
    return Finding(
        True,
        f"数据库：还没有，第一次启动时建在 {file}。以前用过的话，请换到机器人的文件夹里运行。",
        f"Database: none yet; the first start makes {file}. If there was one, run this in the bot's folder.",
    )


async def _look_into(settings: Settings) -> tuple[str | None, str | None]:
    """What is wrong with the database, and which revision its schema has. Raises Missing."""
    try:
        engine = open_engine(settings.database, create=False)
    except Missing:
        raise
    except Unavailable as error:
        return str(error), None
    try:
        trouble = await health.trouble(engine)
        return trouble, await migrate.current(engine) if trouble is None else None
    finally:
        await engine.dispose()


async def font(settings: Settings) -> Finding:
    """Whether the font for paper is there."""
    try:
        open_font(settings.font)
    except FontMissing as error:
        return Finding(False, f"字体：{error}", "Font: see the setting font, or run make setup again.")
    return Finding(True, "字体：有", "Font: found")


async def clock(settings: Settings) -> Finding:
    """Whether the machine's clock agrees with the Bot API's, and its time zones are known."""
    ZoneInfo(DEFAULT_ZONE)
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(settings.api)
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return Finding(True, "时钟：没有可以对照的", "Clock: nothing to compare it with")
    off = abs((datetime.now(UTC) - theirs).total_seconds())
    if off > SECONDS_OFF:
        return Finding(
            False,
            f"时钟差了 {off:.0f} 秒：请打开系统的自动对时。",
            f"The clock is {off:.0f} seconds off: switch on time synchronisation.",
        )
    return Finding(True, "时钟：准", "Clock: right")
