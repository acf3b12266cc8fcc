"""`louyuhui roll import`: takes the households of a building from the office's file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from bot.clock import utc_now
from bot.commands.terminal import (
    CONFIG,
    ConfigOption,
    begin,
    carry_out,
    console,
    fail,
    opened,
    say,
    settings_of,
)
from bot.settings import Settings
from bot.tables import NotATable, read_table
from rules.owners import perhaps_one
from rules.roll import BadRoll, RollLine, read_roll
from services import roll
from services.binding import DEFAULT_COMMUNITY, DEFAULT_ZONE

app = typer.Typer(help="名册 / the roll of households", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """名册 / the roll of households."""


@app.command("import")
def import_roll(
    file: Annotated[
        Path,
        typer.Argument(
            help=".csv 或 .xlsx：楼栋、单元、房号、面积、业主 / building, unit, room, area, owner"
        ),
    ],
    config: ConfigOption = CONFIG,
    community: Annotated[str, typer.Option(help="小区名 / the community's name")] = DEFAULT_COMMUNITY,
    dry_run: Annotated[bool, typer.Option(help="只检查，不写入 / only check, write nothing")] = False,
) -> None:
    """导入住户名册。有错一行都不写，逐行说明。/ Import a roll: all lines or, with any mistake, none."""
    lines = _lines(file)
    for name, doors in perhaps_one(lines).items():
        where = "、".join(doors[:5])
        say(
            f"⚠️ {name} 有 {len(doors)} 处（{where}），没有业主编号，各算一位。是同一位的，请填相同的编号。"
            "\n   / stands at several doors without an owner number: each counts as an owner of its own"
        )
    if dry_run:
        say(f"✅ {len(lines)} 户，没有错误 / households, no mistakes")
        return
    settings = settings_of(config)
    taken = carry_out(settings, _take(settings, community, lines))
    table = Table("楼栋 building", "新增 added", "更新 changed", "不变 alike", "文件里没有 not in the file")
    for one in taken:
        table.add_row(
            escape(one.building.name), str(one.added), str(one.changed), str(one.alike), str(one.unnamed)
        )
    console.print(table)


def _lines(file: Path) -> list[RollLine]:
    try:
        return read_roll(read_table(file))
    except OSError as error:
        raise fail(f"读不了 {file} / cannot read it: {error.strerror}") from None
    except NotATable as error:
        raise fail(str(error)) from None
    except BadRoll as error:
        listed = "\n".join(
            f"第 {problem.line} 行：{problem.zh} / line {problem.line}: {problem.en}"
            for problem in error.problems
        )
        raise fail(
            f"名册有 {len(error.problems)} 处要改，什么都没有写入 / nothing was written:\n{listed}"
        ) from None


async def _take(settings: Settings, community: str, lines: list[RollLine]) -> list[roll.Taken]:
    await begin(settings)
    async with opened(settings) as store, store.unit(utc_now()) as unit:
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("导入 / importing", total=len(lines))
            return await roll.take_in(
                unit, community, DEFAULT_ZONE, lines, lambda done: progress.update(task, completed=done)
            )
