"""Queries on what is said of proposals, and on those that are to become one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.proposals import Concern, Merge, MergePart, MergeState
from storage.rows import every, first, key
from storage.tables import concerns, merge_parts, merges, proposals


async def most_numbers(conn: AsyncConnection, item_ids: Iterable[int]) -> dict[int, int]:
    """How many proposals each of these items ever had, those gone included."""
    query = select(proposals.c.item_id, func.max(proposals.c.number)).where(
        proposals.c.item_id.in_(list(item_ids))
    )
    return {row[0]: row[1] for row in (await conn.execute(query.group_by(proposals.c.item_id))).all()}


async def every_id(conn: AsyncConnection, item_id: int) -> list[int]:
    """All proposals that an item ever had."""
    query = select(proposals.c.id).where(proposals.c.item_id == item_id).order_by(proposals.c.id)
    return list((await conn.scalars(query)).all())


async def count_voices(conn: AsyncConnection, item_id: int) -> dict[int, dict[str, int]]:
    """How often each kind of voice stands under each proposal of an item."""
    query = select(concerns.c.proposal_id, concerns.c.kind, func.count()).join(proposals)
    query = query.where(proposals.c.item_id == item_id, concerns.c.gone_at.is_(None))
    counts: dict[int, dict[str, int]] = {}
    for row in (await conn.execute(query.group_by(concerns.c.proposal_id, concerns.c.kind))).all():
        counts.setdefault(row[0], {})[row[1]] = row[2]
    return counts


async def add_concern(conn: AsyncConnection, **values: object) -> int:
    """Write down what somebody said of a proposal: proposal_id, kind, text, by_id, at; its id."""
    return key(await conn.execute(concerns.insert().values(**values)))


async def find_concern(conn: AsyncConnection, concern_id: int) -> Concern | None:
    """What was said, by an id that somebody pressed."""
    return first(Concern, await conn.execute(select(concerns).where(concerns.c.id == concern_id)))


async def concerns_of(conn: AsyncConnection, proposal_id: int) -> list[Concern]:
    """What stands of what was said of a proposal, the first first."""
    query = select(concerns).where(concerns.c.proposal_id == proposal_id, concerns.c.gone_at.is_(None))
    return every(Concern, await conn.execute(query.order_by(concerns.c.id)))


async def change_concern(conn: AsyncConnection, concern_id: int, **values: object) -> None:
    """Set columns of what was said."""
    await conn.execute(update(concerns).where(concerns.c.id == concern_id).values(**values))


async def add_merge(conn: AsyncConnection, parts: Iterable[tuple[int, int]], **values: object) -> int:
    """Write down a merger (item_id, text, by_id, at, state) of (proposal, person) pairs; its id."""
    added = key(await conn.execute(merges.insert().values(**values)))
    rows = [{"merge_id": added, "proposal_id": proposal, "person_id": person} for proposal, person in parts]
    await conn.execute(merge_parts.insert(), rows)
    return added


async def find_merge(conn: AsyncConnection, merge_id: int) -> Merge | None:
    """A merger by an id that somebody pressed."""
    return first(Merge, await conn.execute(select(merges).where(merges.c.id == merge_id)))


async def parts_of(conn: AsyncConnection, merge_id: int) -> list[MergePart]:
    """The proposals of a merger, in the order of their ids."""
    query = select(merge_parts).where(merge_parts.c.merge_id == merge_id)
    return every(MergePart, await conn.execute(query.order_by(merge_parts.c.proposal_id)))


async def change_merge(conn: AsyncConnection, merge_id: int, state: MergeState) -> None:
    """Set how far a merger has come."""
    await conn.execute(update(merges).where(merges.c.id == merge_id).values(state=str(state)))


async def answer_part(conn: AsyncConnection, merge_id: int, person_id: int, *, agreed: bool) -> None:
    """Write down what a person answered for all proposals they made."""
    mine = (merge_parts.c.merge_id == merge_id, merge_parts.c.person_id == person_id)
    await conn.execute(update(merge_parts).where(*mine).values(agreed=agreed))


async def merges_with(conn: AsyncConnection, proposal_id: int) -> list[int]:
    """The mergers that wait for consent and touch a proposal."""
    query = select(merges.c.id).join(merge_parts, merge_parts.c.merge_id == merges.c.id)
    query = query.where(merge_parts.c.proposal_id == proposal_id, merges.c.state == str(MergeState.ASKED))
    return list((await conn.scalars(query)).all())
