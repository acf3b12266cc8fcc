"""Pieces: blocking transactions that share a commit, and not each other's faults."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from storage.store import Piece, Store
from storage.tables import communities


def found(name: str, conn: Piece) -> str:
    conn.execute(communities.insert().values(name=name))
    return name


async def names(store: Store) -> list[str]:
    async with store.glance() as conn:
        return list(await conn.scalars(select(communities.c.name).order_by(communities.c.id)))


async def test_pieces_at_the_same_time_share_one_commit_and_keep_their_order(store: Store) -> None:
    commits: list[None] = []
    store.on_commit(lambda: commits.append(None))
    wanted = [f"示例社区 {number}" for number in range(50)]
    given = await asyncio.gather(
        *(store.at_once(lambda conn, name=name: found(name, conn)) for name in wanted)
    )
    assert given == wanted
    assert await names(store) == wanted
    assert len(commits) == 1


async def test_a_fault_in_one_piece_spoils_only_its_own(store: Store) -> None:
    def fault(conn: Piece) -> str:
        found("half done", conn)
        raise ZeroDivisionError

    good, bad, other = await asyncio.gather(
        store.at_once(lambda conn: found("one", conn)),
        store.at_once(fault),
        store.at_once(lambda conn: found("two", conn)),
        return_exceptions=True,
    )
    assert (good, other) == ("one", "two")
    assert isinstance(bad, ZeroDivisionError)
    assert await names(store) == ["one", "two"]


async def test_a_quiet_piece_calls_no_listener(store: Store) -> None:
    commits: list[None] = []
    store.on_commit(lambda: commits.append(None))
    await store.at_once(lambda conn: found("quiet", conn), tell=False)
    assert commits == []
    assert await names(store) == ["quiet"]


async def test_a_piece_and_a_unit_wait_for_each_other(store: Store) -> None:
    async with store.unit(None) as unit:  # type: ignore[arg-type]  # nobody asks for the time
        piece = asyncio.create_task(store.at_once(lambda conn: found("second", conn)))
        await unit.conn.execute(communities.insert().values(name="first"))
    await piece
    assert await names(store) == ["first", "second"]
