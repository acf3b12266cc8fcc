"""The schema: migrated is what the code says, on both engines, and nothing that was stored is lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from rules.habits import Standing
from rules.when import Every, Pattern
from storage import ballots, habits, homes, log, migrate, outbox, people, voters
from storage.engine import open_engine
from storage.refusals import refusing_triggers
from storage.store import Store, Unavailable
from storage.tables import metadata, votes
from tests import filling

REVISIONS = list(ScriptDirectory(str(migrate.FOLDER)).walk_revisions())  # the newest first
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL",
    "postgresql": """
        SELECT table_name || '.' || column_name,
            concat_ws(' ', data_type, is_nullable, column_default)
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION SELECT conname || ' constraint', pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION SELECT proname || '()', prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
}


MARKS = ("alembic_version", "sqlite_sequence")


async def schema(engine: AsyncEngine, aside: tuple[str, ...] = MARKS) -> dict[str, str]:
    """Every table, index and trigger with its SQL, spaces and quotes aside."""
    async with engine.connect() as conn:
        rows = (await conn.execute(text(SCHEMA[engine.dialect.name]))).all()
    return {name: plain(sql) for name, sql in rows if not name.startswith(aside)}


def plain(sql: str) -> str:
    return re.sub(r"[\s\"]+", "", sql)


def parts(sql: str) -> tuple[str, list[str]]:
    """A statement's columns and constraints in one order, which means nothing."""
    head, _, rest = sql.removesuffix(")").partition("(")
    depth, found = 0, [""]
    for letter in rest:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    for index, column in enumerate(found):
        if refers := re.fullmatch(r"(\w+?)INTEGER(REFERENCES.*)", column):
            found[index] = f"{refers[1]}INTEGER"
            found.append(f"FOREIGNKEY({refers[1]}){refers[2]}")
    return head, sorted(found)


async def test_a_migrated_database_is_what_the_code_says(engine: AsyncEngine, tmp_path: Path) -> None:
    await migrate.revise(engine)
    migrated = await schema(engine)
    if engine.dialect.name == "sqlite":
        created = open_engine(f"sqlite+aiosqlite:///{tmp_path}/created.db")
    else:
        created = engine
        async with engine.begin() as conn:
            await conn.execute(text("DROP SCHEMA public CASCADE"))
            await conn.execute(text("CREATE SCHEMA public"))
    async with created.begin() as conn:
        await conn.run_sync(metadata.create_all)
    said = await schema(created)
    await created.dispose()
    assert set(migrated) == set(said)
    triggers = {name: sql for name, sql in said.items() if sql.startswith("CREATETRIGGER")}
    assert len(triggers) == len(refusing_triggers("sqlite"))
    assert {name: migrated[name] for name in triggers} == triggers
    assert {name: parts(sql) for name, sql in migrated.items()} == {
        name: parts(sql) for name, sql in said.items()
    }


async def test_a_migrated_database_differs_in_nothing_from_the_code(engine: AsyncEngine) -> None:
    await migrate.revise(engine)
    assert await migrate.differences(engine) == []


async def test_a_difference_would_be_seen(engine: AsyncEngine) -> None:
    await migrate.revise(engine)
    async with engine.begin() as conn:
        await conn.execute(text("ALTER TABLE people DROP COLUMN reminders"))
        await conn.execute(text("CREATE TABLE stray (id INTEGER)"))
    assert len(await migrate.differences(engine)) == 2


async def test_it_is_marked_with_the_newest_revision(engine: AsyncEngine) -> None:
    assert await migrate.current(engine) is None
    await migrate.upgrade(engine)
    assert await migrate.current(engine) == migrate.newest() is not None


async def fill(engine: AsyncEngine) -> None:
    """A person who lives somewhere, a ballot that is open with a vote in it, letters, and an event."""
    async with Store(engine).unit(NOW) as unit:
        community = await homes.community(unit.conn, "示例小区")
        building = await homes.add_building(
            unit.conn, community_id=community, name="3栋", units=2, zone="Asia/Shanghai", lang="zh"
        )
        await homes.add_households(unit.conn, [{"building_id": building.id, "unit": "1", "room": "101"}])
        person = await people.meet(unit.conn, "1", "示例住户", "zh", NOW)
        await homes.join(unit.conn, 1, person.id, "slip", NOW)
        await log.append(unit.conn, "building:1", "joined", NOW, person=person.id)
        offered = [{"number": 1, "label": "甲", "text": "长凳", "picture": None, "cost": None}]
        asked = {
            "building_id": building.id,
            "convener_id": person.id,
            "question": "要什么",
            "method": "single",
        }
        chat = await people.enter(unit.conn, "-1", "group", "3栋邻里群")
        letter = {"chat_id": chat.id, "rank": 1, "notice": True, "payload": {"text": "通知"}, "made_at": NOW}
        for number in range(3):
            await outbox.put(unit.conn, **letter, key=f"notice:{number}", not_before=NOW)
        ballot = await ballots.add(unit.conn, offered, **asked)
        await voters.freeze(unit.conn, ballot)
        await ballots.change(unit.conn, ballot.id, state="open")
        await unit.conn.execute(
            votes.insert().values(
                ballot_id=ballot.id, voter_id=1, choice=[1], by_id=person.id, receipt="A", at=NOW
            )
        )


async def everything(engine: AsyncEngine) -> dict[str, list[tuple[object, ...]]]:
    async with engine.connect() as conn:
        return {
            table.name: [tuple(row) for row in await conn.execute(table.select())]
            for table in metadata.sorted_tables
        }


async def test_upgrading_again_changes_nothing_of_a_filled_database(engine: AsyncEngine) -> None:
    await migrate.upgrade(engine)
    async with engine.begin() as conn:
        await conn.run_sync(filling.fill, 1)
    before = await everything(engine), await schema(engine)
    await migrate.upgrade(engine)
    assert (await everything(engine), await schema(engine)) == before
    assert [name for name, rows in before[0].items() if not rows] == []


def go_down(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


@pytest.mark.parametrize("revision", [script.down_revision or "base" for script in REVISIONS])
async def test_each_revision_can_be_taken_back_and_made_again(engine: AsyncEngine, revision: str) -> None:
    await migrate.revise(engine)
    before = await schema(engine)
    await fill(engine)
    kept = await everything(engine)
    async with engine.connect() as conn:
        await conn.run_sync(go_down, revision)
        await conn.commit()
    if revision == "base":
        assert await schema(engine) == {}
    await migrate.upgrade(engine)
    assert await schema(engine) == before
    if revision != "base":
        assert await everything(engine) == kept


def go_up(connection: Connection, revision: str) -> None:
    command.upgrade(migrate._config(connection), revision)


RENAMED = {("rolls", "household_id"): "voter_id", ("votes", "household_id"): "voter_id"}  # by 0005
MOVED = {"buildings": {"standing_day", "standing_time", "report_day"}, "habits": {"standing_rule"}}  # by 0010


STOPS = ("0001", "0004", "0007", "0009", "0012", migrate.newest())  # before and after what moves data


async def test_what_was_stored_at_older_revisions_comes_through_to_the_newest(engine: AsyncEngine) -> None:
    """At each stop every table is given one more row; in the end every row is there as it was."""
    made: dict[str, dict[str, dict[str, object]]] = {}
    for number, revision in enumerate(STOPS, 1):
        async with engine.connect() as conn:
            await conn.run_sync(go_up, revision)
            made[revision] = await conn.run_sync(filling.fill, number)
            await conn.commit()
    assert set(made[migrate.newest()]) == set(metadata.tables)
    found = await by_key(engine)
    assert found["habits"][1,]["standing_rule"] == {"rule": "m1d1", "at": "19:30", "since": "2026-01-01"}
    for revision, tables in made.items():
        for name, before in tables.items():
            row = {RENAMED.get((name, column), column): value for column, value in before.items()}
            if revision < "0010":
                row = {column: row[column] for column in row.keys() - MOVED.get(name, set())}
            after = found[name].pop(key_of(name, row))
            assert {column: after[column] for column in row} == row, (revision, name)
    new = {name: sorted(rows) for name, rows in found.items() if rows}
    assert new == {"habits": [(1,)]}, "nothing was doubled; that is of a building before there were habits"
    assert await migrate.current(engine) == migrate.newest()


def key_of(name: str, row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[column.name] for column in metadata.tables[name].primary_key)


async def by_key(engine: AsyncEngine) -> dict[str, dict[tuple[object, ...], dict[str, object]]]:
    """Every row there is, by its table and its key."""
    async with engine.connect() as conn:
        return {
            table.name: {
                key_of(table.name, row._mapping): dict(row._mapping)
                for row in await conn.execute(table.select())
            }
            for table in metadata.sorted_tables
        }


async def test_a_standing_day_becomes_a_rule_and_back(engine: AsyncEngine) -> None:
    await migrate.upgrade(engine)
    async with engine.begin() as conn:
        await conn.run_sync(go_down, "0009")
        await conn.execute(text("INSERT INTO communities (name) VALUES ('示例小区')"))
        await conn.execute(
            text(
                "INSERT INTO buildings (community_id, name, units, zone, lang, standing_day, standing_time,"
                " report_day) VALUES (1, '3栋', 1, 'Asia/Shanghai', 'zh', 31, '19:30', 5)"
            )
        )
    await migrate.upgrade(engine)
    async with Store(engine).glance() as conn:
        found = await habits.of(conn, 1)
    assert found.standing == Standing(Pattern(Every.MONTH, 1, (31,)), time(19, 30), date(2026, 1, 1))
    assert (found.report_day, found.tasks_day, found.digest_day) == (5, 15, 1)
    async with engine.begin() as conn:
        await conn.run_sync(go_down, "0009")
        row = (
            await conn.execute(text("SELECT standing_day, standing_time, report_day FROM buildings"))
        ).one()
    assert tuple(row) == (31, "19:30", 5)


def test_revisions_are_one_chain() -> None:
    assert [script.down_revision for script in REVISIONS] == [
        *(script.revision for script in REVISIONS[1:]),
        None,
    ]
    assert REVISIONS[0].revision == migrate.newest()


async def test_an_upgrade_that_fails_leaves_the_database_as_it_was(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        await conn.execute(text("CREATE TABLE votes (mine INTEGER)"))
    with pytest.raises(Unavailable, match="votes"):
        await migrate.upgrade(engine)
    assert {name.partition(".")[0] for name in await schema(engine)} == {"votes"}
    assert await migrate.current(engine) is None
