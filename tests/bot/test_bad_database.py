"""A database that is locked, read-only or full: people are told, nothing is half-stored, it goes on after."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text

from bot.program import running
from bot.settings import Settings
from handlers import telegram
from rules.events import first_break
from sandbox import Sandbox
from sandbox.conversations import Seen
from sandbox.people import Person
from services import vote_box
from storage import log
from tests.bot.terminal import configured, louyuhui_beside
from tests.scenes import Scene, bound_building, open_ballot, press, residents, say
from tests.stage import Stage

UNAVAILABLE = "现在记不下来（数据库暂时写不进去），这次没有记入。请过一会儿再试一次。"
USUAL = ("PRAGMA query_only=OFF", "PRAGMA max_page_count=1073741823")
Trouble = Callable[[Path], AbstractContextManager[None]]


class Pragmas:
    """What every transaction of this process begins with."""

    now: tuple[str, ...] = USUAL


@pytest.fixture(autouse=True)
def _pragmas() -> Iterator[None]:
    def begin(connection: Connection) -> None:
        for pragma in Pragmas.now:
            connection.exec_driver_sql(pragma)

    event.listen(Engine, "begin", begin)
    yield
    event.remove(Engine, "begin", begin)


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long it is tried again before people are told is not what is shown here."""
    monkeypatch.setattr(telegram, "PAUSES", (0.01,))
    monkeypatch.setattr(vote_box, "_PAUSES", (0.01,))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The bot on a database that waits for no lock."""
    stage = Stage(tmp_path)
    stage.database += "?timeout=0.05"
    async with stage:
        yield stage


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """While another process is writing."""
    with closing(sqlite3.connect(folder / "louyuhui.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def read_only(_folder: Path) -> Iterator[None]:
    """While nothing may be written."""
    Pragmas.now = ("PRAGMA query_only=ON",)
    try:
        yield
    finally:
        Pragmas.now = USUAL


@contextmanager
def full(_folder: Path) -> Iterator[None]:
    """While the disk has no room for another page; SQLite keeps those it has."""
    Pragmas.now = ("PRAGMA max_page_count=1",)
    try:
        yield
    finally:
        Pragmas.now = USUAL


@contextmanager
def no_room(folder: Path) -> Iterator[None]:
    """While the system lets no file grow beyond two pages: the write-ahead log, which is empty, is one."""
    with closing(sqlite3.connect(folder / "louyuhui.db")) as other:
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


async def stored(stage: Stage) -> dict[str, int]:
    """How many rows each table has."""
    async with stage.program.store.glance() as conn:
        tables = (await conn.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'"))).all()
        return {name: await conn.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in tables}


async def electorate(stage: Stage) -> tuple[Scene, list[Person], Seen]:
    """So many voters that their votes need more room than the pages have left."""
    scene = await bound_building(stage)
    neighbours = await residents(stage, scene, 40)
    return scene, neighbours, await open_ballot(stage, scene)


@pytest.mark.parametrize("trouble", [locked, read_only, full, no_room])
async def test_votes_that_cannot_be_stored_are_said_to_be_so_and_count_when_cast_again(
    stage: Stage, tmp_path: Path, trouble: Trouble
) -> None:
    _, neighbours, card = await electorate(stage)
    await stage.settle()
    before = await stored(stage)
    with trouble(tmp_path):
        toasts = await asyncio.gather(*(neighbour.press(card, "乙") for neighbour in neighbours))
        assert {(toast.text, toast.show_alert) for toast in toasts} == {(UNAVAILABLE, True)}
        assert await stored(stage) == before
    toasts = await asyncio.gather(*(neighbour.press(card, "甲") for neighbour in neighbours))
    assert all(toast.text.startswith("已记下：甲") for toast in toasts)
    await stage.settle()
    assert "已投 40 户 / 48 户" in card.text
    async with stage.program.store.glance() as conn:
        choices = (await conn.scalars(text("SELECT DISTINCT choice FROM votes"))).all()
        events = await log.read(conn, "ballot:1")
    assert choices == ["[1]"]
    assert [event.kind for event in events].count("cast") == 40
    assert first_break(events) is None


@pytest.mark.parametrize("trouble", [locked, read_only])
async def test_a_press_that_is_no_vote_is_answered_too(
    stage: Stage, tmp_path: Path, trouble: Trouble
) -> None:
    scene = await bound_building(stage)
    draft = await say(stage, scene.leader, scene.leader.private(), "/vote 修灯吗 | 修 | 不修")
    before = await stored(stage)
    with trouble(tmp_path):
        toast = await press(stage, scene.leader, draft, "开始投票")
        assert (toast.text, toast.show_alert) == (UNAVAILABLE, True)
        assert await stored(stage) == before
    await press(stage, scene.leader, draft, "开始投票")
    assert scene.group.pinned is not None
    assert "修灯吗" in scene.group.pinned.text


@pytest.mark.parametrize("trouble", [locked, read_only])
async def test_what_somebody_says_is_answered_with_why_it_was_not_heard(
    stage: Stage, tmp_path: Path, trouble: Trouble
) -> None:
    newcomer = stage.sandbox.people.new("示例住户")
    before = await stored(stage)
    with trouble(tmp_path):
        chat = await newcomer.start()
        await stage.settle()
        assert [message.text for message in chat.messages if message.by_bot] == [UNAVAILABLE]
        assert await stored(stage) == before
    answer = await say(stage, newcomer, chat, "帮助")
    assert answer.by_bot
    assert answer.text != UNAVAILABLE


@pytest.mark.parametrize("trouble", [locked, read_only])
async def test_what_falls_due_meanwhile_is_done_after(stage: Stage, tmp_path: Path, trouble: Trouble) -> None:
    _, neighbours, card = await electorate(stage)
    await press(stage, neighbours[0], card, "甲")
    with trouble(tmp_path):
        await stage.pass_time(days=1)
        assert (await stored(stage))["faults"] == 0
        async with stage.program.store.glance() as conn:
            assert (await conn.scalars(text("SELECT state FROM ballots"))).all() == ["open"]
    await stage.pass_time(minutes=1)
    async with stage.program.store.glance() as conn:
        assert (await conn.scalars(text("SELECT state FROM ballots"))).all() == ["closed"]


async def test_the_bot_can_be_stopped_while_nothing_can_be_written(stage: Stage, tmp_path: Path) -> None:
    scene = await bound_building(stage)
    with read_only(tmp_path):
        await stage.settle()
        await stage.stop()
    await stage.start()
    answer = await say(stage, scene.leader, scene.leader.private(), "帮助")
    assert answer.by_bot


@pytest.mark.parametrize("trouble", [locked, read_only, full])
async def test_a_command_beside_the_chat_says_so_and_writes_nothing(
    stage: Stage, tmp_path: Path, trouble: Trouble
) -> None:
    rows = "".join(f"9栋,1,{number},90,示例业主\n" for number in range(500))
    roll = tmp_path / "roll.csv"
    roll.write_text(f"楼栋,单元,房号,面积,业主\n{rows}", encoding="utf-8")
    config = configured(tmp_path, database=stage.database)
    before = await stored(stage)
    with trouble(tmp_path):
        result = await louyuhui_beside("roll", "import", roll, "--config", config)
        assert result.exit_code == 5
        assert "数据库打不开或写不进去" in result.stderr
        assert await stored(stage) == before
    assert (await louyuhui_beside("roll", "import", roll, "--config", config)).exit_code == 0
    assert (await stored(stage))["households"] == before["households"] + 500


async def test_those_who_are_told_that_nothing_is_stored_make_nobody_exceed_the_limits(
    tmp_path: Path,
) -> None:
    """Nothing can be put into the outbox; what is said past it keeps to Telegram's limits all the same."""
    async with Sandbox() as sandbox:
        token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会")
        database = f"sqlite+aiosqlite:///{tmp_path}/louyuhui.db"
        settings = Settings(token=token, database=database, api=sandbox.url, tick=3600)
        person = sandbox.people.new("示例住户")
        group = sandbox.people.new_group("3栋邻里群", person)
        async with running(settings) as program:
            await person.add_bot(group)
            chat = await person.start()
            await sandbox.settled()
            await program.quiet()
            with read_only(tmp_path):
                for _ in range(21):
                    await person.say(group, "/help")
                    await person.say(chat, "/help")
                async with asyncio.timeout(60):
                    while program.reception.turned_away < 42:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
            assert sandbox.counters.too_many == 0
            assert UNAVAILABLE in [seen.text for seen in chat.messages]
            assert sum(seen.text == UNAVAILABLE for seen in group.messages) < 5, "rarely"
