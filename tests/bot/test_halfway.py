"""After a sudden end the bot finds out which messages had arrived, and sends only the others again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from sandbox.people import Person
from services import outbox
from storage import outbox as rows_of_outbox
from storage import people
from storage.engine import open_engine
from storage.store import Store
from tests.faults.fast import FastStage, arrivals, notify
from tests.scenes import bound_building, residents

NOTICE = "明天停水"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FastStage]:
    async with FastStage(tmp_path) as stage:
        yield stage


async def neighbours(stage: FastStage, count: int = 4) -> list[Person]:
    """People whom private messages reach."""
    return await residents(stage, await bound_building(stage), count)


async def end_suddenly(stage: FastStage, words: str) -> None:
    """As if the process had ended before it could note that letters that say this had arrived."""
    await stage.settle()
    await stage.stop()
    store = Store(open_engine(stage.database))
    async with store.unit(stage.now) as unit:
        rows = (await unit.conn.execute(text("SELECT id, payload FROM outbox"))).all()
        ids = [row.id for row in rows if json.loads(row.payload)["text"] == words]
        assert ids
        await rows_of_outbox.change_letters(unit.conn, ids, state="sending", message=None, sent_at=None)
    await store.close()
    await stage.start()
    await stage.settle()


async def end_before_it_leaves(stage: FastStage, person: Person, words: str, *, notice: bool) -> None:
    """As if the process had ended when something was marked as leaving and had not left."""
    await stage.settle()
    await stage.stop()
    store = Store(open_engine(stage.database))
    async with store.unit(stage.now) as unit:
        chat = await people.enter(unit.conn, str(person.id), "private", person.name)
        await outbox.say(unit, chat.id, {"text": words, "keys": []}, notice=notice)
        await unit.conn.execute(text("UPDATE outbox SET state = 'sending' WHERE state = 'queued'"))
    await store.close()
    await stage.start()
    await stage.settle()


async def test_notices_that_had_arrived_are_not_sent_again(stage: FastStage) -> None:
    everybody = await neighbours(stage)
    await notify(stage, [each.private() for each in everybody], NOTICE)
    await end_suddenly(stage, NOTICE)
    assert [arrivals(each, NOTICE) for each in everybody] == [1] * len(everybody)
    assert await stage.rows("SELECT count(*) FROM outbox WHERE state <> 'sent' OR message IS NULL") == [(0,)]


async def test_a_notice_that_had_not_left_is_sent_and_nothing_near_it_is_touched(stage: FastStage) -> None:
    [first, second] = await neighbours(stage, 2)
    before = [seen.words for seen in second.private().messages]
    await end_before_it_leaves(stage, second, NOTICE, notice=True)
    assert [seen.words for seen in second.private().messages] == [*before, NOTICE]
    assert arrivals(first, NOTICE) == 0


async def test_an_answer_that_had_arrived_is_known(stage: FastStage) -> None:
    [person, _] = await neighbours(stage, 2)
    await person.say(person.private(), "帮助")
    await stage.settle()
    said = [seen.words for seen in person.private().messages]
    await end_suddenly(stage, person.private().messages[-1].text)
    assert [seen.words for seen in person.private().messages] == said
    assert await stage.unsent() == []


async def test_an_answer_that_is_not_found_is_let_go(stage: FastStage) -> None:
    [person, _] = await neighbours(stage, 2)
    await end_before_it_leaves(stage, person, "一句闲话", notice=False)
    assert arrivals(person, "一句闲话") == 0
    assert [why for why, _ in await stage.unsent()] == ["unsure whether it was sent"]


async def test_a_notice_is_found_in_a_supergroup_that_counts_for_itself(stage: FastStage) -> None:
    scene = await bound_building(stage)
    await residents(stage, scene, 2)
    scene.group.upgrade()
    await stage.settle()
    await notify(stage, [scene.group], NOTICE)
    await end_suddenly(stage, NOTICE)
    assert sum(seen.text == NOTICE for seen in scene.group.messages) == 1
