"""Queries on stacks of paper votes, their slips and their witnesses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.papers import Slip, Stack, StackState
from storage.rows import key
from storage.tables import paper_slips, paper_stacks, paper_witnesses


async def add(conn: AsyncConnection, ballot_id: int, teller_id: int, now: datetime) -> Stack:
    """Begin a stack."""
    values = {"ballot_id": ballot_id, "teller_id": teller_id, "state": str(StackState.OPEN)}
    added = await conn.execute(paper_stacks.insert().values(made_at=now, photos=[], **values))
    return Stack(key(added), ballot_id, teller_id, StackState.OPEN, now)


async def find(conn: AsyncConnection, stack_id: int) -> Stack | None:
    """A stack by an id that somebody pressed."""
    found = await _stacks(conn, select(paper_stacks).where(paper_stacks.c.id == stack_id))
    return found[0] if found else None


async def of_ballot(conn: AsyncConnection, ballot_id: int) -> list[Stack]:
    """The stacks of a ballot, the first to be begun first."""
    query = select(paper_stacks).where(paper_stacks.c.ballot_id == ballot_id)
    return await _stacks(conn, query.order_by(paper_stacks.c.id))


async def _stacks(conn: AsyncConnection, query: Select[Any]) -> list[Stack]:
    rows = (await conn.execute(query)).mappings().all()
    ids = [row["id"] for row in rows]
    slips: dict[int, list[Slip]] = defaultdict(list)
    for row in (await conn.execute(_within(paper_slips, ids).order_by(paper_slips.c.number))).mappings():
        slips[row["stack_id"]].append(Slip(row["voter_id"], tuple(row["choice"]), row["reason"]))
    seen: dict[int, list[int]] = defaultdict(list)
    for row in (await conn.execute(_within(paper_witnesses, ids).order_by(paper_witnesses.c.at))).mappings():
        seen[row["stack_id"]].append(row["person_id"])
    return [_stack(row, slips[row["id"]], seen[row["id"]]) for row in rows]


def _within(table: Any, ids: Iterable[int]) -> Select[Any]:
    return select(table).where(table.c.stack_id.in_(list(ids)))


def _stack(row: RowMapping, slips: Iterable[Slip], witnesses: Iterable[int]) -> Stack:
    plain = {name: row[name] for name in ("id", "ballot_id", "teller_id", "made_at")}
    found = Stack(state=StackState(row["state"]), photos=tuple(row["photos"]), **plain)
    return replace(found, slips=tuple(slips), witnesses=tuple(witnesses))


async def change(conn: AsyncConnection, stack_id: int, **values: object) -> None:
    """Set columns of a stack."""
    await conn.execute(update(paper_stacks).where(paper_stacks.c.id == stack_id).values(**values))


async def put(conn: AsyncConnection, stack: Stack, slips: Iterable[Slip]) -> None:
    """Lay more slips on a stack."""
    rows = [
        {
            "stack_id": stack.id,
            "ballot_id": stack.ballot_id,
            "number": number,
            "voter_id": slip.voter_id,
            "choice": list(slip.choice),
            "reason": slip.reason,
        }
        for number, slip in enumerate(slips, len(stack.slips) + 1)
    ]
    await conn.execute(paper_slips.insert(), rows)


async def take_off(conn: AsyncConnection, stack_id: int, number: int | None = None) -> None:
    """Take one slip off a stack (by its number from 1), or all of them."""
    mine = delete(paper_slips).where(paper_slips.c.stack_id == stack_id)
    await conn.execute(mine if number is None else mine.where(paper_slips.c.number == number))


async def witness(conn: AsyncConnection, stack_id: int, person_id: int, now: datetime) -> None:
    """Write down that a neighbour found the stack like the paper."""
    await conn.execute(paper_witnesses.insert().values(stack_id=stack_id, person_id=person_id, at=now))


async def forget_witnesses(conn: AsyncConnection, stack_id: int) -> None:
    """A stack that is written anew is witnessed anew."""
    await conn.execute(delete(paper_witnesses).where(paper_witnesses.c.stack_id == stack_id))
