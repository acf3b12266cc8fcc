"""The vote box's queries: set-wise, so that a thousand presses cost as many statements as one.

Not asynchronous like the other queries: all of them run as one piece (Store.at_once).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Insert,
    Select,
    String,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.counting import Method
from rules.events import Event, follow
from rules.proxies import Mandate
from rules.secrecy import Secrecy
from rules.voters import Basis, Voter
from rules.votes import OpenBallot, Vote
from rules.ways import Choice, Way
from storage import voters as rights
from storage.proxies import entrusted, use
from storage.rows import among, every, execute_many
from storage.tables import (
    ballots,
    buildings,
    cards,
    chats,
    drafts,
    events,
    options,
    people,
    seen_updates,
    urn,
    votes,
)

_ADD_EVENT, _SEE = events.insert(), seen_updates.insert()
_COUNT = (
    update(ballots)
    .where(ballots.c.id == bindparam("ballot"))
    .values(voted=ballots.c.voted + bindparam("count"))
)
_ROUND = 1000  # more than anybody presses on a paper


@dataclass
class Desk:
    """Everything a burst of presses touches: read once, changed in memory, written once."""

    seen: dict[int, dict[str, Any] | None]  # update id -> what it was answered
    people: dict[str, int]  # address -> person id
    residents: set[int]  # persons who are a member of any household
    langs: dict[str, str]  # address -> the person's language
    groups: dict[str, int | None]  # address of a group -> building id
    ballots: dict[int, OpenBallot]
    voters: dict[tuple[int, int], dict[int, Voter]]  # (ballot, person) -> voter id -> voter
    mandates: dict[tuple[int, int], Mandate]  # (ballot, voter) -> who else votes for them
    votes: dict[tuple[int, int], Vote]  # (ballot, voter)
    changed: dict[tuple[int, int], Vote] = field(default_factory=dict)  # cast
    asked: dict[tuple[int, int], Vote] = field(default_factory=dict)  # stand, but another member asked
    shown: set[tuple[int, str]] = field(default_factory=set)  # (ballot, address) of those who voted
    used: set[int] = field(default_factory=set)  # proxies that were voted with
    urns: dict[int, dict[str, Choice]] = field(
        default_factory=lambda: defaultdict(dict)
    )  # ballot -> key -> vote
    first: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # ballot -> first votes
    cast: list[tuple[int, int]] = field(default_factory=list)  # (ballot, voter), in order of the presses


def load(
    conn: Connection,
    update_ids: Collection[int],
    chat_addresses: Collection[str],
    voters: Collection[tuple[str, int]],
    proxies: Collection[int] = (),
) -> Desk:
    """Read what presses touch: who pressed (address) in which ballot, and with which proxies."""
    seen = select(seen_updates.c.update_id, seen_updates.c.toast)
    known = select(people.c.address, people.c.id, people.c.lang)
    addresses, ballot_ids = {address for address, _ in voters}, {ballot_id for _, ballot_id in voters}
    langs, persons = {}, {}
    for row in conn.execute(known.where(people.c.address.in_(addresses))):
        langs[row.address], persons[row.address] = row.lang, row.id
    ballots = open_ballots(conn, ballot_ids)
    asked = {
        (ballot_id, persons[address])
        for address, ballot_id in voters
        if address in persons and ballot_id in ballots
    }
    bases = {ballot.id: ballot.basis for ballot in ballots.values()}
    mine = rights.of_persons(conn, bases, asked)
    pairs = {(ballot_id, voter) for (ballot_id, _), own in mine.items() for voter in own}
    mandates = entrusted(conn, pairs, proxies, bases)
    return Desk(
        seen={
            row.update_id: row.toast
            for row in conn.execute(seen.where(seen_updates.c.update_id.in_(update_ids)))
        },
        people=persons,
        residents=rights.residents(conn, persons.values()),
        langs=langs,
        groups=_groups(conn, chat_addresses),
        ballots=ballots,
        voters=mine,
        mandates=mandates,
        votes=_votes(conn, pairs | set(mandates)),
    )


def _groups(conn: Connection, addresses: Collection[str]) -> dict[str, int | None]:
    """The building of each group, by its address or the one it had before it moved."""
    found: dict[str, int | None] = {}
    for known_by in (chats.c.address, chats.c.former):
        if missing := set(addresses) - found.keys():
            groups = select(known_by, chats.c.building_id).where(chats.c.kind == "group")
            found |= {row[0]: row.building_id for row in conn.execute(groups.where(known_by.in_(missing)))}
    return found


def open_ballots(conn: Connection, ballot_ids: Collection[int]) -> dict[int, OpenBallot]:
    """What has to be known of ballots to decide a press."""
    labels: dict[int, list[str]] = defaultdict(list)
    costs: dict[int, list[int]] = defaultdict(list)
    offered = select(options).where(options.c.ballot_id.in_(ballot_ids))
    for row in conn.execute(offered.order_by(options.c.ballot_id, options.c.number)):
        labels[row.ballot_id].append(row.label)
        costs[row.ballot_id].append(row.cost or 0)
    query = select(ballots, buildings.c.zone).join(buildings).where(ballots.c.id.in_(ballot_ids))
    return {
        row.id: OpenBallot(
            row.id,
            row.building_id,
            row.state,
            row.closes_at,
            Way(Method(row.method), len(labels[row.id]), row.at_most, tuple(costs[row.id]), row.budget or 0),
            labels[row.id],
            row.zone,
            Basis(row.basis),
            Secrecy(row.secrecy),
        )
        for row in conn.execute(query)
    }


async def open_ballot(conn: AsyncConnection, ballot_id: int) -> OpenBallot:
    """The same of one that is known to exist, for those who do not wait in the box."""
    return (await conn.run_sync(open_ballots, [ballot_id]))[ballot_id]


def _votes(conn: Connection, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], Vote]:
    query = select(votes).where(among(conn, votes.c.ballot_id, votes.c.voter_id, pairs))
    return {(row.ballot_id, row.voter_id): _vote(row) for row in conn.execute(query)}


def _vote(row: Any) -> Vote:
    wanted = None if row.wanted is None else tuple(row.wanted)
    return Vote(
        row.voter_id,
        tuple(row.choice),
        row.by_id,
        row.receipt,
        wanted,
        row.wanted_by_id,
        row.wanted_at,
        row.reason,
        row.how,
    )


def save(conn: Connection, desk: Desk, answers: Mapping[int, dict[str, Any]], now: datetime) -> None:
    """Write what the presses changed, and each update as handled with its answer."""
    if desk.changed:
        _save_votes(conn, desk.changed, now)
    if desk.asked:
        _save_wishes(conn, desk.asked)
    if desk.cast:
        cast = _cast_events(conn, desk.cast, desk.changed, now)
        execute_many(conn, _ADD_EVENT, [_row(event) for event in cast])
    if desk.first:
        counts = [{"ballot": ballot_id, "count": count} for ballot_id, count in desk.first.items()]
        execute_many(conn, _COUNT, counts)
    _seal(conn, desk)
    if desk.used:
        use(conn, desk.used, now)
    _renew_cards(conn, desk)
    if answers:
        rows = [{"update_id": key, "at": now, "toast": toast} for key, toast in answers.items()]
        execute_many(conn, _SEE, rows)


def _seal(conn: Connection, desk: Desk) -> None:
    """Put sealed votes into their urns, and burn the papers they were filled in on.

    An urn is laid anew whole, in the order of its random keys, so that neither the place of a row in the file
    nor the transaction that wrote it says which vote came when. The ballots were changed in this transaction
    already: no other can lay the same urn meanwhile.
    """
    written, text = cast(urn.c.choice, Text), bindparam("text", type_=Text)
    laid = text if conn.dialect.name == "sqlite" else cast(text, JSON)  # moved as it stands
    lay = urn.insert().values(ballot_id=bindparam("ballot"), key=bindparam("mark"), choice=laid)
    for ballot_id, thrown in desk.urns.items():
        mine = urn.c.ballot_id == ballot_id
        lying = {row[0]: row[1] for row in conn.execute(select(urn.c.key, written).where(mine))}
        lying |= {key: json.dumps(choice) for key, choice in thrown.items()}
        conn.execute(delete(urn).where(mine))
        conn.execute(lay, [{"ballot": ballot_id, "mark": key, "text": lying[key]} for key in sorted(lying)])
        voters = {vote.by_id for (ballot, _), vote in desk.changed.items() if ballot == ballot_id}
        conn.execute(delete(drafts).where(drafts.c.ballot_id == ballot_id, drafts.c.person_id.in_(voters)))


def _renew_cards(conn: Connection, desk: Desk) -> None:
    """A ballot's card counts who voted; a private slip shows its own voter's vote.

    How often a slip was drawn is how often its voter pressed: with many options that tells of the choice. So
    that of a sealed vote goes on from a round number.
    """
    behind = update(cards).where(cards.c.state == "live").values(wanted=cards.c.wanted + 1)
    if desk.first:
        conn.execute(behind.where(cards.c.kind == "ballot", cards.c.about_id.in_(list(desk.first))))
    round_one = (cards.c.wanted // _ROUND + 1) * _ROUND
    rounded = behind.values(wanted=round_one, shown=round_one - 1)
    mine = _private_chats(conn, desk.shown)
    for sealed, renewed in ((False, behind), (True, rounded)):
        if own := [pair for pair in mine if desk.ballots[pair[1]].sealed is sealed]:
            theirs = among(conn, cards.c.chat_id, cards.c.about_id, own)
            conn.execute(renewed.where(cards.c.kind == "slip", theirs))


def _private_chats(conn: Connection, shown: Collection[tuple[int, str]]) -> list[tuple[int, int]]:
    """Pairs (chat, ballot): where those who voted have the bot to themselves."""
    query = select(chats.c.address, chats.c.id).where(chats.c.address.in_({address for _, address in shown}))
    found = {row.address: row.id for row in conn.execute(query)} if shown else {}
    return [(found[address], ballot_id) for ballot_id, address in shown if address in found]


def _save_votes(conn: Connection, changed: Mapping[tuple[int, int], Vote], now: datetime) -> None:
    rows = [
        {
            "ballot_id": ballot_id,
            "voter_id": voter_id,
            "choice": list(vote.choice),
            "reason": vote.reason,
            "how": vote.how,
            "by_id": vote.by_id,
            "receipt": vote.receipt,
            "at": now,
            "wanted": None if vote.wanted is None else list(vote.wanted),
            "wanted_by_id": vote.wanted_by_id,
            "wanted_at": vote.wanted_at,
        }
        for (ballot_id, voter_id), vote in changed.items()
    ]
    execute_many(conn, _upsert(conn.dialect.name), rows)


@cache
def _upsert(dialect: str) -> Insert:
    insert: Any = (sqlite if dialect == "sqlite" else postgresql).insert(votes)
    kept = ("choice", "reason", "how", "by_id", "at", "wanted", "wanted_by_id", "wanted_at")
    replaced = {name: insert.excluded[name] for name in kept}
    upsert: Insert = insert.on_conflict_do_update(index_elements=["ballot_id", "voter_id"], set_=replaced)
    return upsert


def _save_wishes(conn: Connection, asked: Mapping[tuple[int, int], Vote]) -> None:
    """The vote stands as it did; only what another member asked to change it to is written."""
    mine = (votes.c.ballot_id == bindparam("ballot"), votes.c.voter_id == bindparam("voter"))
    wishes = [
        {
            "ballot": ballot_id,
            "voter": voter_id,
            "wanted": None if vote.wanted is None else list(vote.wanted),
            "wanted_by_id": vote.wanted_by_id,
            "wanted_at": vote.wanted_at,
        }
        for (ballot_id, voter_id), vote in asked.items()
    ]
    conn.execute(update(votes).where(*mine), wishes)


def _cast_events(
    conn: Connection,
    cast: Collection[tuple[int, int]],
    changed: Mapping[tuple[int, int], Vote],
    now: datetime,
) -> list[Event]:
    """An event a vote: that a voter voted, never what."""
    heads = _heads(conn, {ballot_id for ballot_id, _ in cast})
    written = []
    for ballot_id, voter_id in cast:
        stream = f"ballot:{ballot_id}"
        about = {"voter": voter_id, "how": changed[ballot_id, voter_id].how}
        heads[stream] = follow(heads.get(stream), stream, "cast", now, about)
        written.append(heads[stream])
    return written


def _last_events() -> Select[Any]:
    """The last event of each of some `ballots`: one look into the index a ballot, however long its stream."""
    stream = literal("ballot:").concat(ballots.c.id.cast(String))
    earlier = events.alias()
    last = select(func.max(earlier.c.number)).where(earlier.c.stream == stream).scalar_subquery()
    mine = and_(events.c.stream == stream, events.c.number == last)
    query = select(events).select_from(ballots).join(events, mine)
    return query.where(ballots.c.id.in_(bindparam("ballots", expanding=True)))


_HEADS = _last_events()


def _heads(conn: Connection, ballot_ids: Collection[int]) -> dict[str, Event]:
    found = conn.execute(_HEADS, {"ballots": list(ballot_ids)})
    return {event.stream: event for event in every(Event, found)}


def _row(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__slots__}
