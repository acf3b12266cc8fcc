"""`louyuhui db`: the database is brought up to date, checked, backed up, restored and moved."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.progress import Progress as Bars
from rich.table import Table

from bot.commands.terminal import (
    CONFIG,
    ConfigOption,
    carry_out,
    console,
    errors,
    fail,
    say,
    settings_of,
)
from bot.settings import Settings
from storage import migrate, sealing
from storage.alone import Occupied
from storage.backup import Differs, Filled, back_up, file_url, transfer
from storage.engine import Engine, engine_of
from storage.moving import Content, Progress
from storage.sealing import WrongKey
from storage.seats import sole
from storage.soundness import flaws

KEY = "LOUYUHUI_BACKUP_KEY"

app = typer.Typer(no_args_is_help=True, help="数据库：升级、检查、备份、恢复、搬家。/ The database.")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="备份文件 / the backup")]
ForceOption = Annotated[bool, typer.Option("--force", help="覆盖已有的数据 / replace what is there")]


@app.command()
def upgrade(config: ConfigOption = CONFIG) -> None:
    """升级到最新的结构，数据不动。/ Bring it to the newest schema; what is stored stays."""
    settings = settings_of(config)
    carry_out(settings, _upgrade(settings))
    say(f"✅ 数据库是最新的了：{migrate.newest()}。/ The database is at the newest schema.")


async def _upgrade(settings: Settings) -> None:
    async with engine_of(settings.database) as engine:
        if await migrate.current(engine) != migrate.newest():
            async with _alone(engine):
                await migrate.upgrade(engine)


@app.command()
def check(config: ConfigOption = CONFIG) -> None:
    """检查完整性、结构和每一条记录链，什么都不改。/ Check pages, schema and every chain of events."""
    settings = settings_of(config)
    found = carry_out(settings, _check(settings))
    for flaw in found:
        say(f"❌ {flaw}")
    if found:
        raise fail(f"发现 {len(found)} 处问题，请从备份恢复或寻求帮助。/ {len(found)} flaws found.")
    say("✅ 数据库完好。/ The database is sound.")


async def _check(settings: Settings) -> list[str]:
    async with engine_of(settings.database, create=False) as engine:
        with _bars() as progress:
            return [flaw async for flaw in flaws(engine, progress)]


@app.command()
def backup(file: FileArgument, config: ConfigOption = CONFIG) -> None:
    """不停机备份成一个文件；设了密钥就加密。/ Back up into one file, sealed if there is a key."""
    settings = settings_of(config)
    if file.exists():
        raise fail(f"{file} 已经有了，请换个名字。/ exists already; name another file.")
    key = os.environ.get(KEY)
    with _saying_what_failed(), TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
        plain, sealed = Path(folder) / "plain.db", Path(folder) / "sealed"
        carry_out(settings, _back_up(settings, plain))
        if key:
            sealing.seal(plain, sealed, key)
        (sealed if key else plain).replace(file)  # what bears the name of a backup is a whole one
    how = "，已加密 / sealed" if key else ""
    say(f"✅ 备份好了 / backed up: {file} ({file.stat().st_size / 1e6:.1f} MB{how})")


async def _back_up(settings: Settings, file: Path) -> None:
    async with engine_of(settings.database, create=False) as engine:
        with _bars() as progress:
            await back_up(engine, file, progress)


@app.command()
def restore(file: FileArgument, config: ConfigOption = CONFIG, force: ForceOption = False) -> None:
    """从备份恢复，先检查再写入。/ Restore a backup: checked, then stored whole or not at all."""
    settings = settings_of(config)
    with _saying_what_failed(), TemporaryDirectory(dir=file.absolute().parent, prefix=".restore-") as folder:
        plain = Path(folder) / "plain.db"
        if sealing.is_sealed(file):
            sealing.unseal(file, plain, os.environ.get(KEY, ""))
        else:
            shutil.copyfile(file, plain)
        contents = carry_out(settings, _restore(settings, plain, force=force))
    _show(contents)
    say("✅ 恢复好了，每张表都核对过。/ Restored; every table was compared.")


async def _restore(settings: Settings, file: Path, *, force: bool) -> dict[str, Content]:
    async with engine_of(file_url(file)) as source:
        if await migrate.current(source) is None:
            raise fail("这个文件不是备份。/ This file is no backup.")
        await migrate.upgrade(source)
        with _bars() as progress:
            found = [flaw async for flaw in flaws(source, progress)]
            if found:
                raise fail(f"备份有问题，没有恢复。/ The backup is flawed, nothing was restored: {found[0]}")
            async with engine_of(settings.database) as target, _replaceable(target, force=force):
                return await transfer(source, target, progress, force=force)


@app.command()
def move(
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="postgresql+asyncpg://user:password@host/name")
    ],
    config: ConfigOption = CONFIG,
    force: ForceOption = False,
) -> None:
    """把全部数据搬到另一个数据库，逐表核对。/ Move all there is to another database; stop the bot first."""
    settings = settings_of(config)
    with _saying_what_failed():
        contents = carry_out(settings, _move(settings, to, force=force))
    _show(contents)
    say(
        "✅ 搬好了，每张表的行数和校验值都一致。请把设置里的 database 改成新地址再启动。"
        "\n   Moved; count and hash of every table agree. Set `database` to the new address, then start."
    )


async def _move(settings: Settings, to: str, *, force: bool) -> dict[str, Content]:
    async with engine_of(settings.database, create=False) as source, _alone(source):
        await migrate.check_newest(source)
        async with engine_of(to) as target, _replaceable(target, force=force):
            with _bars() as progress:
                return await transfer(source, target, progress, force=force, last=True)


@asynccontextmanager
async def _replaceable(target: Engine, *, force: bool) -> AsyncIterator[None]:
    """With a target that is ours alone, and at the newest schema. Raises Filled, Unavailable."""
    async with _alone(target):
        if not force and await migrate.current(target) not in {None, migrate.newest()}:
            raise Filled
        await migrate.upgrade(target)
        yield


@asynccontextmanager
async def _alone(engine: Engine) -> AsyncIterator[None]:
    """While no bot is at work there, nor can begin: what it stored meanwhile would be lost."""
    try:
        async with sole(engine, f"louyuhui db {os.getpid()}"):
            yield
    except Occupied as names:
        raise fail(
            f"机器人还在运行（{names}），先停下再来。/ A bot is at work ({names}): stop it first, or what it"
            " stores meanwhile is lost.",
            10,
        ) from None


@app.command()
def key() -> None:
    """造一对备份密钥。/ Make a pair of keys for backups."""
    secret, public = sealing.new_key()
    say(f"# 私钥，恢复时用，请离线保存 / secret, to restore; keep it elsewhere\n{secret}")
    say(f"# 公钥，只能加密，放在服务器上 / public, can only seal; for {KEY} on the server\n{public}")


@contextmanager
def _bars() -> Iterator[Progress]:
    """A bar for each thing that progresses, on standard error."""
    with Bars(console=errors, transient=True) as bars:
        tasks = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield tell


@contextmanager
def _saying_what_failed() -> Iterator[None]:
    try:
        yield
    except Filled:
        raise fail(
            "那边的数据库里已经有数据。确定要覆盖就加 --force。"
            "/ There is something in that database already; --force replaces it.",
            7,
        ) from None
    except Differs as error:
        raise fail(f"核对不一致，什么都没有写入 / not the same, nothing was stored: {error}", 8) from None
    except WrongKey as error:
        raise fail(f"密钥 {KEY} 不对 / is not the right key: {error}", 9) from None
    except OSError as error:
        raise fail(f"文件读写不了 / cannot be read or written: {error}") from None


def _show(contents: dict[str, Content]) -> None:
    table = Table("表 table", "行 rows", "校验值 hash")
    for name, held in contents.items():
        table.add_row(name, str(held.rows), held.hash[:16])
    console.print(table)
