"""The audit of the torture can fail: after a round one thing after the other is spoilt, and each is found."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

from telegram import Bot

from storage import log
from tests.faults.acts import Round, Told, outcomes
from tests.faults.audit import Tally, ballot_rows, check_after_death, check_all, check_votes
from tests.faults.bots import Mortal, mortal
from tests.faults.torture import begin, play, town

NOTED, REFUSED, NOTHING = Told.NOTED, Told.REFUSED, Told.NOTHING

LOST = (  # what is done to the database so that something acknowledged is missing
    "DELETE FROM votes WHERE ballot_id = 1 AND voter_id = 3",
    "DELETE FROM votes WHERE ballot_id = 1",
    "DELETE FROM votes WHERE ballot_id = (SELECT max(ballot_id) FROM votes)",
    "UPDATE votes SET choice = '[9]' WHERE ballot_id = 1 AND voter_id = 3",
    "DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox WHERE notice)",
    "DELETE FROM outbox WHERE notice",
    "UPDATE outbox SET state = 'dropped' WHERE notice",
)
BROKEN = (  # and so that it contradicts itself
    "UPDATE ballots SET voted = voted + 1 WHERE id = 1",
    """UPDATE ballots SET result = '{"votes": [9, 9, 9]}' WHERE id = 2""",
    "UPDATE ballots SET state = 'open' WHERE id = 2",
    "UPDATE events SET hash = 'x' WHERE stream = 'meeting:1'",
    "UPDATE events SET hash = previous WHERE stream = 'ballot:3' AND number = 1",
    "UPDATE events SET data = '{}' WHERE stream = 'building:2'",
    "DELETE FROM events WHERE stream = 'meeting:1'",
    "DELETE FROM events WHERE stream = 'ballot:1' AND number = 2",
    "DELETE FROM events WHERE id = (SELECT max(id) FROM events WHERE stream = 'ballot:1')",
    "INSERT INTO faults (at, traceback) VALUES ('2026-11-20', 'oh')",
)


@asynccontextmanager
async def played(folder: Path) -> AsyncIterator[tuple[Mortal, Round]]:
    """A round in which the bot was killed, and nothing was lost; what would refuse to be spoilt is gone."""
    async with mortal(folder) as bot:
        tally = Tally()
        now = await play(bot, await town(bot), random.Random(2026), tally)
        await check_all(bot, [now], tally)
        assert tally.sentences == []
        assert tally.status == 0
        with closing(sqlite3.connect(bot.file)) as conn:
            triggers = conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                conn.execute(f"DROP TRIGGER {name}")
            conn.commit()
        yield bot, now


@contextmanager
def spoilt(bot: Mortal, statement: str) -> Iterator[None]:
    """The database after a statement that changes something; afterwards it is as it was."""
    with closing(sqlite3.connect(":memory:")) as kept, closing(sqlite3.connect(bot.file)) as conn:
        conn.backup(kept)
        assert conn.execute(statement).rowcount > 0, statement
        conn.commit()
        yield
        kept.backup(conn)


async def found(bot: Mortal, now: Round) -> Tally:
    """What the audit says."""
    tally = Tally()
    await check_all(bot, [now], tally)
    return tally


async def say(bot: Mortal, address: str, text: str) -> None:
    """The bot says something once more."""
    async with Bot(bot.token, f"{bot.sandbox.url}/bot") as outside:
        await outside.send_message(address, text)


async def test_whatever_is_spoilt_after_a_round_is_found(tmp_path: Path) -> None:
    async with played(tmp_path) as (bot, now):
        for statement in (*LOST, *BROKEN):
            with spoilt(bot, statement):
                tally = await found(bot, now)
            assert tally.lost if statement in LOST else tally.broken, statement
            assert tally.status == 1, statement
        assert (await found(bot, now)).sentences == []
        await check_cards_are_counted(bot, now)
        await check_notices_are_counted(bot, now)
        await check_a_notice_that_waits_is_missed(bot, now)
        await check_a_vote_that_is_cast_again_is_found(bot, now)


async def check_a_vote_that_is_cast_again_is_found(bot: Mortal, now: Round) -> None:
    """No press gives two events, whole though the log may be."""
    kept = Tally()
    async with bot.store() as store:
        async with store.unit(bot.now) as unit:
            await log.append(unit.conn, "ballot:1", "cast", unit.now, voter=3, how="chat")
        async with store.glance() as conn:
            rows = await ballot_rows(conn, 1)
    check_votes(now.villages[0], now, now.heard(), rows, kept)
    assert len(kept.beyond) == 1
    assert kept.status == 1


async def check_cards_are_counted(bot: Mortal, now: Round) -> None:
    """Each card of a group twice, with another figure, and not at all."""
    group = now.villages[1].group
    for card in [seen for seen in group.messages if now.question in seen.words and seen.buttons] + [
        seen for seen in group.messages if seen.words.startswith("🗳")
    ]:
        part = "caption" if card.caption else "text"
        said = card.words
        card.state.body[part] = said.replace(" 户", " 户人家")
        assert (await found(bot, now)).broken
        card.state.body[part] = said.replace(now.question, "别的")
        assert len((await found(bot, now)).lost) == 1
        card.state.body[part] = said
        await say(bot, str(group.id), said)
        assert len((await found(bot, now)).beyond) == 1
        group.messages[-1].state.deleted = True
        assert (await found(bot, now)).status == 0


async def check_notices_are_counted(bot: Mortal, now: Round) -> None:
    """A notice twice is found unless it was under way, thrice always; and one that did not come."""
    address, text = now.notices[0]
    bot.underway.pop((address, text), None)
    await say(bot, address, text)
    assert len((await found(bot, now)).beyond) == 1
    bot.underway[address, text] = 2
    assert (await found(bot, now)).status == 0
    await say(bot, address, text)
    assert len((await found(bot, now)).beyond) == 1
    (chat,) = [one for one in bot.sandbox.world.chats.values() if str(one.id) == now.notices[1][0]]
    chat.messages.clear()
    assert len((await found(bot, now)).lost) == 1


async def check_a_notice_that_waits_is_missed(bot: Mortal, now: Round) -> None:
    """One whose row vanishes before it was sent was lost, although no row says that it was to come."""
    later = await begin(bot, now.villages, 1)
    tally = Tally()
    await check_after_death(bot, later, {}, tally, alive=False)
    assert tally.status == 0
    with spoilt(bot, "DELETE FROM outbox WHERE state = 'queued'"):
        await check_after_death(bot, later, {}, tally, alive=False)
    assert len(tally.lost) == len(later.notices)


def test_what_was_noted_last_stands_and_what_came_after_may() -> None:
    assert outcomes([]) == {(0, 0)}
    assert outcomes([(1, NOTED)]) == {(1, 1)}
    assert outcomes([(1, NOTED), (1, NOTED), (2, REFUSED)]) == {(1, 1)}
    assert outcomes([(1, NOTED), (2, NOTHING)]) == {(1, 1), (2, 2)}
    assert outcomes([(1, NOTHING), (2, NOTHING)]) == {(0, 0), (1, 1), (2, 1), (2, 2)}
    assert outcomes([(1, NOTHING), (2, NOTED)]) == {(2, 1), (2, 2)}
