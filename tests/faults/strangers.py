"""A building with secrets, everybody who has no business there, and all that they may try, found by itself.

Buttons, commands, deep links and dialogues are read from the routes; a field of a button that is named like a
table is given a row of that building. A table that has none there yet is given one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, String, Table, or_, select, text
from sqlalchemy.exc import DBAPIError

from handlers.all import all_routes
from handlers.buttons import Button
from handlers.privacy import ForgetForSure
from sandbox.conversations import Conversation
from sandbox.people import Person
from storage.store import Connection
from storage.tables import metadata
from tests.faults.fast import FastStage
from tests.scenes import Scene, announced_meeting, bound_building, open_ballot, residents, say

SECRET = "秘密"
THEIR_OWN = {ForgetForSure}  # it undoes what is the presser's own
PASSING = {  # what comes and goes with what anybody says: mail, timetables, who has written
    "outbox", "cards", "dues", "dialogues", "people", "chats", "seen_updates", "faults", "alembic_version",
}  # fmt: skip
STATES = {
    "paper_stacks": "waiting",
    "proxies": "given",
    "straws": "open",
    "time_polls": "open",
    "claims": "asked",
    "merges": "asked",
    "mediations": "asked",
    "agreements": "asked",
}
ASKING = {"claims"}  # whoever is no member yet may ask to become one


@dataclass(frozen=True)
class Place:
    """The building with secrets, its rows by table, and who has no business there, each with their chats."""

    scene: Scene
    ids: dict[str, list[int]]
    strangers: list[tuple[Person, list[Conversation]]]


async def place_with_strangers(stage: FastStage) -> Place:
    """Here are a meeting, a ballot and votes; there the people of another building, and a passer-by."""
    here = await bound_building(stage, name="3栋")
    [first, *_] = await residents(stage, here, 3)
    await announced_meeting(stage, here, f"{SECRET}电动车棚")
    card = await open_ballot(stage, here, f"{SECRET}提问 | {SECRET}甲 | {SECRET}乙")
    await first.press(card, 0)
    await stage.settle()
    async with stage.program.store.unit(stage.now) as unit:
        await fill(unit.conn, here.building_id)
        ids = {
            name: await rows_here(unit.conn, table, here.building_id)
            for name, table in metadata.tables.items()
        }
    there = await bound_building(stage, name="8栋")
    resident, recorder = await residents(stage, there, 2)
    passer_by = stage.sandbox.people.new("示例路人")
    for person in (resident, recorder, passer_by, there.leader):
        await say(stage, person, person.private(), "帮助")
    await say(stage, there.leader, there.group, "帮助")
    await recorder.say(there.group, "我来记录")
    await there.leader.reply(there.group.messages[-1], "/recorder")
    await there.leader.join(here.group)
    await stage.settle()
    return Place(
        here,
        ids,
        [
            (there.leader, [there.leader.private(), there.group, here.group]),
            (recorder, [recorder.private(), there.group]),
            (resident, [resident.private()]),
            (passer_by, [passer_by.private()]),
        ],
    )


async def fill(conn: Connection, building_id: int, secret: str = SECRET, by: int = 0) -> None:
    """Give the building a row of every table that a button names and that has none here yet."""
    names = {each.name for kind in kinds() for each in fields(kind)}  # type: ignore[arg-type]
    named = {table for name in names if (table := _table_of(name))}
    for table in (one.name for one in metadata.sorted_tables if one.name in named):
        if not await rows_here(conn, metadata.tables[table], building_id):
            row = {
                column.name: await _value(conn, column, building_id, secret, by)
                for column in metadata.tables[table].columns
                if not column.primary_key and column.default is None and not column.nullable
            }
            try:
                async with conn.begin_nested():
                    await conn.execute(metadata.tables[table].insert().values(**row))
            except DBAPIError as error:
                raise AssertionError(f"the building with secrets needs a row of {table}: {row}") from error


async def _value(
    conn: Connection, column: Column[Any], building_id: int, secret: str = SECRET, by: int = 0
) -> Any:
    """Something that a column may hold, of this building where it refers to a row."""
    if column.name == "state":
        return STATES[column.table.name]
    for key in column.foreign_keys:
        if by and key.column.table.name == "people":
            return by
        found = await rows_here(conn, key.column.table, building_id)
        return found[0] if found else await conn.scalar(select(key.column).limit(1))
    match column.type:
        case Boolean():
            return False
        case Integer():
            return 1
        case JSON():
            return []
        case String():
            return secret
        case _:
            return datetime(2026, 11, 20, 9, tzinfo=UTC)


async def rows_here(conn: Connection, table: Table, building_id: int) -> list[int]:
    """The ids of those rows of a table that belong to a building, by whatever they refer to."""
    if "id" not in table.columns:
        return []
    if table.name == "buildings":
        return [building_id]
    query = select(table.c.id).order_by(table.c.id)
    if "building_id" in table.columns:
        return list(await conn.scalars(query.where(table.c.building_id == building_id)))
    refers = [
        key.parent.in_(await rows_here(conn, key.column.table, building_id))
        for key in table.foreign_keys
        if key.column.table.name not in PASSING
    ]
    return list(await conn.scalars(query.where(or_(*refers)))) if refers else []


def kinds() -> list[type[Button]]:
    """Every kind of button that is heard, but for those that undo what is one's own."""
    return sorted(set(all_routes().presses) - THEIR_OWN, key=lambda kind: kind.code)


def _table_of(name: str) -> str | None:
    """The table whose rows a field of this name tells: ballot -> ballots, proxy -> proxies."""
    plurals = (f"{name}s", f"{name.removesuffix('y')}ies", f"{name}es", name)
    tables = metadata.tables
    return next((plural for plural in plurals if plural in tables and "id" in tables[plural].columns), None)


def every_button(ids: dict[str, list[int]], small: int) -> Iterator[str]:
    """Each kind of button, with ids of the building where a field names a row, else a small number."""
    for kind in kinds():
        choices = []
        for each in fields(kind):  # type: ignore[arg-type]
            rows = ids.get(_table_of(each.name) or "", [])
            choices.append((rows[:1] or [small]) if each.type == "int" else ["x"])
        for values in itertools.product(*choices):
            yield kind(*values).pack()


def every_text(ids: dict[str, list[int]]) -> Iterator[str]:
    """Every command and word, bare and with an id; every deep link to the first rows there are."""
    routes = all_routes()
    numbers = sorted({number for rows in ids.values() for number in rows[:2]})[:2]
    for name in sorted(routes.commands):
        yield from (f"/{name}", f"/{name} {numbers[0]}")
    yield from sorted(routes.plain)
    for prefix in sorted(routes.links):
        yield from (f"/start {prefix}_{number}" for number in numbers)


async def kept(stage: FastStage, place: Place) -> dict[str, set[str]]:
    """All that the tables hold, each row as text; new rows that have nothing to do with the place aside."""
    found: dict[str, set[str]] = {}
    async with stage.program.store.glance() as conn:
        for name, table in metadata.tables.items():
            if name not in PASSING | ASKING:
                rows = (await conn.execute(select(table))).mappings().all()
                found[name] = {str(dict(row)) for row in rows if is_here(table, dict(row), place)}
        streams = [f"{kind}:{number}" for kind in ("meeting", "ballot") for number in place.ids[f"{kind}s"]]
        events = await conn.execute(text("SELECT stream, number, kind, hash FROM events"))
        found["chains"] = {str(tuple(row)) for row in events if row.stream in streams}
    return found


def is_here(table: Table, row: dict[str, Any], place: Place) -> bool:
    """Whether a row is of a place, or refers to one that is."""
    if row.get("id") in place.ids.get(table.name, []):
        return True
    return any(
        row[key.parent.name] in place.ids[key.column.table.name]
        for key in table.foreign_keys
        if key.column.table.name in place.ids and key.column.table.name not in PASSING
    )
