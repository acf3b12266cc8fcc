"""How long others wait to write while a ballot with many votes is closed: counted ahead, or in the unit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import insert, update

from rules.ballots import Ballot, Plan
from rules.counting import Method
from services import ballots, counting
from services.vote_box import new_receipt
from storage import ballots as stored
from storage import homes, migrate, people, tables
from storage.engine import open_engine
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLAN = Plan("停车位怎么划", Method.SINGLE, ("专区20", "全部专区", "专区15"))


async def others_wait(votes: int, *, ahead: bool) -> dict[str, float | int | str]:
    """The longest wait for the turn to write, and of the loop, while so many votes are counted; seconds."""
    with TemporaryDirectory() as folder:
        store = Store(open_engine(f"sqlite+aiosqlite:///{Path(folder)}/closing.db"))
        await migrate.upgrade(store.engine)
        ballot = await _filled(store, votes)
        waits, lags = [0.0], [0.0]
        others = [asyncio.create_task(_write(store, waits)), asyncio.create_task(_wake(lags))]
        start = perf_counter()
        before = await counting.ahead(store, ballot.id) if ahead else None
        async with store.unit(NOW) as unit:
            await ballots.close(unit, ballot.id, before)
        spent = perf_counter() - start
        await asyncio.sleep(0.05)
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await store.close()
    how = "counted ahead" if ahead else "counted in the unit"
    return {"close": how, "votes": votes, "seconds": spent, "others": max(waits), "loop": max(lags)}


async def _filled(store: Store, votes: int) -> Ballot:
    """An open ballot in which every household of a building has voted."""
    async with store.unit(NOW) as unit:
        community = await homes.community(unit.conn, "示例小区")
        told = {"name": "3栋", "units": 1, "zone": "Asia/Shanghai", "lang": "zh"}
        building = await homes.add_building(unit.conn, community_id=community, **told)
        leader = await people.meet(unit.conn, "1", "示例组长", "zh", NOW)
        await homes.appoint(unit.conn, building.id, leader.id, "leader", NOW)
        rooms = [{"building_id": building.id, "unit": "1", "room": str(room)} for room in range(votes)]
        await homes.add_households(unit.conn, rooms)
        draft = await ballots.draft(unit, building, leader.id, PLAN)
        await ballots.set_closing(unit, draft, NOW + timedelta(hours=1))
        ballot = await ballots.begin(unit, building, await stored.get(unit.conn, draft.id))
        doors = await homes.households_in(unit.conn, building.id)
        common = {"ballot_id": ballot.id, "by_id": leader.id, "at": NOW}
        rows = [
            {**common, "voter_id": door.id, "choice": [door.id % 3 + 1], "receipt": new_receipt()}
            for door in doors
        ]
        await unit.conn.execute(insert(tables.votes), rows)
        await unit.conn.execute(update(tables.ballots).values(voted=votes))
    return ballot


async def _write(store: Store, waits: list[float]) -> None:
    """One small write after the other; how long each took, the wait for its turn included."""
    while True:
        start = perf_counter()
        async with store.unit(NOW) as unit:
            await unit.conn.execute(update(tables.people).values(name="示例组长"))
        waits.append(perf_counter() - start)
        await asyncio.sleep(0.005)


async def _wake(lags: list[float]) -> None:
    """How late the loop wakes who sleeps a millisecond."""
    while True:
        start = perf_counter()
        await asyncio.sleep(0.001)
        lags.append(perf_counter() - start)
