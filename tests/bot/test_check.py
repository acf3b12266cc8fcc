"""`louyuhui check` says of each thing whether it is good, or what to do."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import time

import pytest
from click.testing import Result

from bot.commands.check import Finding, clock, updates
from bot.settings import Settings, Webhook
from sandbox import Sandbox
from sandbox.webhooks import Webhook as Delivery
from storage import migrate
from storage.engine import open_engine
from tests.bot.terminal import configured, louyuhui, louyuhui_beside


def line(result: Result, about: str) -> str:
    return next(line for line in result.stdout.splitlines() if about in line)


async def test_all_is_good(tmp_path: Path) -> None:
    async with Sandbox(limits=None) as sandbox:
        token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        result = await louyuhui_beside(
            "check", "--config", configured(tmp_path, token=token, api=sandbox.url)
        )
    assert result.exit_code == 0
    assert "❌" not in result.stdout
    assert line(result, "令牌") == "✅ 令牌：机器人是 @louyuhui_bot"
    for about in ("设置", "数据库", "字体", "时钟"):
        assert line(result, about).startswith("✅")


async def test_a_wrong_token_is_found(tmp_path: Path) -> None:
    async with Sandbox(limits=None) as sandbox:
        result = await louyuhui_beside("check", "--config", configured(tmp_path, api=sandbox.url))
    assert result.exit_code == 1
    assert line(result, "令牌") == "❌ 令牌不对：请找 @BotFather 核对 token。"


def test_an_address_where_nobody_answers_is_found_and_the_rest_is_checked_all_the_same(
    tmp_path: Path,
) -> None:
    result = louyuhui("check", "--config", configured(tmp_path))
    assert result.exit_code == 1
    assert "连不上 http://127.0.0.1:1" in line(result, "连不上")
    assert line(result, "数据库").startswith("✅")


async def found_of_updates(set_up: bool, *, url: str, error: str = "", waiting: int = 0) -> Finding:
    """What is said of a bot whose updates go to an address."""
    async with Sandbox(limits=None) as sandbox:
        token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        if url:
            bot = next(iter(sandbox.world.bots.values()))
            webhook = Delivery(url, last_error=error, last_error_date=int(time()))
            sandbox.api.webhooks.active[bot.id] = webhook
        person = sandbox.people.new("示例住户")
        for _ in range(waiting):
            await person.start()
        wanted = Webhook("https://bot.example.org") if set_up else Webhook()
        return await updates(Settings(token=token, api=sandbox.url, webhook=wanted))


async def test_where_telegram_brings_updates_is_compared_with_the_settings() -> None:
    ours = "https://bot.example.org/telegram"
    good = await found_of_updates(True, url=ours, waiting=2)
    assert good.good
    assert f"送到 {ours}，2 条在等" in good.zh
    elsewhere = await found_of_updates(True, url="https://old.example.org/telegram")
    assert not elsewhere.good
    assert "old.example.org" in elsewhere.en
    failing = await found_of_updates(True, url=ours, error="Wrong response: 502 Bad Gateway")
    assert not failing.good
    assert "502 Bad Gateway" in failing.en
    fetched = await found_of_updates(False, url="")
    assert fetched.good
    assert "自己去取" in fetched.zh
    left_over = await found_of_updates(False, url=ours)
    assert left_over.good  # a start by long polling takes it away
    assert "long polling" in left_over.en


def test_the_token_is_not_printed(tmp_path: Path) -> None:
    token = "123456789:AAEexample_example-example_example1"
    result = louyuhui("check", "--config", configured(tmp_path, token=token))
    assert token not in result.output


@pytest.mark.parametrize(
    ("database", "why"),
    [
        ("sqlite+aiosqlite:////nowhere/at/all.db", "不能建在那里"),
        ("sqlite:///louyuhui.db", "async"),
        ("just a name", "Could not parse"),
    ],
)
def test_a_database_that_cannot_be_opened_is_found(tmp_path: Path, database: str, why: str) -> None:
    result = louyuhui("check", "--config", configured(tmp_path, database=database))
    assert result.exit_code == 1
    assert line(result, "数据库").startswith("❌")
    assert why in result.stdout


def test_a_database_that_is_yet_to_come_is_left_to_the_first_start(tmp_path: Path) -> None:
    result = louyuhui("check", "--config", configured(tmp_path))
    assert line(result, "数据库").startswith(f"✅ 数据库：还没有，第一次启动时建在 {tmp_path}/louyuhui.db。")
    assert not (tmp_path / "louyuhui.db").exists()


def test_a_file_that_is_no_database_is_found(tmp_path: Path) -> None:
    (tmp_path / "louyuhui.db").write_text("this is a letter, not a database " * 50)
    result = louyuhui("check", "--config", configured(tmp_path))
    assert "file is not a database" in line(result, "数据库")


def test_a_database_that_another_holds_is_found(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path}/louyuhui.db?timeout=0.1"
    with closing(sqlite3.connect(tmp_path / "louyuhui.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN IMMEDIATE")
        result = louyuhui("check", "--config", configured(tmp_path, database=database))
    assert "database is locked" in line(result, "数据库")


async def test_a_database_that_is_read_only_is_found(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/louyuhui.db")
    await migrate.upgrade(engine)
    await engine.dispose()
    database = f"sqlite+aiosqlite:///file:{tmp_path}/louyuhui.db?mode=ro&uri=true"
    result = await louyuhui_beside("check", "--config", configured(tmp_path, database=database))
    assert "readonly database" in line(result, "数据库")


def test_a_font_that_is_not_there_is_found(tmp_path: Path) -> None:
    result = louyuhui("check", "--config", configured(tmp_path, font=f"{tmp_path}/none.otf"))
    assert result.exit_code == 1
    assert line(result, "字体").startswith("❌")


def test_wrong_settings_end_the_check(tmp_path: Path) -> None:
    result = louyuhui("check", "--config", configured(tmp_path, tokn="x"))
    assert result.exit_code == 2
    assert "是不是 token" in result.stderr
    assert result.stdout == ""


def test_a_missing_settings_file_says_what_to_do(tmp_path: Path) -> None:
    result = louyuhui("check", "--config", tmp_path / "none.toml")
    assert result.exit_code == 2
    assert "config.example.toml" in result.stderr


@asynccontextmanager
async def answering(headers: str) -> AsyncIterator[str]:
    """A server that answers everything with these headers."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(("minutes", "good"), [(0, True), (5, False), (-5, False)])
async def test_a_clock_that_is_off_is_found(minutes: int, good: bool) -> None:
    theirs = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    async with answering(f"Date: {theirs}\r\n") as api:
        finding = await clock(Settings(token="1:a", api=api))
    assert finding.good is good


@pytest.mark.parametrize("headers", ["", "Date: soon\r\n"])
async def test_a_clock_with_nothing_to_compare_is_let_pass(headers: str) -> None:
    async with answering(headers) as api:
        finding = await clock(Settings(token="1:a", api=api))
    assert finding.good
