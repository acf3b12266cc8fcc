"""Queries on meetings, their agendas, the proposals made, and who said they would come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.meetings import Item, ItemState, Meeting, Proposal, Reply, State
from storage.rows import every, first, key, one
from storage.tables import items, meetings, proposals, replies


async def add(conn: AsyncConnection, **values: object) -> Meeting:
    """Write down a meeting: building_id, kind, state, convener_id, and what is known of it."""
    return await get(conn, key(await conn.execute(meetings.insert().values(**values))))


async def get(conn: AsyncConnection, meeting_id: int) -> Meeting:
    """A meeting by id, known to exist."""
    return _meeting((await conn.execute(_one_meeting(meeting_id))).mappings().one())


async def find(conn: AsyncConnection, meeting_id: int) -> Meeting | None:
    """A meeting by an id that somebody pressed."""
    row = (await conn.execute(_one_meeting(meeting_id))).mappings().first()
    return None if row is None else _meeting(row)


def _one_meeting(meeting_id: int) -> Select[Any]:
    return select(meetings).where(meetings.c.id == meeting_id)


async def of_building(conn: AsyncConnection, building_id: int, *states: State) -> list[Meeting]:
    """The meetings of a building in one of these states (none named: all), the next one first."""
    query = select(meetings).where(meetings.c.building_id == building_id)
    if states:
        query = query.where(meetings.c.state.in_([str(state) for state in states]))
    query = query.order_by(meetings.c.planned_at, meetings.c.id)
    return [_meeting(row) for row in (await conn.execute(query)).mappings()]


async def change(conn: AsyncConnection, meeting_id: int, **values: object) -> None:
    """Set columns of a meeting."""
    await conn.execute(update(meetings).where(meetings.c.id == meeting_id).values(**values))


async def places(conn: AsyncConnection, building_id: int, most: int) -> list[str]:
    """Where a building met before, the latest first, each once."""
    query = (
        select(meetings.c.place)
        .where(meetings.c.building_id == building_id, meetings.c.place != "")
        .group_by(meetings.c.place)
        .order_by(func.max(meetings.c.id).desc())
    )
    return list((await conn.scalars(query.limit(most))).all())


async def add_item(conn: AsyncConnection, meeting_id: int, title: str) -> Item:
    """Put an item at the end of the agenda."""
    last = await conn.scalar(select(func.max(items.c.number)).where(items.c.meeting_id == meeting_id)) or 0
    added = items.insert().values(meeting_id=meeting_id, number=last + 1, title=title, state="waiting")
    return await item(conn, key(await conn.execute(added)))


async def item(conn: AsyncConnection, item_id: int) -> Item:
    """An item by id, known to exist."""
    return _item((await conn.execute(select(items).where(items.c.id == item_id))).mappings().one())


async def find_item(conn: AsyncConnection, item_id: int) -> Item | None:
    """An item by an id that somebody pressed."""
    row = (await conn.execute(select(items).where(items.c.id == item_id))).mappings().first()
    return None if row is None else _item(row)


async def items_of(conn: AsyncConnection, meeting_id: int) -> list[Item]:
    """The agenda, in order."""
    query = select(items).where(items.c.meeting_id == meeting_id).order_by(items.c.number)
    return [_item(row) for row in (await conn.execute(query)).mappings()]


async def change_item(conn: AsyncConnection, item_id: int, **values: object) -> None:
    """Set columns of an item."""
    await conn.execute(update(items).where(items.c.id == item_id).values(**values))


async def drop_item(conn: AsyncConnection, item_id: int) -> None:
    """Take an item and its proposals off a draft's agenda; those after it move up."""
    gone = await item(conn, item_id)
    await conn.execute(delete(proposals).where(proposals.c.item_id == item_id))
    await conn.execute(delete(items).where(items.c.id == item_id))
    for later in await items_of(conn, gone.meeting_id):
        if later.number > gone.number:
            await change_item(conn, later.id, number=later.number - 1)


async def add_proposal(
    conn: AsyncConnection, item_id: int, text: str, picture: str | None, by_id: int, at: datetime
) -> Proposal:
    """Write down a proposal after those an item has."""
    last = await conn.scalar(select(func.max(proposals.c.number)).where(proposals.c.item_id == item_id)) or 0
    added = proposals.insert().values(
        item_id=item_id, number=last + 1, text=text, picture=picture, by_id=by_id, at=at
    )
    return await proposal(conn, key(await conn.execute(added)))


async def proposal(conn: AsyncConnection, proposal_id: int) -> Proposal:
    """A proposal by id, known to exist."""
    query = select(proposals).where(proposals.c.id == proposal_id)
    return one(Proposal, (await conn.execute(query)).mappings().one())


async def proposals_of(conn: AsyncConnection, item_ids: Iterable[int]) -> list[Proposal]:
    """The proposals of items that still stand, in the order of the agenda and of their numbers."""
    query = (
        select(proposals)
        .join(items)
        .where(proposals.c.item_id.in_(list(item_ids)), proposals.c.gone.is_(None))
        .order_by(items.c.number, proposals.c.number)
    )
    return every(Proposal, await conn.execute(query))


async def find_proposal(conn: AsyncConnection, proposal_id: int) -> Proposal | None:
    """A proposal by an id that somebody pressed."""
    return first(Proposal, await conn.execute(select(proposals).where(proposals.c.id == proposal_id)))


async def change_proposal(conn: AsyncConnection, proposal_id: int, **values: object) -> None:
    """Set columns of a proposal."""
    await conn.execute(update(proposals).where(proposals.c.id == proposal_id).values(**values))


async def order_items(conn: AsyncConnection, ordered: Iterable[int]) -> None:
    """Number the items in this order; no number is given twice on the way."""
    ids = list(ordered)
    for number, item_id in enumerate(ids, 1):
        await change_item(conn, item_id, number=-number)
    for number, item_id in enumerate(ids, 1):
        await change_item(conn, item_id, number=number)


async def reply(
    conn: AsyncConnection, meeting_id: int, household_id: int, by_id: int, at: datetime, *, coming: bool
) -> None:
    """Write down whether a household comes; what it said before is replaced."""
    mine = (replies.c.meeting_id == meeting_id, replies.c.household_id == household_id)
    await conn.execute(delete(replies).where(*mine))
    await conn.execute(
        replies.insert().values(
            meeting_id=meeting_id, household_id=household_id, coming=coming, by_id=by_id, at=at
        )
    )


async def replies_of(conn: AsyncConnection, meeting_id: int) -> list[Reply]:
    """What the households answered, the first first."""
    query = select(replies).where(replies.c.meeting_id == meeting_id)
    return every(Reply, await conn.execute(query.order_by(replies.c.at, replies.c.household_id)))


def _meeting(row: RowMapping) -> Meeting:
    found = one(Meeting, row)
    return replace(found, state=State(found.state))


def _item(row: RowMapping) -> Item:
    found = one(Item, row)
    return replace(found, state=ItemState(found.state))
