"""Queries on time polls: the times offered, and what each household or person said of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.time_polls import Answer, Slot, State, TimePoll
from storage.rows import first, key
from storage.tables import time_answers, time_polls, time_slots


async def add(conn: AsyncConnection, **values: object) -> int:
    """Write down a poll: building_id, by_id, state, topic, at; its id."""
    return key(await conn.execute(time_polls.insert().values(**values)))


async def find(conn: AsyncConnection, poll_id: int) -> TimePoll | None:
    """A poll by an id that somebody pressed."""
    found = first(TimePoll, await conn.execute(select(time_polls).where(time_polls.c.id == poll_id)))
    return None if found is None else replace(found, state=State(found.state))


async def change(conn: AsyncConnection, poll_id: int, **values: object) -> None:
    """Set columns of a poll."""
    await conn.execute(update(time_polls).where(time_polls.c.id == poll_id).values(**values))


async def draft_of(conn: AsyncConnection, building_id: int, by_id: int) -> int | None:
    """The poll a leader is putting together, if any."""
    mine = (time_polls.c.building_id == building_id, time_polls.c.by_id == by_id)
    query = select(time_polls.c.id).where(*mine, time_polls.c.state == str(State.DRAFT))
    return await conn.scalar(query.order_by(time_polls.c.id.desc()).limit(1))


async def add_slot(conn: AsyncConnection, poll_id: int, at: datetime) -> None:
    """Put a time into a poll."""
    await conn.execute(time_slots.insert().values(poll_id=poll_id, at=at))


async def drop_slots(conn: AsyncConnection, poll_id: int) -> None:
    """Take all times out of a draft."""
    await conn.execute(delete(time_slots).where(time_slots.c.poll_id == poll_id))


async def slots_of(conn: AsyncConnection, poll_id: int) -> list[Slot]:
    """The times of a poll with what was said of each, the earliest first."""
    counts: dict[int, Counter[str]] = {}
    said = (
        select(time_answers.c.slot_id, time_answers.c.answer, func.count().label("count"))
        .join(time_slots, time_slots.c.id == time_answers.c.slot_id)
        .where(time_slots.c.poll_id == poll_id)
        .group_by(time_answers.c.slot_id, time_answers.c.answer)
    )
    for slot_id, answered, count in (await conn.execute(said)).all():
        counts.setdefault(slot_id, Counter())[answered] = count
    query = select(time_slots).where(time_slots.c.poll_id == poll_id).order_by(time_slots.c.at)
    found = []
    for row in (await conn.execute(query)).all():
        said_of = counts.get(row.id, Counter())
        found.append(Slot(row.id, row.at, said_of["yes"], said_of["maybe"], said_of["no"]))
    return found


async def count_voters(conn: AsyncConnection, poll_id: int) -> int:
    """How many households and persons said something."""
    query = select(func.count(time_answers.c.who.distinct())).join(time_slots)
    return int(await conn.scalar(query.where(time_slots.c.poll_id == poll_id)) or 0)


async def answer_of(conn: AsyncConnection, slot_id: int, who: str) -> Answer | None:
    """What a household ("h12") or person ("p7") said of a time."""
    mine = (time_answers.c.slot_id == slot_id, time_answers.c.who == who)
    said = await conn.scalar(select(time_answers.c.answer).where(*mine))
    return None if said is None else Answer(said)


async def answer(
    conn: AsyncConnection, slot_id: int, who: str, said: Answer, by_id: int, at: datetime
) -> None:
    """Write down what somebody says of a time, in place of what they said before."""
    mine = (time_answers.c.slot_id == slot_id, time_answers.c.who == who)
    await conn.execute(delete(time_answers).where(*mine))
    values = {"slot_id": slot_id, "who": who, "answer": str(said), "by_id": by_id, "at": at}
    await conn.execute(time_answers.insert().values(**values))
