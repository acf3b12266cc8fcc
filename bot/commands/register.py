"""`louyuhui register`: writes the register (台账) of every building of a community, for its office."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import utc_now
from bot.commands.terminal import CONFIG, ConfigOption, carry_out, console, fail, opened, say, settings_of
from bot.settings import Settings
from handlers.register_tables import as_csv, as_workbook
from handlers.words import LANGUAGES, Words
from rules.register import Entry
from services.register import filed
from storage import homes


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
        found = carry_out(settings, _read(settings, community, month))
    write = as_workbook if out.suffix.lower() == ".xlsx" else as_csv
    words = Words()
    try:
        out.write_bytes(write(words, LANGUAGES, found))
    except OSError as error:
        raise fail(f"写不了 {out} / cannot be written: {error.strerror}") from None
    counts = [
        f"{words.plain('zh', 'register.sheet', sheet=name)} {len(rows)}" for name, rows in found.items()
    ]
    say(f"✅ {community}：{'，'.join(counts)} → {out}")


async def _read(settings: Settings, community: str, month: str | None) -> dict[str, list[tuple[str, Entry]]]:
    async with opened(settings) as store, store.glance() as conn:
        known = await homes.buildings_of(conn)
        meant = [one for one in known if one.community == community]
        if not meant:
            names = "、".join(sorted({one.community for one in known}))
            raise fail(f"没有这个小区 / no such community. 有 / known: {names}")
        return await filed(conn, meant, utc_now(), month)
