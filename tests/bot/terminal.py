"""A terminal: the program's commands as people type them, with what they print."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app

UNSPOKEN: Mapping[str, str | None] = {"LOUYUHUI_TOKEN": None, "LOUYUHUI_DATABASE": None}


def louyuhui(*words: object) -> Result:
    """What a command printed and its exit code; a fault inside is raised."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        result = CliRunner().invoke(app, [str(word) for word in words], env=UNSPOKEN)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


async def louyuhui_beside(*words: object) -> Result:
    """The same while the sandbox, or the bot, is running in this thread."""
    return await asyncio.to_thread(louyuhui, *words)


def configured(folder: Path, **settings: str) -> Path:
    """A settings file; without any, for a database in the folder and an address where nobody answers."""
    usual = {
        "token": "123456:any",
        "database": f"sqlite+aiosqlite:///{folder}/louyuhui.db",
        "api": "http://127.0.0.1:1",
    }
    path = folder / "config.toml"
    lines = (f'{key} = "{value}"\n' for key, value in {**usual, **settings}.items())
    path.write_text("".join(lines), encoding="utf-8")
    return path
