"""Queries on which messages are known to be there: asked after a sudden end, about what was under way."""

from __future__ import annotations

from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import cards, chats, outbox


async def half_sent(conn: AsyncConnection) -> dict[int, str]:
    """Letters that were marked as leaving and never as arrived, each with the address of its chat."""
    query = select(outbox.c.id, chats.c.address).join(chats).where(outbox.c.state == "sending")
    return {row.id: row.address for row in await conn.execute(query)}


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
