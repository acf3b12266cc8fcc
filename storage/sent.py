"""Queries on which messages are there, and since when: asked by whoever goes on after an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.outbox import behind, weight
from storage.tables import cards, chats, outbox


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was sent to an address; an album is several messages."""

    address: str
    at: datetime
    messages: int = 1


async def half_sent(conn: AsyncConnection) -> dict[int, str]:
    """Letters that were marked as leaving and never as arrived, each with the address of its chat."""
    query = select(outbox.c.id, chats.c.address).join(chats).where(outbox.c.state == "sending")
    return {row.id: row.address for row in await conn.execute(query)}


async def half_shown(conn: AsyncConnection) -> dict[int, str]:
    """Cards of which a message was marked as leaving and never as arrived, each with its chat's address."""
    query = select(cards.c.id, chats.c.address).join(chats).where(cards.c.leaving, cards.c.message.is_(None))
    return {row.id: row.address for row in await conn.execute(query)}


async def under_way(conn: AsyncConnection, now: datetime) -> list[Message]:
    """What may just have left, as if it had now: letters that never arrived, and cards that are behind."""
    letters = select(chats.c.address, outbox.c.payload).join(chats).where(outbox.c.state == "sending")
    late = select(chats.c.address).select_from(cards.join(chats)).where(behind())
    found = [Message(row.address, now, weight(row.payload)) for row in await conn.execute(letters)]
    return found + [Message(address, now) for address in await conn.scalars(late)]


async def letters_since(conn: AsyncConnection, moment: datetime) -> list[Message]:
    """The letters that were sent after a moment."""
    columns = (chats.c.address, outbox.c.sent_at, outbox.c.payload)
    query = select(*columns).select_from(outbox.join(chats)).where(outbox.c.sent_at > moment)
    return [Message(row.address, row.sent_at, weight(row.payload)) for row in await conn.execute(query)]


async def cards_since(conn: AsyncConnection, moment: datetime) -> list[Message]:
    """The last card of each chat in which one was shown after a moment."""
    last = func.max(cards.c.shown_at, type_=cards.c.shown_at.type)
    query = select(chats.c.address, last).join(cards).where(cards.c.shown_at > moment)
    return [Message(address, at) for address, at in await conn.execute(query.group_by(chats.c.address))]


async def halted(conn: AsyncConnection, now: datetime) -> list[tuple[str, datetime]]:
    """The addresses that the platform wants left alone for now, each until when."""
    query = select(chats.c.address, chats.c.halted_until).where(chats.c.halted_until > now)
    return [(row.address, row.halted_until) for row in await conn.execute(query)]


async def newest(conn: AsyncConnection, limit: int = 200) -> list[tuple[str, str]]:
    """The messages that were sent last, each with the address of its chat; and those of the newest cards."""
    letters = (
        select(chats.c.address, outbox.c.message)
        .join(chats)
        .where(outbox.c.state == "sent", outbox.c.message.is_not(None))
        .order_by(outbox.c.sent_at.desc(), outbox.c.id.desc())
        .limit(limit)
    )
    shown = (
        select(chats.c.address, cards.c.message)
        .join(chats)
        .where(cards.c.message.is_not(None))
        .order_by(cards.c.id.desc())
        .limit(limit)
    )
    return [(row.address, row.message) for query in (letters, shown) for row in await conn.execute(query)]


async def messages_in(conn: AsyncConnection, chat_id: int) -> set[str]:
    """All messages of ours in a chat of which we know."""
    letters = select(outbox.c.message).where(outbox.c.chat_id == chat_id, outbox.c.message.is_not(None))
    shown = select(cards.c.message).where(cards.c.chat_id == chat_id, cards.c.message.is_not(None))
    return set(await conn.scalars(union_all(letters, shown)))
