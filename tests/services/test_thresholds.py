"""A ballot's threshold: frozen at the opening, judged at the closing, and recomputed from an export alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rules.ballots import Ballot, Plan, ThresholdDoesNotFit
from rules.counting import Method
from rules.proof import Misfit, export_digest, verify
from rules.results import areas_of, result_of, summary, tally, verdict
from rules.thresholds import DEFAULTS, Charter
from rules.votes import Vote
from rules.ways import Cast
from services import ballots
from services.export import export_building
from storage import ballots as stored
from storage import log
from tests.services.house import House, house

MOTION = Plan("装电动车棚吗", Method.MOTION, ())
LAYOUT = Plan("停车位怎么划", Method.SINGLE, ("专区20", "专区15"))


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    """Nine households, in each of which somebody votes."""
    async with house(database, households=9, residents=9) as home:
        yield home


async def open_with(home: House, plan: Plan, name: str, charter: Charter = Charter()) -> Ballot:  # noqa: B008
    """A ballot that asks for a threshold, open."""
    async with home.store.unit(home.now) as unit:
        draft = await ballots.draft(unit, home.building, home.leader_id, plan)
        await ballots.set_threshold(unit, draft, name, charter.own)
        draft = await stored.get(unit.conn, draft.id)
        return await ballots.begin(unit, home.building, draft, charter)


async def closed_with(home: House, plan: Plan, name: str, votes: str) -> Ballot:
    """The same, closed after these votes."""
    ballot = await open_with(home, plan, name)
    box = home.box()
    for user, option in enumerate(votes):
        await home.press(box, str(user), ballot.id, int(option))
    return await home.close(ballot)


async def proven(home: House) -> bytes:
    """The building's export, which fits."""
    async with home.store.glance() as conn:
        data = (await export_building(conn, home.building.id, home.now)).data
    content = json.dumps(data).encode()
    verify(content, ())
    return content


@pytest.mark.parametrize(
    ("name", "votes", "carried"),
    [
        ("simple", "112", True),
        ("simple", "1122", False),
        ("absolute", "1111", False),
        ("absolute", "11111", True),
        ("two_thirds", "11122", False),
        ("two_thirds", "112", True),
        ("three_quarters", "1113", True),
        ("three_quarters", "11133", False),
        ("village_households", "11122", False),
        ("village_households", "111122", True),
    ],
)
async def test_a_motion_is_decided_by_its_threshold_and_proves_it(
    home: House, name: str, votes: str, carried: bool
) -> None:
    ballot = await closed_with(home, MOTION, name, votes)
    assert ballot.result is not None
    assert ballot.result["carried"] is carried
    assert ballot.result["won"] == ([1] if carried else [])
    found = verdict(ballot)
    assert found is not None
    assert found.passed is carried
    await proven(home)


@pytest.mark.parametrize(("votes", "won"), [("11122", []), ("111112", [1])])
async def test_a_choice_may_be_asked_for_more_than_the_most_votes(
    home: House, votes: str, won: list[int]
) -> None:
    ballot = await closed_with(home, LAYOUT, "absolute", votes)
    assert ballot.result is not None
    assert (ballot.result["won"], ballot.result["tied"]) == (won, [])
    await proven(home)


async def test_a_threshold_that_does_not_fit_is_refused(home: House) -> None:
    with pytest.raises(ThresholdDoesNotFit):
        await open_with(home, MOTION, "278_major")
    with pytest.raises(ThresholdDoesNotFit):
        await open_with(home, LAYOUT, "two_thirds")


async def test_the_threshold_of_an_open_ballot_is_frozen(home: House) -> None:
    ballot = await open_with(home, MOTION, "two_thirds")
    async with home.store.glance() as conn:
        (opened,) = await log.read(conn, f"ballot:{ballot.id}")
    assert opened.data["threshold"] == DEFAULTS["two_thirds"].as_data()
    with pytest.raises(IntegrityError, match="frozen"):
        async with home.store.unit(home.now) as unit:
            await unit.conn.execute(text("UPDATE ballots SET threshold = '{}'"))


async def test_the_operators_days_of_publication_hold(home: House) -> None:
    ballot = await open_with(home, MOTION, "simple", Charter(days=3))
    assert (await home.close(ballot)).publication_until == date(2026, 11, 23)


async def test_another_change_of_the_method_takes_the_threshold_back(home: House) -> None:
    async with home.store.unit(home.now) as unit:
        draft = await ballots.draft(unit, home.building, home.leader_id, LAYOUT)
        await ballots.set_threshold(unit, draft, "absolute")
        await ballots.set_most(unit, await stored.get(unit.conn, draft.id), 2)
        draft = await stored.get(unit.conn, draft.id)
    assert draft.threshold == DEFAULTS["most"]


async def test_a_verdict_that_was_forged_is_found(home: House) -> None:
    await closed_with(home, MOTION, "two_thirds", "11122")
    data = json.loads(await proven(home))
    data["ballots"][0]["threshold"]["heads"][1] = ">= 1/2 voted"
    forged = data | {"digest": export_digest(data)}
    with pytest.raises(Misfit):
        verify(json.dumps(forged).encode(), ())


async def test_of_few_votes_card_and_minutes_tell_the_winner_and_no_figure(home: House) -> None:
    ballot = await closed_with(home, LAYOUT, "most", "12")
    told = summary(ballot)
    assert (told["counts"], told["named"], told["level"]) == ([], [], ["甲", "乙"])
    assert "verdict" not in told
    other = summary(await closed_with(home, LAYOUT, "most", "11"))
    assert (other["counts"], other["named"]) == ([], ["甲 专区20"])
    await proven(home)


# Owners: by heads and by area


async def owners_ballot(home: House, votes: str) -> Ballot:
    """A matter of three owners with 100, 60 and 40 square metres, closed after their votes."""
    ballot = await open_with(home, MOTION, "simple")
    return replace(
        ballot,
        eligible=3,
        area_cm2=2_000_000,
        voted=len(votes),
        threshold=DEFAULTS["278_ordinary"],
    )


async def test_a_matter_passes_by_heads_and_fails_by_area(home: House) -> None:
    known = await owners_ballot(home, "211")
    cast = [Vote(1, (2,), 1, "a"), Vote(2, (1,), 2, "b"), Vote(3, (1,), 3, "c")]
    areas = areas_of(known, cast, {1: 1_000_000, 2: 600_000, 3: 400_000})
    outcome = tally(known, [Cast(vote.choice) for vote in cast])
    result = result_of(known, outcome, early=False, areas=areas)
    assert result["carried"] is False
    assert result["verdict"]["areas"] == [1_000_000, 1_000_000, 0]
    failed = [
        (one["dimension"], one["step"], one["more"]) for one in result["verdict"]["held"] if not one["held"]
    ]
    assert failed == [("area", "approval", 1)]
