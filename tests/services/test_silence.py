"""Silence: it counts with the majority where a clause says so and the notice was seen, else for nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import timedelta
from typing import Any

import pytest

from rules.ballots import Ballot, Plan
from rules.counting import Method
from rules.proof import Misfit, export_digest, verify
from rules.results import verdict
from rules.thresholds import Charter
from rules.voters import Basis
from services import ballots, calling, delivering
from storage import ballots as stored
from storage import log, meetings, people
from tests.services.house import House, exported, house
from tests.services.test_owners import import_roll, is_owner, line, person_of

CLAUSE = "第18条 未参与表决的业主，其票计入已表决的多数票"
SPOKEN = Charter(silence=True, clause=CLAUSE)
VOTES = {"0": 1, "1": 1, "2": 2}  # of six: two for, one against; three are silent
EVERYBODY = ("0", "1", "2", "3", "4", "5")


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    """Six homes of six owners, 100 square metres each."""
    async with house(database, households=6, residents=6) as home:
        await import_roll(home, [line(room, 100, f"N{room}") for room in range(6)])
        for address in EVERYBODY:
            await is_owner(home, address)
            async with home.store.unit(home.now) as unit:
                await people.change(unit.conn, await person_of(home, address), reach="yes")
        yield home


async def announced(home: House, seen: Collection[str]) -> Plan:
    """A motion on an item of a meeting whose notice these have seen."""
    async with home.store.unit(home.now) as unit:
        draft = await calling.begin(unit, home.building, home.leader_id)
        await calling.set_time(unit, draft, home.now + timedelta(days=5))
        await calling.set_place(unit, draft, "社区活动室")
        await calling.add_item(unit, draft, "聘请物业")
        draft = await meetings.get(unit.conn, draft.id)
        await calling.publish(unit, draft, home.building, home.leader_id)
        meeting = await meetings.get(unit.conn, draft.id)
        await delivering.to_send(unit, meeting)
        [item] = await meetings.items_of(unit.conn, meeting.id)
    for address in seen:
        person_id = await person_of(home, address)
        async with home.store.unit(home.now) as unit:
            await delivering.know(unit, meeting.id, person_id)
    return Plan("聘请物业", Method.MOTION, (), meeting_id=meeting.id, item_id=item.id)


async def decided(
    home: House, plan: Plan, charter: Charter = SPOKEN, threshold: str = "278_ordinary"
) -> Ballot:
    """It is asked of the owners, three vote, and it is closed."""
    async with home.store.unit(home.now) as unit:
        draft = await ballots.draft(unit, home.building, home.leader_id, plan)
        await ballots.set_basis(unit, home.building, draft, Basis.OWNER)
        draft = await stored.get(unit.conn, draft.id)
        await ballots.set_threshold(unit, draft, threshold, charter.own)
        draft = await stored.get(unit.conn, draft.id)
        ballot = await ballots.begin(unit, home.building, draft, charter)
    box = home.box()
    for address, option in VOTES.items():
        assert (await home.press(box, address, ballot.id, option)).refusal is None
    return await home.close(ballot)


def told(ballot: Ballot) -> Any:
    assert ballot.result is not None
    return ballot.result["verdict"].get("silence")


@pytest.mark.parametrize("seen", [EVERYBODY, ("3", "4", "5")])
async def test_under_all_three_conditions_the_silent_are_counted_with_the_majority(
    home: House, seen: Sequence[str]
) -> None:
    ballot = await decided(home, await announced(home, seen))
    assert ballot.result is not None
    assert ballot.result["carried"]
    assert told(ballot) == {
        "counted": True,
        "undelivered": 0,
        "heads": [3, "approving"],
        "area": [3_000_000, "approving"],
    }
    found = verdict(ballot)
    assert found is not None
    assert found.silent
    assert [(one.have, one.of) for one in found.held] == [
        (6_000_000, 6_000_000),
        (5_000_000, 6_000_000),
        (6, 6),
        (5, 6),
    ]
    await exported(home)


@pytest.mark.parametrize("charter", [Charter(), Charter(clause=CLAUSE)])
async def test_without_the_assemblys_rule_silence_counts_for_nothing(home: House, charter: Charter) -> None:
    ballot = await decided(home, await announced(home, EVERYBODY), charter)
    assert ballot.result is not None
    assert (ballot.result["carried"], told(ballot)) == (False, None)
    assert ballot.threshold is not None
    assert ballot.threshold.clause == ""
    await exported(home)


@pytest.mark.parametrize(("seen", "undelivered"), [((), 3), (("0", "1", "2"), 3), (("3", "4"), 1)])
async def test_while_one_silent_home_has_not_seen_the_notice_none_counts(
    home: House, seen: Sequence[str], undelivered: int
) -> None:
    ballot = await decided(home, await announced(home, seen))
    assert ballot.result is not None
    assert not ballot.result["carried"]
    assert told(ballot) == {
        "counted": False,
        "undelivered": undelivered,
        "heads": [3, "approving"],
        "area": [3_000_000, "approving"],
    }
    await exported(home)


async def test_of_a_question_without_a_notice_there_is_no_proof(home: House) -> None:
    ballot = await decided(home, Plan("聘请物业", Method.MOTION, ()))
    assert told(ballot)["undelivered"] is None
    assert not told(ballot)["counted"]
    await exported(home)


async def test_who_sees_the_notice_after_the_opening_comes_too_late(home: House) -> None:
    plan = await announced(home, ("3", "4"))
    ballot = await decided(home, plan)
    assert plan.meeting_id is not None
    async with home.store.unit(home.now) as unit:
        await delivering.know(unit, plan.meeting_id, await person_of(home, "5"))
    async with home.store.glance() as conn:
        opened = await log.first(conn, f"ballot:{ballot.id}", "opened")
    assert opened is not None
    assert len(opened.data["delivered"]) == 2
    await exported(home)


async def test_no_other_threshold_takes_a_clause(home: House) -> None:
    ballot = await decided(home, await announced(home, EVERYBODY), threshold="simple")
    assert ballot.threshold is not None
    assert ballot.threshold.clause == ""
    assert told(ballot) is None


@pytest.mark.parametrize("forge", ["delivered", "clause", "counted"])
async def test_a_forged_silence_is_found(home: House, forge: str) -> None:
    ballot = await decided(home, await announced(home, ("3", "4")))
    data = await exported(home)
    if forge == "delivered":
        opened = next(one for one in data["events"] if one["kind"] == "opened")
        opened["data"]["delivered"] = data["ballots"][0]["roll"]
    elif forge == "clause":
        data["ballots"][0]["threshold"]["clause"] = "别的"
    else:
        data["ballots"][0]["result"]["verdict"]["silence"]["counted"] = True
    data["digest"] = export_digest(data)
    with pytest.raises(Misfit):
        verify(json.dumps(data).encode(), ())
    assert ballot.voted == 3
