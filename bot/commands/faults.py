"""`louyuhui faults`: what went wrong inside, so that it can be reported and mended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from bot.commands.terminal import (
    CONFIG,
    ConfigOption,
    carry_out,
    console,
    fail,
    opened,
    say,
    settings_of,
)
from bot.settings import Settings
from storage import updates

app = typer.Typer(help="出过的错 / faults met while running")


@app.callback(invoke_without_command=True)
def list_faults(context: typer.Context, config: ConfigOption = CONFIG) -> None:
    """出过的错，新的在后。/ The faults met while running, the latest last."""
    context.obj = config
    if context.invoked_subcommand is not None:
        return
    found = _faults(config)
    if not found:
        say("✅ 没有出过错 / no faults")
        return
    table = Table("号 id", "时间 time (UTC)", "什么错 what")
    for fault in found:
        table.add_row(str(fault["id"]), f"{fault['at']:%Y-%m-%d %H:%M:%S}", escape(_what(fault)))
    console.print(table)
    say("细看 / more: louyuhui faults show ID")


@app.command("show")
def show_fault(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="号 / its id")],
    config: Annotated[Path | None, typer.Option("--config", help="设置文件 / the settings file")] = None,
) -> None:
    """一个错的全部记录。/ One fault with its traceback; what was sent to the bot may hold personal data."""
    found = next((one for one in _faults(config or context.obj) if one["id"] == number), None)
    if found is None:
        raise fail(f"没有 {number} 号 / there is no fault {number}")
    say(f"{found['id']} · {found['at']:%Y-%m-%d %H:%M:%S} UTC · update {found['update_id'] or '-'}")
    say(json.dumps(found["payload"], ensure_ascii=False, indent=1))
    say(found["traceback"].rstrip())


def _faults(config: Path) -> list[dict[str, Any]]:
    settings = settings_of(config)
    return carry_out(settings, _read(settings))


async def _read(settings: Settings) -> list[dict[str, Any]]:
    async with opened(settings) as store, store.glance() as conn:
        return await updates.list_faults(conn)


def _what(fault: dict[str, Any]) -> str:
    """The error itself, which is the last line of its traceback."""
    return next((line for line in reversed(fault["traceback"].splitlines()) if line.strip()), "?")
