"""`louyuhui register`: writes the register (台账) of every building of a community, for its office."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import utc_now
from bot.commands.terminal import CONFIG, ConfigOption, carry_out, console, fail, opened, say, settings_of
from bot.settings import Settings
from paper.tables import csv_text, workbook
from rules.register import SHEETS, Row, of_month
from services.register import gather
from storage import homes

TITLES = {
    "meetings": "会议 meetings",
    "ballots": "投票 ballots",
    "resolutions": "决议 resolutions",
    "tasks": "任务 tasks",
}
HEADS = {
    "meetings": (
        "编号 id",
        "时间 time",
        "类型 kind",
        "地点 place",
        "到会户 present",
        "应到户 invited",
        "法定户 quorum",
        "状态 state",
    ),
    "ballots": (
        "编号 id",
        "会议 meeting",
        "问题 question",
        "办法 method",
        "开始 opened",
        "截止 closed",
        "有权 eligible",
        "参加 voted",
        "状态 state",
    ),
    "resolutions": (
        "投票 ballot",
        "问题 question",
        "结果 outcome",
        "胜出 won",
        "票数 votes",
        "公示至 until",
        "公示 standing",
    ),
    "tasks": ("会议 meeting", "谁 who", "办什么 what", "期限 due", "进度 stage", "照片 photo"),
}
SAID = {
    "draft": "草稿 draft",
    "announced": "已通知 announced",
    "open": "进行中 open",
    "closed": "已结束 closed",
    "cancelled": "已取消 cancelled",
    "carried": "通过 carried",
    "not_carried": "未通过 not carried",
    "tied": "票数相同 tied",
    "published": "公示中 published",
    "objected": "有异议 objected",
    "over": "公示期满 over",
    "done": "待确认 done",
    "confirmed": "已办好 confirmed",
    "yes": "有 yes",
    "no": "无 no",
}
CODED = {"meetings": {7}, "ballots": {8}, "resolutions": {2, 6}, "tasks": {4, 5}}  # columns of codes


def register(
    community: Annotated[str, typer.Option(help="小区名 / the community")],
    out: Annotated[Path, typer.Option(help="写到哪里，.xlsx 或 .csv / the file to write")],
    month: Annotated[str | None, typer.Option(help="哪个月，如 2026-11 / one month only")] = None,
    config: ConfigOption = CONFIG,
) -> None:
    """导出台账：会议、投票、决议、任务。/ Write the register of meetings, ballots, resolutions, tasks."""
    if month is not None and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) is None:
        raise fail("月份写成 2026-11 / a month is written 2026-11")
    if out.suffix.lower() not in {".xlsx", ".csv"}:
        raise fail("文件名以 .xlsx 或 .csv 结尾 / the file ends in .xlsx or .csv")
    settings = settings_of(config)
    with console.status("台账 / register"):
        sheets = carry_out(settings, _read(settings, community, month))
    try:
        out.write_bytes(_content(sheets, out.suffix.lower()))
    except OSError as error:
        raise fail(f"写不了 {out} / cannot be written: {error.strerror}") from None
    say(
        f"✅ {community}："
        + "，".join(f"{TITLES[name]} {len(rows)}" for name, rows in sheets.items())
        + f" → {out}"
    )


async def _read(settings: Settings, community: str, month: str | None) -> dict[str, list[Row]]:
    sheets: dict[str, list[Row]] = {name: [] for name in SHEETS}
    async with opened(settings) as store, store.glance() as conn:
        known = await homes.buildings_of(conn)
        meant = [one for one in known if one.community == community]
        if not meant:
            names = "、".join(sorted({one.community for one in known}))
            raise fail(f"没有这个小区 / no such community. 有 / known: {names}")
        for building in meant:
            found = of_month(await gather(conn, building, utc_now()), month)
            for name, rows in found.items():
                sheets[name] += [(building.name, *row) for row in rows]
    return sheets


def _content(sheets: dict[str, list[Row]], suffix: str) -> bytes:
    tables = {
        TITLES[name]: [("楼栋 building", *HEADS[name]), *(_worded(name, row) for row in rows)]
        for name, rows in sheets.items()
    }
    if suffix == ".xlsx":
        return workbook(tables)
    return csv_text([row for title, rows in tables.items() for row in ((title,), *rows, ())]).encode()


def _worded(sheet: str, row: Row) -> Row:
    """A row with its codes in words; the building's name stands before them."""
    return tuple(
        SAID.get(value, value) if place - 1 in CODED[sheet] else value for place, value in enumerate(row)
    )
