"""Sealed ballots: somebody takes the database, a backup and the log lines, and tries to find a vote."""

from __future__ import annotations

import json
import logging
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot import logs
from rules.counting import Method
from rules.proof import Misfit, Standing, export_digest, verify
from rules.secrecy import Secrecy, TooFewForSealed, fitting_secrecy
from rules.voters import Basis
from sandbox import Person, Seen
from services import ballots as services
from services import register, vote_box
from services.export import export_building
from services.results import NotNamed, record_of
from storage import ballots, homes, tables
from storage.backup import back_up
from tests.scenes import Scene, bound_building, press, residents, say
from tests.services.house import LAYOUTS, house
from tests.stage import Stage

LABELS = ("花坛", "长凳", "车位")
CHOICES = (0, 2, 1, 1, 0, 2, 2, 0, 1, 2, 0, 0)  # what the voters choose, one after the other


@dataclass
class Town:
    """A sealed ballot in which everybody has voted, and what the bot wrote into its logs meanwhile."""

    stage: Stage
    scene: Scene
    voters: Sequence[Person]
    card: Seen
    ballot: int


async def draft_of(stage: Stage, scene: Scene, line: str, secrecy: str) -> Seen:
    draft = await say(stage, scene.leader, scene.leader.private(), f"/vote {line}")
    if "|" not in line:
        await press(stage, scene.leader, draft, "赞成还是反对")
        draft = scene.leader.private().messages[-1]
    await press(stage, scene.leader, draft, "记名还是保密")
    asked = scene.leader.private().messages[-1]
    await press(stage, scene.leader, asked, secrecy)
    return scene.leader.private().messages[-1]


async def opened(stage: Stage, scene: Scene, line: str, secrecy: str) -> Seen:
    draft = await draft_of(stage, scene, line, secrecy)
    await press(stage, scene.leader, draft, "开始投票")
    assert scene.group.pinned is not None
    return scene.group.pinned


async def paper(stage: Stage, voter: Person, card: Seen) -> Seen:
    await voter.open_link((await voter.press(card, "去投票")).url)
    await stage.settle()
    return voter.private().messages[-1]


async def throw_in(stage: Stage, voter: Person, card: Seen, label: str) -> str:
    slip = await paper(stage, voter, card)
    await press(stage, voter, slip, label)
    return (await press(stage, voter, slip, "✅ 交票")).text


async def vote_all(stage: Stage, choices: Sequence[int]) -> Town:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, len(choices))
    card = await opened(stage, scene, f"空地做什么 | {' | '.join(LABELS)}", "密封")
    for voter, choice in zip(voters, choices, strict=True):
        assert "票投进票箱了" in await throw_in(stage, voter, card, LABELS[choice])
        stage.now += stage.now.resolution * 60_000_000
    async with stage.program.store.glance() as conn:
        (ballot,) = await conn.scalars(select(tables.ballots.c.id))
    return Town(stage, scene, voters, card, ballot)


def tables_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as conn:
        names = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: conn.execute(f"SELECT * FROM {name}").fetchall() for name in names}


def file_of(stage: Stage) -> Path:
    return Path(stage.database.partition("///")[2])


async def copied(stage: Stage, to: Path) -> Path:
    await back_up(stage.program.store.engine, to, lambda *_: None)
    return to


async def test_the_draft_the_card_and_the_paper_say_how_secret_it_is(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    draft = await draft_of(stage, scene, "空地做什么 | 花坛 | 长凳", "密封")
    assert "谁也查不到您选了什么；所以交了就不能改" in draft.text
    await press(stage, scene.leader, draft, "开始投票")
    card = scene.group.pinned
    assert card is not None
    assert "密封票" in card.text
    assert not any("花坛" in label for label in card.labels), "what cannot be changed is looked over first"
    slip = await paper(stage, voter, card)
    assert "交了就不能改" in slip.text
    await press(stage, voter, slip, "长凳")
    assert "交了就不能改了" in slip.text
    await stage.restart()
    await press(stage, voter, slip, "再改改")
    await press(stage, voter, slip, "花坛")
    await press(stage, voter, slip, "✅ 交票")
    assert "票在票箱里了" in slip.text
    assert "花坛" not in slip.text


async def test_a_sealed_vote_is_not_changed_by_anybody_of_the_household(stage: Stage) -> None:
    town = await vote_all(stage, (0, 1, 2))
    voter = town.voters[0]
    slip = await paper(stage, voter, town.card)
    assert "票在票箱里了" in slip.text
    assert not slip.labels
    async with stage.program.store.glance() as conn:
        stands = await ballots.urn_of(conn, town.ballot)
    again = vote_box.Press(10**9, str(voter.id), str(voter.id), True, town.ballot, (2,), "", 0)
    outcomes: list[vote_box.Outcome] = []
    await stage.program.reception.box.put(again, lambda outcome: outcomes.append(outcome) or {})
    assert type(outcomes[0].refusal).__name__ == "SealedVoteStands"
    async with stage.program.store.glance() as conn:
        assert await ballots.urn_of(conn, town.ballot) == stands


async def test_it_is_counted_and_a_voter_learns_that_theirs_was_never_what_it_was(stage: Stage) -> None:
    town = await vote_all(stage, CHOICES)
    await stage.pass_time(hours=13)
    async with stage.program.store.glance() as conn:
        ballot = await ballots.get(conn, town.ballot)
        with pytest.raises(NotNamed):
            await record_of(conn, ballot)
    assert ballot.result is not None
    wanted = Counter(CHOICES)
    assert ballot.result["votes"] == [wanted[n] for n in range(3)]
    result = next(message for message in reversed(town.scene.group.messages) if message.photo)
    told = (await press(stage, town.voters[0], result, "我的票算进去了吗")).text
    assert "已算进结果；密封票" in told
    receipt = re.search(r"回执 ([0-9A-Z]{5}-[0-9A-Z]{5})", told)
    assert receipt is not None
    found = await say(stage, town.voters[1], town.voters[1].private(), f"/receipt {receipt[1]}")
    assert "密封票，谁也查不到" in found.text
    assert not any(label in found.text.partition("？")[2] for label in LABELS)


async def test_of_two_sealed_votes_nothing_is_told_and_nothing_is_decided(stage: Stage) -> None:
    town = await vote_all(stage, (1, 1))
    await stage.pass_time(hours=13)
    told = next(one.caption for one in reversed(town.scene.group.messages) if one.photo)
    assert "不公布，也不算数" in told
    assert not any(label in told for label in LABELS)
    async with stage.program.store.glance() as conn:
        data = json.loads(json.dumps((await export_building(conn, town.scene.building_id, stage.now)).data))
        filed = await register.gather(conn, await homes.building(conn, town.scene.building_id), stage.now)
    (ballot,) = data["ballots"]
    assert (ballot["result"]["won"], ballot["votes"]) == ([], None)
    assert [entry.state for entry in filed if entry.sheet == "resolutions"] == ["not_carried"]
    assert verify(json.dumps(data).encode()).ballots[0].standing is Standing.WITHHELD
    ballot["result"]["won"] = [2]
    with pytest.raises(Misfit):
        verify(json.dumps(data | {"digest": export_digest(data)}).encode())


async def test_where_two_may_vote_nothing_is_sealed(database: str) -> None:
    async with house(database, households=2, residents=2) as home:
        async with home.store.unit(home.now) as unit:
            draft = await services.draft(unit, home.building, home.leader_id, LAYOUTS)
            await services.set_secrecy(unit, draft, Secrecy.SEALED)
        with pytest.raises(TooFewForSealed):
            async with home.store.unit(home.now) as unit:
                await services.begin(unit, home.building, await ballots.get(unit.conn, draft.id))


async def test_two_towns_that_voted_otherwise_have_the_same_database_but_for_the_urn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The same votes cast by other people: if anything but the urn differed, it would tell whose they are."""
    caplog.set_level(logging.DEBUG)
    seen = []
    for name, choices in (("one", CHOICES), ("other", CHOICES[::-1])):
        same = random.Random(7)
        monkeypatch.setattr(vote_box.secrets, "randbelow", same.randrange)
        folder = tmp_path / name
        folder.mkdir()
        caplog.clear()
        async with Stage(folder) as stage:
            await vote_all(stage, choices)
            copy = await copied(stage, folder / "copy.db")
        lines = [logs._Line().format(record) for record in caplog.records]
        assert lines
        assert not any(label in line for label in LABELS for line in lines)
        seen.append(tables_of(copy))
    one, other = seen
    assert sorted(row[2] for row in one["urn"]) == sorted(row[2] for row in other["urn"])
    assert one.pop("urn") != other.pop("urn"), "they did vote otherwise"
    for table, rows in one.items():
        assert rows == other[table], table
    assert len(one["votes"]) == len(CHOICES)
    assert one["drafts"] == []


LISTS = (("花坛",), ("花坛", "长凳"), ("长凳", "车位"), ("车位",), ("长凳",))  # as many presses as options


async def test_how_often_somebody_pressed_on_their_paper_is_kept_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists of unlike length cast by other people: what is left beside urn and log is the same."""
    seen = []
    for name, lists in (("one", LISTS), ("other", LISTS[::-1])):
        same = random.Random(7)
        monkeypatch.setattr(vote_box.secrets, "randbelow", same.randrange)
        (tmp_path / name).mkdir()
        async with Stage(tmp_path / name) as stage:
            scene = await bound_building(stage)
            voters = await residents(stage, scene, len(lists))
            draft = await draft_of(stage, scene, f"选两样 | {' | '.join(LABELS)}", "密封")
            await press(stage, scene.leader, draft, "改成选几个")
            await say(stage, scene.leader, scene.leader.private(), "2")
            await press(stage, scene.leader, scene.leader.private().messages[-1], "开始投票")
            card = scene.group.pinned
            assert card is not None
            for voter, ticked in zip(voters, lists, strict=True):
                await tick_in(stage, voter, card, ticked)
                await stage.pass_time(minutes=1)
            slips = tables_of(await copied(stage, tmp_path / name / "open.db"))["cards"]
            assert {row[2]: row for row in slips}["slip"]
            assert len({row[8:10] for row in slips if row[2] == "slip"}) == 1, "each was drawn as often"
            await stage.pass_time(hours=13)
            seen.append(tables_of(await copied(stage, tmp_path / name / "closed.db")))
    one, other = seen
    assert one["urn"] != other["urn"]
    for table in one.keys() - {"urn", "events", "outbox"}:
        assert one[table] == other[table], table
    assert [row[:5] for row in one["events"]] == [row[:5] for row in other["events"]]
    assert {row[2] for row in one["seen_updates"]} == {None}


async def tick_in(stage: Stage, voter: Person, card: Seen, ticked: Sequence[str]) -> None:
    slip = await paper(stage, voter, card)
    for label in ticked:
        await press(stage, voter, slip, label)
    await press(stage, voter, slip, "交票（")
    assert "票投进票箱了" in (await press(stage, voter, slip, "✅ 交票")).text


async def test_nothing_in_the_file_or_a_backup_keeps_the_order_of_the_votes(
    stage: Stage, tmp_path: Path
) -> None:
    town = await vote_all(stage, CHOICES)
    _try(await copied(stage, tmp_path / "before.db"), town.ballot)
    await stage.pass_time(hours=13)
    assert file_of(stage).with_name(file_of(stage).name + "-wal").stat().st_size < 200_000
    _try(file_of(stage), town.ballot)
    _try(await copied(stage, tmp_path / "after.db"), town.ballot)


def _try(path: Path, ballot: int) -> None:
    """Where the rows of the urn lie in the file: in the order of their random keys, each once."""
    raw = path.read_bytes()
    with closing(sqlite3.connect(path)) as conn:
        rows = conn.execute(
            "SELECT key, choice FROM urn WHERE ballot_id = ? ORDER BY key", (ballot,)
        ).fetchall()
        told = json.dumps(conn.execute("SELECT data FROM events").fetchall())
    assert len(rows) == len(CHOICES)
    places = []
    for key, choice in rows:
        cell = f"{key}{choice}".encode()
        assert raw.count(cell) == 1, "no copy of it is left anywhere"
        assert raw.count(key.encode()) == 1 + told.count(key)
        places.append(raw.index(cell))
    assert places in (sorted(places), sorted(places, reverse=True))


async def test_on_postgresql_no_transaction_joins_a_voter_with_a_vote(
    tmp_path: Path, postgresql: str
) -> None:
    async with Stage(tmp_path, database=postgresql) as stage:
        town = await vote_all(stage, CHOICES[:5])
        for _ in range(2):
            async with stage.program.store.glance() as conn:
                rows = (await conn.execute(text("SELECT key, xmin::text, ctid::text FROM urn"))).all()
                laid = [row.key for row in sorted(rows, key=lambda row: eval(row.ctid))]
            assert len(rows) == 5
            assert len({row.xmin for row in rows}) == 1, "one transaction laid them all"
            assert laid == sorted(laid)
            await stage.pass_time(hours=13)
        async with stage.program.store.glance() as conn:
            assert (await ballots.get(conn, town.ballot)).result is not None


async def test_a_named_ballot_says_after_its_closing_who_chose_what(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    card = await opened(stage, scene, "装电梯吗", "记名")
    assert "截止后谁投了什么人人可查" in card.text
    for voter, label in zip(voters, ("赞成", "反对", "赞成"), strict=True):
        await press(stage, voter, card, label)
    async with stage.program.store.glance() as conn:
        (open_one,) = await ballots.of_building(conn, scene.building_id, services.State.OPEN)
        with pytest.raises(NotNamed):
            await record_of(conn, open_one)
    await stage.pass_time(hours=13)
    result = next(message for message in reversed(scene.group.messages) if message.photo)
    await voters[1].open_link((await voters[1].press(result, "谁投了什么")).url)
    await stage.settle()
    record = voters[1].private().messages[-1].text
    doors = [scene.homes[voter].door for voter in voters]
    for door, label in zip(doors, ("赞成", "反对", "赞成"), strict=True):
        assert f"{door}　{label}" in record


async def test_who_does_not_live_there_does_not_read_the_record(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    card = await opened(stage, scene, "装电梯吗", "记名")
    for voter in voters:
        await press(stage, voter, card, "赞成")
    await stage.pass_time(hours=13)
    result = next(message for message in reversed(scene.group.messages) if message.photo)
    link = (await voters[0].press(result, "谁投了什么")).url
    stranger = stage.sandbox.people.new("示例外人")
    await stranger.start()
    await stranger.open_link(link)
    await stage.settle()
    assert "赞成" not in stranger.private().messages[-1].text


@pytest.mark.parametrize("secrecy", list(Secrecy))
async def test_an_open_ballot_keeps_its_secrecy(stage: Stage, secrecy: Secrecy) -> None:
    scene = await bound_building(stage)
    await opened(
        stage, scene, "装电梯吗", {"named": "记名", "confidential": "保密", "sealed": "密封"}[secrecy]
    )
    async with stage.program.store.glance() as conn:
        (ballot,) = await ballots.of_building(conn, scene.building_id, services.State.OPEN)
    assert ballot.secrecy is secrecy
    other = Secrecy.NAMED if secrecy is not Secrecy.NAMED else Secrecy.SEALED
    with pytest.raises(Exception, match="frozen"):
        async with stage.program.store.unit(stage.now) as unit:
            await ballots.change(unit.conn, ballot.id, secrecy=str(other))


def test_what_is_weighed_by_area_is_not_sealed() -> None:
    assert Secrecy.SEALED not in fitting_secrecy(Basis.OWNER, Method.MOTION)
    assert Secrecy.SEALED not in fitting_secrecy(Basis.HOUSEHOLD, Method.CONSENT)
    assert fitting_secrecy(Basis.PERSON, Method.STV) == tuple(Secrecy)
