"""The export can be checked and recounted by anyone, and tells nothing that should stay in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from rules.ballots import Ballot, Plan
from rules.counting import Method
from rules.exchange import tally_text
from services import calling, meeting, minutes, record
from services.export import Export, export_building
from storage import meetings, people
from tests.services.house import House, house

DOCUMENT = Path(__file__).parents[2] / "docs" / "export.md"
CHINESE = DOCUMENT.with_name("export.zh-CN.md")
EQUIPMENT = Plan("选健身器材", Method.APPROVAL, ("漫步机", "单杠", "双杠", "扭腰器"), at_most=2)
MOTION = Plan("同意装电动车棚吗", Method.MOTION, ())


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    async with house(database, households=12, residents=8) as home:
        yield home


async def exported(home: House) -> Export:
    async with home.store.glance() as conn:
        found = await export_building(conn, home.building.id, home.now)
    return Export(json.loads(json.dumps(found.data)), found.ballot_files, found.broken)


async def voted(home: House, plan: Plan, *choices: tuple[int, ...]) -> Ballot:
    ballot = await home.open(plan)
    box = home.box()
    for user, choice in enumerate(choices):
        outcome = await home.press(box, str(user), ballot.id, *choice)
        assert outcome.refusal is None
    return ballot


def checked(export: Export, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the program in the document says of an export."""
    program = DOCUMENT.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    (folder / "check.py").write_text(program, encoding="utf-8")
    (folder / "export.json").write_text(json.dumps(export.data, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-X", "utf8", "check.py", "export.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


async def test_an_open_ballot_tells_how_many_voted_and_nothing_more(home: House) -> None:
    ballot = await voted(home, Plan("停车位怎么划", Method.SINGLE, ("专区", "全部")), (1,), (2,), (1,), (1,))
    found = await exported(home)
    (told,) = found.data["ballots"]
    assert (told["state"], told["eligible"], told["voted"]) == ("open", 12, 4)
    assert (told["result"], told["votes"]) == (None, None)
    assert found.ballot_files == {}
    async with home.store.glance() as conn:
        receipts = (await conn.scalars(text("SELECT receipt FROM votes"))).all()
    everything = json.dumps(found.data)
    assert not any(receipt in everything for receipt in receipts)
    assert '"choice"' not in everything
    assert {event["kind"] for event in found.data["events"] if event["stream"] == f"ballot:{ballot.id}"} == {
        "opened",
        "cast",
    }


async def test_a_ballot_past_its_time_but_not_counted_yet_still_tells_nothing(home: House) -> None:
    await voted(home, MOTION, (1,), (2,), (1,))
    home.now += timedelta(hours=2)
    (told,) = (await exported(home)).data["ballots"]
    assert (told["result"], told["votes"]) == (None, None)


@pytest.mark.parametrize(
    ("plan", "choices", "won"),
    [
        (MOTION, [(1,), (1,), (2,), (3,)], [1]),
        (Plan("车位", Method.SINGLE, ("专区", "全部")), [(1,), (2,), (2,)], [2]),
        (EQUIPMENT, [(1, 2), (1, 3), (1,), (3, 4)], [1, 3]),
    ],
)
async def test_a_closed_ballot_is_recounted_from_its_file_to_the_same_result(
    home: House, plan: Plan, choices: list[tuple[int, ...]], won: list[int]
) -> None:
    ballot = await voted(home, plan, *choices)
    await home.close(ballot)
    found = await exported(home)
    (told,) = found.data["ballots"]
    assert sorted(tuple(vote["choice"]) for vote in told["votes"]) == sorted(choices)
    report = tally_text(f"ballot-{ballot.id}.json", found.ballot_files[ballot.id])
    assert report.file.title == plan.question
    outcome = report.outcome
    assert int(outcome.total) == len(choices)
    if plan.method is Method.MOTION:
        assert outcome.carried is told["result"]["carried"] is True
        assert [int(outcome.standings["for"]), int(outcome.standings["against"])] == [2, 1]
    else:
        assert sorted(map(int, outcome.winners)) == told["result"]["won"] == won
        assert {int(key): int(votes) for key, votes in outcome.standings.items()} == dict(
            enumerate(told["result"]["votes"], 1)
        )


async def test_votes_stand_in_the_order_of_their_receipts(home: House) -> None:
    ballot = await voted(home, EQUIPMENT, *[(number % 4 + 1,) for number in range(8)])
    await home.close(ballot)
    (told,) = (await exported(home)).data["ballots"]
    receipts = [vote["receipt"] for vote in told["votes"]]
    assert receipts == sorted(receipts)
    assert all(set(vote) == {"receipt", "choice"} for vote in told["votes"])


async def test_so_few_votes_that_they_would_tell_on_people_stay_in(home: House, tmp_path: Path) -> None:
    ballot = await voted(home, Plan("车位", Method.SINGLE, ("专区", "全部")), (1,), (2,))
    await home.close(ballot)
    found = await exported(home)
    (told,) = found.data["ballots"]
    assert told["voted"] == 2
    assert told["votes"] is None
    assert "votes" not in told["result"]
    assert found.ballot_files == {}
    (closed,) = [event for event in found.data["events"] if event["kind"] == "closed"]
    assert closed["data"] is None
    assert '"choice"' not in json.dumps(found.data)
    assert checked(found, tmp_path).returncode == 0


async def test_drafts_are_nobodys_business(home: House) -> None:
    async with home.store.unit(home.now) as unit:
        draft = await calling.begin(unit, home.building, home.leader_id)
        await calling.add_item(unit, draft, "还没想好")
    found = await exported(home)
    assert (found.data["meetings"], found.data["ballots"]) == ([], [])
    assert "还没想好" not in json.dumps(found.data, ensure_ascii=False)


async def hold_a_meeting(home: House) -> int:
    """A meeting that was held: one spoke, one without a phone was there, a task was given; its id."""
    async with home.store.unit(home.now) as unit:
        leader = await people.get(unit.conn, home.leader_id)
        draft = await calling.begin(unit, home.building, leader.id)
        await calling.set_time(unit, draft, home.now + timedelta(days=5))
        await calling.set_place(unit, draft, "社区活动室")
        await calling.add_item(unit, draft, "电动车棚")
        draft = await meetings.get(unit.conn, draft.id)
        await calling.publish(unit, draft, home.building, leader.id)
    home.now += timedelta(days=5)
    async with home.store.unit(home.now) as unit:
        await meeting.start(unit, home.building, leader, draft.id)
        await meeting.add_present(unit, home.building, draft.id, "1-5 王婆婆")
        await meeting.next_item(unit, home.building, draft.id, 0)
        await record.say(unit, home.building, leader, "=SUM(车棚)")
        await record.add_task(unit, home.building, draft.id, None, record.Task("物业", "出图", None))
        await meeting.close(unit, home.building, leader, draft.id)
    return draft.id


async def test_a_meeting_stands_there_with_its_minutes(home: House) -> None:
    await hold_a_meeting(home)
    (told,) = (await exported(home)).data["meetings"]
    assert (told["state"], told["place"]) == ("closed", "社区活动室")
    assert [item["title"] for item in told["items"]] == ["电动车棚"]
    assert [(one["household"], one["how"]) for one in told["present"]] == [("1单元5", "added")]
    assert (told["minutes"]["stage"], told["minutes"]["hash"]) == ("draft", None)
    (item,) = told["minutes"]["content"]["items"]
    assert [line["text"] for line in item["lines"]] == ["=SUM(车棚)"]
    assert [(task["who"], task["what"]) for task in item["tasks"]] == [("物业", "出图")]


async def test_approved_minutes_come_with_their_hash(home: House, tmp_path: Path) -> None:
    meeting_id = await hold_a_meeting(home)
    home.now += timedelta(days=6)
    async with home.store.unit(home.now) as unit:
        await minutes.approve(unit, meeting_id, None)
    found = await exported(home)
    told = found.data["meetings"][0]["minutes"]
    assert (told["stage"], len(told["hash"])) == ("approved", 64)
    assert checked(found, tmp_path).stdout.startswith("good:")
    told["content"]["place"] = "别处"
    assert "AssertionError" in checked(found, tmp_path).stderr


async def test_every_name_is_masked(home: House) -> None:
    await hold_a_meeting(home)
    found = await exported(home)
    assert found.data["people"][str(home.leader_id)] == "示*"
    everything = json.dumps(found.data, ensure_ascii=False)
    assert not any(name in everything for name in ("示例组长", "示例住户", "王婆婆"))


async def test_the_program_in_the_document_checks_an_export(home: House, tmp_path: Path) -> None:
    for plan, choices in ((MOTION, [(1,), (1,), (2,)]), (EQUIPMENT, [(1, 2), (1,), (3,)])):
        await home.close(await voted(home, plan, *choices))
    await voted(home, MOTION, (1,))
    found = await exported(home)
    assert found.broken == {}
    done = checked(found, tmp_path)
    assert done.stderr == ""
    assert done.stdout.startswith("good:")


def test_both_documents_hold_the_same_program_and_tell_of_the_same_names() -> None:
    english, chinese = (path.read_text(encoding="utf-8") for path in (DOCUMENT, CHINESE))
    assert english.split("```")[1] == chinese.split("```")[1]
    names = [
        {name for name in text.split("`")[1::2] if re.fullmatch(r"[a-z_.]+", name)}
        for text in (english, chinese)
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize("wrong", ["event", "dropped", "roll", "figures"])
async def test_the_program_in_the_document_finds_what_was_tampered_with(
    home: House, tmp_path: Path, wrong: str
) -> None:
    await home.close(await voted(home, EQUIPMENT, (1, 2), (1,), (3,)))
    found = await exported(home)
    data: Any = found.data
    if wrong == "event":
        data["events"][0]["data"]["question"] = "另一个问题"
    elif wrong == "dropped":
        del data["events"][3]
    elif wrong == "roll":
        data["ballots"][0]["roll"].append(99)
    else:
        data["ballots"][0]["result"]["votes"][0] += 1
    assert "AssertionError" in checked(found, tmp_path).stderr


async def test_a_record_changed_behind_the_programs_back_is_named(home: House) -> None:
    ballot = await voted(home, MOTION, (1,), (2,))
    async with home.store.engine.begin() as conn:
        on_table = " ON events" if conn.dialect.name == "postgresql" else ""
        await conn.execute(text(f"DROP TRIGGER events_keep{on_table}"))
        await conn.execute(
            text("UPDATE events SET kind = 'objected' WHERE stream = :s AND number = 2"),
            {"s": f"ballot:{ballot.id}"},
        )
    assert (await exported(home)).broken == {f"ballot:{ballot.id}": 2}
