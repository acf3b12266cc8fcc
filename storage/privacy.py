"""Queries on all that is stored about one person, and its deletion."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Text, cast, delete, func, literal, null, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.events import Event
from rules.homes import Household
from rules.traces import TRACES, Trace
from storage.rows import every, one
from storage.tables import (
    attendance,
    cards,
    chats,
    deliveries,
    dialogues,
    drafts,
    dues,
    events,
    faults,
    households,
    members,
    metadata,
    outbox,
    people,
    roles,
    straw_answers,
    time_answers,
)


async def memberships(conn: AsyncConnection, person_id: int) -> list[tuple[Household, datetime, str]]:
    """The households of a person, since when and how proven."""
    query = select(households, members.c.since, members.c.how).join(members)
    query = query.where(members.c.person_id == person_id).order_by(households.c.id)
    return [(one(Household, row), row["since"], row["how"]) for row in (await conn.execute(query)).mappings()]


async def offices(conn: AsyncConnection, person_id: int) -> list[tuple[int, str]]:
    """The offices of a person: building and role."""
    query = select(roles.c.building_id, roles.c.role).where(roles.c.person_id == person_id)
    rows = await conn.execute(query.order_by(roles.c.building_id, roles.c.role))
    return [(row.building_id, row.role) for row in rows]


async def met_at(conn: AsyncConnection, person_id: int) -> datetime:
    """When a person first spoke to the bot, or was first seen by it."""
    found: datetime = (await conn.scalars(select(people.c.met_at).where(people.c.id == person_id))).one()
    return found


async def counts(conn: AsyncConnection, person_id: int) -> dict[str, int]:
    """How often a person is named, by the place of the trace (rules.traces)."""
    parts = [
        select(literal(one.place).label("place"), func.count().label("times")).where(
            _column(one) == person_id
        )
        for one in TRACES.values()
    ]
    return {row.place: row.times for row in await conn.execute(union_all(*parts))}


async def rows(conn: AsyncConnection, trace: Trace, person_id: int) -> list[dict[str, Any]]:
    """What stands beside a trace of a person, of nobody else."""
    table = metadata.tables[trace.table]
    query = select(*(table.c[name] for name in trace.more)).where(_column(trace) == person_id)
    return [dict(row) for row in (await conn.execute(query)).mappings()]


def _column(trace: Trace) -> Column[Any]:
    return metadata.tables[trace.table].c[trace.column]


async def deeds(conn: AsyncConnection, person_id: int) -> list[Event]:
    """The events that name a person as the one who did it, stream by stream."""
    written = cast(events.c.data, Text)
    named = [
        written.contains(f'"{key}": {person_id}{end}')
        for key in ("person", "by", "teller")
        for end in (",", "}")
    ]
    query = select(events).where(or_(*named)).order_by(events.c.stream, events.c.number)
    return every(Event, await conn.execute(query))


async def erase(conn: AsyncConnection, person_id: int) -> None:
    """Clear a person's name and address, and drop what they were in the middle of."""
    await conn.execute(delete(dialogues).where(dialogues.c.person_id == person_id))
    await conn.execute(delete(drafts).where(drafts.c.person_id == person_id))
    await conn.execute(delete(straw_answers).where(straw_answers.c.person_id == person_id))
    held = (dues.c.kind == "straw_held", dues.c.about_id == person_id)
    await conn.execute(delete(dues).where(*held))
    await conn.execute(delete(deliveries).where(deliveries.c.person_id == person_id))
    await conn.execute(delete(time_answers).where(time_answers.c.by_id == person_id))
    await conn.execute(update(attendance).where(attendance.c.person_id == person_id).values(name=""))
    blank = {"name": "", "address": None, "reach": "no", "consented_at": None}
    await conn.execute(update(people).where(people.c.id == person_id).values(**blank))


async def erase_name(conn: AsyncConnection, written: str) -> None:
    """Put a star for a name in the copies kept of what was said; `written`: the name as in the letters."""
    in_json = json.dumps(written)[1:-1]
    query = select(outbox.c.id, outbox.c.payload).where(
        outbox.c.state != "sending",
        cast(outbox.c.payload, Text).contains(in_json, autoescape=True),
    )
    for row in (await conn.execute(query)).all():
        payload = row.payload | {"text": row.payload["text"].replace(written, "*")}
        await conn.execute(update(outbox).where(outbox.c.id == row.id).values(payload=payload))


async def erase_faults(conn: AsyncConnection, address: str) -> None:
    """Drop what is kept of the updates of a person that met a fault; the fault itself stays."""
    query = select(faults.c.id, faults.c.payload).where(
        faults.c.payload.is_not(None), cast(faults.c.payload, Text).contains(address)
    )
    mine = [row.id for row in (await conn.execute(query)).all() if _names(row.payload, address)]
    if mine:
        await conn.execute(update(faults).where(faults.c.id.in_(mine)).values(payload=null()))


def _names(payload: object, address: str) -> bool:
    """Whether an update speaks of the person of this address anywhere."""
    if isinstance(payload, dict):
        return str(payload.get("id")) == address or any(_names(value, address) for value in payload.values())
    return isinstance(payload, list) and any(_names(value, address) for value in payload)


async def erase_chat(conn: AsyncConnection, chat_id: int) -> None:
    """Delete a private chat with its letters and cards, unless somebody is known by its address."""
    known = select(people.c.id).join(chats, chats.c.address == people.c.address).where(chats.c.id == chat_id)
    if await conn.scalar(known) is not None:
        return
    for table in (outbox, cards, dialogues):
        await conn.execute(delete(table).where(table.c.chat_id == chat_id))
    await conn.execute(delete(chats).where(chats.c.id == chat_id))
