"""Queries on proxies, and on the voters of a ballot for whom somebody else votes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.ballots import Ballot
from rules.homes import Door
from rules.proxies import Mandate, Proxy, ProxyState
from rules.voters import Basis
from storage.rows import among, key, one
from storage.tables import dues, mandates, proxies
from storage.voters import named

USED = "proxy_used"  # to be told
_ALIVE = [str(ProxyState.ASKED), str(ProxyState.GIVEN)]


async def ask(conn: AsyncConnection, **values: object) -> Proxy:
    """Write down that somebody is asked: ballot_id or meeting_id, giver_id, holder_id, asked_at."""
    added = await conn.execute(proxies.insert().values(state=str(ProxyState.ASKED), **values))
    return _proxy((await conn.execute(select(proxies).where(proxies.c.id == key(added)))).mappings().one())


async def derive(conn: AsyncConnection, proxy: Proxy, ballot_id: int) -> int:
    """A proxy for a meeting, in one of the ballots held in it; the id of what it is there."""
    values = {"giver_id": proxy.giver_id, "holder_id": proxy.holder_id, "asked_at": proxy.asked_at}
    given = {"state": str(ProxyState.GIVEN), "meeting_id": proxy.meeting_id, "ballot_id": ballot_id}
    return key(await conn.execute(proxies.insert().values(**values, **given)))


async def derived(conn: AsyncConnection, proxy: Proxy) -> list[Proxy]:
    """What a proxy for a meeting is in the ballots held in it."""
    mine = (proxies.c.meeting_id == proxy.meeting_id, proxies.c.ballot_id.is_not(None))
    same = (proxies.c.giver_id == proxy.giver_id, proxies.c.holder_id == proxy.holder_id)
    return await _proxies(conn, select(proxies).where(*mine, *same).order_by(proxies.c.id))


async def find(conn: AsyncConnection, proxy_id: int) -> Proxy | None:
    """A proxy by an id that somebody pressed."""
    row = (await conn.execute(select(proxies).where(proxies.c.id == proxy_id))).mappings().first()
    return None if row is None else _proxy(row)


async def change(conn: AsyncConnection, proxy_id: int, **values: object) -> None:
    """Set columns of a proxy."""
    await conn.execute(update(proxies).where(proxies.c.id == proxy_id).values(**values))


async def about(conn: AsyncConnection, ballot_id: int | None, meeting_id: int | None) -> list[Proxy]:
    """The proxies given, or asked for, in a ballot and in the meeting it belongs to, each once."""
    for_meeting = and_(proxies.c.meeting_id == meeting_id, proxies.c.ballot_id.is_(None))
    for_ballot = and_(proxies.c.ballot_id == ballot_id, proxies.c.meeting_id.is_(None))
    return await _proxies(conn, select(proxies).where(or_(for_meeting, for_ballot)).order_by(proxies.c.id))


async def of_person(conn: AsyncConnection, person_id: int) -> list[Proxy]:
    """The living proxies a person gave, holds, or is asked for."""
    mine = or_(proxies.c.giver_id == person_id, proxies.c.holder_id == person_id)
    whole = or_(proxies.c.meeting_id.is_(None), proxies.c.ballot_id.is_(None))
    query = select(proxies).where(mine, whole, proxies.c.state.in_(_ALIVE))
    return await _proxies(conn, query.order_by(proxies.c.id))


async def entrust(
    conn: AsyncConnection, ballot_id: int, voter_ids: Collection[int], proxy_id: int, holder_id: int
) -> None:
    """Let a holder vote for voters of a ballot."""
    rows = [
        {"ballot_id": ballot_id, "voter_id": voter, "proxy_id": proxy_id, "holder_id": holder_id}
        for voter in voter_ids
    ]
    if rows:
        await conn.execute(mandates.insert(), rows)


async def release(conn: AsyncConnection, proxy_id: int) -> None:
    """Let voters vote for themselves again."""
    await conn.execute(delete(mandates).where(mandates.c.proxy_id == proxy_id))


async def release_voter(conn: AsyncConnection, ballot_id: int, voter_id: int) -> list[int]:
    """Nobody votes for this voter any more: a paper vote stands; the proxies with which somebody did."""
    mine = (mandates.c.ballot_id == ballot_id, mandates.c.voter_id == voter_id)
    held = list(await conn.scalars(select(mandates.c.proxy_id).where(*mine)))
    await conn.execute(delete(mandates).where(*mine))
    return held


async def taken(conn: AsyncConnection, ballot_id: int) -> set[int]:
    """The voters of a ballot for whom somebody else votes."""
    return set(
        (await conn.scalars(select(mandates.c.voter_id).where(mandates.c.ballot_id == ballot_id))).all()
    )


async def held(conn: AsyncConnection, ballot: Ballot, proxy_id: int) -> list[Mandate]:
    """For which voters of a ballot somebody votes with a proxy."""

    def read(sync: Connection) -> list[Mandate]:
        return list(entrusted(sync, set(), [proxy_id], {ballot.id: ballot.basis}).values())

    return await conn.run_sync(read)


async def over(conn: AsyncConnection, ballot: Ballot, voter_ids: Collection[int]) -> dict[int, Mandate]:
    """Those of some voters for whom somebody else votes."""
    pairs = {(ballot.id, voter) for voter in voter_ids}
    found = await conn.run_sync(entrusted, pairs, (), {ballot.id: ballot.basis})
    return {mandate.voter_id: mandate for mandate in found.values()}


def entrusted(
    conn: Connection,
    pairs: Collection[tuple[int, int]],
    proxy_ids: Collection[int],
    bases: Mapping[int, Basis],
) -> dict[tuple[int, int], Mandate]:
    """Who votes for others, set-wise for the vote box: for voters (ballot, voter), and with proxies."""
    own = among(conn, mandates.c.ballot_id, mandates.c.voter_id, pairs)
    query = select(mandates).where(or_(own, mandates.c.proxy_id.in_(proxy_ids)) if proxy_ids else own)
    rows = conn.execute(query).all()
    called: dict[Basis, dict[int, Door]] = {
        basis: named(conn, basis, {row.voter_id for row in rows if bases.get(row.ballot_id) is basis})
        for basis in {bases[row.ballot_id] for row in rows if row.ballot_id in bases}
    }
    return {
        (row.ballot_id, row.voter_id): Mandate(
            row.ballot_id,
            row.voter_id,
            row.proxy_id,
            row.holder_id,
            row.used_at,
            called[bases[row.ballot_id]][row.voter_id],
        )
        for row in rows
        if row.ballot_id in bases
    }


def use(conn: Connection, proxy_ids: Collection[int], now: datetime) -> None:
    """Write down that holders have voted with these proxies; of the first time the givers are to hear."""
    first = select(proxies.c.id).where(proxies.c.id.in_(proxy_ids), proxies.c.used_at.is_(None))
    told = [
        {"key": f"{USED}:{proxy_id}", "kind": USED, "about_id": proxy_id, "due_at": now, "state": "waiting"}
        for proxy_id in conn.scalars(first)
    ]
    if told:
        conn.execute(dues.insert(), told)
    for table, mine in ((mandates, mandates.c.proxy_id), (proxies, proxies.c.id)):
        unused = (mine.in_(proxy_ids), table.c.used_at.is_(None))
        conn.execute(update(table).where(*unused).values(used_at=now))


async def _proxies(conn: AsyncConnection, query: Select[tuple[object, ...]]) -> list[Proxy]:
    return [_proxy(row) for row in (await conn.execute(query)).mappings()]


def _proxy(row: RowMapping) -> Proxy:
    found = one(Proxy, row)
    return replace(found, state=ProxyState(found.state))
