"""The order of a person's updates over several workers, kept by advisory locks of PostgreSQL.

An update is next when none of the same person is under way and none that is earlier waits, here or at another
worker. Others know of one by a lock that its worker shares on the person's key and the update's number, from
its arrival to its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

PERSONS = 7_078_772  # the class of the locks of persons one of whose updates is under way
_HALF = 0xFFFFFFFF


@dataclass(slots=True, eq=False)
class Claim:
    """An update that waits, or is under way."""

    key: int  # the person's, four bytes above 0; two who share one only wait for each other
    number: int  # the update's, four bytes
    begun: asyncio.Future[None]
    told: bool = False  # others know of it
    alone: bool = False  # and that it is under way

    @property
    def mark(self) -> int:
        """What its lock is on."""
        return self.key << 32 | self.number


class Order:
    """A worker's part in it; `stir` is called when there is something to settle."""

    def __init__(self, stir: Callable[[], None]) -> None:
        self._stir = stir
        self._waiting: set[Claim] = set()
        self._under_way: dict[int, Claim] = {}  # by key
        self._over: list[Claim] = []  # of which others still know
        self._sessions = 0

    @property
    def unsettled(self) -> bool:
        """Whether something waits for other workers, or they for something that is over."""
        return bool(self._over or self._first())

    @asynccontextmanager
    async def turn(self, person: int, number: int) -> AsyncIterator[None]:
        """The turn of a person's update among all workers', by its number."""
        claim = Claim(person % (_HALF >> 1) + 1, number & _HALF, asyncio.get_running_loop().create_future())
        self._waiting.add(claim)
        self._stir()
        try:
            await claim.begun
            yield
        finally:
            self._end(claim)

    def _end(self, claim: Claim) -> None:
        """It is over, or nobody waits for it any more."""
        self._waiting.discard(claim)
        if self._under_way.get(claim.key) is claim:
            del self._under_way[claim.key]
        if claim.told:
            self._over.append(claim)
        self._stir()

    async def settle(self, session: Any) -> None:
        """Tell other workers what came and what is over, and begin what is next. Raises what asyncpg does."""
        if self._over:
            over, self._over = self._over, []
            under_way = [claim.key for claim in over if claim.alone]
            await session.execute(_LET_GO, PERSONS, under_way, [claim.mark for claim in over])
        if self._waiting:
            await self._ask(session)

    async def _ask(self, session: Any) -> None:
        first, number = self._first(), self._sessions
        asked = [claim for claim in self._waiting if claim in first or not claim.told]
        if not asked:
            return
        rows = [(claim.key, claim.number, claim.mark, claim.told, claim in first) for claim in asked]
        got = await session.fetch(_ASK, PERSONS, *map(list, zip(*rows, strict=True)))
        if number != self._sessions:
            return  # it has ended meanwhile
        for claim, (won,) in zip(asked, got, strict=True):
            claim.told, claim.alone = True, won
            if claim in self._waiting:
                if won and not claim.begun.done():
                    self._begin(claim)
            elif claim not in self._over:  # nobody waits for it any more
                self._over.append(claim)

    def _first(self) -> set[Claim]:
        """Of each person of whom nothing is under way here, what waits here and is the earliest."""
        first: dict[int, Claim] = {}
        for claim in self._waiting:
            if claim.key in self._under_way or claim.begun.done():
                continue
            if claim.number <= first.get(claim.key, claim).number:
                first[claim.key] = claim
        return set(first.values())

    def _begin(self, claim: Claim) -> None:
        self._waiting.remove(claim)
        self._under_way[claim.key] = claim
        claim.begun.set_result(None)

    def forget(self) -> None:
        """The session has ended: others know of nothing here any more."""
        self._sessions += 1
        self._over.clear()
        for claim in (*self._waiting, *self._under_way.values()):
            claim.told = claim.alone = False
        self.go_on()

    def go_on(self) -> None:
        """Begin what is next here, whatever waits elsewhere: to take updates in goes before their order."""
        for claim in self._first():
            self._begin(claim)


# Of each update whether it begins: of those that are first here each does unless an earlier one of the person
# waits elsewhere, or one is under way. Each is marked before it is tried: others know of it from then on.
_ASK = (
    "WITH asked AS MATERIALIZED (SELECT key, number, first, place,"
    " told OR pg_try_advisory_lock_shared(mark) AS told"
    " FROM unnest($2::int[], $3::bigint[], $4::bigint[], $5::bool[], $6::bool[])"
    " WITH ORDINALITY AS given(key, number, mark, told, first, place)),"
    " earliest AS MATERIALIZED (SELECT classid::bigint AS key, min(objid::bigint) AS number FROM pg_locks"
    " WHERE locktype = 'advisory' AND objsubid = 1 AND classid <> 0"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY classid)"
    " SELECT CASE WHEN NOT asked.first OR earliest.number < asked.number THEN false"
    " ELSE pg_try_advisory_lock($1, asked.key) END"
    " FROM asked LEFT JOIN earliest USING (key) ORDER BY place"
)
_LET_GO = (
    "SELECT pg_advisory_unlock_shared(mark) FROM unnest($3::bigint[]) AS mark"
    " UNION ALL SELECT pg_advisory_unlock($1, key) FROM unnest($2::int[]) AS key"
)
