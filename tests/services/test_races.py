"""Races: whoever presses while a ballot is being closed is counted or refused, and told which, vote by vote.

Each round interleaves anew; THOROUGH=1 runs a thousand of each (make torture).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from rules.ballots import Ballot, BallotAlreadyClosed, Plan
from rules.counting import Method
from rules.events import first_break
from rules.proof import verify
from rules.votes import SECOND_THOUGHT, AskFamily, BallotClosed, Noted, Vote, cast
from rules.ways import Choice
from services.export import export_building
from services.vote_box import Outcome
from storage import ballots as stored
from storage import log
from storage.engine import open_engine
from storage.store import Store
from tests.services.house import House, house

ROUNDS = 1000 if os.environ.get("THOROUGH") else 12
VOTERS = 50
MEMBERS = 6
MOTION = Plan("同意装电动车棚吗", Method.MOTION, ())
RANKED = Plan("停车位怎么划", Method.SCHULZE, ("专区20", "全部专区", "专区15", "照旧"))


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    """Sixty households, in fifty of which somebody votes."""
    async with house(database, residents=VOTERS) as home:
        yield home


@pytest.fixture
async def other(home: House, database: str) -> AsyncIterator[House]:
    """The same house as another process sees it; on SQLite there is but one, which does all."""
    if database.startswith("sqlite"):
        yield home
        return
    store = Store(open_engine(database))
    yield replace(home, store=store)
    await store.close()


@dataclass
class Race:
    """One round: who was told that which of their choices is noted, and who was told it is too late."""

    closing_after: int  # so many voters
    noted: dict[int, list[Choice]] = field(default_factory=dict)
    refused: dict[int, list[Choice]] = field(default_factory=dict)
    may_close: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, who: int, choice: Choice, outcome: Outcome) -> None:
        """Keep what a press was answered; anything but noted or closed is wrong here."""
        if outcome.refusal is not None:
            assert isinstance(outcome.refusal, BallotClosed)
            self.refused.setdefault(who, []).append(choice)
            return
        assert all(isinstance(told, Noted) for told in outcome.doors.values())
        self.noted.setdefault(who, []).append(choice)
        if len(self.noted) >= self.closing_after:
            self.may_close.set()


async def pause(chance: random.Random, turns: int) -> None:
    """Wait for some turns of the loop, and now and then for longer than that."""
    for _ in range(chance.randint(0, turns)):
        await asyncio.sleep(0)
    if chance.random() < 0.2:
        await asyncio.sleep(chance.random() / 200)


def choice_in(plan: Plan, chance: random.Random) -> Choice:
    """Something to choose: a yes or no, or a ranking that may leave options out."""
    if plan.method is Method.MOTION:
        return (chance.randint(1, 3),)
    options = list(range(1, len(plan.texts) + 1))
    return tuple(chance.sample(options, chance.randint(1, len(options))))


async def run(home: House, other: House, plan: Plan, seed: int) -> tuple[Race, Ballot]:
    """Fifty presses, some of them changed at once, against two closings by two hands."""
    chance, ballot = random.Random(seed), await home.open(plan)
    race = Race(closing_after=chance.randint(1, VOTERS))
    boxes = [home.box(), other.box()]
    turns = chance.choice((0, 10, 60, 200))

    async def vote(who: int) -> None:
        await pause(chance, turns)
        box = chance.choice(boxes)
        house = home if box is boxes[0] else other
        for _ in range(chance.choice((1, 1, 1, 2))):
            choice = choice_in(plan, chance)
            race.note(who, choice, await house.press(box, str(who), ballot.id, *choice))

    async def close(by: House) -> None:
        await race.may_close.wait()
        with suppress(BallotAlreadyClosed):
            await by.close(ballot)

    await asyncio.gather(*map(vote, range(VOTERS)), close(home), close(other))
    return race, ballot


@pytest.mark.parametrize("plan", [MOTION, RANKED], ids=["motion", "ranked"])
async def test_every_vote_that_was_acknowledged_is_in_the_result_and_no_other(
    home: House, other: House, plan: Plan
) -> None:
    other.updates = 1_000_000  # their numbers are not ours
    noted, refused = 0, 0
    for seed in range(ROUNDS):
        race, ballot = await run(home, other, plan, seed)
        await check(home, ballot, race)
        noted, refused = noted + len(race.noted), refused + len(race.refused)
    assert noted, "some came in time"
    assert refused, "some came too late"


async def check(home: House, ballot: Ballot, race: Race) -> None:
    """The last that each voter was acknowledged is what is stored, written down and counted."""
    wanted = {home.households[who].id: list(choices[-1]) for who, choices in race.noted.items()}
    async with home.store.glance() as conn:
        kept = await stored.votes_of(conn, ballot.id)
        closed = await stored.get(conn, ballot.id)
        events = await log.read(conn, f"ballot:{ballot.id}")
    assert {vote.voter_id: list(vote.choice) for vote in kept} == wanted
    assert first_break(events) is None
    ends = [event for event in events if event.kind == "closed"]
    assert len(ends) == 1
    assert events[-1] is ends[0], "nothing was cast after the end"
    voters = {vote.receipt: vote.voter_id for vote in kept}
    counted = {voters[vote["receipt"]]: vote["choice"] for vote in ends[0].data["votes"]}
    assert counted == wanted
    assert {event.data["voter"] for event in events if event.kind == "cast"} == set(wanted)
    assert closed.result is not None
    assert closed.result == ends[0].data["result"]
    assert closed.result["voted"] == closed.voted == len(wanted)
    if ballot.method is Method.MOTION:
        chosen = [sum(choice == [number] for choice in wanted.values()) for number in (1, 2, 3)]
        assert closed.result["votes"] == chosen


async def test_what_was_acknowledged_in_races_is_what_an_export_proves(home: House, other: House) -> None:
    other.updates = 1_000_000
    races = [await run(home, other, plan, seed) for seed, plan in enumerate((MOTION, RANKED) * 3)]
    async with home.store.glance() as conn:
        data = (await export_building(conn, home.building.id, home.now)).data
    assert len(verify(json.dumps(data).encode()).ballots) == len(races)
    told = {one["id"]: one for one in data["ballots"]}
    for race, ballot in races:
        votes = told[ballot.id]["votes"]
        if votes is None:
            assert len(race.noted) < 3, "with so few no choice is told"
            continue
        assert sorted(vote["choice"] for vote in votes) == sorted(
            list(choices[-1]) for choices in race.noted.values()
        )


async def test_closing_again_and_again_gives_one_result(home: House, other: House) -> None:
    box = home.box()
    for seed in range(ROUNDS // 3):
        ballot = await home.open(MOTION)
        await asyncio.gather(
            *(home.press(box, str(who), ballot.id, (who + seed) % 3 + 1) for who in range(9))
        )
        results = await asyncio.gather(
            *((home, other)[number % 2].close(ballot) for number in range(6)), return_exceptions=True
        )
        closed = [result for result in results if isinstance(result, Ballot)]
        assert len(closed) == 1
        assert sum(isinstance(result, BallotAlreadyClosed) for result in results) == 5
        async with home.store.glance() as conn:
            assert (await stored.get(conn, ballot.id)).result == closed[0].result
            events = await log.read(conn, f"ballot:{ballot.id}")
            told = await log.read(conn, f"building:{home.building.id}")
        assert [event.kind for event in events].count("closed") == 1
        ends = [one for one in told if one.kind == "ballot_closed" and one.data["ballot"] == ballot.id]
        assert len(ends) == 1


async def test_of_one_family_pressing_at_once_one_vote_stands_by_the_order_of_updates(home: House) -> None:
    family = ["0", *(f"member {number}" for number in range(1, MEMBERS))]
    ids = {family[0]: None, **{member: await home.move_in(0, member) for member in family[1:]}}
    for seed in range(ROUNDS):
        chance, ballot, box = random.Random(seed), await home.open(RANKED), home.box()
        expected: Vote | None = None
        for _ in range(3):  # the question, the answer to it, and once more
            pressed = sorted((home.updates + number, member) for number, member in enumerate(family, 1))
            chance.shuffle(family)
            presses = [
                (number, member, choice_in(RANKED, chance) if chance.random() < 0.5 else (1, 2))
                for (number, _), member in zip(pressed, family, strict=True)
            ]
            home.updates += MEMBERS
            arriving = chance.sample(presses, MEMBERS)
            outcomes = await asyncio.gather(
                *(home.press(box, who, ballot.id, *what, update_id=number) for number, who, what in arriving)
            )
            told = {press[0]: outcome for press, outcome in zip(arriving, outcomes, strict=True)}
            expected = await follow(home, ballot, ids, presses, told, expected)
            home.now += SECOND_THOUGHT + timedelta(seconds=1)
        async with home.store.glance() as conn:
            (vote,) = await stored.votes_of(conn, ballot.id)
            assert (await stored.get(conn, ballot.id)).voted == 1
        assert expected is not None
        assert vote.choice == expected.choice
        closed = await home.close(ballot)
        assert closed.result is not None
        assert closed.result["voted"] == 1


async def follow(
    home: House,
    ballot: Ballot,
    ids: dict[str, int | None],
    presses: list[tuple[int, str, Choice]],
    told: dict[int, Outcome],
    before: Vote | None,
) -> Vote:
    """The vote after presses one by one in the order of updates; each was told what that comes to."""
    vote, last = before, before.choice if before else ()
    for number, member, choice in presses:
        result = cast(vote, 0, choice, ids[member] or -1, "", home.now)
        vote = result.vote
        (outcome,) = told[number].doors.values()
        assert type(outcome) is type(result)
        if isinstance(outcome, AskFamily):
            assert outcome.choice == choice
        else:
            last = choice
    assert vote is not None
    kept = await home.votes(ballot)
    assert kept == {home.households[0].id: last}, "the last that was acknowledged"
    return vote
