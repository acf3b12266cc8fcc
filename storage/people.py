"""Queries on people, the chats they are met in, and the dialogues they are in the middle of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.people import Chat, Person
from storage.rows import every, first, key, one
from storage.tables import chats, dialogues, people


async def by_address(conn: AsyncConnection, address: str) -> Person | None:
    """The person a platform knows by this address."""
    return first(Person, await conn.execute(select(people).where(people.c.address == address)))


async def get(conn: AsyncConnection, person_id: int) -> Person:
    """A person by our id."""
    return one(Person, (await conn.execute(select(people).where(people.c.id == person_id))).mappings().one())


async def meet(conn: AsyncConnection, address: str, name: str, lang: str, now: datetime) -> Person:
    """The person of this address, written down at the first meeting; the name is kept up to date."""
    if known := await by_address(conn, address):
        if known.name != name:
            await change(conn, known.id, name=name)
            return await get(conn, known.id)
        return known
    added = people.insert().values(address=address, name=name, lang=lang, met_at=now)
    return await get(conn, key(await conn.execute(added)))


async def change(conn: AsyncConnection, person_id: int, **values: object) -> None:
    """Set columns of a person."""
    await conn.execute(update(people).where(people.c.id == person_id).values(**values))


async def chat_by_address(conn: AsyncConnection, address: str) -> Chat | None:
    """The chat a platform knows by this address, or knew before it moved."""
    for known_by in (chats.c.address, chats.c.former):
        if found := first(Chat, await conn.execute(select(chats).where(known_by == address))):
            return found
    return None


async def chat(conn: AsyncConnection, chat_id: int) -> Chat:
    """A chat by our id."""
    return one(Chat, (await conn.execute(select(chats).where(chats.c.id == chat_id))).mappings().one())


async def chats_among(conn: AsyncConnection, chat_ids: Collection[int]) -> list[Chat]:
    """The chats of these ids, in no order."""
    if not chat_ids:
        return []
    return every(Chat, await conn.execute(select(chats).where(chats.c.id.in_(chat_ids))))


async def enter(conn: AsyncConnection, address: str, kind: str, title: str) -> Chat:
    """The chat of this address, written down when first seen; being seen, it is here again.

    What comes late from where it was before it moved tells nothing of it.
    """
    if known := await chat_by_address(conn, address):
        if known.address == address and (known.state != "here" or known.title != title):
            await change_chat(conn, known.id, state="here", title=title)
            return await chat(conn, known.id)
        return known
    added = chats.insert().values(address=address, kind=kind, title=title, state="here")
    return await chat(conn, key(await conn.execute(added)))


async def change_chat(conn: AsyncConnection, chat_id: int, **values: object) -> None:
    """Set columns of a chat."""
    await conn.execute(update(chats).where(chats.c.id == chat_id).values(**values))


async def unbind(conn: AsyncConnection, building_id: int) -> None:
    """Take a building from the group that was bound to it."""
    bound = (chats.c.building_id == building_id, chats.c.kind == "group")
    await conn.execute(update(chats).where(*bound).values(building_id=None))


async def group_of(conn: AsyncConnection, building_id: int) -> Chat | None:
    """The group chat bound to a building."""
    query = select(chats).where(chats.c.building_id == building_id, chats.c.kind == "group")
    return first(Chat, await conn.execute(query.order_by(chats.c.id.desc()).limit(1)))


async def dialogue(conn: AsyncConnection, person_id: int, chat_id: int) -> tuple[str, dict[str, Any]] | None:
    """The kind and the data of the dialogue a person is in the middle of, in this chat."""
    query = select(dialogues.c.kind, dialogues.c.data).where(
        dialogues.c.person_id == person_id, dialogues.c.chat_id == chat_id
    )
    row = (await conn.execute(query)).first()
    return row and (row.kind, row.data)


async def converse(
    conn: AsyncConnection, person_id: int, chat_id: int, kind: str, data: dict[str, Any], now: datetime
) -> None:
    """Begin or go on with a dialogue; a person has one a chat."""
    await end_dialogue(conn, person_id, chat_id)
    await conn.execute(
        dialogues.insert().values(person_id=person_id, chat_id=chat_id, kind=kind, data=data, at=now)
    )


async def end_dialogue(conn: AsyncConnection, person_id: int, chat_id: int) -> None:
    """Leave the dialogue, if there is one."""
    await conn.execute(
        delete(dialogues).where(dialogues.c.person_id == person_id, dialogues.c.chat_id == chat_id)
    )
