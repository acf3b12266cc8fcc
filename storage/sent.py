"""Queries on which messages are there, and since when: asked by whoever goes on after an end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.outbox import behind
from storage.tables import cards, chats, outbox


async def half_sent(conn: AsyncConnection) -> dict[int, str]:
    """Letters that were marked as leaving and never as arrived, each with the address of its chat."""
    query = select(outbox.c.id, chats.c.address).join(chats).where(outbox.c.state == "sending")
    return {row.id: row.address for row in await conn.execute(query)}


async def under_way(conn: AsyncConnection) -> list[int]:
    """The chats of what may just have left: letters that never arrived, and cards that are behind."""
    letters = select(outbox.c.chat_id).where(outbox.c.state == "sending")
    late = select(cards.c.chat_id).join(chats).where(behind())
    return list(await conn.scalars(union_all(letters, late)))


async def letters_since(conn: AsyncConnection, moment: datetime) -> list[tuple[int, datetime]]:
    """The chats of the letters that were sent after a moment, each with its time."""
    late = select(outbox.c.chat_id, outbox.c.sent_at).order_by(outbox.c.id.desc()).limit(2000).subquery()
    query = select(late).where(late.c.sent_at > moment)
    return [(row.chat_id, row.sent_at) for row in await conn.execute(query)]


async def cards_since(conn: AsyncConnection, moment: datetime) -> list[tuple[int, datetime]]:
    """The chats in which a card was shown after a moment, each with the last time."""
    last = func.max(cards.c.shown_at, type_=cards.c.shown_at.type)
    query = select(cards.c.chat_id, last).where(cards.c.shown_at > moment).group_by(cards.c.chat_id)
    return [(chat_id, at) for chat_id, at in await conn.execute(query)]


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
