"""Commands run beside a running bot, as by its operator in another terminal."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app
from tests.stage import Stage


def configured(stage: Stage, folder: Path, database: str = "") -> Path:
    """The settings file of a stage's bot, or of one with another database."""
    path = folder / "config.toml"
    said = {"token": stage.token, "database": database or stage.database, "api": stage.sandbox.url}
    path.write_text("".join(f'{key} = "{value}"\n' for key, value in said.items()), "utf-8")
    return path


async def command(*words: str) -> Result:
    """`louyuhui …`; the logs are then as they were before."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        return await asyncio.to_thread(CliRunner().invoke, app, list(words))
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
