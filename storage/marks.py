"""What the outbox loop notes around each message, as pieces: those of many messages share a transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from rules.people import Chat
from storage.outbox import Card
from storage.rows import first
from storage.store import Piece
from storage.tables import cards, chats, outbox, straws


def set_out(conn: Piece, chat_id: int, letter_id: int) -> Chat | None:
    """The chat as it is now, None where it or the letter is no more; if it is here, the letter leaves now."""
    chat = _chat(conn, chat_id)
    if chat is None or chat.state != "here":
        return chat
    mine = (outbox.c.id == letter_id, outbox.c.chat_id == chat_id)  # an erased chat's number may be another's
    found = conn.execute(update(outbox).where(*mine).values(state="sending"))
    return chat if found.rowcount else None


def arrived(
    conn: Piece, letter_id: int, message: str, now: datetime, poll: tuple[int, str] | None = None
) -> None:
    """A letter was sent, as this message; `poll`: the straw poll in it, and what the platform calls it."""
    sent = {"state": "sent", "sent_at": now, "message": message}
    conn.execute(update(outbox).where(outbox.c.id == letter_id).values(**sent))
    if poll is not None:
        conn.execute(update(straws).where(straws.c.id == poll[0]).values(poll=poll[1]))


def look_at(conn: Piece, chat_id: int, card_id: int) -> tuple[Chat, Card] | None:
    """A chat and its card as they are now, None where either is no more; a new message of it leaves now."""
    mine = (cards.c.id == card_id, cards.c.chat_id == chat_id)
    chat, card = _chat(conn, chat_id), first(Card, conn.execute(select(cards).where(*mine)))
    if chat is None or card is None:
        return None
    if card.message is None and not card.leaving:
        conn.execute(update(cards).where(*mine).values(leaving=True))
    return chat, card


def shown(conn: Piece, card: Card, message: str, now: datetime, *, picture: bool) -> None:
    """A message shows a card as it was looked at."""
    seen = {"message": message, "picture": picture, "shown": card.wanted, "shown_at": now, "attempts": 0}
    conn.execute(update(cards).where(cards.c.id == card.id).values(**seen, leaving=False))


def _chat(conn: Piece, chat_id: int) -> Chat | None:
    return first(Chat, conn.execute(select(chats).where(chats.c.id == chat_id)))
