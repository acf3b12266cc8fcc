"""`louyuhui run` as people start it: a process of its own, against the sandbox."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.conversations import Conversation

PATIENCE = 20.0  # seconds until a test gives up; nothing takes that long


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(limits=None) as sandbox:
        yield sandbox


def configured(folder: Path, api: str, token: str, database: str) -> Path:
    path = folder / "config.toml"
    path.write_text(f'token = "{token}"\napi = "{api}"\ndatabase = "{database}"\n', encoding="utf-8")
    return path


@asynccontextmanager
async def started(
    folder: Path, api: str, token: str, database: str = "sqlite+aiosqlite:///louyuhui.db"
) -> AsyncIterator[Process]:
    config = configured(folder, api, token, database)
    command = (sys.executable, "-m", "bot.start", "run", "--config", str(config))
    here = {name: value for name, value in os.environ.items() if not name.startswith("LOUYUHUI_")}
    path = str(Path(__file__).parents[2])
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=PIPE, stderr=PIPE, env={**here, "PYTHONPATH": path, "COLUMNS": "80"}
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def running(process: Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    return line.decode()


async def outcome(process: Process) -> tuple[int | None, str]:
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode, errors.decode()


async def answered(chat: Conversation) -> None:
    async with asyncio.timeout(PATIENCE):
        while not any(message.by_bot for message in chat.messages):  # noqa: ASYNC110 - there is no bell
            await asyncio.sleep(0.02)


async def test_it_answers_and_leaves_when_told(sandbox: Sandbox, tmp_path: Path) -> None:
    token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
    person = sandbox.people.new("示例住户")
    async with started(tmp_path, sandbox.url, token) as process:
        assert "@louyuhui_bot 在运行" in await running(process)
        chat = await person.start()
        await answered(chat)
        process.send_signal(signal.SIGTERM)
        code, errors = await outcome(process)
    assert (code, errors) == (0, "")


async def test_ctrl_c_is_no_error(sandbox: Sandbox, tmp_path: Path) -> None:
    token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
    async with started(tmp_path, sandbox.url, token) as process:
        await running(process)
        process.send_signal(signal.SIGINT)
        code, errors = await outcome(process)
    assert (code, errors) == (0, "")


async def test_what_was_said_while_it_was_down_is_answered_at_the_next_start(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
    person = sandbox.people.new("示例住户")
    chat = await person.start()
    async with started(tmp_path, sandbox.url, token):
        await answered(chat)


async def test_a_wrong_token_is_said_in_one_line(sandbox: Sandbox, tmp_path: Path) -> None:
    async with started(tmp_path, sandbox.url, "123456:wrong") as process:
        code, errors = await outcome(process)
    assert code == 3
    assert len(errors.splitlines()) == 1
    assert "令牌 token 不对" in errors
    assert "The token is wrong" in errors


async def test_a_token_that_is_taken_back_ends_it(sandbox: Sandbox, tmp_path: Path) -> None:
    token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
    async with started(tmp_path, sandbox.url, token) as process:
        await running(process)
        (bot,) = sandbox.world.bots.values()
        sandbox.world.bots.clear()
        bot.updates.wake()  # the request for updates that is open just now ends
        code, errors = await outcome(process)
    assert code == 3
    assert "令牌 token 不对" in errors
    assert "Traceback" not in errors


async def test_an_address_where_nobody_answers_is_named(tmp_path: Path) -> None:
    async with started(tmp_path, "http://127.0.0.1:1", "123456:any") as process:
        code, errors = await outcome(process)
    assert code == 4
    assert len(errors.splitlines()) == 1
    assert "连不上 / cannot reach http://127.0.0.1:1" in errors


async def test_it_leaves_even_while_it_waits_for_an_answer(tmp_path: Path) -> None:
    came = asyncio.Event()
    open_ends: list[asyncio.StreamWriter] = []

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ends.append(writer)
        came.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, started(tmp_path, f"http://127.0.0.1:{port}", "123456:any") as process:
        await asyncio.wait_for(came.wait(), PATIENCE)
        process.send_signal(signal.SIGTERM)
        code, errors = await outcome(process)
        for writer in open_ends:
            writer.close()
    assert (code, errors) == (0, "")


async def test_a_database_that_is_locked_is_said_in_one_line(sandbox: Sandbox, tmp_path: Path) -> None:
    token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
    with closing(sqlite3.connect(tmp_path / "louyuhui.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN EXCLUSIVE")
        database = "sqlite+aiosqlite:///louyuhui.db?timeout=0.1"
        async with started(tmp_path, sandbox.url, token, database) as process:
            code, errors = await outcome(process)
    assert code == 5
    assert len(errors.splitlines()) == 1
    assert "database is locked" in errors


async def test_a_database_that_is_read_only_is_said_in_one_line(sandbox: Sandbox, tmp_path: Path) -> None:
    token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
    async with started(tmp_path, sandbox.url, token) as process:
        await running(process)
    database = f"sqlite+aiosqlite:///file:{tmp_path}/louyuhui.db?mode=ro&uri=true"
    async with started(tmp_path, sandbox.url, token, database) as process:
        code, errors = await outcome(process)
    assert code == 5
    assert len(errors.splitlines()) == 1
    assert "attempt to write a readonly database" in errors


async def test_a_folder_that_is_not_there_is_said_in_one_line(sandbox: Sandbox, tmp_path: Path) -> None:
    token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
    async with started(tmp_path, sandbox.url, token, "sqlite+aiosqlite:///none/louyuhui.db") as process:
        code, errors = await outcome(process)
    assert code == 5
    assert len(errors.splitlines()) == 1
    assert "unable to open database file" in errors


async def test_settings_that_are_wrong_are_said_before_anything_is_done(tmp_path: Path) -> None:
    async with started(tmp_path, "api.telegram.org", "123456:any") as process:
        code, errors = await outcome(process)
    assert code == 2
    assert "设置 api 应该是" in errors
    assert not (tmp_path / "louyuhui.db").exists()
