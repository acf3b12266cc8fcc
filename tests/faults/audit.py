"""Holds a database and a platform against what people did in a round and were told of it.

It takes nothing for granted that the bot wrote itself: what must be there follows from the acts alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from rules.ballots import Ballot, State
from rules.events import Event, first_break
from rules.results import SHOWN_FROM
from rules.votes import Vote as Stored
from sandbox.conversations import Seen
from storage import ballots, log, updates
from storage.store import Connection
from storage.tables import chats, events, outbox
from tests.faults.acts import Round, Told, Vote, by_voter, outcomes
from tests.faults.bots import Mortal
from tests.faults.village import Village

OPEN = ("queued", "sending")


@dataclass
class Tally:
    """What came of some rounds; `lost`, `beyond` and `broken` are sentences, and must be none."""

    rounds: int = 0
    deaths: int = 0
    crashes: int = 0  # of the database
    acknowledged: int = 0
    underway: int = 0  # notices that were being sent when the bot died: each may come once more
    doubled: int = 0  # those of them that did
    lost: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)  # there more often than is allowed
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """One line."""
        counts = {
            "rounds": self.rounds,
            "deaths": self.deaths,
            "crashes": self.crashes,
            "acknowledged": self.acknowledged,
            "lost": len(self.lost),
            "underway": self.underway,
            "doubled": self.doubled,
            "beyond": len(self.beyond),
            "broken": len(self.broken),
        }
        return "  ".join(f"{name} {count}" for name, count in counts.items())

    @property
    def status(self) -> int:
        """What the program that counted ends with: 1 if anything is not as it must be."""
        return 1 if self.lost or self.beyond or self.broken else 0

    @property
    def sentences(self) -> list[str]:
        """All that is not as it must be."""
        return [*self.lost, *self.beyond, *self.broken]


async def check_after_death(
    bot: Mortal, now: Round, heard: Mapping[Vote, Told], tally: Tally, *, alive: bool
) -> None:
    """What was acknowledged is there, nothing is there twice, and the logs are whole.

    `heard` is what was known when it was dead. Where only the database had died the bot is `alive`: presses
    made since may then have counted too.
    """
    async with bot.store() as store, store.glance() as conn:
        rows = {ballot: await ballot_rows(conn, ballot) for ballot in now.ballots}
        known = dict(heard)
        if alive:
            known |= {vote: Told.NOTHING for vote in now.votes if vote not in heard}
        for village, ballot in zip(now.villages, now.ballots, strict=True):
            check_votes(village, now, known, rows[ballot], tally)
        await check_notices(conn, bot, now, tally, at_rest=False)
        await check_logs(conn, {f"ballot:{one}" for one in now.ballots} | {f"meeting:{now.meeting}"}, tally)
        await check_faults(conn, tally)


async def check_at_rest(bot: Mortal, now: Round, tally: Tally, *, last: bool = True) -> None:
    """As after a death; and all that was to be said is said. `last`: no other round has begun since."""
    async with bot.store() as store, store.glance() as conn:
        for village, ballot in zip(now.villages, now.ballots, strict=True):
            rows = await ballot_rows(conn, ballot)
            check_votes(village, now, now.heard(), rows, tally)
            check_ends(now, rows, tally, ended=not last or ballot != now.ballots[0])
            check_cards(village, now, rows, tally)
        if last:
            check_minutes(now, tally)
        held = [event.kind for event in await log.read(conn, f"meeting:{now.meeting}")]
        if held.count("closed") != 1:
            tally.broken.append(f"round {now.number}: the meeting was closed {held.count('closed')} times")
        await check_notices(conn, bot, now, tally, at_rest=True)
        await check_faults(conn, tally)
        streams = {f"ballot:{one}" for one in now.ballots} | {f"meeting:{now.meeting}"}
        await check_logs(conn, streams | {f"building:{one.building_id}" for one in now.villages}, tally)


async def check_all(bot: Mortal, played: Collection[Round], tally: Tally) -> None:
    """Look at every round again when all are over, and at every stream there is."""
    for now in played:
        await check_at_rest(bot, now, tally, last=now.number == len(played) - 1)
    async with bot.store() as store, store.glance() as conn:
        await check_every_log(conn, tally)
    for sentences in (tally.lost, tally.beyond, tally.broken):
        sentences[:] = dict.fromkeys(sentences)


@dataclass(frozen=True, slots=True)
class Rows:
    """A ballot as it is stored."""

    ballot: Ballot
    votes: list[Stored]
    events: list[Event]


async def ballot_rows(conn: Connection, ballot_id: int) -> Rows:
    """A ballot with its votes and its log."""
    return Rows(
        await ballots.get(conn, ballot_id),
        await ballots.votes_of(conn, ballot_id),
        await log.read(conn, f"ballot:{ballot_id}"),
    )


def check_votes(village: Village, now: Round, heard: Mapping[Vote, Told], rows: Rows, tally: Tally) -> None:
    """Each voter's vote is one that may stand after what they pressed and were told, and is cast as often."""
    stored = {vote.voter_id: vote.choice for vote in rows.votes}
    cast = Counter(event.data["voter"] for event in rows.events if event.kind == "cast")
    for voter, pressed in by_voter(heard, village, rows.ballot.id).items():
        where = f"round {now.number}, ballot {rows.ballot.id}, voter {voter}"
        possible = outcomes(pressed)
        choice = stored.pop(voter, (0,))
        if len(choice) != 1 or choice[0] not in {option for option, _ in possible}:
            tally.lost.append(f"{where}: {choice} is stored after {pressed}")
        elif cast[voter] > max(casts for option, casts in possible if option == choice[0]):
            tally.beyond.append(f"{where}: cast {cast[voter]} times after {pressed}")
        elif (choice[0], cast[voter]) not in possible:
            tally.broken.append(f"{where}: cast {cast[voter]} times after {pressed}")
    if stored:
        tally.broken.append(f"round {now.number}, ballot {rows.ballot.id}: votes of nobody {sorted(stored)}")
    if rows.ballot.voted != len(rows.votes):
        tally.broken.append(f"round {now.number}, ballot {rows.ballot.id}: its count is off")


def check_ends(now: Round, rows: Rows, tally: Tally, *, ended: bool) -> None:
    """It was opened once, is closed once if it is to be, and its result counts the votes that are stored."""
    kinds = Counter(event.kind for event in rows.events)
    result, count = rows.ballot.result or {}, Counter(vote.choice for vote in rows.votes)
    counted = [count[number,] for number in (1, 2, 3)]
    checks = {
        "it was not opened once": kinds["opened"] != 1,
        "it was not closed once": kinds["closed"] != int(ended),
        "its state is wrong": rows.ballot.state is not (State.CLOSED if ended else State.OPEN),
        "its result is not that of its votes": ended and result.get("votes") != counted,
        "a press was refused while it was open": not ended
        and any(vote.told is Told.REFUSED for vote in now.votes if vote.ballot == rows.ballot.id),
    }
    where = f"round {now.number}, ballot {rows.ballot.id}"
    tally.broken.extend(f"{where}: {what}" for what, so in checks.items() if so)


async def check_notices(conn: Connection, bot: Mortal, now: Round, tally: Tally, *, at_rest: bool) -> None:
    """Each notice that was asked for is on record and came, or will; once more only if it was under way."""
    addresses, texts = {address for address, _ in now.notices}, {text for _, text in now.notices}
    query = select(chats.c.address, outbox.c.payload, outbox.c.state).join(chats)
    rows = Counter[tuple[str, str, str]]()
    for row in await conn.execute(query.where(chats.c.address.in_(addresses), outbox.c.notice)):
        if row.payload["text"] in texts:
            rows[row.address, row.payload["text"], row.state] += 1
    came = bot.came(addresses)
    for notice in now.notices:
        waits = any(rows[*notice, state] for state in OPEN)
        if not (waits or rows[*notice, "sent"]) or (came[notice] == 0 and (at_rest or not waits)):
            tally.lost.append(f"round {now.number}: the notice {notice}")
        if came[notice] - 1 > min(1, bot.underway[notice]):
            tally.beyond.append(f"round {now.number}: the notice {notice} came {came[notice]} times")
        if sum(rows[*notice, state] for state in (*OPEN, "sent", "dropped")) > 1:
            tally.beyond.append(f"round {now.number}: the notice {notice} is on record more than once")


async def check_logs(conn: Connection, streams: Collection[str], tally: Tally) -> None:
    """The hash of every event covers the one before it, from the first of its stream to the last."""
    for stream in sorted(streams):
        written = await log.read(conn, stream)
        if not written and not stream.startswith("building:"):
            tally.broken.append(f"{stream} is empty")
        if (place := first_break(written)) is not None:
            tally.broken.append(f"{stream} is broken at {place}")


async def check_every_log(conn: Connection, tally: Tally) -> None:
    """The same for whatever stream there is."""
    await check_logs(conn, set(await conn.scalars(select(events.c.stream).distinct())), tally)


async def check_faults(conn: Connection, tally: Tally) -> None:
    """No fault was recorded."""
    tally.broken.extend(f"a fault: {fault['traceback']}" for fault in await updates.list_faults(conn))


def count_notices(bot: Mortal, now: Round, tally: Tally) -> None:
    """How many of a round's notices were under way at a death, and how many came twice."""
    came = bot.came({address for address, _ in now.notices})
    tally.underway += sum(bot.underway[notice] for notice in now.notices)
    tally.doubled += sum(came[notice] > 1 for notice in now.notices)


def check_cards(village: Village, now: Round, rows: Rows, tally: Tally) -> None:
    """One message of the group shows the ballot, and one its result once it is closed, each as it stands."""
    voted, closed = len(rows.votes), rows.ballot.state is State.CLOSED
    where = f"round {now.number}, {village.group.title}"
    present = "已截止，结果见下。{} 户 / {} 户投了票" if closed else "已投 {} 户 / {} 户"
    shown = _cards(village, f"🗳 {now.question}")
    _check_card(shown, [present.format(voted, len(village.homes))], f"{where}: its ballot", tally)
    if any(seen.pinned is closed for seen in shown):
        tally.broken.append(f"{where}: a ballot is pinned while it is open, and this one is otherwise")
    results = _cards(village, f" {now.question} —— 结果")
    if closed:
        each = Counter(vote.choice for vote in rows.votes).values()
        told = [f" {count} 户 " for count in each] if voted >= SHOWN_FROM else ["不到 3 户"] * bool(voted)
        _check_card(results, [f"{voted} 户参加", *told], f"{where}: its result", tally)
    elif results:
        tally.broken.append(f"{where}: the result of an open ballot is shown")


def check_minutes(now: Round, tally: Tally) -> None:
    """Of every meeting until now the minutes are shown once."""
    village = now.villages[0]
    said = [seen.words for seen in village.group.messages if seen.by_bot and not seen.deleted]
    shown = sum(words.startswith("📝 会议纪要（") for words in said)
    if shown != now.number + 1:
        kept = tally.lost if shown <= now.number else tally.beyond
        kept.append(f"round {now.number}: the minutes of {now.number + 1} meetings are shown {shown} times")


def _check_card(found: list[Seen], words: Collection[str], where: str, tally: Tally) -> None:
    if not found:
        tally.lost.append(f"{where} is not shown")
    if len(found) > 1:
        tally.beyond.append(f"{where} is shown {len(found)} times")
    tally.broken.extend(
        f"{where} does not say {word!r}, but {seen.words!r}"
        for seen in found
        for word in words
        if word not in seen.words
    )


def _cards(village: Village, title: str) -> list[Seen]:
    """The messages of the group whose first line ends so."""
    said = [seen for seen in village.group.messages if seen.by_bot and not seen.deleted and seen.words]
    return [seen for seen in said if seen.words.splitlines()[0].endswith(title)]
