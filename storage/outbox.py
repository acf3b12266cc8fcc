"""Queries on what the bot is to say (rows said once, cards kept up to date) and when it acts (dues)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.rows import every, first, key
from storage.tables import cards, chats, dialogues, dues, outbox, straws

CAUSES = (  # why a letter was let go
    "gone",  # its chat cannot be reached
    "refused",  # the platform will never take it
    "failed",  # the platform failed each time, and it was given up
    "unsure",  # it may be there, and was not to be said twice
    "fault",  # it could not be made, by a fault of ours
)


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to be said once; `payload` is what services.outbox put in."""

    id: int
    chat_id: int
    rank: int
    notice: bool
    payload: dict[str, Any]
    state: str
    attempts: int
    not_before: datetime | None
    made_at: datetime

    @property
    def weight(self) -> int:
        """How many messages it counts as."""
        return weight(self.payload)


@dataclass(frozen=True, slots=True)
class Card:
    """A message that shows the present state of something; behind while shown < wanted."""

    id: int
    chat_id: int
    kind: str
    about_id: int
    lang: str
    pinned: bool
    rank: int
    message: str | None
    picture: bool
    wanted: int
    shown: int
    state: str
    attempts: int
    leaving: bool

    weight: ClassVar[int] = 1  # pinning counts as none


@dataclass(frozen=True, slots=True)
class Due:
    """Something the schedule has for a time."""

    key: str
    kind: str
    about_id: int
    due_at: datetime


def weight(payload: dict[str, Any]) -> int:
    """How many messages a letter counts as: each picture of an album is one."""
    return max(1, len(payload.get("album", ())))


def insert_ignoring(conn: AsyncConnection, table: Any) -> Any:
    """An INSERT that leaves an existing row as it is, on either engine."""
    dialect = sqlite if conn.dialect.name == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()


async def put(conn: AsyncConnection, **values: object) -> None:
    """Put a letter in; one with a key that was there already is not put in twice."""
    await conn.execute(insert_ignoring(conn, outbox).values(state="queued", attempts=0, **values))


async def is_in(conn: AsyncConnection, key: str) -> bool:
    """Whether a letter with this key was put in, whatever became of it."""
    return await conn.scalar(select(outbox.c.id).where(outbox.c.key == key)) is not None


async def open_letters(conn: AsyncConnection, after: int, limit: int = 1000) -> list[Letter]:
    """Letters with an id above `after` that are not yet sent or dropped, in order."""
    query = select(outbox).where(outbox.c.id > after, outbox.c.state.in_(("queued", "sending")))
    return every(Letter, await conn.execute(query.order_by(outbox.c.id).limit(limit)))


async def letters(conn: AsyncConnection, ids: Iterable[int]) -> list[Letter]:
    """Those of some letters that are still to be sent, in order; one may have been erased meanwhile."""
    query = select(outbox).where(outbox.c.id.in_(list(ids)), outbox.c.state.in_(("queued", "sending")))
    return every(Letter, await conn.execute(query.order_by(outbox.c.id)))


async def change_letters(conn: AsyncConnection, ids: Iterable[int], **values: object) -> None:
    """Set columns of letters."""
    await conn.execute(update(outbox).where(outbox.c.id.in_(list(ids))).values(**values))


def dropped(now: datetime, cause: str, why: str) -> dict[str, object]:
    """The columns of a letter that is let go: `cause` in a word of ours, `why` as the platform said it."""
    return {"state": "dropped", "dropped_at": now, "cause": cause, "why": why}


async def want_card(conn: AsyncConnection, **values: Any) -> int:
    """Show a card in a chat: the one that is there is renewed, else it is written down. Its id."""
    where = (
        (cards.c.chat_id == values["chat_id"])
        & (cards.c.kind == values["kind"])
        & (cards.c.about_id == values["about_id"])
    )
    known = await conn.scalar(select(cards.c.id).where(where))
    if known is not None:
        await conn.execute(
            update(cards).where(where).values(wanted=cards.c.wanted + 1, state="live", attempts=0)
        )
        return int(known)
    return key(await conn.execute(cards.insert().values(**values)))


async def touch_cards(conn: AsyncConnection, kind: str, about_id: int) -> None:
    """What these cards show has changed, in every chat that has one."""
    where = (cards.c.kind == kind, cards.c.about_id == about_id, cards.c.state == "live")
    await conn.execute(update(cards).where(*where).values(wanted=cards.c.wanted + 1))


def behind() -> ColumnElement[bool]:
    """Which cards, joined with their chats, do not show the present state where they can be seen."""
    return and_(cards.c.shown < cards.c.wanted, cards.c.state == "live", chats.c.state == "here")


async def behind_cards(conn: AsyncConnection) -> list[Card]:
    """Cards to be shown; those of a chat that is gone wait until it is here again."""
    query = select(cards).join(chats).where(behind()).order_by(cards.c.id)
    return every(Card, await conn.execute(query))


async def card(conn: AsyncConnection, card_id: int) -> Card | None:
    """A card by id; None once its chat is no more."""
    return first(Card, await conn.execute(select(cards).where(cards.c.id == card_id)))


async def card_on(conn: AsyncConnection, chat_id: int, message: str) -> Card | None:
    """The card that a message shows."""
    query = select(cards).where(cards.c.chat_id == chat_id, cards.c.message == message)
    return first(Card, await conn.execute(query))


async def card_of(conn: AsyncConnection, chat_id: int, kind: str, about_id: int) -> Card | None:
    """The card of a kind about something, in a chat."""
    query = select(cards).where(
        cards.c.chat_id == chat_id, cards.c.kind == kind, cards.c.about_id == about_id
    )
    return first(Card, await conn.execute(query))


async def change_card(conn: AsyncConnection, card_id: int, **values: object) -> None:
    """Set columns of a card."""
    await conn.execute(update(cards).where(cards.c.id == card_id).values(**values))


async def move_chat(conn: AsyncConnection, chat_id: int, address: str) -> None:
    """A chat has a new address on its platform; messages of the old one cannot be edited any more.

    A chat heard from the new address before becomes one with it: of the two the one of a building stays.
    """
    query = select(chats.c.id, chats.c.building_id).where(chats.c.address == address)
    there = (await conn.execute(query)).first()
    if there is not None and there.id == chat_id:
        return  # it was known already
    if there is not None and there.building_id is not None:
        old = await conn.scalar(select(chats.c.address).where(chats.c.id == chat_id))
        await _become(conn, chat_id, there.id)
        await conn.execute(update(chats).where(chats.c.id == there.id).values(former=old))
        return
    if there is not None:
        await _become(conn, there.id, chat_id)
    moved = {"former": chats.c.address, "address": address, "state": "here"}
    await conn.execute(update(chats).where(chats.c.id == chat_id).values(moved))
    await conn.execute(
        update(cards)
        .where(cards.c.chat_id == chat_id, cards.c.state == "live")
        .values(message=None, wanted=cards.c.wanted + 1)
    )


async def _become(conn: AsyncConnection, chat_id: int, other: int) -> None:
    """A chat becomes another one: what was to be said in it is said there, and it is no more."""
    for table in (cards, dialogues):
        await conn.execute(delete(table).where(table.c.chat_id == chat_id))
    for table in (outbox, straws):
        await conn.execute(update(table).where(table.c.chat_id == chat_id).values(chat_id=other))
    await conn.execute(delete(chats).where(chats.c.id == chat_id))


async def last_said(conn: AsyncConnection, chat_id: int, message: str) -> dict[str, Any] | None:
    """The payload of the letter that a message shows."""
    query = select(outbox.c.payload).where(outbox.c.chat_id == chat_id, outbox.c.message == message)
    return await conn.scalar(query)


async def message_of(conn: AsyncConnection, key: str) -> str | None:
    """The message that shows a letter with a key; None while it is not sent."""
    return await conn.scalar(select(outbox.c.message).where(outbox.c.key == key))


async def schedule(conn: AsyncConnection, key: str, kind: str, about_id: int, due_at: datetime) -> None:
    """Have something done at a time; the same key is scheduled once, a waiting one is moved."""
    insert = insert_ignoring(conn, dues)
    await conn.execute(insert.values(key=key, kind=kind, about_id=about_id, due_at=due_at, state="waiting"))
    await conn.execute(update(dues).where(dues.c.key == key, dues.c.state == "waiting").values(due_at=due_at))


async def unschedule(conn: AsyncConnection, about_id: int, *kinds: str) -> None:
    """Drop what is waiting to be done about something, of these kinds."""
    where = (dues.c.about_id == about_id, dues.c.kind.in_(kinds), dues.c.state == "waiting")
    await conn.execute(update(dues).where(*where).values(state="dropped"))


async def waiting(conn: AsyncConnection, about_id: int, kind: str) -> list[Due]:
    """What of one kind is waiting to be done about something."""
    where = (dues.c.about_id == about_id, dues.c.kind == kind, dues.c.state == "waiting")
    return every(Due, await conn.execute(select(dues).where(*where).order_by(dues.c.due_at, dues.c.key)))


async def due(conn: AsyncConnection, now: datetime, limit: int = 100) -> list[Due]:
    """What is due, the longest overdue first."""
    query = select(dues).where(dues.c.state == "waiting", dues.c.due_at <= now)
    return every(Due, await conn.execute(query.order_by(dues.c.due_at, dues.c.key).limit(limit)))


async def next_due(conn: AsyncConnection) -> datetime | None:
    """When the next thing is due."""
    query = select(dues.c.due_at).where(dues.c.state == "waiting").order_by(dues.c.due_at).limit(1)
    return (await conn.scalars(query)).first()


async def settle_due(conn: AsyncConnection, key: str, state: str, now: datetime) -> bool:
    """Mark what was due as "done" or "dropped"; whether it was still waiting."""
    waiting = (dues.c.key == key, dues.c.state == "waiting")
    settled = await conn.execute(update(dues).where(*waiting).values(state=state, done_at=now))
    return settled.rowcount > 0


async def is_done(conn: AsyncConnection, key: str) -> bool:
    """Whether what was scheduled under a key has been done."""
    query = select(dues.c.key).where(dues.c.key == key, dues.c.state == "done")
    return await conn.scalar(query) is not None


async def wake_due(conn: AsyncConnection, key: str) -> bool:
    """Have something that was dropped done after all; whether it was there."""
    where = (dues.c.key == key, dues.c.state == "dropped")
    woken = await conn.execute(update(dues).where(*where).values(state="waiting", done_at=None))
    return woken.rowcount > 0


async def send_again(conn: AsyncConnection, letter_id: int) -> bool:
    """Have a letter that was dropped sent after all, behind all others; whether it was there."""
    query = select(outbox).where(outbox.c.id == letter_id, outbox.c.state == "dropped")
    row = (await conn.execute(query)).mappings().first()
    if row is None:
        return False
    kept = {name: row[name] for name in ("chat_id", "rank", "notice", "key", "payload", "made_at")}
    await conn.execute(update(outbox).where(outbox.c.id == letter_id).values(key=None))
    await put(conn, **kept)
    return True


async def draw_again(conn: AsyncConnection, card_id: int) -> bool:
    """Have a card drawn anew; whether it is still shown."""
    where = (cards.c.id == card_id, cards.c.state == "live")
    drawn = await conn.execute(update(cards).where(*where).values(wanted=cards.c.wanted + 1))
    return drawn.rowcount > 0


async def depth(conn: AsyncConnection) -> int:
    """How many letters and cards are still to be sent."""
    letters = select(func.count()).select_from(outbox).where(outbox.c.state.in_(("queued", "sending")))
    late = select(func.count()).select_from(cards).join(chats).where(behind())
    return int(await conn.scalar(letters) or 0) + int(await conn.scalar(late) or 0)


async def dues_of(conn: AsyncConnection, kind: str, about_id: int) -> dict[str, str]:
    """The keys of what was ever scheduled of a kind about something, each with its state."""
    query = select(dues.c.key, dues.c.state).where(dues.c.kind == kind, dues.c.about_id == about_id)
    return {row.key: row.state for row in await conn.execute(query)}
