"""Every method from the plan to the proof: counted at closing, exported, verified, and counted again."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

import pytest

from bot.commands.export import files_beside
from rules.ballots import NothingAffordable, Plan, SeatsOutOfRange, check_plan
from rules.counting import Completion, Method, TieRule
from rules.exchange import tally_text
from rules.money import NoBudget
from rules.proof import Standing, verify
from rules.results import step_of
from rules.ways import Choice
from services import ballots, results
from services.export import export_building
from tests.services.house import House, house

THREE = ("花坛", "长凳", "路灯")
COSTS = (300_000, 200_000, 150_000)


@dataclass(frozen=True)
class Case:
    """A ballot with its votes and what comes of it."""

    plan: Plan
    choices: tuple[Choice, ...]
    votes: list[int | str]
    won: list[int]


CASES = {
    Method.SCORE: Case(
        Plan("打分", Method.SCORE, THREE), ((5, 0, 3), (4, 4, 0), (0, 5, 5), (1, 0, 0)), [10, 9, 8], [1]
    ),
    Method.SCHULZE: Case(
        Plan("排一排", Method.SCHULZE, THREE), ((1, -2), (2, 1), (2, 3), (3, 2)), [0, 2, 0], [2]
    ),
    Method.IRV: Case(Plan("排一排", Method.IRV, THREE), ((1, 2), (1,), (2, 1), (2,), (3, 2)), [2, 3, 1], [2]),
    Method.STV: Case(
        Plan("选两位", Method.STV, THREE, seats=2),
        ((1, 2), (1, 2), (1, 2), (1, 3), (3,)),
        [4, "1.5", "1.5"],
        [1],
    ),
    Method.EQUAL_SHARES: Case(
        Plan("分 5000 元", Method.EQUAL_SHARES, THREE, budget=500_000, costs=COSTS),
        ((1,), (1,), (2, 3), (2, 3), (2,)),
        [2, 3, 2],
        [2, 3],
    ),
    Method.GREEDY: Case(
        Plan("分 5000 元", Method.GREEDY, THREE, budget=500_000, costs=COSTS),
        ((1,), (1, 2), (2, 3), (2,)),
        [2, 3, 1],
        [1, 2],
    ),
    Method.CONSENT: Case(Plan("改楼规", Method.CONSENT, ()), ((1,), (1,), (3,), (2,)), [2, 1, 1, 0], [1]),
}


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    async with house(database, households=6, residents=6) as home:
        yield home


async def held(home: House, case: Case) -> ballots.Ballot:
    ballot, box = await home.open(case.plan), home.box()
    for user, choice in enumerate(case.choices):
        assert (await home.press(box, str(user), ballot.id, *choice)).refusal is None
    home.now += timedelta(minutes=30)
    return await home.close(ballot)


@pytest.mark.parametrize("method", list(CASES))
async def test_a_ballot_is_counted_exported_verified_and_counted_again_alike(
    home: House, method: Method
) -> None:
    case = CASES[method]
    closed = await held(home, case)
    assert closed.result is not None
    assert closed.result["votes"] == case.votes
    if method is not Method.STV:
        assert closed.result["won"] == case.won
    async with home.store.glance() as conn:
        export = await export_building(conn, home.building.id, home.now)
        again = await results.recount(conn, closed)
    proof = verify(json.dumps(export.data, ensure_ascii=False).encode())
    assert [one.standing for one in proof.ballots] == [Standing.COUNTED]
    report = tally_text("ballot.json", export.ballot_files[closed.id])
    assert report.outcome == again
    assert report.outcome.invalid == 0


NAMES = {
    Method.SCORE: "乙★★★★★、丙★★★★★、甲☆☆☆☆☆",
    Method.SCHULZE: "①甲、①乙",
    Method.IRV: "①甲、②乙",
    Method.STV: "①甲、②丙",
    Method.EQUAL_SHARES: "乙、丙",
    Method.GREEDY: "甲、乙",
    Method.CONSENT: "同意",
}


@pytest.mark.parametrize("method", list(CASES))
async def test_the_table_of_votes_names_what_was_chosen(home: House, method: Method) -> None:
    await held(home, CASES[method])
    async with home.store.glance() as conn:
        export = await export_building(conn, home.building.id, home.now)
    table = files_beside(export.data, export.ballot_files)["votes.csv"]
    rows = list(csv.reader(StringIO(table.removeprefix("\ufeff"))))
    assert len(rows) == 1 + len(CASES[method].choices)
    assert NAMES[method] in {row[-1] for row in rows[1:]}


async def test_a_block_stops_a_proposal_and_its_reason_is_told(home: House) -> None:
    ballot, box = await home.open(Plan("改楼规", Method.CONSENT, ())), home.box()
    for user in ("0", "1", "2"):
        await home.press(box, user, ballot.id, 1)
    await home.press(box, "3", ballot.id, 4, reason="会挡住消防通道")
    closed = await home.close(ballot)
    assert closed.result is not None
    assert not closed.result["carried"]
    assert closed.result["reasons"] == ["会挡住消防通道"]
    async with home.store.glance() as conn:
        export = await export_building(conn, home.building.id, home.now)
    assert (
        verify(json.dumps(export.data, ensure_ascii=False).encode()).ballots[0].standing is Standing.COUNTED
    )


async def test_reasons_stay_in_where_so_few_voted_that_they_would_tell_who(home: House) -> None:
    ballot, box = await home.open(Plan("改楼规", Method.CONSENT, ())), home.box()
    await home.press(box, "3", ballot.id, 4, reason="会挡住消防通道")
    await home.close(ballot)
    async with home.store.glance() as conn:
        export = await export_building(conn, home.building.id, home.now)
    text = json.dumps(export.data, ensure_ascii=False)
    assert "消防" not in text
    assert verify(text.encode()).ballots[0].standing is Standing.WITHHELD


async def test_a_tie_in_rounds_is_settled_by_the_seed_of_the_opening_and_replays(home: House) -> None:
    plan = Plan("选一位", Method.IRV, THREE)
    assert check_plan(plan).ties is TieRule.SEED
    closed = await held(home, Case(plan, ((1,), (2,), (3,)), [], []))
    async with home.store.glance() as conn:
        again = await results.recount(conn, closed)
    assert closed.result is not None
    assert closed.result["tied"] == []
    assert [str(number) for number in closed.result["won"]] == list(again.winners)


@pytest.mark.parametrize(
    ("plan", "refusal"),
    [
        (Plan("选委员", Method.STV, THREE, seats=3), SeatsOutOfRange),
        (Plan("选委员", Method.STV, THREE, seats=0), SeatsOutOfRange),
        (Plan("分钱", Method.GREEDY, THREE, costs=COSTS), NoBudget),
        (Plan("分钱", Method.GREEDY, THREE, budget=0, costs=COSTS), NoBudget),
        (Plan("分钱", Method.GREEDY, THREE, budget=500, costs=COSTS[:2]), NoBudget),
        (Plan("分钱", Method.GREEDY, THREE, budget=500, costs=COSTS), NothingAffordable),
    ],
)
def test_a_plan_that_nobody_could_answer_is_refused(plan: Plan, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_plan(plan)


def test_completion_is_named_beforehand_and_for_equal_shares_alone() -> None:
    money = Plan("分钱", Method.EQUAL_SHARES, THREE, budget=500_000, costs=COSTS)
    assert check_plan(money).completion is Completion.ADD_ONE
    assert check_plan(Plan("打分", Method.SCORE, THREE)).completion is None


@pytest.mark.parametrize(
    ("budget", "eligible", "yuan"), [(20_000_00, 48, 2), (20_000_00, 1000, 1), (1_000_000_00, 48, 104)]
)
def test_shares_are_raised_by_a_yuan_or_by_a_two_hundredth(budget: int, eligible: int, yuan: int) -> None:
    assert step_of(budget, eligible) == yuan * 100
