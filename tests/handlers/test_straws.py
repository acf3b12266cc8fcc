"""Straw polls: the platform's own poll for a quick mood, which never counts as a vote."""

from __future__ import annotations

import json

import pytest

from paper.wording import read_words
from rules.proof import verify
from sandbox import Seen
from services import register
from services.export import export_building
from storage import homes, meetings, people, privacy, straws, tables
from tests.scenes import Scene, bound_building, open_meeting, press, residents, say, tap
from tests.stage import Stage

LINE = "/straw 周末大扫除哪天好 | 周六 | 周日"


async def asked(stage: Stage, scene: Scene) -> Seen:
    """A straw poll that the leader has sent to the group."""
    await say(stage, scene.leader, scene.group, LINE)
    return next(message for message in reversed(scene.group.messages) if message.state.poll)


async def test_a_straw_poll_is_marked_counted_and_closed_over_a_restart(stage: Stage) -> None:
    scene = await bound_building(stage)
    (one, other) = await residents(stage, scene, 2)
    stranger = stage.sandbox.people.new("示例访客")
    await stranger.join(scene.group)
    poll = await asked(stage, scene)
    assert poll.state.poll is not None
    assert "非正式摸底·没有效力" in poll.state.poll.question
    await one.vote_in_poll(poll, "周六")
    await other.vote_in_poll(poll, "周六")
    await stage.restart()
    await other.vote_in_poll(poll)
    await other.vote_in_poll(poll, "周日")
    await stranger.vote_in_poll(poll, "周日")
    listed = await say(stage, scene.leader, scene.leader.private(), "/straw")
    assert "周末大扫除哪天好　非正式摸底·没有效力" in listed.text
    await stage.pass_time(days=1, minutes=1)
    result = scene.group.messages[-1].text
    assert "非正式摸底·没有效力" in result
    assert "周六　1 人\n周日　2 人" in result
    assert "一共 3 人表态，其中 2 人是登记的住户" in result
    assert poll.state.poll.closed


async def test_only_who_may_convene_asks_and_ends_one_and_ends_it_once(stage: Stage) -> None:
    scene = await bound_building(stage)
    (resident,) = await residents(stage, scene, 1)
    await say(stage, resident, scene.group, LINE)
    assert not any(message.state.poll for message in scene.group.messages)
    poll = await asked(stage, scene)
    await press(stage, resident, poll, "结束摸底")
    assert poll.state.poll is not None
    assert not poll.state.poll.closed
    await press(stage, scene.leader, poll, "结束摸底")
    assert poll.state.poll.closed
    assert "一共 0 人表态" in scene.group.messages[-1].text
    count = len(scene.group.messages)
    await scene.leader.press_forged(poll, "swe:1")
    await stage.pass_time(days=2)
    assert len(scene.group.messages) == count


async def test_a_mood_stands_in_minutes_and_export_as_binding_nobody_and_in_no_register(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    await open_meeting(stage, scene, "大扫除")
    poll = await asked(stage, scene)
    for one in voters:
        await one.vote_in_poll(poll, "周日")
    await press(stage, scene.leader, poll, "结束摸底")
    for label in ("散会", "✅ 散会"):
        await tap(stage, scene.leader, scene.group, label)
    await say(stage, scene.leader, scene.group, LINE.replace("大扫除", "种树"))
    await stage.pass_time(days=2)
    async with stage.program.store.glance() as conn:
        data = json.loads(json.dumps((await export_building(conn, scene.building_id, stage.now)).data))
        building = await homes.building(conn, scene.building_id)
        filed = await register.gather(conn, building, stage.now)
        assert await meetings.of_building(conn, scene.building_id)
    lines = [line for item in data["meetings"][0]["minutes"]["content"]["items"] for line in item["lines"]]
    told_of = [line["text"] for line in lines if line["kind"] == "straw_closed"]
    assert told_of == ["周末大扫除哪天好; 周六 0; 周日 3"]
    assert "没有效力" in read_words("zh")["minutes"]["straw_closed"]
    assert "binds nobody" in read_words("en")["minutes"]["straw_closed"]
    told = [event for event in data["events"] if event["kind"] == "straw_closed"]
    assert [event["stream"].partition(":")[0] for event in told] == ["building", "meeting"]
    assert all(event["data"]["binding"] is False for event in told)
    assert (data["ballots"], verify(json.dumps(data).encode()).ballots) == ([], ())
    assert not any("周末" in cell for entry in filed for cell in entry.row)


async def test_whoever_is_forgotten_leaves_no_answer_behind(stage: Stage) -> None:
    scene = await bound_building(stage)
    (one,) = await residents(stage, scene, 1)
    poll = await asked(stage, scene)
    await one.vote_in_poll(poll, 0)
    await stage.settle()
    async with stage.program.store.unit(stage.now) as unit:
        straw = await straws.find(unit.conn, 1)
        assert straw is not None
        assert (await straws.mood(unit.conn, straw)).people == 1
        person = await people.by_address(unit.conn, str(one.id))
        assert person is not None
        await privacy.erase(unit.conn, person.id)
        assert (await straws.mood(unit.conn, straw)).people == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [("/straw 哪天", "两个"), ("/straw 哪天 | 周六", "两个"), ("/straw 哪天 | 一 | 一", "一")],
)
async def test_a_straw_poll_that_cannot_be_asked_is_refused(stage: Stage, line: str, said: str) -> None:
    scene = await bound_building(stage)
    refused = await say(stage, scene.leader, scene.leader.private(), line)
    assert said in refused.text
    assert not any(message.state.poll for message in scene.group.messages)


async def test_an_answer_that_comes_before_its_poll_is_known_counts_all_the_same(stage: Stage) -> None:
    scene = await bound_building(stage)
    (one, other) = await residents(stage, scene, 2)
    poll = await asked(stage, scene)
    assert poll.state.poll is not None
    name = poll.state.poll.id
    async with stage.program.store.unit(stage.now) as unit:
        await unit.conn.execute(tables.straws.update().values(poll=None))
    await one.vote_in_poll(poll, "周六")
    await other.vote_in_poll(poll, "周六")
    await stage.settle()
    await stage.restart()
    await other.vote_in_poll(poll)
    await other.vote_in_poll(poll, "周日")  # the last one counts
    await stage.settle()
    async with stage.program.store.unit(stage.now) as unit:
        await unit.conn.execute(tables.straws.update().values(poll=name))
    await stage.pass_time(seconds=20)
    async with stage.program.store.glance() as conn:
        straw = await straws.find(conn, 1)
        assert straw is not None
        assert (await straws.mood(conn, straw)).counts == (1, 1)
    async with stage.program.store.unit(stage.now) as unit:
        person = await people.by_address(unit.conn, str(other.id))
        assert person is not None
        await privacy.erase(unit.conn, person.id)
        kept = (tables.dues.c.kind == "straw_held", tables.dues.c.about_id == person.id)
        assert (await unit.conn.execute(tables.dues.select().where(*kept))).all() == []
