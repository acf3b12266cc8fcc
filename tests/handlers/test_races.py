"""Races through the chat: updates as they come in, the vote box, the clock and the convener all at once.

THOROUGH=1 runs hundreds of rounds (make torture).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.polling import EndBallotNow
from handlers.slip import Tick
from handlers.voting import CastVote, HandIn
from rules.ballots import Ballot, Plan
from rules.counting import Method
from rules.events import first_break
from sandbox.people import Person
from services import ballots, outbox
from storage import ballots as stored
from storage import homes, log, people
from tests.faults.fast import FastStage
from tests.scenes import Scene, bound_building, move_in, residents

ROUNDS = 300 if os.environ.get("THOROUGH") else 4
VOTERS = 12
MOTION = Plan("同意装电动车棚吗", Method.MOTION, ())
RANKED = Plan("停车位怎么划", Method.SCHULZE, ("专区20", "全部专区", "专区15"))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FastStage]:
    async with FastStage(tmp_path) as stage:
        yield stage


async def put_to_the_vote(stage: FastStage, scene: Scene, plan: Plan) -> Ballot:
    """A ballot that has just been opened for an hour, with its card in the group."""
    async with stage.program.store.unit(stage.now) as unit:
        building = await homes.building(unit.conn, scene.building_id)
        leader = await people.by_address(unit.conn, str(scene.leader.id))
        group = await people.group_of(unit.conn, scene.building_id)
        assert leader is not None
        assert group is not None
        draft = await ballots.draft(unit, building, leader.id, plan)
        await ballots.set_closing(unit, draft, stage.now + timedelta(hours=1))
        ballot = await ballots.begin(unit, building, await stored.get(unit.conn, draft.id))
        await outbox.show(unit, group.id, "ballot", ballot.id, "zh", pinned=True)
    return ballot


def press(person: Person, data: str) -> asyncio.Future[dict[str, object]]:
    """Press in private, below what was said last, without waiting; what it will be answered."""
    return person.begin_press(person.private().messages[-1], data).answer


async def turns(chance: random.Random) -> None:
    """Let the loop turn so often."""
    for _ in range(chance.randint(0, 30)):
        await asyncio.sleep(0)


@pytest.mark.parametrize("plan", [MOTION, RANKED], ids=["one press", "several steps"])
async def test_presses_race_the_convener_and_the_clock_to_one_result(stage: FastStage, plan: Plan) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, VOTERS)
    for person in voters:
        await person.say(person.private(), "帮助")
    await stage.settle()
    late = 0
    for seed in range(ROUNDS):
        chance, ballot = random.Random(seed), await put_to_the_vote(stage, scene, plan)
        choices = {person: chance.sample((1, 2, 3), 3 if plan is RANKED else 1) for person in voters}
        for person, choice in choices.items():  # a paper is filled in step by step before
            for option in choice if plan is RANKED else ():
                press(person, Tick(ballot.id, option).pack())
        await stage.settle()
        answers = await race(stage, scene, ballot, choices, chance, by_clock=seed % 2 == 1)
        noted = {who: choices[who] for who, text in answers.items() if text.startswith("已记下")}
        late += VOTERS - len(noted)
        assert all("已截止" in answers[who] for who in voters if who not in noted)
        await check(stage, ballot, {scene.homes[who].id: choice for who, choice in noted.items()})
    assert late, "some came too late"
    assert await stage.faults() == []


async def race(
    stage: FastStage,
    scene: Scene,
    ballot: Ballot,
    choices: dict[Person, list[int]],
    chance: random.Random,
    *,
    by_clock: bool,
) -> dict[Person, str]:
    """Everybody hands in while the convener closes, twice, and the clock does; what each was told."""
    answers: dict[Person, asyncio.Future[dict[str, object]]] = {}
    ticks: list[asyncio.Task[None]] = []
    for number, person in enumerate(chance.sample(list(choices), VOTERS)):
        if number == VOTERS // 2:
            if by_clock:  # the minute has come, and the convener presses in it
                stage.now += timedelta(hours=1)
                ticks = [asyncio.create_task(stage.program.clock.tick()) for _ in range(2)]
            closing = [press(scene.leader, EndBallotNow(ballot.id).pack()) for _ in range(2)]
        cast = CastVote(ballot.id, choices[person][0]) if len(choices[person]) == 1 else HandIn(ballot.id)
        answers[person] = press(person, cast.pack())
        await turns(chance)
    await asyncio.gather(*ticks)
    await stage.settle()
    told = [str((await one).get("text", "")) for one in closing]
    assert sum("已经" in text for text in told) >= 1, "who closes second is told that it is closed"
    return {person: str((await answer).get("text", "")) for person, answer in answers.items()}


async def check(stage: FastStage, ballot: Ballot, wanted: dict[int, list[int]]) -> None:
    """What was acknowledged is stored and counted, vote by vote; there is one end and one result card."""
    async with stage.program.store.glance() as conn:
        kept = await stored.votes_of(conn, ballot.id)
        events = await log.read(conn, f"ballot:{ballot.id}")
        closed = await stored.get(conn, ballot.id)
    assert {vote.voter_id: list(vote.choice) for vote in kept} == wanted
    assert first_break(events) is None
    assert [event.kind for event in events].count("closed") == 1
    receipts = {vote.receipt: vote.voter_id for vote in kept}
    assert {receipts[one["receipt"]]: one["choice"] for one in events[-1].data["votes"]} == wanted
    assert closed.result == events[-1].data["result"]
    assert closed.voted == len(wanted)
    cards = await stage.rows(f"SELECT message FROM cards WHERE kind = 'result' AND about_id = {ballot.id}")
    assert len(cards) == 1
    assert cards[0][0] is not None, "and it was sent"


async def test_of_a_family_pressing_at_once_the_last_acknowledged_update_stands(stage: FastStage) -> None:
    scene = await bound_building(stage)
    (first,) = await residents(stage, scene, 1)
    family = [first, *(stage.sandbox.people.new(f"示例家人 {number}") for number in range(5))]
    for person in family[1:]:
        await move_in(stage, scene, person, "1", "101")
    for person in family:
        await person.say(person.private(), "帮助")
    await stage.settle()
    for seed in range(ROUNDS):
        chance, ballot = random.Random(seed), await put_to_the_vote(stage, scene, MOTION)
        last = 0
        for _ in range(3):  # the question, the answer to it, and once more
            presses = [(who, chance.randint(1, 3)) for who in chance.sample(family, len(family))]
            answers = [(option, press(who, CastVote(ballot.id, option).pack())) for who, option in presses]
            await stage.settle()
            for option, answer in answers:
                if str((await answer)["text"]).startswith("已记下"):
                    last = option
            async with stage.program.store.glance() as conn:
                (vote,) = await stored.votes_of(conn, ballot.id)
                assert (await stored.get(conn, ballot.id)).voted == 1
            assert vote.choice == (last,)
            stage.now += timedelta(seconds=5)
    assert await stage.faults() == []
