"""`louyuhui db`: what was backed up comes back, what was moved arrives whole, and what is broken is named."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from rules.ballots import Plan
from rules.counting import Method
from storage import backup, log, migrate, moving, people, sealing
from storage.alone import Alone, Occupied
from storage.engine import engine_of, file_of, open_engine
from storage.postgres import WRITERS
from storage.seats import seat_at
from storage.store import Store
from tests import filling
from tests.bot.terminal import configured, louyuhui
from tests.conftest import ENGINES
from tests.services.house import house

WORDS = "同意装电动车棚吗 🛵"


async def fill(address: str) -> None:
    """A building with a ballot that is closed, one that is open, three votes in each, and no table empty."""
    async with house(address, households=5, residents=4) as home:
        for number in range(2):
            ballot, box = await home.open(Plan(WORDS, Method.SINGLE, ("同意", "不同意"))), home.box()
            for voter in range(3):
                await home.press(box, str(voter), ballot.id, voter % 2 + 1)
            if number == 0:
                await home.close(ballot)
        async with home.store.engine.begin() as conn:
            await conn.run_sync(filling.fill, 1, only_empty=True)


async def contents(address: str) -> dict[str, moving.Content]:
    store = Store(open_engine(address))
    async with store.glance() as conn:
        found = {table.name: await moving.content(conn, table) for table in moving.TABLES}
    await store.close()
    return found


@pytest.fixture
def filled(database: str) -> str:
    """A database in which a building has voted, on each engine."""
    asyncio.run(fill(database))
    assert [name for name, held in asyncio.run(contents(database)).items() if not held.rows] == []
    return database


@pytest.fixture
def unsealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOUYUHUI_BACKUP_KEY", raising=False)


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/empty.db"


@pytest.mark.usefixtures("unsealed")
def test_a_backup_holds_everything_and_comes_back(filled: str, empty: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.db"
    made = louyuhui("db", "backup", kept, "--config", configured(tmp_path, database=filled))
    assert made.exit_code == 0, made.output
    assert "备份好了" in made.output
    assert kept.stat().st_mode & 0o077 == 0, "nobody else may read it"
    assert sorted(file.name for file in tmp_path.iterdir() if file.name.startswith((".", "kept"))) == [
        "kept.db"
    ]
    back = louyuhui("db", "restore", kept, "--config", configured(tmp_path, database=empty))
    assert back.exit_code == 0, back.output
    assert asyncio.run(contents(empty)) == asyncio.run(contents(filled))


@pytest.mark.usefixtures("unsealed")
def test_a_filled_database_is_replaced_only_by_force(filled: str, tmp_path: Path) -> None:
    config, kept = configured(tmp_path, database=filled), tmp_path / "kept.db"
    assert louyuhui("db", "backup", kept, "--config", config).exit_code == 0
    before = asyncio.run(contents(filled))
    asyncio.run(add(filled))
    after = asyncio.run(contents(filled))
    refused = louyuhui("db", "restore", kept, "--config", config)
    assert refused.exit_code == 7
    assert "--force" in refused.output
    assert asyncio.run(contents(filled)) == after != before
    assert louyuhui("db", "restore", kept, "--config", config, "--force").exit_code == 0
    assert asyncio.run(contents(filled)) == before


async def add(address: str) -> int:
    """One more person; the id that was given."""
    store = Store(open_engine(address))
    async with store.unit(datetime(2026, 11, 21, tzinfo=UTC)) as unit:
        person = await people.meet(unit.conn, "new", "示例住户", "zh", unit.now)
        await log.append(unit.conn, "building:1", "joined", unit.now, person=person.id)
    await store.close()
    return person.id


@pytest.mark.usefixtures("unsealed")
def test_a_backup_is_never_written_over(sqlite: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.db"
    kept.write_text("mine")
    refused = louyuhui("db", "backup", kept, "--config", configured(tmp_path, database=sqlite))
    assert refused.exit_code == 1
    assert kept.read_text() == "mine"


@pytest.mark.parametrize("which", ["secret", "public"])
def test_a_sealed_backup_opens_with_its_secret_key_alone(
    sqlite: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    asyncio.run(fill(sqlite))
    secret, public = sealing.new_key()
    kept = tmp_path / "kept.age"
    monkeypatch.setenv("LOUYUHUI_BACKUP_KEY", secret if which == "secret" else public)
    made = louyuhui("db", "backup", kept, "--config", configured(tmp_path, database=sqlite))
    assert "已加密" in made.output
    assert kept.read_bytes().startswith(b"age-encryption.org/v1")
    assert WORDS.encode() not in kept.read_bytes()
    config = configured(tmp_path, database=empty)
    for wrong in ("", public, "nonsense", sealing.new_key()[0]):
        monkeypatch.setenv("LOUYUHUI_BACKUP_KEY", wrong)
        assert louyuhui("db", "restore", kept, "--config", config).exit_code == 9
    monkeypatch.setenv("LOUYUHUI_BACKUP_KEY", secret)
    assert louyuhui("db", "restore", kept, "--config", config).exit_code == 0
    assert asyncio.run(contents(empty)) == asyncio.run(contents(sqlite))


def test_a_key_that_is_none_leaves_no_backup(
    sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOUYUHUI_BACKUP_KEY", "my birthday")
    refused = louyuhui(
        "db", "backup", tmp_path / "kept.db", "--config", configured(tmp_path, database=sqlite)
    )
    assert refused.exit_code == 9
    assert not (tmp_path / "kept.db").exists()
    assert "my birthday" not in refused.output


def test_a_new_pair_of_keys_is_made() -> None:
    made = louyuhui("db", "key").output
    assert "AGE-SECRET-KEY-1" in made
    assert "\nage1" in made


@pytest.mark.usefixtures("unsealed")
@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_what_is_no_backup_is_not_restored(sqlite: str, tmp_path: Path, content: bytes) -> None:
    asyncio.run(fill(sqlite))
    before, file = asyncio.run(contents(sqlite)), tmp_path / "file.db"
    file.write_bytes(content)
    refused = louyuhui("db", "restore", file, "--force", "--config", configured(tmp_path, database=sqlite))
    assert refused.exit_code in {1, 5}
    assert asyncio.run(contents(sqlite)) == before


@pytest.mark.usefixtures("unsealed")
def test_a_flawed_backup_is_not_restored(sqlite: str, tmp_path: Path) -> None:
    asyncio.run(fill(sqlite))
    config, kept = configured(tmp_path, database=sqlite), tmp_path / "kept.db"
    louyuhui("db", "backup", kept, "--config", config)
    before = asyncio.run(contents(sqlite))
    break_chain(kept)
    refused = louyuhui("db", "restore", kept, "--force", "--config", config)
    assert refused.exit_code == 1
    assert "trigger: events_keep" in refused.output
    assert asyncio.run(contents(sqlite)) == before


def test_a_backup_ends_and_is_of_one_moment_however_often_somebody_writes(
    sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(fill(sqlite))
    monkeypatch.setattr("storage.backup._PAGES", 1)
    before, kept, steps = asyncio.run(contents(sqlite)), tmp_path / "kept.db", 0

    def write_meanwhile(_what: str, _done: int, _total: int) -> None:
        nonlocal steps
        steps += 1
        assert steps < 5_000, "it begins anew at every vote, and never ends"
        with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as other:
            other.execute("INSERT INTO communities (name) VALUES (?)", [f"示例小区 {steps}"])

    async def back_up_all() -> None:
        async with engine_of(sqlite) as engine:
            await backup.back_up(engine, kept, write_meanwhile)

    asyncio.run(back_up_all())
    assert steps > 50
    assert asyncio.run(contents(f"sqlite+aiosqlite:///{kept}")) == before


def break_chain(file: Path) -> None:
    """What somebody with the file in his hands could do."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("DROP TRIGGER events_keep")
        other.execute("UPDATE events SET kind = 'objected' WHERE stream = 'ballot:1' AND number = 2")
        other.execute("PRAGMA foreign_keys=OFF")
        other.execute("DELETE FROM people WHERE id = 2")


def test_a_sound_database_is_found_sound(filled: str, tmp_path: Path) -> None:
    checked = louyuhui("db", "check", "--config", configured(tmp_path, database=filled))
    assert checked.exit_code == 0, checked.output
    assert "数据库完好" in checked.output


def test_every_flaw_is_named(sqlite: str, tmp_path: Path) -> None:
    asyncio.run(fill(sqlite))
    break_chain(tmp_path / "test.db")
    checked = louyuhui("db", "check", "--config", configured(tmp_path, database=sqlite))
    assert checked.exit_code == 1
    assert "trigger: events_keep" in checked.output
    assert "events: ballot:1 № 2" in checked.output
    assert "foreign key: members(person_id) → people: 1" in checked.output


def test_flaws_of_postgresql_are_named_too(postgresql: str, tmp_path: Path) -> None:
    asyncio.run(fill(postgresql))
    asyncio.run(tamper(postgresql))
    checked = louyuhui("db", "check", "--config", configured(tmp_path, database=postgresql))
    assert checked.exit_code == 1
    assert "trigger: events_keep" in checked.output
    assert "events: ballot:1 № 2" in checked.output


async def tamper(address: str) -> None:
    engine = open_engine(address)
    async with engine.begin() as conn:
        await conn.execute(text("ALTER TABLE events DISABLE TRIGGER events_keep"))
        await conn.execute(text("UPDATE events SET kind = 'x' WHERE stream = 'ballot:1' AND number = 2"))
    await engine.dispose()


def test_an_old_schema_is_named_and_upgraded(tmp_path: Path) -> None:
    config = configured(tmp_path)
    (tmp_path / "louyuhui.db").touch()
    checked = louyuhui("db", "check", "--config", config)
    assert checked.exit_code == 1
    assert "louyuhui db upgrade" in checked.output
    assert louyuhui("db", "upgrade", "--config", config).exit_code == 0
    assert louyuhui("db", "check", "--config", config).exit_code == 0


def moved(source: str, target: str, folder: Path, *more: str) -> Any:
    return louyuhui("db", "move", "--to", target, "--config", configured(folder, database=source), *more)


@pytest.mark.parametrize("to", ENGINES)
def test_what_is_moved_arrives_whole_and_life_goes_on(
    filled: str, to: str, bare_postgresql: str, empty: str, tmp_path: Path
) -> None:
    target = bare_postgresql if to == "postgresql" else empty
    result = moved(filled, target, tmp_path)
    assert result.exit_code == 0, result.output
    assert asyncio.run(contents(target)) == asyncio.run(contents(filled))
    assert asyncio.run(add(target)) == asyncio.run(add(filled)), "the next id is above all there are"
    checked = louyuhui("db", "check", "--config", configured(tmp_path, database=target))
    assert checked.exit_code == 0, checked.output


def test_all_there_is_comes_back_from_the_other_engine_as_it_went(
    sqlite: str, bare_postgresql: str, empty: str, tmp_path: Path
) -> None:
    """Rows of every table: with everything there may be in them, and with nothing where it may be missing."""
    asyncio.run(fill_thrice(sqlite))
    went = asyncio.run(contents(sqlite))
    assert {name for name, held in went.items() if held.rows != 3} == set()
    for source, target in ((sqlite, bare_postgresql), (bare_postgresql, empty)):
        result = moved(source, target, tmp_path)
        assert result.exit_code == 0, result.output
        assert asyncio.run(contents(target)) == went
    assert asyncio.run(texts(empty)) == asyncio.run(texts(sqlite)), "as it is stored, too"


async def fill_thrice(address: str) -> None:
    async with engine_of(address) as engine, engine.begin() as conn:
        for number in (1, 2, 3):
            await conn.run_sync(filling.fill, number)


async def texts(address: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a file as SQLite has it."""
    async with engine_of(address) as engine, engine.connect() as conn:
        return {
            table.name: sorted(tuple(row) for row in await conn.execute(text(f"SELECT * FROM {table.name}")))
            for table in moving.TABLES
        }


@pytest.mark.parametrize(
    "spoil",
    [
        "CREATE TRIGGER spoil AFTER INSERT ON people BEGIN UPDATE people SET name = '?' WHERE id = 2; END",
        "CREATE TRIGGER spoil BEFORE INSERT ON votes BEGIN SELECT RAISE(IGNORE); END",
    ],
    ids=["another name", "fewer rows"],
)
def test_what_does_not_arrive_as_it_was_sent_is_refused_whole(
    sqlite: str, empty: str, tmp_path: Path, spoil: str
) -> None:
    asyncio.run(fill(sqlite))
    config = configured(tmp_path, database=empty)
    assert louyuhui("db", "upgrade", "--config", config).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "empty.db", isolation_level=None)) as other:
        other.execute(spoil)
    refused = moved(sqlite, empty, tmp_path)
    assert refused.exit_code == 8
    assert ("people" if "people" in spoil else "votes") in refused.output
    assert all(held.rows == 0 for held in asyncio.run(contents(empty)).values())


@pytest.mark.usefixtures("unsealed")
def test_a_backup_of_an_older_version_is_restored_by_this_one(
    sqlite: str, empty: str, tmp_path: Path
) -> None:
    asyncio.run(fill(sqlite))
    kept = tmp_path / "kept.db"
    louyuhui("db", "backup", kept, "--config", configured(tmp_path, database=sqlite))
    asyncio.run(go_back(kept, "0013"))
    back = louyuhui("db", "restore", kept, "--config", configured(tmp_path, database=empty))
    assert back.exit_code == 0, back.output
    came, went = asyncio.run(contents(empty)), asyncio.run(contents(sqlite))
    assert {name: held.rows for name, held in came.items()} == {
        name: held.rows for name, held in went.items()
    }
    older = f"sqlite+aiosqlite:///{kept}"
    louyuhui("db", "upgrade", "--config", configured(tmp_path, database=older))
    assert came == asyncio.run(contents(older))
    assert came["votes"] == went["votes"]


async def go_back(file: Path, revision: str) -> None:
    """As a version of the time of that revision wrote it."""
    engine = open_engine(f"sqlite+aiosqlite:///{file}")
    async with engine.connect() as conn:
        await conn.run_sync(lambda sync: command.downgrade(migrate._config(sync), revision))
        await conn.commit()
    await engine.dispose()


def test_nothing_is_moved_or_restored_while_a_bot_is_at_work(sqlite: str, empty: str, tmp_path: Path) -> None:
    """What it was told meanwhile would be lost."""
    asyncio.run(fill(sqlite))
    louyuhui("db", "upgrade", "--config", configured(tmp_path, database=empty))
    before, config = asyncio.run(contents(sqlite)), configured(tmp_path, database=sqlite)
    kept = tmp_path / "kept.db"
    louyuhui("db", "backup", kept, "--config", config)
    engine = open_engine(sqlite)
    seat = Alone(engine, "east")
    asyncio.run(seat.open())
    try:
        for refused in (
            moved(sqlite, empty, tmp_path),
            moved(empty, sqlite, tmp_path, "--force"),
            louyuhui("db", "restore", kept, "--force", "--config", configured(tmp_path, database=sqlite)),
        ):
            assert refused.exit_code == 10, refused.output
            assert "east" in refused.output
    finally:
        asyncio.run(seat.close())
    assert asyncio.run(contents(sqlite)) == before
    assert moved(sqlite, empty, tmp_path).exit_code == 0


@pytest.mark.parametrize("to", ENGINES)
def test_a_bot_that_starts_during_a_move_gets_nowhere(
    filled: str,
    to: str,
    bare_postgresql: str,
    empty: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when systemd starts it anew: a vote it took then would not be moved."""
    target = bare_postgresql if to == "postgresql" else empty
    tried: list[bool] = []

    def start_midway(what: str, _done: int, _total: int) -> None:
        if what == "votes" and not tried:
            with ThreadPoolExecutor(1) as thread:  # another process, as far as a lock can tell
                tried.extend(thread.submit(asyncio.run, begins(one)).result() for one in (filled, target))

    monkeypatch.setattr("bot.commands.db._bars", lambda: nullcontext(start_midway))
    result = moved(filled, target, tmp_path)
    assert result.exit_code == 0, result.output
    assert tried == [False, False]
    monkeypatch.undo()
    assert asyncio.run(begins(filled)), "what was held is let go"


@pytest.mark.usefixtures("unsealed")
def test_a_bot_that_starts_during_a_restore_gets_nowhere(
    sqlite: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.db"
    tried: list[bool] = []
    louyuhui("db", "backup", kept, "--config", configured(tmp_path, database=sqlite))

    def start_midway(what: str, _done: int, _total: int) -> None:
        if what == "votes" and not tried:
            with ThreadPoolExecutor(1) as thread:
                tried.append(thread.submit(asyncio.run, begins(database)).result())

    monkeypatch.setattr("bot.commands.db._bars", lambda: nullcontext(start_midway))
    back = louyuhui("db", "restore", kept, "--config", configured(tmp_path, database=database))
    assert back.exit_code == 0, back.output
    assert tried == [False]


async def begins(address: str) -> bool:
    """Whether a bot that is started takes its seat, and can write; neither where the other cannot."""
    async with engine_of(address) as engine:
        seat = seat_at(engine, "east")
        try:
            await seat.open()
            seated = seat.held
        except Occupied:
            seated = False
        finally:
            await seat.close()
        writes = await may_write(engine)
        assert seated is writes
        return writes


async def may_write(engine: AsyncEngine) -> bool:
    if engine.dialect.name == "postgresql":
        async with engine.execution_options(reading=True).connect() as conn:
            return bool(await conn.scalar(select(func.pg_try_advisory_xact_lock(WRITERS))))
    with closing(sqlite3.connect(str(file_of(engine)), timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True


def test_the_old_file_of_a_move_is_left_as_it_was(sqlite: str, empty: str, tmp_path: Path) -> None:
    """Byte for byte; an older schema is not brought up to date on the way, either."""
    asyncio.run(fill(sqlite))
    file = tmp_path / "test.db"
    asyncio.run(go_back(file, "0013"))
    before = file.read_bytes()
    refused = moved(sqlite, empty, tmp_path)
    assert refused.exit_code == 5
    assert "louyuhui db upgrade" in refused.output
    assert file.read_bytes() == before
    assert not (tmp_path / "empty.db").exists()
    louyuhui("db", "upgrade", "--config", configured(tmp_path, database=sqlite))
    before = file.read_bytes()
    assert moved(sqlite, empty, tmp_path).exit_code == 0
    assert file.read_bytes() == before


@pytest.mark.usefixtures("unsealed")
@pytest.mark.parametrize("working", [True, False])
def test_an_older_database_is_not_upgraded_on_the_way_to_a_refusal(
    sqlite: str, empty: str, tmp_path: Path, working: bool
) -> None:
    asyncio.run(fill(sqlite))
    config, kept, file = configured(tmp_path, database=sqlite), tmp_path / "kept.db", tmp_path / "test.db"
    louyuhui("db", "backup", kept, "--config", config)
    louyuhui("db", "upgrade", "--config", configured(tmp_path, database=empty))
    asyncio.run(go_back(file, "0013"))
    before = file.read_bytes()
    engine = open_engine(sqlite)
    seat = Alone(engine, "an older bot")
    if working:
        asyncio.run(seat.open())
    config = configured(tmp_path, database=sqlite)
    commands = [["db", "restore", str(kept)], ["export", "--out", str(tmp_path / "out")], ["faults"]]
    refused = [louyuhui(*command, "--config", config).exit_code for command in commands]
    refused.append(moved(empty, sqlite, tmp_path, *(["--force"] if working else [])).exit_code)
    if working:
        refused.append(louyuhui("db", "upgrade", "--config", configured(tmp_path, database=sqlite)).exit_code)
    asyncio.run(seat.close())
    assert refused == ([10, 5, 5, 10, 10] if working else [7, 5, 5, 7])
    assert file.read_bytes() == before


@pytest.mark.usefixtures("unsealed")
def test_a_database_with_nothing_in_it_is_not_backed_up(bare_postgresql: str, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for address in (bare_postgresql, f"sqlite+aiosqlite:///{tmp_path}/empty.db"):
        config = configured(tmp_path, database=address)
        refused = louyuhui("db", "backup", tmp_path / "kept.db", "--config", config)
        assert refused.exit_code == 5
        assert "这里没有数据库" in refused.stderr
        assert not (tmp_path / "kept.db").exists()


def test_nothing_is_moved_onto_what_is_there(sqlite: str, postgresql: str, tmp_path: Path) -> None:
    for address in (sqlite, postgresql):
        asyncio.run(fill(address))
    asyncio.run(add(postgresql))
    before = asyncio.run(contents(postgresql))
    assert moved(sqlite, postgresql, tmp_path).exit_code == 7
    assert asyncio.run(contents(postgresql)) == before
    assert moved(sqlite, postgresql, tmp_path, "--force").exit_code == 0
    assert asyncio.run(contents(postgresql)) == asyncio.run(contents(sqlite)) != before
