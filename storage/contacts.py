"""Queries on who speaks for the parties of a building, and what they answered to a meeting's notice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.parties import Answer, Contact, Invited
from storage.rows import key, one
from storage.tables import contacts, party_replies

_columns = (
    contacts.c.id,
    contacts.c.building_id,
    contacts.c.party,
    contacts.c.name,
    contacts.c.person_id,
)


async def add(conn: AsyncConnection, **values: object) -> int:
    """Write down a contact: building_id, party, name, code_hash, added_at; its id."""
    return key(await conn.execute(contacts.insert().values(**values)))


async def change(conn: AsyncConnection, contact_id: int, **values: object) -> None:
    """Set columns of a contact."""
    await conn.execute(update(contacts).where(contacts.c.id == contact_id).values(**values))


async def of_building(conn: AsyncConnection, building_id: int) -> list[Contact]:
    """The contacts of a building at present, the first added first."""
    query = select(*_columns).where(contacts.c.building_id == building_id, contacts.c.gone_at.is_(None))
    return [one(Contact, row) for row in (await conn.execute(query.order_by(contacts.c.id))).mappings()]


async def spoken_for(conn: AsyncConnection, person_id: int, party: str) -> list[int]:
    """The ids of the buildings in which a person speaks for a party."""
    mine = (contacts.c.person_id == person_id, contacts.c.party == party, contacts.c.gone_at.is_(None))
    query = select(contacts.c.building_id).where(*mine).distinct().order_by(contacts.c.building_id)
    return list((await conn.scalars(query)).all())


async def find(conn: AsyncConnection, contact_id: int) -> Contact | None:
    """A contact by an id that somebody pressed, also one who is none any more."""
    row = (await conn.execute(select(*_columns).where(contacts.c.id == contact_id))).mappings().first()
    return None if row is None else one(Contact, row)


async def by_code(conn: AsyncConnection, code_hash: str) -> Contact | None:
    """The contact whose link this is, as long as it was not opened."""
    query = select(*_columns).where(contacts.c.code_hash == code_hash, contacts.c.gone_at.is_(None))
    row = (await conn.execute(query)).mappings().first()
    return None if row is None else one(Contact, row)


async def invite(conn: AsyncConnection, meeting_id: int, contact_id: int) -> None:
    """Write down that a contact is invited to a meeting."""
    values = {"meeting_id": meeting_id, "contact_id": contact_id, "answer": str(Answer.ASKED), "instead": ""}
    await conn.execute(party_replies.insert().values(**values))


async def change_reply(conn: AsyncConnection, meeting_id: int, contact_id: int, **values: object) -> None:
    """Set columns of what a contact answered."""
    mine = (party_replies.c.meeting_id == meeting_id, party_replies.c.contact_id == contact_id)
    await conn.execute(update(party_replies).where(*mine).values(**values))


async def invited_to(conn: AsyncConnection, meeting_id: int) -> list[Invited]:
    """The contacts invited to a meeting, in the order they were registered."""
    query = (
        select(*_columns, party_replies.c.answer, party_replies.c.instead, party_replies.c.present_at)
        .join(party_replies, party_replies.c.contact_id == contacts.c.id)
        .where(party_replies.c.meeting_id == meeting_id)
        .order_by(contacts.c.id)
    )
    return [
        Invited(
            Contact(row.id, row.building_id, row.party, row.name, row.person_id),
            Answer(row.answer),
            row.instead,
            row.present_at,
        )
        for row in (await conn.execute(query)).all()
    ]


async def forget(conn: AsyncConnection, person_id: int, at: datetime) -> None:
    """Take a person who is forgotten out of the contacts."""
    mine = contacts.c.person_id == person_id
    await conn.execute(update(contacts).where(mine).values(name="", person_id=None, gone_at=at))
