"""After a sudden end the bot finds out which messages had arrived, and sends only the others again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.request import NeverLeft, Request
from sandbox.conversations import Seen
from sandbox.limits import Limits as Allowed
from sandbox.limits import Meter
from sandbox.people import Person
from sandbox.posting import delete
from services import outbox
from storage import outbox as rows_of_outbox
from storage import people
from storage.engine import open_engine
from storage.store import Store
from tests.faults.fast import FastStage, arrivals, notify
from tests.scenes import bound_building, open_ballot, press, residents, tap

NOTICE = "明天停水"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FastStage]:
    async with FastStage(tmp_path) as stage:
        yield stage


async def neighbours(stage: FastStage, count: int = 4) -> list[Person]:
    """People whom private messages reach."""
    return await residents(stage, await bound_building(stage), count)


async def end_suddenly(stage: FastStage, *words: str) -> None:
    """As if the process had ended before it could note that letters that say this had arrived."""
    await left_halfway(stage, *words)
    await stage.start()
    await stage.settle()


async def left_halfway(stage: FastStage, *words: str) -> None:
    """The same, and the bot is not back yet."""
    await stage.settle()
    await stage.stop()
    store = Store(open_engine(stage.database))
    async with store.unit(stage.now) as unit:
        rows = (await unit.conn.execute(text("SELECT id, payload FROM outbox"))).all()
        ids = [row.id for row in rows if json.loads(row.payload)["text"] in words]
        assert len(ids) >= len(words)
        await rows_of_outbox.change_letters(unit.conn, ids, state="sending", message=None, sent_at=None)
    await store.close()


async def end_before_it_leaves(stage: FastStage, person: Person, words: str, *, notice: bool) -> None:
    """As if the process had ended when something was marked as leaving and had not left."""
    await stage.settle()
    await stage.stop()
    await put_halfway(stage, str(person.id), words, notice=notice)
    await stage.start()
    await stage.settle()


async def put_halfway(
    stage: FastStage, address: str, words: str, *, notice: bool = True, attempts: int = 0
) -> None:
    """A letter that is marked as leaving and never left, while the bot is out."""
    store = Store(open_engine(stage.database))
    async with store.unit(stage.now) as unit:
        kind = "group" if address.startswith("-") else "private"
        chat = await people.enter(unit.conn, address, kind, "chat")
        await outbox.say(unit, chat.id, {"text": words, "keys": []}, notice=notice)
        marked = "UPDATE outbox SET state = 'sending', attempts = :attempts WHERE state = 'queued'"
        await unit.conn.execute(text(marked), {"attempts": attempts})
    await store.close()


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


class Crowded(Meter):
    """Answers the first five with 429."""

    def take(self, chat_id: int, count: int = 1) -> int:
        self.exceeded += 1
        return 1 if self.exceeded <= 5 else 0


def cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first five edits find no connection."""
    request, left = Request.do_request, iter(range(5))

    async def do(self: Request, url: str, *args: Any, **more: Any) -> tuple[int, bytes]:
        if url.endswith("/editMessageText") and next(left, None) is not None:
            raise NeverLeft("no connection")
        return await request(self, url, *args, **more)

    monkeypatch.setattr(Request, "do_request", do)


@pytest.mark.parametrize("trouble", ["error_500", "error_502", "429", "no connection"])
async def test_while_the_platform_does_not_tell_it_is_asked_again_later(
    stage: FastStage, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """Neither is the notice sent again, nor the answer let go, before it is known where they are."""
    [person, other] = await neighbours(stage, 2)
    await other.say(other.private(), "帮助")
    await notify(stage, [person.private()], NOTICE)
    await stage.settle()
    said = [seen.words for seen in other.private().messages]
    await left_halfway(stage, NOTICE, other.private().messages[-1].text)
    began = len(stage.sandbox.requests)
    if trouble == "429":
        bot = stage.sandbox.world.bots[stage.token]
        stage.sandbox.world.meters[bot.id] = Crowded(Allowed(), asyncio.get_running_loop().time)
    elif trouble == "no connection":
        cut_off(monkeypatch)
    else:
        stage.sandbox.faults.next(trouble, 5, "editMessageText")
    await stage.start()
    await stage.settle()
    assert arrivals(person, NOTICE) == 1
    assert [seen.words for seen in other.private().messages] == said
    assert await stage.unsent() == []
    assert "sendMessage" not in [one.method for one in stage.sandbox.requests[began:]]


async def test_a_notice_comes_at_most_twice_however_often_nobody_tells_where_it_is(stage: FastStage) -> None:
    [person, _] = await neighbours(stage, 2)
    await notify(stage, [person.private()], NOTICE)
    for came in (2, 2):
        stage.sandbox.faults.next("drop_before", 1, "editMessageText")
        await end_suddenly(stage, NOTICE)
        assert arrivals(person, NOTICE) == came
    assert [why for why, _ in await stage.unsent()] == ["unsure whether it was sent"]


async def test_a_notice_that_never_left_is_sent_however_often_the_process_ends(stage: FastStage) -> None:
    """Where all near it are asked about and none is it, it is not there."""
    [_, person] = await neighbours(stage, 2)
    await stage.settle()
    await stage.stop()
    await put_halfway(stage, str(person.id), NOTICE, attempts=1)
    await stage.start()
    await stage.settle()
    assert arrivals(person, NOTICE) == 1


@pytest.mark.parametrize(("attempts", "came"), [(0, 1), (1, 0)])
async def test_in_a_supergroup_a_notice_that_is_not_found_is_sent_again_once(
    stage: FastStage, attempts: int, came: int
) -> None:
    """Others write there, and what is looked for may lie further on."""
    scene = await bound_building(stage)
    scene.group.upgrade()
    await stage.settle()
    await stage.stop()
    await put_halfway(stage, str(scene.group.id), NOTICE, attempts=attempts)
    await stage.start()
    await stage.settle()
    assert sum(seen.text == NOTICE for seen in scene.group.messages) == came


async def lose_track(stage: FastStage, kind: str, *, taken_back: Seen | None = None) -> None:
    """As if the process had ended before it could note that a card had arrived; or before it arrived."""
    await stage.settle()
    await stage.stop()
    if taken_back is not None:
        delete(stage.sandbox.world, taken_back.state)
    store = Store(open_engine(stage.database))
    async with store.unit(stage.now) as unit:
        lost = "UPDATE cards SET message = NULL, picture = :no, shown = 0, leaving = :yes WHERE kind = :kind"
        found = await unit.conn.execute(text(lost), {"kind": kind, "yes": True, "no": False})
        assert found.rowcount == 1
    await store.close()
    await stage.start()
    await stage.settle()


async def test_a_ballot_that_had_arrived_is_not_shown_twice(stage: FastStage) -> None:
    """Neither is it lost sight of: it goes on telling how many have voted, and stays pinned."""
    scene = await bound_building(stage)
    [voter] = await residents(stage, scene, 1)
    card = await open_ballot(stage, scene)
    assert card.pinned
    scene.group.state.pinned.clear()  # it ended before it could pin it, too
    await lose_track(stage, "ballot")
    assert [seen.id for seen in scene.group.messages if "停车位" in seen.text] == [card.id]
    assert card.pinned
    await press(stage, voter, card, "甲")
    assert "1 户" in card.text


async def test_a_result_that_had_arrived_is_not_shown_twice(stage: FastStage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    card = await open_ballot(stage, scene)
    for voter in voters:
        await press(stage, voter, card, "甲")
    for label in ("组长：截止", "现在截止"):
        await tap(stage, scene.leader, scene.group, label)
    shown = [seen for seen in scene.group.messages if seen.photo]
    assert len(shown) == 1
    await lose_track(stage, "result")
    assert [seen for seen in scene.group.messages if seen.photo] == shown


async def test_a_card_that_had_not_left_is_shown(stage: FastStage) -> None:
    scene = await bound_building(stage)
    [voter] = await residents(stage, scene, 1)
    card = await open_ballot(stage, scene)
    before = [seen.words for seen in scene.group.messages if seen.id < card.id]
    await lose_track(stage, "ballot", taken_back=card)
    assert [seen.words for seen in scene.group.messages if seen.id < card.id] == before, "none is touched"
    [again] = [seen for seen in scene.group.messages if "停车位" in seen.text and not seen.deleted]
    assert again.pinned
    await press(stage, voter, again, "甲")
    assert "1 户" in again.text
