"""A ballot in the database: its roll is frozen, its figures stay in, and no event tells a choice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rules.ballots import (
    BallotAlreadyClosed,
    ClosingPast,
    NoSuchBallot,
    NotADraftBallot,
    Plan,
    State,
)
from rules.counting import Method
from rules.people import NotTheLeader
from rules.results import NoResultYet
from rules.voters import Roll
from rules.votes import BallotNotOpen
from services import ballots, counting, results
from storage import ballots as stored
from storage import homes, log, outbox, voters
from tests.services.house import LAYOUTS, House, house


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    """Twelve households, in eight of which somebody votes."""
    async with house(database, households=12, residents=8) as home:
        yield home


async def test_the_roll_is_every_household_there_was_at_the_opening(home: House) -> None:
    ballot = await home.open()
    async with home.store.unit(home.now) as unit:
        await homes.add_households(unit.conn, [{"building_id": home.building.id, "unit": "1", "room": "new"}])
        roll = await voters.roll(unit.conn, ballot.id)
        kept = await stored.get(unit.conn, ballot.id)
    assert [entry.voter_id for entry in roll.entries] == [household.id for household in home.households]
    assert kept.eligible == 12
    assert kept.roll_hash == roll.hash


async def test_a_count_made_ahead_is_used_where_no_vote_came_since(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballot, box = await home.open(), home.box()
    for user in range(4):
        await home.press(box, str(user), ballot.id, 1)
    before = await counting.ahead(home.store, ballot.id)
    await home.press(box, "0", ballot.id, 1)  # the same again: nothing new

    def nobody_counts_again(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("services.counting.tally", nobody_counts_again)
    async with home.store.unit(home.now) as unit:
        closed = await ballots.close(unit, ballot.id, before)
    assert closed.result is not None
    assert closed.result["votes"] == [4, 0, 0]
    assert await counting.ahead(home.store, ballot.id) is None, "what is closed is counted"


@pytest.mark.parametrize("late", ["4", "0"])
async def test_a_vote_that_comes_or_changes_after_the_count_ahead_is_in_the_result(
    home: House, late: str
) -> None:
    ballot, box = await home.open(), home.box()
    for user in range(4):
        await home.press(box, str(user), ballot.id, 1)
    before = await counting.ahead(home.store, ballot.id)
    await home.press(box, late, ballot.id, 2)
    async with home.store.unit(home.now) as unit:
        closed = await ballots.close(unit, ballot.id, before)
    assert closed.result is not None
    assert closed.result["votes"] == ([4, 1, 0] if late == "4" else [3, 1, 0])
    async with home.store.glance() as conn:
        told = await results.kept_votes(conn, closed)
    assert sum(vote["choice"] == [2] for vote in told) == 1


async def test_votes_read_in_parts_are_all_there(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ballot, box = await home.open(), home.box()
    for user in range(8):
        await home.press(box, str(user), ballot.id, user % 3 + 1)
    async with home.store.glance() as conn:
        whole = await stored.papers_in(conn, ballot.id, sealed=False)
        for part in (1, 3, 4, 8):
            monkeypatch.setattr("storage.ballots.PART", part)
            assert await stored.papers_in(conn, ballot.id, sealed=False) == whole
    assert [(voter, tuple(choice)) for voter, choice, *_ in sorted(whole)] == sorted(
        (await home.votes(ballot)).items()
    )


async def test_the_log_has_what_was_frozen_and_the_seed_is_its_head(home: House) -> None:
    ballot = await home.open()
    async with home.store.glance() as conn:
        (opened,) = await log.read(conn, f"ballot:{ballot.id}")
        (announced,) = await log.read(conn, f"building:{home.building.id}")
    assert opened.data["options"] == [["甲", "专区20"], ["乙", "全部专区"], ["丙", "专区15"]]
    assert opened.data["roll_hash"] == ballot.roll_hash
    assert opened.data["seed"] == ballot.seed == announced.hash


async def test_an_open_ballot_is_opened_no_second_time_and_changed_no_more(home: House) -> None:
    ballot = await home.open()
    async with home.store.unit(home.now) as unit:
        with pytest.raises(NotADraftBallot):
            await ballots.check_draft(unit, ballot.id, home.leader_id)
        with pytest.raises(NoSuchBallot):
            await ballots.check_draft(unit, 999, home.leader_id)
        with pytest.raises(NotTheLeader):
            await ballots.check_draft(unit, ballot.id, home.leader_id + 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ballots SET question = 'x' WHERE id = 1",
        "UPDATE ballots SET at_most = 3 WHERE id = 1",
        "UPDATE ballots SET method = 'motion' WHERE id = 1",
        "UPDATE options SET text = 'x' WHERE ballot_id = 1",
        "INSERT INTO options (ballot_id, number, label, text) VALUES (1, 4, '丁', 'x')",
        "DELETE FROM options WHERE ballot_id = 1",
        "INSERT INTO rolls (ballot_id, voter_id) VALUES (1, 13)",
        "DELETE FROM rolls WHERE ballot_id = 1",
        "UPDATE rolls SET voter_id = 99 WHERE ballot_id = 1",
        "UPDATE events SET data = '{}'",
        "DELETE FROM events",
    ],
)
async def test_the_database_refuses_to_change_what_is_frozen(home: House, statement: str) -> None:
    await home.open()
    async with home.store.engine.connect() as conn:
        with pytest.raises(IntegrityError, match=r"frozen|already written"):
            await conn.execute(text(statement))


async def test_the_database_refuses_a_vote_after_the_closing(home: House) -> None:
    ballot, box = await home.open(), home.box()
    await home.press(box, "0", ballot.id, 1)
    await home.close(ballot)
    for statement in ("UPDATE votes SET choice = '[2]'", "DELETE FROM votes"):
        async with home.store.engine.connect() as conn:
            with pytest.raises(IntegrityError, match=r"not open|not deleted"):
                await conn.execute(text(statement))
    assert list((await home.votes(ballot)).values()) == [(1,)]


async def test_before_closing_nobody_gets_a_figure_and_no_event_has_a_choice(home: House) -> None:
    ballot, box = await home.open(), home.box()
    await asyncio.gather(*(home.press(box, str(who), ballot.id, 2) for who in range(8)))
    async with home.store.unit(home.now) as unit:
        with pytest.raises(NoResultYet):
            await results.closed(unit.conn, ballot.id)
        kept = await stored.get(unit.conn, ballot.id)
        events = await log.read(unit.conn, f"ballot:{ballot.id}")
        letters = await outbox.open_letters(unit.conn, 0)
    assert kept.result is None
    assert kept.voted == 8
    assert {key for event in events if event.kind == "cast" for key in event.data} == {"voter", "how"}
    assert letters == []


async def test_a_closed_ballot_keeps_every_vote_by_receipt_in_the_order_of_receipts(home: House) -> None:
    ballot, box = await home.open(), home.box()
    await asyncio.gather(*(home.press(box, str(who), ballot.id, who % 3 + 1) for who in range(8)))
    closed = await home.close(ballot)
    async with home.store.glance() as conn:
        events = await log.read(conn, f"ballot:{ballot.id}")
        counted = await results.counted_votes(conn, closed)
        again = await results.recount(conn, closed)
    receipts = [vote["receipt"] for vote in events[-1].data["votes"]]
    assert receipts == sorted(receipts)
    assert len(set(receipts)) == 8
    assert sorted(cast.choice for cast in counted.values()) == sorted((who % 3 + 1,) for who in range(8))
    assert closed.result is not None
    assert [int(again.standings[str(number)]) for number in (1, 2, 3)] == closed.result["votes"] == [3, 3, 2]
    assert closed.publication_until == date(2026, 11, 27)
    assert not {"voter", "person", "by"} & set(events[-1].data)


async def test_closing_takes_the_schedule_off_and_puts_the_end_of_publication_on(home: House) -> None:
    ballot = await home.open(hours=72)
    async with home.store.glance() as conn:
        waiting = {due.kind for due in await outbox.due(conn, home.now + timedelta(days=30))}
    assert {"ballot_close", "ballot_half", "ballot_last_day"} <= waiting
    await home.close(ballot)
    async with home.store.glance() as conn:
        left = {due.kind for due in await outbox.due(conn, home.now + timedelta(days=30))}
    assert left == {"publication_end"}


async def test_a_ballot_closes_once_and_a_draft_not_at_all(home: House) -> None:
    ballot = await home.open()
    closed = await home.close(ballot)
    with pytest.raises(BallotAlreadyClosed):
        await home.close(ballot)
    with pytest.raises(NoSuchBallot):
        await home.close(replace(ballot, id=999))
    async with home.store.unit(home.now) as unit:
        draft = await ballots.draft(unit, home.building, home.leader_id, LAYOUTS)
        with pytest.raises(BallotNotOpen):
            await ballots.close(unit, draft.id)
    assert closed.state is State.CLOSED


async def test_a_draft_cannot_open_once_its_time_has_passed(home: House) -> None:
    async with home.store.unit(home.now) as unit:
        draft = await ballots.draft(unit, home.building, home.leader_id, LAYOUTS)
    home.now += timedelta(days=2)
    async with home.store.unit(home.now) as unit:
        with pytest.raises(ClosingPast):
            await ballots.begin(unit, home.building, await stored.get(unit.conn, draft.id))
        assert await voters.roll(unit.conn, draft.id) == Roll(())


async def test_several_of_a_list_fill_as_many_places(home: House) -> None:
    plan = Plan("选器材", Method.APPROVAL, ("长凳", "路灯", "花坛", "秋千"), 2)
    ballot, box = await home.open(plan), home.box()
    for who, choice in enumerate([(1, 2), (1, 2), (1, 3), (2,)]):
        await home.press(box, str(who), ballot.id, *choice, private=True)
    closed = await home.close(ballot)
    assert closed.result is not None
    assert closed.result["won"] == [1, 2]
    assert closed.result["votes"] == [3, 3, 1, 0]
