"""`louyuhui status`: the figures of the database, whether the bot runs or not, and nothing of anybody."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commands import status
from services.outbox import Rank
from storage import outbox, people, updates
from storage.figures import Figures, figures
from tests.bot.commands import command, configured
from tests.stage import Stage

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
async def config(stage: Stage, tmp_path: Path) -> Path:
    stage.now = datetime.now(UTC)  # the command looks at the real clock
    return configured(stage, tmp_path)


async def read(stage: Stage) -> Figures:
    async with stage.program.store.glance() as conn:
        return await figures(conn, stage.now)


def rows(text: str) -> dict[str, str]:
    """The table by the English names of its rows."""
    found = {}
    for line in text.splitlines():
        if named := re.match(r"\s*[一-鿿]+ ([a-z ]+?)\s{2,}(.*)", line):
            found[named[1]] = named[2].strip()
    return found


async def test_a_quiet_bot_has_nothing_waiting(stage: Stage, config: Path) -> None:
    person = stage.sandbox.people.new("示例住户 3-2-502")
    await person.start()
    await stage.settle()
    done = await command("status", "--config", str(config))
    assert done.exit_code == 0, done.output
    told = rows(done.stdout)
    assert told["letters to send"] == "0 ✓"
    assert told["overdue"] == "0 ✓"
    assert told["faults"] == "0 ✓"
    assert told["open ballots"] == "0"
    assert told["schema"].endswith("✓")
    assert "UTC" in told["last update"]
    assert "示例住户" not in done.stdout
    assert str(person.id) not in done.stdout


async def test_what_waits_is_counted_and_the_oldest_named(stage: Stage, config: Path) -> None:
    await letters(stage, made_ago=timedelta(minutes=30))
    found = await read(stage)
    assert (found.unsent, found.put_off) == (1, 1)
    assert found.oldest_unsent == stage.now - timedelta(minutes=30)
    assert (found.waiting, found.overdue) == (2, 1)
    assert found.unmended == found.faults == 1
    told = rows((await command("status", "--config", str(config))).stdout)
    assert told["letters to send"].startswith("1 ⚠")
    assert told["letters put off"] == "1"
    assert told["schedule"] == "2"
    assert told["overdue"].startswith("1")
    assert told["faults"].startswith("1 ⚠")


async def test_what_was_put_off_over_night_has_waited_since_the_morning_only(stage: Stage) -> None:
    stage.program.office.tasks[0].cancel()  # nothing is sent any more
    async with stage.program.store.unit(stage.now) as unit:
        chat = await people.enter(unit.conn, "900", "private", "示例住户")
        common = {"chat_id": chat.id, "rank": Rank.BULK, "notice": True, "payload": {}}
        morning, evening = unit.now - timedelta(minutes=1), unit.now - timedelta(hours=10)
        await outbox.put(unit.conn, made_at=evening, not_before=morning, **common)
        assert (await figures(unit.conn, unit.now)).oldest_unsent == morning
        made = unit.now - timedelta(minutes=2)
        await outbox.put(unit.conn, made_at=made, not_before=evening, **common)
        assert (await figures(unit.conn, unit.now)).oldest_unsent == made


async def test_what_was_let_go_lately_is_counted_by_cause(stage: Stage, config: Path) -> None:
    """What was let go more than a week ago counts no more."""
    assert sum((await read(stage)).dropped.values()) == 0
    async with stage.program.store.unit(stage.now) as unit:
        chat = await people.enter(unit.conn, "900", "private", "示例住户")
        for days, cause in ((0, "refused"), (6, "gone"), (6, "gone"), (8, "failed")):
            put = {"chat_id": chat.id, "rank": 1, "notice": True, "payload": {}, "made_at": unit.now}
            await outbox.put(unit.conn, **put)
            [letter] = await outbox.open_letters(unit.conn, 0)
            ended = outbox.dropped(unit.now - timedelta(days=days), cause, "the platform's words")
            await outbox.change_letters(unit.conn, [letter.id], **ended)
    told = rows((await command("status", "--config", str(config))).stdout)["not delivered"]
    assert told.startswith("3 ⚠")
    assert "unreachable 2" in told
    assert "refused 1" in told


async def letters(stage: Stage, made_ago: timedelta) -> None:
    """A letter that cannot leave and one put off, a due that is late and one that is not, and a fault."""
    stage.program.office.tasks[0].cancel()  # nothing is sent any more
    async with stage.program.store.unit(stage.now) as unit:
        chat = await people.enter(unit.conn, "900", "private", "示例住户")
        common = {"chat_id": chat.id, "rank": Rank.ANSWER, "notice": False, "payload": {}}
        made = unit.now - made_ago
        await outbox.put(unit.conn, made_at=made, **common)
        await outbox.put(unit.conn, made_at=made, not_before=unit.now + timedelta(hours=1), **common)
        await outbox.schedule(unit.conn, "a", "probe", 1, unit.now - timedelta(minutes=1))
        await outbox.schedule(unit.conn, "b", "probe", 1, unit.now + timedelta(days=1))
        await updates.add_fault(unit.conn, unit.now, None, None, "ZeroDivisionError")


async def test_a_stopped_bot_has_its_status_too(stage: Stage, config: Path) -> None:
    await stage.stop()
    assert (await command("status", "--config", str(config))).exit_code == 0
    await stage.start()


async def test_a_database_without_a_schema_is_left_as_it_is(stage: Stage, tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    sqlite3.connect(empty).close()
    config = configured(stage, tmp_path, f"sqlite+aiosqlite:///{empty}")
    done = await command("status", "--config", str(config))
    assert done.exit_code == 1
    assert "启动机器人就会升级" in done.stderr
    with sqlite3.connect(empty) as looked:
        assert looked.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    looked.close()


async def test_a_database_that_cannot_be_opened_is_told(stage: Stage, tmp_path: Path) -> None:
    config = configured(stage, tmp_path, "sqlite+aiosqlite:////nowhere/at/all.db")
    assert (await command("status", "--config", str(config))).exit_code == 5


@pytest.mark.parametrize(
    ("passed", "told"),
    [
        (timedelta(seconds=7), "(7 s)"),
        (timedelta(minutes=3, seconds=7), "(3 min)"),
        (timedelta(hours=5, minutes=3), "(5 h 3 min)"),
        (timedelta(days=2, hours=5, minutes=3), "(2 d 5 h)"),
        (timedelta(seconds=-3), "(0 s)"),  # clocks differ
    ],
)
def test_how_long_ago_is_told_in_two_units(passed: timedelta, told: str) -> None:
    assert status._ago(NOW - passed, NOW).endswith(told)
