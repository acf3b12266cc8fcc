"""Elections by a threshold: each who is elected needs the support it asks for, by heads and by area."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping

import pytest

from handlers.reached import each_told
from handlers.words import Words
from rules.asked import Asked
from rules.ballots import Ballot, Plan
from rules.counting import Method
from rules.proof import Misfit, export_digest, verify
from rules.voters import Basis
from services import ballots, results
from storage import ballots as stored
from tests.services.house import House, exported, house
from tests.services.test_owners import import_roll, is_owner, line

M2 = 10_000
NAMES = ("示例甲", "示例乙", "示例丙", "示例丁")
AREAS = (100, 100, 100, 100, 400)  # the last owns as much as all others


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    """Five homes of five owners."""
    async with house(database, households=5, residents=5) as home:
        await import_roll(home, [line(room, area, f"N{room}") for room, area in enumerate(AREAS)])
        for room in range(5):
            await is_owner(home, str(room))
        yield home


async def elected(
    home: House, votes: Mapping[str, tuple[int, ...]], asked: Asked | None = Asked.COMMITTEE, seats: int = 2
) -> Ballot:
    """An election of so many of the four, closed after these votes."""
    basis = Basis.OWNER if asked is Asked.COMMITTEE else Basis.PERSON if asked else Basis.HOUSEHOLD
    plan = Plan("选委员", Method.APPROVAL, NAMES, seats, seats=seats, asked=asked, basis=basis)
    async with home.store.unit(home.now) as unit:
        draft = await ballots.draft(unit, home.building, home.leader_id, plan)
        if asked is None:
            await ballots.set_threshold(unit, draft, "half")
        draft = await stored.get(unit.conn, draft.id)
        ballot = await ballots.begin(unit, home.building, draft)
    box = home.box()
    for address, choice in votes.items():
        outcome = await home.press(box, address, ballot.id, *choice, private=True)
        assert outcome.refusal is None
    return await home.close(ballot)


def outcome_of(ballot: Ballot) -> tuple[list[int], list[bool]]:
    assert ballot.result is not None
    return ballot.result["won"], [one["passed"] for one in ballot.result["verdict"]["each"]]


@pytest.mark.parametrize(
    ("votes", "won", "passed"),
    [
        # 甲 has all but the largest owner: most heads, and exactly half of the area, which is not more
        ({"0": (1, 2), "1": (1, 2), "2": (1, 2), "3": (1,), "4": (2, 3)}, [2], [False, True, False, False]),
        ({"0": (1, 2), "1": (1, 2), "2": (2,), "4": (1, 2)}, [1, 2], [True, True, False, False]),
        ({"0": (1,), "1": (2,), "4": (3,)}, [], [False, False, False, False]),
    ],
)
async def test_an_owners_committee_is_elected_by_heads_and_by_area(
    home: House, votes: dict[str, tuple[int, ...]], won: list[int], passed: list[bool]
) -> None:
    ballot = await elected(home, votes)
    assert outcome_of(ballot) == (won, passed)
    await exported(home)


async def test_who_fails_by_area_leaves_the_place_to_the_next_who_does_not(home: House) -> None:
    ballot = await elected(home, {"0": (1, 2), "1": (1, 2), "2": (1, 3), "3": (1, 3), "4": (2, 3)})
    assert outcome_of(ballot) == ([2, 3], [False, True, True, False])
    assert ballot.result is not None
    assert ballot.result["votes"] == [4, 3, 3, 0]
    async with home.store.glance() as conn:
        assert (await results.recount(conn, ballot)).winners == ("2", "3")
    told = Words().plain("zh", "results.each_said", each=each_told(ballot))
    assert "面积超过 400（超过 800 的 1/2），票至少 3（超过 5 的 1/2）" in told
    assert "甲 示例甲 ❌ 面积 400（正好，没超过），票 4" in told
    assert "乙 示例乙 ✅ 面积 600，票 3" in told
    told = Words().plain("en", "results.each_said", each=each_told(ballot))
    assert "more than 400 m² (more than 1/2 of 800), at least 3 votes (more than 1/2 of 5)" in told
    assert "甲 示例甲 ❌ area 400 (not more than that), votes 4" in told
    await exported(home)


async def test_too_few_owners_elect_nobody(home: House) -> None:
    ballot = await elected(home, {"0": (1, 2), "1": (1, 2), "2": (1, 2)})
    assert outcome_of(ballot) == ([], [False] * 4)
    await exported(home)


@pytest.mark.parametrize(
    ("votes", "won"),
    [
        (
            {"0": (1, 2), "1": (1, 2), "2": (1,), "3": (3,)},
            [1],
        ),  # three of four; two of four are not more than half
        ({"0": (1, 2), "1": (1, 2), "2": (1, 3)}, [1, 2]),
        (
            {
                "0": (1, 2),
                "1": (1, 3),
                "2": (2, 3),
                "3": (
                    1,
                    2,
                ),
            },
            [1, 2],
        ),
    ],
)
@pytest.mark.parametrize("asked", [Asked.VILLAGE_SEATS, None])
async def test_each_needs_more_than_half_of_those_who_vote(
    home: House, votes: dict[str, tuple[int, ...]], won: list[int], asked: Asked | None
) -> None:
    ballot = await elected(home, votes, asked)
    assert ballot.result is not None
    assert sorted(ballot.result["won"]) == won
    await exported(home)


async def test_without_a_threshold_the_most_votes_are_enough(home: House) -> None:
    plan = Plan("选几样", Method.APPROVAL, NAMES, 2)
    ballot, box = await home.open(plan), home.box()
    for address, choice in {"0": (1,), "1": (2,), "2": (2,), "3": (3, 4)}.items():
        await home.press(box, address, ballot.id, *choice, private=True)
    ballot = await home.close(ballot)
    assert ballot.result is not None
    assert "verdict" not in ballot.result
    assert ballot.result["won"] == [2]
    await exported(home)


@pytest.mark.parametrize("forge", ["won", "areas", "took_part"])
async def test_a_forged_election_is_found(home: House, forge: str) -> None:
    await elected(home, {"0": (1, 2), "1": (1, 2), "2": (1, 3), "3": (1, 3), "4": (2, 3)})
    data = await exported(home)
    result = data["ballots"][0]["result"]
    if forge == "won":
        result["won"] = [1, 2]
    elif forge == "areas":
        result["verdict"]["areas"][0] = 5_000_000
    else:
        result["verdict"]["took_part"] = 1
    data["digest"] = export_digest(data)
    with pytest.raises(Misfit):
        verify(json.dumps(data).encode(), ())
