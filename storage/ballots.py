"""Queries on ballots, their options, rolls, drafts and votes."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.votes import Choice
from storage.tables import drafts, people


async def draft_of(conn: AsyncConnection, ballot_id: int, address: str) -> Choice:
    """What the person of this address has ticked so far."""
    query = (
        select(drafts.c.choice)
        .join(people)
        .where(drafts.c.ballot_id == ballot_id, people.c.address == address)
    )
    return tuple(sorted(await conn.scalar(query) or ()))
