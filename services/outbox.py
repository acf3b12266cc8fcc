"""What the bot is to say is a row first: letters are said once, cards show the present state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

from storage import outbox
from storage.store import Unit


class Rank(IntEnum):
    """What goes first when the limits allow only some."""

    URGENT = 0  # a result, an emergency
    ANSWER = 1  # somebody is waiting for it
    CARD = 2
    BULK = 3  # reminders to many


async def say(
    unit: Unit,
    chat_id: int,
    payload: Mapping[str, Any],
    *,
    rank: Rank = Rank.ANSWER,
    notice: bool = False,
    key: str | None = None,
    not_before: datetime | None = None,
) -> None:
    """Have a letter sent to a chat; a notice is tried again when it is unknown whether it arrived.

    With a key it is said once, whatever restarts.
    """
    await outbox.put(
        unit.conn,
        chat_id=chat_id,
        payload=dict(payload),
        rank=int(rank),
        notice=notice,
        key=key,
        not_before=not_before,
        made_at=unit.now,
    )


async def show(
    unit: Unit,
    chat_id: int,
    kind: str,
    about_id: int,
    lang: str,
    *,
    pinned: bool = False,
    rank: Rank = Rank.CARD,
) -> None:
    """Have a chat show the present state of something: a new card, or the one that is there renewed."""
    await outbox.want_card(
        unit.conn, chat_id=chat_id, kind=kind, about_id=about_id, lang=lang, pinned=pinned, rank=int(rank)
    )


async def renew(unit: Unit, kind: str, about_id: int) -> None:
    """What these cards show has changed; those that exist are edited when the limits allow."""
    await outbox.touch_cards(unit.conn, kind, about_id)
