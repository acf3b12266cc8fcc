"""Every place that names a person: shown to them, handed out, and emptied once they are forgotten."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Integer, Table, select

from rules.traces import TRACES, Fate
from services import privacy
from storage import log, people
from storage import privacy as stored
from storage.store import Connection
from storage.tables import Instant, metadata
from tests.faults.strangers import STATES
from tests.services.house import NOW, house

DOCS = Path(__file__).parents[2] / "docs"
NAME, ADDRESS = "示例周婆婆", "700700700"


def test_each_column_that_refers_to_a_person_is_a_known_trace() -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "people" for key in column.foreign_keys)
    }
    assert found == set(TRACES)


@pytest.mark.parametrize("name", ["privacy.md", "privacy.zh-CN.md"])
def test_the_document_argues_for_each(name: str) -> None:
    lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
    for place, trace in TRACES.items():
        told = [line for line in lines if f"`{place}`" in line]
        assert len(told) == 1, place
        assert ("✂" in told[0]) is (trace.fate is Fate.GONE), place


async def put(conn: Connection, table: Table, person: int, done: set[str]) -> None:
    """A row of a table that names nobody but this person, and of those it refers to."""
    if table.name in done:
        return
    done.add(table.name)
    row = {}
    for column in table.columns:
        target = next(iter(column.foreign_keys), None)
        if f"{table.name}.{column.name}" == "claims.decided_by":
            continue
        if target is not None and target.column.table.name == "people":
            row[column.name] = person
        elif column.name == "used_at":
            row[column.name] = NOW
        elif target is not None and (not column.nullable or target.column.table.name == "ballots"):
            row[column.name] = await conn.scalar(select(target.column).limit(1))
            if row[column.name] is None:
                await put(conn, target.column.table, person, done)
                row[column.name] = await conn.scalar(select(target.column).limit(1))
        elif not column.nullable and column.default is None and column.name != "id":
            row[column.name] = _value(column)
    await conn.execute(table.insert().values(**row))


async def beside_others(conn: Connection, person: int, other: int) -> None:
    """Where what stays is somebody else's: a claim that was decided, a mediation with another side in it."""
    claim = {
        "person_id": other,
        "building_id": 1,
        "unit": "1",
        "room": "2",
        "asked_at": NOW,
        "decided_by": person,
    }
    await conn.execute(metadata.tables["claims"].insert().values(**claim))
    await conn.execute(metadata.tables["side_people"].insert().values(side_id=1, person_id=other))


def _value(column: Column[Any]) -> Any:
    if column.name == "state":
        return STATES.get(column.table.name, "open")
    match column.type:
        case Boolean():
            return False
        case Integer() | BigInteger():
            return 1
        case Instant():
            return datetime(2026, 11, 20, 9, tzinfo=UTC)
        case Date():
            return NOW.date()
        case JSON():
            return []
        case _:
            return column.name


async def test_whoever_is_forgotten_was_shown_all_of_it_and_leaves_a_number_alone(database: str) -> None:
    async with house(database, households=3, residents=2) as home:
        await home.open()
        async with home.store.unit(home.now) as unit:
            known = await people.meet(unit.conn, ADDRESS, NAME, "zh", home.now)
            done: set[str] = set()
            for table in metadata.sorted_tables:
                if any(trace.table == table.name for trace in TRACES.values()):
                    await put(unit.conn, table, known.id, done)
            await beside_others(unit.conn, known.id, home.leader_id)
            others = {"person": known.id * 10, "text": f'"person": {known.id}, 别人说的'}
            for data in ({"person": known.id, "text": "我说过的"}, {"by": known.id}, others):
                await log.append(unit.conn, "building:1", "said", home.now, **data)
            before = await stored.counts(unit.conn, known.id)
            assert [place for place, times in before.items() if times != 1] == []
            about = await privacy.stored_about(unit, known)
            assert set(about.counts) == {trace.shown for trace in TRACES.values()}
            copy = json.loads(await privacy.copy_of(unit.conn, known))
            assert set(TRACES) <= set(copy)
            assert [each["text"] for each in copy["record"]] == ["我说过的", ""]
            assert about.deeds["said"] == 2
            assert "示例住户" not in json.dumps(copy, ensure_ascii=False)
            await privacy.forget(unit, known, chat_id=1)
            after = await stored.counts(unit.conn, known.id)
            assert after == {
                place: before[place] if trace.fate is Fate.NAMELESS else 0 for place, trace in TRACES.items()
            }
            nobody = await people.get(unit.conn, known.id)
            assert (nobody.name, nobody.address, nobody.consented_at) == ("", None, None)
            for table in metadata.sorted_tables:
                rows = repr((await unit.conn.execute(select(table))).all())
                assert NAME not in rows, table.name
                assert ADDRESS not in rows, table.name
