"""Queries on all that is stored about one person, and its deletion."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Text, cast, delete, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.homes import Household
from storage.rows import one
from storage.tables import (
    attendance,
    cards,
    chats,
    deliveries,
    dialogues,
    drafts,
    dues,
    faults,
    households,
    members,
    outbox,
    people,
    roles,
    straw_answers,
    time_answers,
    votes,
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


async def count_votes(conn: AsyncConnection, person_id: int) -> int:
    """How many votes that stand were cast by a person."""
    query = select(func.count()).select_from(votes).where(votes.c.by_id == person_id)
    return int(await conn.scalar(query) or 0)


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
        outbox.c.state.in_(("sent", "dropped")),
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
