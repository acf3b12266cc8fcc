"""`louyuhui status`: how the bot is doing, from its database alone; it may be running or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from rich.table import Table

from bot.clock import utc_now
from bot.commands.terminal import CONFIG, ConfigOption, carry_out, console, fail, settings_of
from bot.settings import Settings
from storage import migrate
from storage.engine import open_engine
from storage.figures import Figures, figures
from storage.seats import at_work
from storage.store import Store

Workers = Sequence[tuple[str, bool]]  # by name, and whether in office

LATE = timedelta(minutes=10)  # what has waited longer is worth a look


def status(config: ConfigOption = CONFIG) -> None:
    """机器人的近况：待发、日程、出错、投票。/ How the bot is doing: outbox, schedule, faults, ballots."""
    settings = settings_of(config)
    schema, found, workers = carry_out(settings, _read(settings))
    now = utc_now()
    table = Table("", "", show_header=False, box=None)
    table.add_row("数据库 schema", _schema(schema))
    if found is None:
        console.print(table)
        raise fail("数据库要先升级：启动机器人就会升级。/ The schema is old: a start of the bot upgrades it.")
    table.add_row("值班的进程 at work", _at_work(workers))
    for name, value in _rows(found, now):
        table.add_row(name, value)
    console.print(table)


async def _read(settings: Settings) -> tuple[str | None, Figures | None, Workers]:
    """The schema and, where it is the newest, the figures, and who is at work; nothing is changed."""
    store = Store(open_engine(settings.database, create=False))
    try:
        schema = await migrate.current(store.engine)
        if schema != migrate.newest():
            return schema, None, ()
        async with store.glance() as conn:
            return schema, await figures(conn, utc_now()), await at_work(store.engine)
    finally:
        await store.close()


def _at_work(workers: Workers) -> str:
    """Each process by name; in office (★) is the one that sends and watches the clock."""
    if not any(in_office for _, in_office in workers):
        return "⚠ " + (", ".join(name for name, _ in workers) or "没有 / none")
    return ", ".join(f"{name} ★" if in_office else name for name, in_office in workers)


def _schema(found: str | None) -> str:
    if found is None:
        return "还没有 / none yet"
    return f"{found} ✓" if found == migrate.newest() else f"{found} ⚠ ({migrate.newest()})"


def _rows(found: Figures, now: datetime) -> list[tuple[str, str]]:
    return [
        ("上次处理消息 last update", _ago(found.handled_at, now)),
        ("待发消息 letters to send", _queue(found.unsent, found.oldest_unsent, now)),
        ("定时待发 letters put off", str(found.put_off)),
        ("七天内没送出 not delivered", _dropped(found.dropped)),
        ("待更新的卡片 cards behind", str(found.behind)),
        ("日程 schedule", str(found.waiting)),
        ("已到期未办 overdue", _queue(found.overdue, found.oldest_overdue, now)),
        ("没重做的错 faults", f"{found.unmended} ⚠ louyuhui faults" if found.unmended else "0 ✓"),
        ("进行中的投票 open ballots", str(found.open_ballots)),
    ]


def _dropped(found: Mapping[str, int]) -> str:
    """How many of each cause; that somebody blocked the bot is no trouble."""
    told = ", ".join(f"{_CAUSES[cause]} {count}" for cause, count in found.items() if count)
    mark = " ⚠" if any(count for cause, count in found.items() if cause != "gone") else " ✓"
    return f"{sum(found.values())}{mark}" + (f"，{told}" if told else "")


_CAUSES = {
    "gone": "收不到 unreachable",
    "refused": "被拒 refused",
    "failed": "放弃 given up",
    "unsure": "不明 unsure",
    "fault": "出错 fault",
}


def _queue(count: int, oldest: datetime | None, now: datetime) -> str:
    if oldest is None:
        return f"{count} ✓"
    mark = " ⚠" if now - oldest > LATE else ""
    return f"{count}{mark}，最早 / oldest: {_ago(oldest, now)}"


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "-"
    seconds = max(0, int((now - moment).total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    passed = f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC ({passed if seconds >= 60 else f'{seconds} s'})"
