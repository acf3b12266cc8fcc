"""The vote box: bursts are stored together, each press is answered for itself, and closing is a clean cut."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from rules.ballots import Plan
from rules.counting import Method
from rules.events import first_break
from rules.people import NotAResident
from rules.refusals import Refusal
from rules.votes import (
    SECOND_THOUGHT,
    AskFamily,
    BallotClosed,
    Noted,
    NotOnTheRoll,
    NotThisBallot,
)
from rules.ways import NothingChosen, TooManyChosen, UnknownOption
from services.vote_box import Outcome, Press, Toast
from storage import ballots as stored
from storage import homes, log, people
from storage.store import Piece, Unavailable
from tests.services.house import GROUP, House, house


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    """Sixty households, in fifty of which somebody votes."""
    async with house(database) as home:
        yield home


async def test_a_burst_is_one_vote_a_household_and_one_event_a_vote(home: House) -> None:
    ballot, box = await home.open(), home.box()
    await asyncio.gather(*(home.press(box, str(who), ballot.id, who % 3 + 1) for who in range(50)))
    kept = await home.votes(ballot)
    assert kept == {home.households[who].id: (who % 3 + 1,) for who in range(50)}
    async with home.store.glance() as conn:
        assert (await stored.get(conn, ballot.id)).voted == 50
        events = await log.read(conn, f"ballot:{ballot.id}")
    cast = [event for event in events if event.kind == "cast"]
    assert first_break(events) is None
    assert {event.data["voter"] for event in cast} == set(kept)
    assert all(set(event.data) == {"voter", "how"} for event in cast), "no event tells a choice"


async def test_the_last_of_many_presses_counts_by_the_order_of_updates(home: House) -> None:
    ballot, box = await home.open(), home.box()
    presses = [(number, number % 3 + 1) for number in range(100, 140)]
    random.Random(5).shuffle(presses)
    await asyncio.gather(
        *(home.press(box, "0", ballot.id, option, update_id=number) for number, option in presses)
    )
    assert await home.votes(ballot) == {home.households[0].id: (139 % 3 + 1,)}


async def test_a_second_delivery_changes_nothing_and_is_answered_alike(home: House) -> None:
    ballot, box = await home.open(), home.box()
    press = Press(900, "0", GROUP, False, ballot.id, (1,))
    first = await box.put(press, lambda _outcome: {"text": "first"})
    assert await box.put(replace(press, choice=(2,)), lambda _outcome: {"text": "second"}) == first
    both = await asyncio.gather(
        *(box.put(replace(press, update_id=901), lambda _outcome: {"text": "once"}) for _ in range(2))
    )
    assert both == [{"text": "once"}] * 2
    assert await home.votes(ballot) == {home.households[0].id: (1,)}


@pytest.mark.parametrize(
    ("how", "options", "refusal"),
    [
        ({"chat": "-1002"}, (1,), NotThisBallot),  # another group
        ({"ballot_id": 999}, (1,), NotThisBallot),
        ({"ballot_id": 2**31 - 1}, (1,), NotThisBallot),
        ({"user": "stranger"}, (1,), NotAResident),
        ({"user": "elsewhere"}, (1,), NotOnTheRoll),
        ({}, (99,), UnknownOption),
        ({}, (0,), UnknownOption),
        ({}, (-1,), UnknownOption),
        ({}, (), NothingChosen),
        ({}, (1, 2), TooManyChosen),
        ({"private": True, "user": "elsewhere"}, (1,), NotOnTheRoll),
    ],
)
async def test_a_press_that_does_not_count_is_refused_by_its_name_and_changes_nothing(
    home: House, how: dict[str, object], options: tuple[int, ...], refusal: type[Refusal]
) -> None:
    ballot, box = await home.open(), home.box()
    await _live_elsewhere(home)
    user, press = str(how.get("user", "0")), {name: how[name] for name in how if name != "user"}
    outcome = await home.press(box, user, ballot.id, *options, **press)
    assert type(outcome.refusal) is refusal
    assert await home.votes(ballot) == {}


async def _live_elsewhere(home: House) -> None:
    """Somebody at the address "elsewhere" is a member of a household that is on no roll here."""
    async with home.store.unit(home.now) as unit:
        second = await homes.add_building(
            unit.conn,
            community_id=home.building.community_id,
            name="4栋",
            units=1,
            zone="Asia/Shanghai",
            lang="zh",
        )
        await homes.add_households(unit.conn, [{"building_id": second.id, "unit": "1", "room": "101"}])
        person = await people.meet(unit.conn, "elsewhere", "示例邻居", "zh", home.now)
        door = (await homes.households_in(unit.conn, second.id))[0]
        await homes.join(unit.conn, door.id, person.id, "slip", home.now)


async def test_a_press_after_the_deadline_is_refused_before_anybody_closed_the_ballot(home: House) -> None:
    ballot, box = await home.open(hours=1), home.box()
    home.now += timedelta(hours=1)
    outcome = await home.press(box, "0", ballot.id, 1)
    assert isinstance(outcome.refusal, BallotClosed)
    assert await home.votes(ballot) == {}


async def test_a_family_is_asked_and_the_question_alone_is_stored(home: House) -> None:
    ballot, box = await home.open(), home.box()
    await home.move_in(0, "son")
    await home.press(box, "0", ballot.id, 1)
    asked = await home.press(box, "son", ballot.id, 2)
    assert isinstance(asked.doors["1单元0"], AskFamily)
    assert (await home.votes(ballot))[home.households[0].id] == (1,)
    home.now += SECOND_THOUGHT
    again = await home.press(box, "son", ballot.id, 2)
    assert isinstance(again.doors["1单元0"], Noted)
    assert (await home.votes(ballot))[home.households[0].id] == (2,)
    async with home.store.glance() as conn:
        kinds = [event.kind for event in await log.read(conn, f"ballot:{ballot.id}")]
        assert (await stored.get(conn, ballot.id)).voted == 1
    assert kinds == ["opened", "cast", "cast"]


async def test_a_family_pressing_at_once_has_one_vote_and_nobody_is_overruled(home: House) -> None:
    ballot, box = await home.open(), home.box()
    family = ["0", "son", "aunt", "uncle"]
    for member in family[1:]:
        await home.move_in(0, member)
    outcomes = await asyncio.gather(
        *(home.press(box, member, ballot.id, number % 3 + 1) for number, member in enumerate(family))
    )
    noted = [one for one in outcomes if isinstance(one.doors["1单元0"], Noted)]
    assert await home.votes(ballot) == {home.households[0].id: (1,)}
    assert len(noted) == 2, "the first, and the one who wants the same"


async def test_one_press_votes_for_both_of_ones_homes(home: House) -> None:
    ballot, box = await home.open(), home.box()
    await home.move_in(55, "0")
    outcome = await home.press(box, "0", ballot.id, 3)
    assert list(outcome.doors) == ["1单元0", "1单元55"]
    assert set((await home.votes(ballot)).values()) == {(3,)}
    async with home.store.glance() as conn:
        assert (await stored.get(conn, ballot.id)).voted == 2


async def test_a_fault_in_one_answer_spoils_only_its_own_press(home: House) -> None:
    ballot, box = await home.open(), home.box()

    def fail(_outcome: Outcome) -> Toast:
        raise RuntimeError("a template is missing")

    faulty = box.put(Press(500, "0", GROUP, False, ballot.id, (1,)), fail)
    others = [home.press(box, str(who), ballot.id, 2) for who in range(1, 6)]
    results = await asyncio.gather(faulty, *others, return_exceptions=True)
    assert isinstance(results[0], RuntimeError)
    assert all(isinstance(result, Outcome) and result.refusal is None for result in results[1:])
    kept = await home.votes(ballot)
    assert home.households[0].id not in kept, "what could not be answered is not stored either"
    assert len(kept) == 5


async def test_who_stops_waiting_keeps_nobody_else_from_an_answer(home: House) -> None:
    ballot, box = await home.open(), home.box()
    impatient = asyncio.create_task(home.press(box, "0", ballot.id, 1))
    patient = asyncio.create_task(home.press(box, "1", ballot.id, 2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).refusal is None
    assert (await home.press(box, "2", ballot.id, 2)).refusal is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_database_that_cannot_be_written_is_said_and_nothing_is_stored(home: House) -> None:
    ballot, box = await home.open(), home.box()
    await home.store.at_once(lambda conn: conn.exec_driver_sql("ALTER TABLE seen_updates RENAME TO gone"))
    with pytest.raises(Unavailable):
        await home.press(box, "0", ballot.id, 1)
    await home.store.at_once(lambda conn: conn.exec_driver_sql("ALTER TABLE gone RENAME TO seen_updates"))
    assert await home.votes(ballot) == {}


async def test_a_list_is_handed_in_as_a_whole(home: House) -> None:
    plan = Plan("选器材", Method.APPROVAL, tuple(f"器材{number}" for number in range(24)), 16)
    ballot, box = await home.open(plan), home.box()
    assert (await home.press(box, "0", ballot.id, *range(1, 17), private=True)).refusal is None
    over = await home.press(box, "1", ballot.id, *range(1, 18), private=True)
    assert isinstance(over.refusal, TooManyChosen)
    assert await home.votes(ballot) == {home.households[0].id: tuple(range(1, 17))}


async def test_a_press_takes_no_more_steps_the_more_ballots_are_pressed_at_once(sqlite: str) -> None:
    """Steps of SQLite's own machine, which counts them whatever else is going on here."""
    steps = [0]

    def count() -> None:
        steps[0] += 1

    async with house(sqlite) as home:
        ballots, box = [await home.open() for _ in range(44)], home.box()
        async with home.store.unit(home.now) as unit:
            for who in range(44):
                await people.enter(unit.conn, str(who), "private", f"示例 {who}")
        await home.store.at_once(lambda conn: _driver(conn).set_progress_handler(count, 20))

        async def steps_a_press(some: range) -> float:
            steps[0] = 0
            await asyncio.gather(*(home.press(box, str(who), ballots[who].id, 1) for who in some))
            return steps[0] / len(some)

        few = await steps_a_press(range(4))
        assert 0 < await steps_a_press(range(4, 44)) < few


def _driver(conn: Piece) -> sqlite3.Connection:
    driver = conn.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
