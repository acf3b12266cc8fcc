"""`louyuhui faults`: what went wrong inside, so that it can be reported and mended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from bot.clock import utc_now
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
from bot.replay import CannotBeRead, Replay, replay
from bot.settings import Settings
from bot.veil import veiled
from storage import updates

OwnConfigOption = Annotated[Path | None, typer.Option("--config", help="设置文件 / the settings file")]

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
    table = Table("号 id", "时间 time (UTC)", "重做过 replayed", "什么错 what")
    for fault in found:
        replayed = "✓" if fault["replayed_at"] else ""
        table.add_row(str(fault["id"]), f"{fault['at']:%Y-%m-%d %H:%M:%S}", replayed, escape(_what(fault)))
    console.print(table)
    say("细看 / more: louyuhui faults show ID · 重做 / do it again: louyuhui faults replay ID")


@app.command("show")
def show_fault(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="号 / its id")],
    config: OwnConfigOption = None,
) -> None:
    """一个错的全部记录。/ One fault with its traceback; what was sent to the bot may hold personal data.

    投票还没结束的，按了什么、写了什么先不显示。/ While a ballot is open, what its voters sent is not shown.
    """
    found = _fault(_faults(config or context.obj), number)
    say(f"{found['id']} · {found['at']:%Y-%m-%d %H:%M:%S} UTC · update {found['update_id'] or '-'}")
    say(json.dumps(found["payload"], ensure_ascii=False, indent=1))
    say(found["traceback"].rstrip())


@app.command("replay")
def replay_fault(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="号 / its id")],
    config: OwnConfigOption = None,
) -> None:
    """改好以后把当时没办成的事重做一次。/ Once it is mended, do again what the fault stopped."""
    settings = settings_of(config or context.obj)
    try:
        went = carry_out(settings, _replay(settings, number))
    except CannotBeRead:
        raise fail("这条消息还是读不懂。/ This update still cannot be read.") from None
    if went.fault is not None:
        raise fail(f"又出错了，记为 {went.fault} 号。/ It failed again: see fault {went.fault}.")
    if not went.found:
        say("已经没有要做的了。/ There is nothing left to do.")
    else:
        say("✅ 重做好了，要说的由运行中的机器人发出。/ Done; the running bot sends what there is to say.")
    if went.answer:
        say(f"   {went.answer}")


async def _replay(settings: Settings, number: int) -> Replay:
    async with opened(settings) as store:
        async with store.glance() as conn:
            found = _fault(await updates.list_faults(conn), number)
        if found["replayed_at"]:
            raise fail(f"{number} 号已经重做过了。/ Fault {number} was replayed before.")
        return await replay(settings, store, found, utc_now)


def _fault(found: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """The fault of this id, or the exit that says there is none."""
    for fault in found:
        if fault["id"] == number:
            return fault
    raise fail(f"没有 {number} 号 / there is no fault {number}")


def _faults(config: Path) -> list[dict[str, Any]]:
    settings = settings_of(config)
    return carry_out(settings, _read(settings))


async def _read(settings: Settings) -> list[dict[str, Any]]:
    async with opened(settings) as store, store.glance() as conn:
        return [await veiled(conn, fault) for fault in await updates.list_faults(conn)]


def _what(fault: dict[str, Any]) -> str:
    """The error itself, which is the last line of its traceback."""
    return next((line for line in reversed(fault["traceback"].splitlines()) if line.strip()), "?")
