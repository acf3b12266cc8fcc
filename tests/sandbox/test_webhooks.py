"""Updates brought to a bot's own address."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox import Group, Person, Sandbox
from tests.sandbox.plain import Api
from tests.sandbox.receiver import Receiver

JSON = dict[str, Any]
KEYBOARD = json.dumps({"inline_keyboard": [[{"text": "甲", "callback_data": "1"}]]})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.server.start()
    yield receiver
    await receiver.server.stop()


async def test_updates_are_delivered_with_the_secret(
    sandbox: Sandbox, api: Api, resident: Person, receiver: Receiver
) -> None:
    await api("setWebhook", url=receiver.url, secret_token="s3cret")
    await resident.say(resident.private(), "喂")
    async with asyncio.timeout(5):
        update, headers = await receiver.got.get()
    assert update["message"]["text"] == "喂"
    assert headers[b"x-telegram-bot-api-secret-token"] == b"s3cret"
    await sandbox.settled()
    assert (await api("getWebhookInfo"))["pending_update_count"] == 0
    refused = await api.refusal("getUpdates")
    assert refused.startswith(
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
    )
    await api("deleteWebhook")
    assert await api("getUpdates") == []
    assert (await api("getWebhookInfo"))["url"] == ""


async def test_delivery_is_tried_until_it_is_taken_and_in_order(
    sandbox: Sandbox, api: Api, resident: Person, receiver: Receiver
) -> None:
    sandbox.api.webhooks.retry_seconds = 0.01
    receiver.answers = [(500, b""), (404, b"")]
    await resident.say(resident.private(), "一")
    await resident.say(resident.private(), "二")
    await api("setWebhook", url=receiver.url)
    seen = [(await receiver.next())["message"]["text"] for _ in range(4)]
    assert seen == ["一", "一", "一", "二"]
    await sandbox.settled()
    info = await api("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 404 Not Found"


async def test_a_receiver_that_is_down_gets_everything_later(
    sandbox: Sandbox, api: Api, resident: Person, receiver: Receiver
) -> None:
    sandbox.api.webhooks.retry_seconds = 0.01
    await receiver.server.stop()
    await api("setWebhook", url=receiver.url)
    await resident.say(resident.private(), "喂")
    while not (await api("getWebhookInfo")).get("last_error_message", "").startswith("Connection failed"):
        pass
    await receiver.server.start()
    assert (await receiver.next())["message"]["text"] == "喂"


async def test_a_method_in_the_answer_is_executed(api: Api, resident: Person, receiver: Receiver) -> None:
    said = {"method": "sendMessage", "chat_id": resident.id, "text": "您好"}
    receiver.answers = [(200, json.dumps(said).encode())]
    await api("setWebhook", url=receiver.url)
    await resident.say(resident.private(), "喂")
    await resident.private().wait_for("您好")
    assert api.sandbox.requests[-1].method == "sendMessage"


async def test_chats_do_not_wait_for_each_other(
    sandbox: Sandbox, api: Api, resident: Person, group: Group, receiver: Receiver
) -> None:
    sandbox.api.webhooks.retry_seconds = 30
    receiver.answers = [(500, b"")]
    await api("setWebhook", url=receiver.url)
    await resident.say(resident.private(), "stuck")
    assert (await receiver.next())["message"]["text"] == "stuck"
    await resident.say(group, "/free")
    assert (await receiver.next())["message"]["text"] == "/free"


async def test_a_persons_presses_wait_for_each_other_and_nobody_elses_in_the_group_do(
    sandbox: Sandbox, api: Api, resident: Person, group: Group, receiver: Receiver
) -> None:
    other = sandbox.people.new("示例邻居")
    await other.join(group)
    await api("sendMessage", chat_id=group.id, text="选", reply_markup=KEYBOARD)
    await api.updates()
    sandbox.api.webhooks.retry_seconds = 0.2
    await api("setWebhook", url=receiver.url)
    receiver.answers = [(500, b"")]
    resident.begin_press(group.messages[-1], "1")
    brought = [(await receiver.next())["callback_query"]["data"]]
    resident.begin_press(group.messages[-1], "2")
    other.begin_press(group.messages[-1], "3")
    brought += [(await receiver.next())["callback_query"]["data"] for _ in range(3)]
    assert brought == ["1", "3", "1", "2"]


async def test_pending_updates_can_be_dropped(api: Api, resident: Person, receiver: Receiver) -> None:
    await resident.say(resident.private(), "old")
    await api("setWebhook", url=receiver.url, drop_pending_updates=True, allowed_updates=["message"])
    await resident.say(resident.private(), "new")
    assert (await receiver.next())["message"]["text"] == "new"
    assert (await api("getWebhookInfo"))["allowed_updates"] == ["message"]


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"url": "http://example.org/x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://example.org/x", "secret_token": "a b"},
            "secret token contains unallowed characters",
        ),
    ],
)
async def test_a_bad_webhook_is_refused(api: Api, params: JSON, complaint: str) -> None:
    assert await api.refusal("setWebhook", **params) == f"Bad Request: {complaint}"
