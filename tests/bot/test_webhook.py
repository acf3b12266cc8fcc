"""The webhook: taken means stored, once, in order per person; strangers and nonsense are turned away."""

from __future__ import annotations

import asyncio
import inspect
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import webhook
from bot.program import running
from bot.server import CannotListen
from bot.settings import Webhook
from bot.webhook import MOST_BYTES, derived_secret
from handlers.buttons import Button
from handlers.here import Here
from handlers.routes import Route
from storage import updates
from tests.bot.webhook_stage import SECRET, WebhookStage, said
from tests.stage import Stage, unlimited
from tests.storage.busy import all_in_use


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[WebhookStage]:
    async with WebhookStage(tmp_path) as stage:
        yield stage


class Knock(Button, code="knock"):
    """A button of these tests."""

    number: int


def hears(stage: Stage, act: Callable[..., Awaitable[None]]) -> None:
    """Let the running bot hear /probe and the button Knock by `act(here, _)`."""
    routes = stage.program.reception.routes
    routes.commands["probe"] = Route(act)
    routes.presses[Knock] = Route(act)


def listening(stage: Stage) -> list[str]:
    """Let the running bot note what it hears behind /probe, in order."""
    handled: list[str] = []

    async def act(_here: Here, rest: str) -> None:
        handled.append(rest)

    hears(stage, act)
    return handled


async def faults(stage: Stage) -> list[dict[str, Any]]:
    async with stage.program.store.glance() as conn:
        return await updates.list_faults(conn)


async def test_people_are_heard_and_answered(stage: WebhookStage) -> None:
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    assert chat.messages[-1].by_bot
    assert stage.sandbox.journal.methods["getUpdates"] == 0


async def test_a_press_is_answered_in_the_reply_without_a_request_of_its_own(stage: WebhookStage) -> None:
    async def act(here: Here, _button: Knock) -> None:
        await here.tell("guests.lost", alert=True)

    async def never(*_args: object, **_more: object) -> bool:
        raise AssertionError("a request was made")

    hears(stage, act)
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    stage.program.reception._send_answer = never  # type: ignore[method-assign,assignment]
    told = await person.press_forged(chat.messages[-1], Knock(1).pack())
    assert "没看懂" in told.text
    assert told.show_alert
    answers = [one for one in stage.sandbox.journal.requests if one.method == "answerCallbackQuery"]
    assert [one.status for one in answers] == [200]


async def test_a_refusal_and_a_fault_are_answered_in_the_reply_too(stage: WebhookStage) -> None:
    async def act(_here: Here, _button: Knock) -> None:
        raise ZeroDivisionError

    hears(stage, act)
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    told = await person.press_forged(chat.messages[-1], "no such button")
    assert "这个按钮" in told.text
    assert "没有办成" in (await person.press_forged(chat.messages[-1], Knock(1).pack())).text
    assert len(await faults(stage)) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "秘密"])
async def test_who_does_not_know_the_secret_is_not_heard(stage: WebhookStage, secret: str | None) -> None:
    handled = listening(stage)
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
    async with httpx.AsyncClient(trust_env=False) as client:
        refused = await client.post(stage.url, json=said(1, "/probe 1"), headers=headers)  # type: ignore[arg-type]
    assert refused.status_code == 403
    assert handled == []
    assert (await stage.deliver(said(1, "/probe 1"))).status_code == 200
    assert handled == ["1"]


def test_the_secret_is_compared_in_constant_time() -> None:
    """How long a comparison takes is not measured: that the one for secrets is used is."""
    compared = [line for line in inspect.getsource(webhook.Webhook).splitlines() if "shown" in line]
    assert any("hmac.compare_digest(shown.encode(), self._secret.encode())" in line for line in compared)
    assert not any(sign in line for line in compared for sign in ("==", "!=", " in "))


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_huge_body_is_refused(stage: WebhookStage, chunked: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 50_000 + 2):
            yield b" " * 50_000

    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    content = parts() if chunked else b" " * (MOST_BYTES + 1)
    async with httpx.AsyncClient(trust_env=False) as client:
        refused = await client.post(stage.url, content=content, headers=headers)
    assert refused.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b"7",
        {"message": {}},
        {"update_id": "1"},
        {"update_id": True},
        {"update_id": 1.5},
        {"update_id": 0},
        {"update_id": -1},
        {"update_id": 2**63},
    ],
)
async def test_what_is_no_update_is_refused_and_is_no_fault(stage: WebhookStage, body: Any) -> None:
    assert (await stage.deliver(body)).status_code == 400
    assert await faults(stage) == []


async def test_what_no_database_keeps_in_a_text_is_left_out(stage: WebhookStage) -> None:
    handled = listening(stage)
    assert (await stage.deliver(said(1, "/probe a\0b"))).status_code == 200
    assert (await stage.deliver(said(2, r"/probe \u0000"))).status_code == 200
    half = json.dumps(said(3, "/probe c\ud83dd")).encode()
    assert (await stage.deliver(half)).status_code == 200
    raw = json.dumps(said(4, "/probe e?f")).encode().replace(b"?", b"\xed\xa0\xbd")
    assert (await stage.deliver(raw)).status_code == 200
    assert handled == ["ab", r"\u0000", "cd", "ef"]
    assert await faults(stage) == []


async def test_only_post_and_only_its_path_is_answered(stage: WebhookStage) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(stage.url)).status_code == 405
        assert (await client.put(stage.url)).status_code == 405
        assert (await client.post(stage.url + "s")).status_code == 404


async def test_an_update_the_library_cannot_read_is_kept_and_holds_up_nothing(stage: WebhookStage) -> None:
    broken = {"update_id": 5, "message": {"message_id": "?", "chat": 7}}
    assert (await stage.deliver(broken)).status_code == 200
    assert (await stage.deliver(broken)).status_code == 200
    (fault,) = await faults(stage)
    assert fault["payload"] == broken
    assert (await stage.deliver({"update_id": 6, "a_new_kind": {}})).status_code == 200


async def test_what_is_delivered_twice_is_handled_once(stage: WebhookStage) -> None:
    handled = listening(stage)
    stage.sandbox.faults.duplicate = 1.0
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await person.say(chat, "/probe 1")
    await stage.settle()
    assert stage.sandbox.faults.happened["duplicate"] == 2
    assert handled == ["1"]


async def test_two_deliveries_at_once_share_one_handling(stage: WebhookStage) -> None:
    handled: list[str] = []
    gate = asyncio.Event()

    async def act(_here: Here, rest: str) -> None:
        await gate.wait()
        handled.append(rest)

    hears(stage, act)
    both = [asyncio.create_task(stage.deliver(said(1, "/probe 1"))) for _ in range(2)]
    await asyncio.wait(both, timeout=0.2)
    assert not any(task.done() for task in both)
    gate.set()
    assert [(await task).status_code for task in both] == [200, 200]
    assert handled == ["1"]


async def test_one_persons_updates_are_taken_in_order_and_nobody_else_waits(stage: WebhookStage) -> None:
    handled: list[str] = []
    gate, begun = asyncio.Event(), asyncio.Event()
    process = stage.program.application.process_update

    async def slowly(update: Any) -> None:
        if update.update_id == 1:
            begun.set()
            await gate.wait()
        await process(update)

    async def act(_here: Here, rest: str) -> None:
        handled.append(rest)

    hears(stage, act)
    stage.program.application.process_update = slowly  # type: ignore[method-assign]
    first = asyncio.create_task(stage.deliver(said(1, "/probe 1")))
    await begun.wait()
    third = asyncio.create_task(stage.deliver(said(3, "/probe 3")))
    await standing(stage, 2)
    second = asyncio.create_task(stage.deliver(said(2, "/probe 2")))
    await standing(stage, 3)
    await stage.deliver(said(4, "/probe other", person=778))
    assert handled == ["other"]
    gate.set()
    await asyncio.gather(first, second, third)
    assert handled == ["other", "1", "2", "3"]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that nothing tells of."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - as said
            await asyncio.sleep(0.002)


async def standing(stage: WebhookStage, count: int) -> None:
    """Wait until so many deliveries are under way."""
    webhook = stage.program.webhook
    assert webhook is not None
    await until(lambda: len(webhook._under_way) >= count)


async def test_taken_means_stored(stage: WebhookStage) -> None:
    listening(stage)
    for number in range(1, 6):
        assert (await stage.deliver(said(number, f"/probe {number}"))).status_code == 200
        with sqlite3.connect(stage.file) as other:
            found = other.execute("SELECT 1 FROM seen_updates WHERE update_id = ?", (number,)).fetchone()
        other.close()
        assert found == (1,)


async def test_a_locked_database_has_the_update_brought_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.telegram.PAUSES", ())
    stage = WebhookStage(tmp_path)
    stage.database += "?timeout=0.01"
    async with stage:
        handled = listening(stage)
        person = stage.sandbox.people.new("示例住户")
        chat = await person.start()
        await stage.settle()
        other = sqlite3.connect(stage.file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert (await stage.deliver(said(900, "/probe by hand"))).status_code == 503
        await person.say(chat, "/probe 1")
        bot = next(iter(stage.sandbox.world.bots.values()))
        delivery = stage.sandbox.api.webhooks.active[bot.id]
        await until(lambda: "503" in delivery.last_error)
        assert stage.program.reception.turned_away > 1
        other.execute("ROLLBACK")
        other.close()
        before = len(chat.messages)
        await stage.settle()
        assert handled == ["1"]
        assert len(chat.messages) == before  # no apology for what was done after all
        assert (await stage.deliver(said(900, "/probe by hand"))).status_code == 200
        assert handled == ["1", "by hand"]


async def test_while_no_connection_is_free_an_update_is_not_taken(
    stage: WebhookStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.telegram.PAUSES", ())
    handled = listening(stage)
    async with all_in_use(stage.program.store):
        assert (await stage.deliver(said(900, "/probe by hand"))).status_code == 503
    assert (await stage.deliver(said(900, "/probe by hand"))).status_code == 200
    assert handled == ["by hand"]


async def test_a_fault_that_cannot_be_kept_is_not_taken(
    stage: WebhookStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody would ever hear of it: neither who sent the update nor who reads the faults."""

    async def act(_here: Here, _rest: str) -> None:
        raise ValueError("a fault")

    async def fails(*_args: object) -> None:
        raise ZeroDivisionError("a fault of those who keep faults")

    hears(stage, act)
    with monkeypatch.context() as broken:
        broken.setattr("storage.updates.add_fault", fails)
        assert (await stage.deliver(said(900, "/probe"))).status_code == 503
    assert (await stage.deliver(said(900, "/probe"))).status_code == 200
    async with stage.program.store.glance() as conn:
        (fault,) = await updates.list_faults(conn)
    assert "ValueError: a fault" in fault["traceback"]


async def test_what_was_said_while_the_bot_was_down_is_brought_when_it_is_back(stage: WebhookStage) -> None:
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    await stage.stop()
    await person.say(chat, "您好")
    await stage.start()
    await stage.settle()
    assert [message.by_bot for message in chat.messages][-2:] == [False, True]
    assert "没看懂" in chat.messages[-1].text


async def test_stopping_waits_for_what_is_under_way(stage: WebhookStage) -> None:
    gate, begun = asyncio.Event(), asyncio.Event()

    async def act(_here: Here, _rest: str) -> None:
        begun.set()
        await gate.wait()

    hears(stage, act)
    delivery = asyncio.create_task(stage.deliver(said(1, "/probe 1")))
    await begun.wait()
    stopping = asyncio.create_task(stage.stop())
    await asyncio.wait([stopping], timeout=0.2)
    assert not stopping.done()
    gate.set()
    assert (await delivery).status_code == 200
    await stopping
    with sqlite3.connect(stage.file) as other:
        assert other.execute("SELECT count(*) FROM seen_updates WHERE update_id = 1").fetchone() == (1,)
    other.close()


async def test_long_polling_takes_the_webhook_away(stage: WebhookStage) -> None:
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    await stage.stop()
    by_polling = replace(stage.settings, webhook=Webhook())
    async with running(by_polling, lambda: stage.now, unlimited()) as program:
        assert not stage.sandbox.api.webhooks.active
        await person.say(chat, "您好")
        await stage.sandbox.settled()
        await program.quiet()
        assert "没看懂" in chat.messages[-1].text
    await stage.start()


async def test_telegram_is_told_the_address_the_secret_and_what_is_wanted(stage: WebhookStage) -> None:
    (told,) = [one.params for one in stage.sandbox.journal.requests if one.method == "setWebhook"]
    assert told["url"] == stage.url
    assert told["secret_token"] == SECRET
    assert int(told["max_connections"]) == 100
    assert "callback_query" in told["allowed_updates"]


async def test_an_address_without_a_path_and_a_secret_get_theirs(tmp_path: Path) -> None:
    class Bare(WebhookStage):
        @property
        def settings(self) -> Any:
            url = f"http://127.0.0.1:{self.address.port}"
            return replace(super().settings, webhook=Webhook(url, self.address))

    async with Bare(tmp_path) as stage:
        (told,) = [one.params for one in stage.sandbox.journal.requests if one.method == "setWebhook"]
        assert told["url"].endswith("/telegram")
        assert told["secret_token"] == derived_secret(stage.token)
        assert (await stage.deliver(said(1, "你好"), derived_secret(stage.token))).status_code == 200


def test_a_derived_secret_is_the_same_each_time_and_tells_nothing_of_the_token() -> None:
    assert derived_secret("1:a") == derived_secret("1:a") != derived_secret("1:b")
    assert derived_secret("1:a").isalnum()
    assert "1:a" not in derived_secret("1:a")


async def test_an_address_that_is_taken_is_named(stage: WebhookStage, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    second = WebhookStage(tmp_path / "second")
    second.address = stage.address
    with pytest.raises(CannotListen, match=f"127.0.0.1:{stage.address.port}"):
        async with second:
            pass
    await second.sandbox.__aexit__(None, None, None)
