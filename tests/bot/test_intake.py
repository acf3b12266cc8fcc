"""The intake: stored before confirmed, once, in order per person, and a fault spoils only itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from telegram.error import TelegramError

from bot.request import Request
from handlers.buttons import Button
from handlers.here import Here
from handlers.routes import Route
from rules.refusals import Refusal
from sandbox.conversations import Conversation
from sandbox.people import Person
from storage import updates
from storage.store import Unavailable
from tests.stage import Stage


class Probe(Button, code="probe"):
    """A button of these tests."""

    number: int


def hears(stage: Stage, act: Callable[..., Awaitable[None]]) -> None:
    """Let the running bot hear /probe and the button Probe by `act(here, _)`."""
    routes = stage.program.reception.routes
    routes.commands["probe"] = Route(act)
    routes.presses[Probe] = Route(act)


async def probed(stage: Stage, act: Callable[..., Awaitable[None]]) -> tuple[Person, Conversation]:
    """Somebody who has sent /probe to a bot that hears it by `act`, and where; all of it is handled."""
    hears(stage, act)
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    await person.say(chat, "/probe")
    await stage.settle()
    return person, chat


async def test_a_second_delivery_changes_nothing_and_is_answered_alike(stage: Stage) -> None:
    handled: list[str] = []

    async def act(here: Here, rest: str) -> None:
        handled.append(rest)
        await here.say("guests.lost")

    hears(stage, act)
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    before = len(chat.messages)
    stage.sandbox.faults.duplicate = 1.0
    await person.say(chat, "/probe 1")
    await stage.settle()
    assert handled == ["1"]
    assert len(chat.messages) == before + 2  # what was said, and one answer


async def test_people_do_not_wait_for_each_other_but_one_persons_updates_keep_their_order(
    stage: Stage,
) -> None:
    handled: list[str] = []
    gate, other_was_heard = asyncio.Event(), asyncio.Event()
    process = stage.program.application.process_update

    async def slowly(update: Any) -> None:
        if update.message is not None and update.message.text == "/probe slow":
            await gate.wait()
        await process(update)

    async def act(here: Here, rest: str) -> None:
        handled.append(rest)
        if rest == "other":
            other_was_heard.set()

    hears(stage, act)
    stage.program.application.process_update = slowly  # type: ignore[method-assign]
    one, other = stage.sandbox.people.new("示例住户 1"), stage.sandbox.people.new("示例住户 2")
    first, second = await one.start(), await other.start()
    await stage.settle()
    await stage.sandbox.stop()  # so that the three come in one batch
    await one.say(first, "/probe slow")
    await one.say(first, "/probe after")
    await other.say(second, "/probe other")
    await stage.sandbox.start()
    await other_was_heard.wait()
    assert handled == ["other"]
    gate.set()
    await stage.settle()
    assert handled == ["other", "slow", "after"]


async def test_nobody_waits_for_whom_telegram_keeps_waiting(stage: Stage) -> None:
    """One asks whether somebody administers a group, and Telegram does not answer; others come after."""
    handled: list[str] = []
    gate, begun = asyncio.Event(), asyncio.Event()

    async def act(_here: Here, rest: str) -> None:
        handled.append(rest)

    process = stage.program.application.process_update

    async def slowly(update: Any) -> None:
        if update.message.text == "/probe slow":
            begun.set()
            await gate.wait()
        await process(update)

    hears(stage, act)
    one, other = stage.sandbox.people.new("示例住户 1"), stage.sandbox.people.new("示例住户 2")
    first, second = await one.start(), await other.start()
    await stage.settle()
    stage.program.application.process_update = slowly  # type: ignore[method-assign]
    await one.say(first, "/probe slow")
    await begun.wait()
    for number in range(3):
        await one.say(first, f"/probe after {number}")
        await other.say(second, f"/probe other {number}")
    async with asyncio.timeout(10):
        while len(handled) < 3:  # noqa: ASYNC110 - there is no bell
            await asyncio.sleep(0.01)
    assert handled == ["other 0", "other 1", "other 2"]
    pending = stage.sandbox.world.bots[stage.token].updates.pending
    assert pending[0]["message"]["text"] == "/probe slow", "what is not stored is not confirmed"
    gate.set()
    await stage.settle()
    assert handled[3:] == ["slow", "after 0", "after 1", "after 2"]
    assert not pending


async def test_what_was_under_way_at_the_stop_is_taken_in_at_the_next_start(stage: Stage) -> None:
    begun = asyncio.Event()

    async def never(_update: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    stage.program.application.process_update = never  # type: ignore[method-assign]
    await person.say(chat, "您好")
    await begun.wait()
    await stage.stop()
    await stage.start()
    await stage.settle()
    assert [message.by_bot for message in chat.messages][-2:] == [False, True]


async def test_what_was_under_way_when_it_left_office_is_taken_in_when_it_is_back(stage: Stage) -> None:
    begun = asyncio.Event()

    async def never(_update: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    one, other = stage.sandbox.people.new("示例住户 1"), stage.sandbox.people.new("示例住户 2")
    first, second = await one.start(), await other.start()
    await stage.settle()
    process, seat = stage.program.application.process_update, stage.program.seat
    stage.program.application.process_update = never  # type: ignore[method-assign]
    await one.say(first, "您好")
    await begun.wait()
    seat.taken.clear()
    seat.lost.set()
    await other.say(second, "在吗")
    stage.program.application.process_update = process  # type: ignore[method-assign]
    while any(not task.done() for task in stage.program.office.tasks):  # noqa: ASYNC110 - there is no bell
        await asyncio.sleep(0.01)
    seat.lost.clear()
    seat.taken.set()
    await stage.settle()
    for chat in (first, second):
        assert [message.by_bot for message in chat.messages][-2:] == [False, True]


async def test_a_fault_is_recorded_apologised_for_and_spoils_nothing_else(stage: Stage) -> None:
    async def act(here: Here, rest: str) -> None:
        await here.say("guests.lost")
        if rest == "bad":
            raise ZeroDivisionError("a fault in a handler")

    hears(stage, act)
    person, other = stage.sandbox.people.new("示例住户 1"), stage.sandbox.people.new("示例住户 2")
    chat, fine = await person.start(), await other.start()
    await stage.settle()
    await person.say(chat, "/probe bad")
    await other.say(fine, "/probe good")
    await stage.settle()
    assert "没有办成" in chat.messages[-1].text
    assert "没看懂" in fine.messages[-1].text
    assert "没看懂" not in [seen.text for seen in chat.messages][-2]
    async with stage.program.store.glance() as conn:
        (fault,) = await updates.list_faults(conn)
    assert "ZeroDivisionError" in fault["traceback"]


async def test_an_update_the_library_cannot_read_is_kept_as_a_fault_and_the_rest_is_handled(
    stage: Stage,
) -> None:
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    (bot,) = stage.sandbox.world.bots.values()
    await stage.sandbox.stop()  # so that the three come in one batch
    await person.say(chat, "您好")
    bot.updates.put("message", {"message_id": "?", "chat": 7})
    bot.updates.put("message", {"message_id": "?", "chat": 8})
    await stage.sandbox.start()
    await stage.settle()
    assert "没看懂" in chat.messages[-1].text
    await person.say(chat, "还在吗")
    await stage.settle()
    assert [message.by_bot for message in chat.messages[-2:]] == [False, True]
    async with stage.program.store.glance() as conn:
        faults = await updates.list_faults(conn)
    assert [fault["payload"]["message"]["chat"] for fault in faults] == [7, 8]


async def test_a_press_is_answered_only_after_the_commit(stage: Stage) -> None:
    seen_before_answer: list[bool] = []

    async def act(here: Here, button: Probe) -> None:
        await here.tell("guests.lost")
        assert here.heard.press is not None

    hears(stage, act)
    answer = stage.program.application.bot.answer_callback_query

    async def look_first(*args: Any, **more: Any) -> bool:
        async with stage.program.store.glance() as conn:
            newest = max(update.update_id for update in pressed)
            seen_before_answer.append((await updates.seen(conn, newest))[0])
        return await answer(*args, **more)

    pressed: list[Any] = []
    process = stage.program.application.process_update

    async def keep(update: Any) -> None:
        pressed.append(update)
        await process(update)

    stage.program.application.process_update = keep  # type: ignore[method-assign]
    stage.program.reception.bot = _Looking(stage.program.application.bot, look_first)  # type: ignore[assignment]
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    told = await person.press_forged(chat.messages[-1], Probe(1).pack())
    assert "没看懂" in told.text
    assert seen_before_answer == [True]


class _Looking:
    """The bot, with one method that looks before it answers."""

    def __init__(self, bot: Any, answer: Callable[..., Awaitable[bool]]) -> None:
        self._bot = bot
        self.answer_callback_query = answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bot, name)


@pytest.mark.parametrize("turned_away", [1, 3])
async def test_an_update_the_database_turned_away_is_tried_again(
    stage: Stage, turned_away: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = turned_away

    async def act(here: Here, rest: str) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise Unavailable("database is locked")
        await here.say("guests.lost")

    monkeypatch.setattr("handlers.telegram.PAUSES", (0.0, 0.0, 0.0))
    _, chat = await probed(stage, act)
    assert "没看懂" in chat.messages[-1].text
    assert left == -1


async def test_when_nothing_can_be_stored_the_person_is_told_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(here: Here, _rest: object) -> None:
        raise Unavailable("database or disk is full")

    monkeypatch.setattr("handlers.telegram.PAUSES", ())
    person, chat = await probed(stage, act)
    assert "记不下来" in chat.messages[-1].text
    told = await person.press_forged(chat.messages[-1], Probe(1).pack())
    assert "没有记入" in told.text
    assert told.show_alert


class NoWords(Refusal):
    """A refusal for which nobody wrote a template."""


async def test_a_fault_on_the_way_to_an_answer_is_recorded_too(stage: Stage) -> None:
    async def act(_here: Here, _rest: str) -> None:
        raise NoWords

    person, chat = await probed(stage, act)
    async with stage.program.store.glance() as conn:
        (fault,) = await updates.list_faults(conn)
        assert (await updates.seen(conn, fault["update_id"]))[0]
    assert "no_words" in fault["traceback"]
    await person.say(chat, "还在吗")
    await stage.settle()
    assert "没看懂" in chat.messages[-1].text


async def test_a_fault_whose_message_no_database_keeps_is_recorded(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "handlers.telegram")  # pytest's workers cannot hand half a pair on

    async def act(_here: Here, _rest: str) -> None:
        raise ValueError("half a pair: \ud83d, and \0")

    _, chat = await probed(stage, act)
    assert "没有办成" in chat.messages[-1].text
    async with stage.program.store.glance() as conn:
        (fault,) = await updates.list_faults(conn)
    assert "half a pair" in fault["traceback"]


async def test_a_fault_in_an_answer_to_a_poll_is_recorded_though_nobody_can_be_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_args: object) -> None:
        raise ZeroDivisionError("a fault in a poll")

    person = stage.sandbox.people.new("示例住户")
    await person.start()
    await stage.settle()
    monkeypatch.setattr("services.straws.answer", fails)
    answer = {"poll_id": "7", "user": person.account.as_user(), "option_ids": [0]}
    answer["option_persistent_ids"] = ["0"]
    (bot,) = stage.sandbox.world.bots.values()
    bot.updates.put("poll_answer", answer)
    await stage.settle()
    async with stage.program.store.glance() as conn:
        (fault,) = await updates.list_faults(conn)
    assert "a fault in a poll" in fault["traceback"]
    assert fault["payload"]["poll_answer"]["poll_id"] == "7"


@pytest.mark.parametrize(
    "text",
    [rb"a\u0000b\\u0000", rb"a\ud83db\\u0000", rb"a\uDE00b\\u0000", b"a\xed\xa0\x80b\\\\u0000"],
    ids=["nothing", "first half", "second half", "half as bytes"],
)
def test_what_no_database_keeps_in_a_text_is_left_out_of_what_is_fetched(text: bytes) -> None:
    written = rb'{"ok": true, "result": [{"update_id": 1, "message": {"text": "' + text + rb'"}}]}'
    read = Request.parse_json_payload(written)
    assert read["result"][0]["message"]["text"] == r"ab\u0000"


def test_bytes_that_are_no_text_spoil_only_the_text_they_are_in() -> None:
    written = (
        b'{"ok": true, "result": [{"update_id": 1, "message": {"text": "a\xff\\u0000"}}, {"update_id": 2}]}'
    )
    read = Request.parse_json_payload(written)
    assert read["result"] == [{"update_id": 1, "message": {"text": "a\ufffd"}}, {"update_id": 2}]


def test_an_answer_that_is_no_json_is_an_error_of_the_platform() -> None:
    with pytest.raises(TelegramError):
        Request.parse_json_payload(b"<html>Bad Gateway</html>")


def test_a_whole_pair_is_left_as_it_is() -> None:
    written = rb'{"ok": true, "result": [{"update_id": 1, "message": {"text": "\ud83d\udef5"}}]}'
    assert Request.parse_json_payload(written)["result"][0]["message"]["text"] == "🛵"
