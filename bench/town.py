"""A town to vote in, written straight into the database: through the chat it would take an hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select, text

from handlers.voting import CastVote
from rules.events import follow
from storage import log, tables
from storage.store import Connection, Store

OPTIONS = ("甲方案：大门口", "乙方案：地下车库", "丙方案：东侧空地")

_OPEN = (
    """INSERT INTO rolls (ballot_id, voter_id)
       SELECT b.id, h.id FROM ballots b JOIN households h USING (building_id) WHERE b.state = 'draft'""",
    """UPDATE ballots SET state = 'open', roll_hash = 'of the bench', seed = 'of the bench',
         eligible = (SELECT count(*) FROM rolls WHERE ballot_id = ballots.id)
       WHERE state = 'draft'""",
)
_VOTE_AND_CLOSE = (
    """INSERT INTO votes (ballot_id, voter_id, choice, by_id, receipt, at)
       SELECT r.ballot_id, r.voter_id, '[1]', m.person_id, printf('%010d', r.voter_id), b.opened_at
       FROM rolls r JOIN ballots b ON b.id = r.ballot_id JOIN members m ON m.household_id = r.voter_id""",
    "UPDATE ballots SET state = 'closed', closed_at = closes_at",
)


@dataclass(frozen=True, slots=True)
class Town:
    """Who lives in which group's building, and the ballot that is open there."""

    people: Sequence[int]
    groups: Sequence[int]
    ballots: Sequence[int]

    def group_of(self, place: int) -> int:
        """The place in `groups` of somebody's own, by their place in `people`."""
        return place * len(self.groups) // len(self.people)

    def presses(self, count: int, option: int = 1) -> list[tuple[int, int, str]]:
        """A vote each of so many people, neighbours of one building far apart: who, in which group, data."""
        step = len(self.people) // len(self.groups)
        order = [start + at * step for start in range(step) for at in range(len(self.groups))]
        return [
            (
                self.people[place],
                self.groups[self.group_of(place)],
                CastVote(self.ballots[self.group_of(place)], option).pack(),
            )
            for place in order[:count]
        ]


async def settle(
    store: Store, cards: Sequence[tuple[int, int]], people: Sequence[int], now: datetime, past_votes: int = 0
) -> Town:
    """A building a group, a household a person, an open ballot a building, and votes of earlier ballots.

    `cards` are each group and the message in it that shows its ballot.
    """
    groups = [group for group, _ in cards]
    async with store.unit(now) as unit:
        await _settle(unit.conn, groups, people, now)
        if past_votes:
            await _open_ballots(unit.conn, len(groups), past_votes * len(groups) // len(people), now)
            await _run(unit.conn, _VOTE_AND_CLOSE)
            await _record(unit.conn)
        ballots = await _open_ballots(unit.conn, len(groups), len(groups), now)
        await _show(unit.conn, ballots, [str(message) for _, message in cards])
    return Town(people, groups, ballots)


async def open_another(store: Store, town: Town, cards: Sequence[tuple[int, int]], now: datetime) -> Town:
    """The same town with a further ballot a building; `cards` are the messages that show these."""
    async with store.unit(now) as unit:
        ballots = await _open_ballots(unit.conn, len(cards), len(cards), now)
        await _show(unit.conn, ballots, [str(message) for _, message in cards])
    return replace(town, ballots=ballots)


async def _settle(conn: Connection, groups: Sequence[int], people: Sequence[int], now: datetime) -> None:
    each = len(people) // len(groups)
    await _insert(conn, tables.communities, [{"name": "示例社区"}])
    await _insert(
        conn,
        tables.buildings,
        [
            {"community_id": 1, "name": f"{n}栋", "units": 1, "zone": "Asia/Shanghai", "lang": "zh"}
            for n in range(1, len(groups) + 1)
        ],
    )
    await _insert(
        conn,
        tables.chats,
        [{"address": str(a), "kind": "group", "building_id": n} for n, a in enumerate(groups, 1)],
    )
    await _insert(
        conn,
        tables.people,
        [
            {"address": str(a), "name": "示例住户", "lang": "zh", "reach": "yes", "met_at": now}
            for a in people
        ],
    )
    await _insert(
        conn,
        tables.households,
        [
            {"building_id": n // each + 1, "unit": "1", "room": str(101 + n % each)}
            for n in range(len(people))
        ],
    )
    await _insert(
        conn,
        tables.members,
        [{"household_id": n, "person_id": n, "since": now, "how": "slip"} for n in range(1, len(people) + 1)],
    )


async def _open_ballots(conn: Connection, buildings: int, count: int, now: datetime) -> list[int]:
    last = await conn.scalar(select(func.max(tables.ballots.c.id))) or 0
    values = {"method": "single", "state": "draft", "convener_id": 1, "question": "充电桩装在哪里？"}
    times = {"opened_at": now, "closes_at": now + timedelta(days=7)}
    rows = [{"building_id": number % buildings + 1, **values, **times} for number in range(count)]
    await _insert(conn, tables.ballots, rows)
    ballots = list(range(last + 1, last + count + 1))
    offered = [
        {"ballot_id": ballot, "number": number, "label": label, "text": label}
        for ballot in ballots
        for number, label in enumerate(OPTIONS, 1)
    ]
    await _insert(conn, tables.options, offered)
    await _run(conn, _OPEN)
    for ballot in ballots:  # a card shows the head of its log
        await log.append(conn, f"ballot:{ballot}", "opened", now)
    return ballots


async def _record(conn: Connection) -> None:
    """An event a vote, each following the one before."""
    for ballot in list(await conn.scalars(select(tables.ballots.c.id))):
        stream, rows = f"ballot:{ballot}", []
        last = await log.head(conn, stream)
        cast = select(tables.votes.c.voter_id, tables.votes.c.at).where(tables.votes.c.ballot_id == ballot)
        for voter, at in await conn.execute(cast.order_by(tables.votes.c.voter_id)):
            last = follow(last, stream, "cast", at, {"voter": voter, "how": "chat"})
            rows.append(asdict(last))
        await _insert(conn, tables.events, rows)


async def _show(conn: Connection, ballots: Sequence[int], messages: Sequence[str]) -> None:
    """A card for each ballot, up to date, in its group."""
    shown = {"kind": "ballot", "lang": "zh", "rank": 2, "shown": 1}
    cards = [
        {"chat_id": chat, "about_id": ballot, "message": message, **shown}
        for chat, (ballot, message) in enumerate(zip(ballots, messages, strict=True), 1)
    ]
    await _insert(conn, tables.cards, cards)


async def _run(conn: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        await conn.execute(text(statement))


async def _insert(conn: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    await conn.execute(table.insert(), rows)
