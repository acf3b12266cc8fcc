"""Queries on mediations: sides, what was put down, agreements. Nothing else reads these tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import RowMapping, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.mediations import (
    Agreement,
    AgreementAnswer,
    Answer,
    Mediation,
    Note,
    Side,
    State,
    Wording,
)
from storage.rows import every, key, one
from storage.tables import agreement_answers, agreements, mediation_notes, mediations, side_people, sides


async def add(conn: AsyncConnection, **values: object) -> Mediation:
    """Write down a draft: building_id, kind, caller_id, mediator_id, mediator_answer, salt."""
    added = key(await conn.execute(mediations.insert().values(state=str(State.DRAFT), **values)))
    return await get(conn, added)


async def get(conn: AsyncConnection, mediation_id: int) -> Mediation:
    """A mediation by id."""
    found = await find(conn, mediation_id)
    assert found is not None, mediation_id
    return found


async def find(conn: AsyncConnection, mediation_id: int) -> Mediation | None:
    """A mediation by an id that somebody pressed."""
    query = select(mediations).where(mediations.c.id == mediation_id)
    row = (await conn.execute(query)).mappings().first()
    return None if row is None else _mediation(row)


async def change(conn: AsyncConnection, mediation_id: int, **values: object) -> None:
    """Set columns of a mediation."""
    await conn.execute(update(mediations).where(mediations.c.id == mediation_id).values(**values))


async def of_person(conn: AsyncConnection, person_id: int) -> list[Mediation]:
    """Those a person called, mediates or is on a side of, the newest first; given up drafts left out."""
    on_a_side = (
        select(sides.c.mediation_id)
        .join(side_people, side_people.c.side_id == sides.c.id)
        .where(side_people.c.person_id == person_id)
    )
    concerned = or_(
        mediations.c.caller_id == person_id,
        mediations.c.mediator_id == person_id,
        mediations.c.id.in_(on_a_side),
    )
    query = select(mediations).where(concerned, mediations.c.state != str(State.DROPPED))
    rows = (await conn.execute(query.order_by(mediations.c.id.desc()))).mappings()
    return [_mediation(row) for row in rows]


async def held_between(
    conn: AsyncConnection, building_ids: Collection[int], start: datetime, end: datetime
) -> int:
    """How many were held in some buildings in a span of time: all that anybody else is told."""
    query = select(func.count()).select_from(mediations)
    mine = (mediations.c.building_id.in_(building_ids), mediations.c.opened_at >= start)
    return int(await conn.scalar(query.where(*mine, mediations.c.opened_at < end)) or 0)


async def add_side(conn: AsyncConnection, mediation_id: int, household_id: int, people: Iterable[int]) -> int:
    """Name a side; its id."""
    added = key(
        await conn.execute(sides.insert().values(mediation_id=mediation_id, household_id=household_id))
    )
    rows = [{"side_id": added, "person_id": person_id} for person_id in people]
    await conn.execute(side_people.insert(), rows)
    return added


async def drop_side(conn: AsyncConnection, side_id: int) -> None:
    """Take a side off a draft."""
    await conn.execute(delete(side_people).where(side_people.c.side_id == side_id))
    await conn.execute(delete(sides).where(sides.c.id == side_id))


async def sides_of(conn: AsyncConnection, mediation_id: int) -> list[Side]:
    """The sides of a mediation, the first named first."""
    query = select(sides).where(sides.c.mediation_id == mediation_id).order_by(sides.c.id)
    rows = (await conn.execute(query)).mappings().all()
    named = select(side_people).where(side_people.c.side_id.in_([row["id"] for row in rows]))
    people: dict[int, list[int]] = {}
    for found in await conn.execute(named.order_by(side_people.c.side_id, side_people.c.person_id)):
        people.setdefault(found.side_id, []).append(found.person_id)
    return [_side(row, people.get(row["id"], [])) for row in rows]


async def answer_side(conn: AsyncConnection, side_id: int, answer: Answer, by_id: int, at: datetime) -> None:
    """Write down whether a side consents."""
    values = {"answer": str(answer), "by_id": by_id, "at": at}
    await conn.execute(update(sides).where(sides.c.id == side_id).values(**values))


async def leave_sides(conn: AsyncConnection, person_id: int) -> None:
    """Take a person who is forgotten out of all sides."""
    await conn.execute(delete(side_people).where(side_people.c.person_id == person_id))


async def add_note(conn: AsyncConnection, **values: object) -> int:
    """Put something down: mediation_id, text, by_id, at; its id."""
    return key(await conn.execute(mediation_notes.insert().values(**values)))


async def notes_of(conn: AsyncConnection, mediation_id: int) -> list[Note]:
    """What was put down, the first first."""
    query = select(mediation_notes).where(mediation_notes.c.mediation_id == mediation_id)
    return every(Note, await conn.execute(query.order_by(mediation_notes.c.id)))


async def add_agreement(conn: AsyncConnection, mediation_id: int, text: str, by_id: int, at: datetime) -> int:
    """Write down the next wording, which stands in the place of the one before; its id."""
    before = (agreements.c.mediation_id == mediation_id, agreements.c.state == str(Wording.ASKED))
    await conn.execute(update(agreements).where(*before).values(state=str(Wording.CHANGED)))
    query = select(func.coalesce(func.max(agreements.c.number), 0))
    number = int(await conn.scalar(query.where(agreements.c.mediation_id == mediation_id)) or 0) + 1
    values = {"mediation_id": mediation_id, "number": number, "text": text, "by_id": by_id, "at": at}
    return key(await conn.execute(agreements.insert().values(state=str(Wording.ASKED), **values)))


async def find_agreement(conn: AsyncConnection, agreement_id: int) -> Agreement | None:
    """A wording by an id that somebody pressed."""
    query = select(agreements).where(agreements.c.id == agreement_id)
    row = (await conn.execute(query)).mappings().first()
    return None if row is None else _agreement(row)


async def agreements_of(conn: AsyncConnection, mediation_id: int) -> list[Agreement]:
    """The wordings of a mediation, the first first."""
    query = select(agreements).where(agreements.c.mediation_id == mediation_id).order_by(agreements.c.number)
    return [_agreement(row) for row in (await conn.execute(query)).mappings()]


async def change_agreement(conn: AsyncConnection, agreement_id: int, state: Wording) -> None:
    """Set how far a wording has come."""
    await conn.execute(update(agreements).where(agreements.c.id == agreement_id).values(state=str(state)))


async def add_answer(conn: AsyncConnection, **values: object) -> int:
    """Write down what a side says of a wording: agreement_id, side_id, agreed, reason, by_id, at; its id."""
    return key(await conn.execute(agreement_answers.insert().values(**values)))


async def answers_to(conn: AsyncConnection, agreement_ids: Collection[int]) -> list[AgreementAnswer]:
    """What the sides said of some wordings, as it came."""
    query = select(agreement_answers).where(agreement_answers.c.agreement_id.in_(list(agreement_ids)))
    return every(AgreementAnswer, await conn.execute(query.order_by(agreement_answers.c.id)))


async def erase_words(conn: AsyncConnection, mediation_id: int) -> None:
    """Delete every word of a mediation that nobody is left to read; that it was held stays."""
    mine = select(agreements.c.id).where(agreements.c.mediation_id == mediation_id)
    answered = agreement_answers.c.agreement_id.in_(mine)
    await conn.execute(update(agreement_answers).where(answered).values(reason=""))
    await conn.execute(update(agreements).where(agreements.c.mediation_id == mediation_id).values(text=""))
    await conn.execute(delete(mediation_notes).where(mediation_notes.c.mediation_id == mediation_id))
    await change(conn, mediation_id, subject="", place="", salt="")


def _mediation(row: RowMapping) -> Mediation:
    found = one(Mediation, row)
    return replace(found, state=State(found.state), mediator_answer=Answer(found.mediator_answer))


def _side(row: RowMapping, people: Iterable[int]) -> Side:
    values = {name: row[name] for name in ("id", "mediation_id", "household_id", "by_id", "at")}
    return Side(**values, answer=Answer(row["answer"]), people=tuple(people))


def _agreement(row: RowMapping) -> Agreement:
    found = one(Agreement, row)
    return replace(found, state=Wording(found.state))
