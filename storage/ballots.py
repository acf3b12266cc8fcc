"""Queries on ballots, their options, drafts and votes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.asked import Asked
from rules.ballots import Ballot, Option, State
from rules.counting import Completion, Method, TieRule
from rules.papers import Slip
from rules.secrecy import Secrecy
from rules.thresholds import read_threshold
from rules.voters import Basis
from rules.votes import PAPER, Vote
from rules.ways import Choice
from storage.rows import every, key, one
from storage.tables import ballots, drafts, options, people, urn, votes

Paper = tuple[int, Choice, str, str]  # voter (0 in an urn), choice, receipt or key, reason
PART = 1000  # votes read at once
_COLUMNS = [name for name in Ballot.__slots__ if name != "options"]


async def add(conn: AsyncConnection, offered: Iterable[Mapping[str, Any]], **values: object) -> Ballot:
    """Write down a draft with what it offers: number, label, text, picture, cost."""
    ballot_id = key(await conn.execute(ballots.insert().values(state=str(State.DRAFT), **values)))
    await offer(conn, ballot_id, offered)
    return await get(conn, ballot_id)


async def offer(conn: AsyncConnection, ballot_id: int, offered: Iterable[Mapping[str, Any]]) -> None:
    """Put options on a draft in place of those it had: number, label, text, picture, cost."""
    await conn.execute(delete(options).where(options.c.ballot_id == ballot_id))
    await conn.execute(options.insert(), [{"ballot_id": ballot_id, **option} for option in offered])


async def get(conn: AsyncConnection, ballot_id: int) -> Ballot:
    """A ballot by id, known to exist."""
    found = await find(conn, ballot_id)
    assert found is not None, f"there is no ballot {ballot_id}"
    return found


async def find(conn: AsyncConnection, ballot_id: int) -> Ballot | None:
    """A ballot by an id that somebody pressed."""
    found = await _ballots(conn, select(ballots).where(ballots.c.id == ballot_id))
    return found[0] if found else None


async def of_building(conn: AsyncConnection, building_id: int, state: State) -> list[Ballot]:
    """The ballots of a building in a state, the one that closes first first."""
    query = select(ballots).where(ballots.c.building_id == building_id, ballots.c.state == str(state))
    return await _ballots(conn, query.order_by(ballots.c.closes_at, ballots.c.id))


async def of_meeting(conn: AsyncConnection, meeting_id: int) -> list[Ballot]:
    """The ballots held in a meeting, in the order they were made."""
    query = select(ballots).where(ballots.c.meeting_id == meeting_id).order_by(ballots.c.id)
    return await _ballots(conn, query)


async def _ballots(conn: AsyncConnection, query: Select[Any]) -> list[Ballot]:
    rows = (await conn.execute(query)).mappings().all()
    offered: dict[int, list[Option]] = defaultdict(list)
    wanted = select(options).where(options.c.ballot_id.in_([row["id"] for row in rows]))
    for option in every(Option, await conn.execute(wanted.order_by(options.c.ballot_id, options.c.number))):
        offered[option.ballot_id].append(option)
    return [_ballot(row, offered[row["id"]]) for row in rows]


def _ballot(row: RowMapping, offered: list[Option]) -> Ballot:
    found = Ballot(**{name: row[name] for name in _COLUMNS}, options=tuple(offered))
    return replace(
        found,
        basis=Basis(found.basis),
        method=Method(found.method),
        state=State(found.state),
        ties=TieRule(found.ties),
        secrecy=Secrecy(found.secrecy),
        threshold=None if row["threshold"] is None else read_threshold(row["threshold"]),
        asked=None if found.asked is None else Asked(found.asked),
        completion=None if found.completion is None else Completion(found.completion),
    )


async def change(conn: AsyncConnection, ballot_id: int, **values: object) -> None:
    """Set columns of a ballot."""
    await conn.execute(update(ballots).where(ballots.c.id == ballot_id).values(**values))


async def drop(conn: AsyncConnection, ballot_id: int) -> None:
    """Take a draft back."""
    await conn.execute(delete(options).where(options.c.ballot_id == ballot_id))
    await conn.execute(delete(ballots).where(ballots.c.id == ballot_id, ballots.c.state == str(State.DRAFT)))


async def votes_of(conn: AsyncConnection, ballot_id: int) -> list[Vote]:
    """The votes of a ballot in the order of their receipts, which says nothing of who cast them."""
    query = select(votes).where(votes.c.ballot_id == ballot_id).order_by(votes.c.receipt)
    return [_vote(row) for row in (await conn.execute(query)).mappings()]


async def papers_in(conn: AsyncConnection, ballot_id: int, *, sealed: bool) -> list[Paper]:
    """Every vote of a ballot in the order of the receipts, or keys; read in parts, which holds up nobody."""
    voter, reason = (literal(0), literal("")) if sealed else (votes.c.voter_id, votes.c.reason)
    kept, key = (urn, urn.c.key) if sealed else (votes, votes.c.receipt)
    query = select(voter, kept.c.choice, key, reason).where(kept.c.ballot_id == ballot_id)
    found: list[Paper] = []
    while True:
        after = query.where(key > found[-1][2]) if found else query
        part = (await conn.execute(after.order_by(key).limit(PART))).all()
        found += [(row[0], row[1], row[2], row[3]) for row in part]
        if len(part) < PART:
            return found
        await asyncio.sleep(0)


async def urn_of(conn: AsyncConnection, ballot_id: int) -> list[Vote]:
    """The votes in the urn of a sealed ballot, in the order of their keys: of nobody, by nobody."""
    query = select(urn).where(urn.c.ballot_id == ballot_id).order_by(urn.c.key)
    return [Vote(0, tuple(row.choice), 0, row.key) for row in await conn.execute(query)]


async def drop_drafts(conn: AsyncConnection, ballot_id: int) -> None:
    """Burn the papers that are being filled in."""
    await conn.execute(delete(drafts).where(drafts.c.ballot_id == ballot_id))


async def last_sealed(conn: AsyncConnection) -> datetime | None:
    """When the last sealed ballot closed."""
    query = select(func.max(ballots.c.closed_at)).where(ballots.c.secrecy == str(Secrecy.SEALED))
    last: datetime | None = await conn.scalar(query)
    return last


async def with_receipt(conn: AsyncConnection, receipt: str) -> list[Ballot]:
    """The closed ballots in which a vote has this receipt."""
    query = select(ballots).join(votes, votes.c.ballot_id == ballots.c.id)
    query = query.where(votes.c.receipt == receipt, ballots.c.state == str(State.CLOSED))
    return await _ballots(conn, query.order_by(ballots.c.id))


async def vote_of(conn: AsyncConnection, ballot_id: int, voter_id: int) -> Vote | None:
    """The vote of a voter as it stands."""
    mine = (votes.c.ballot_id == ballot_id, votes.c.voter_id == voter_id)
    row = (await conn.execute(select(votes).where(*mine))).mappings().first()
    return None if row is None else _vote(row)


async def put_paper_vote(
    conn: AsyncConnection, ballot_id: int, slip: Slip, by: int, receipt: str, now: datetime
) -> None:
    """Let a paper vote stand in place of what was voted before; it keeps the receipt there was."""
    before = await vote_of(conn, ballot_id, slip.voter_id)
    values = {"choice": list(slip.choice), "by_id": by, "at": now, "how": PAPER, "reason": slip.reason}
    values |= {"wanted": None, "wanted_by_id": None, "wanted_at": None}
    mine = {"ballot_id": ballot_id, "voter_id": slip.voter_id}
    if before is None:
        await conn.execute(votes.insert().values(receipt=receipt, **mine, **values))
        await conn.execute(update(ballots).where(ballots.c.id == ballot_id).values(voted=ballots.c.voted + 1))
        return
    stands = (votes.c.ballot_id == ballot_id, votes.c.voter_id == slip.voter_id)
    await conn.execute(update(votes).where(*stands).values(**values))


def _vote(row: RowMapping) -> Vote:
    found = one(Vote, row)
    wanted = None if found.wanted is None else tuple(found.wanted)
    return replace(found, choice=tuple(found.choice), wanted=wanted)


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper as one person has filled it in so far, and where they are in it.

    The numbers stand in the order they were tapped; `reason` is why they block.
    """

    choice: Choice = ()
    page: int = 0
    checking: bool = False
    reason: str = ""
    proxy: int = 0  # with which it is filled in for somebody else


async def draft(conn: AsyncConnection, ballot_id: int, person_id: int) -> Draft | None:
    """What a person has ticked so far."""
    mine = (drafts.c.ballot_id == ballot_id, drafts.c.person_id == person_id)
    row = (await conn.execute(select(drafts).where(*mine))).mappings().first()
    if row is None:
        return None
    return Draft(tuple(row["choice"]), row["page"], row["checking"], row["reason"], row["proxy_id"])


async def keep_draft(conn: AsyncConnection, ballot_id: int, person_id: int, kept: Draft) -> None:
    """Write down what a person has ticked so far."""
    mine = (drafts.c.ballot_id == ballot_id, drafts.c.person_id == person_id)
    await conn.execute(delete(drafts).where(*mine))
    await conn.execute(
        drafts.insert().values(
            ballot_id=ballot_id,
            person_id=person_id,
            choice=list(kept.choice),
            page=kept.page,
            checking=kept.checking,
            reason=kept.reason,
            proxy_id=kept.proxy,
        )
    )


async def draft_of(conn: AsyncConnection, ballot_id: int, address: str, proxy: int = 0) -> tuple[Choice, str]:
    """What the person of this address has filled in so far in this name, and why they block."""
    query = (
        select(drafts.c.choice, drafts.c.reason)
        .join(people)
        .where(drafts.c.ballot_id == ballot_id, people.c.address == address, drafts.c.proxy_id == proxy)
    )
    row = (await conn.execute(query)).first()
    return ((), "") if row is None else (tuple(row.choice), row.reason)
