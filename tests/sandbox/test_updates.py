"""Fetching updates: in order, until confirmed, by one at a time."""

import asyncio

import httpx

from sandbox import Group, Person, Sandbox
from tests.sandbox.plain import Api, Clock, keyboard


def texts(updates: list[dict]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_updates_stay_until_an_offset_confirms_them(api: Api, resident: Person) -> None:
    for word in "一二三":
        await resident.say(resident.private(), word)
    first = await api("getUpdates")
    assert texts(first) == ["一", "二", "三"]
    assert await api("getUpdates", limit=2) == first[:2]
    assert texts(await api("getUpdates", offset=first[0]["update_id"] + 1)) == ["二", "三"]
    assert texts(await api("getUpdates", offset=-1)) == ["三"]
    assert await api("getUpdates", offset=first[-1]["update_id"] + 1) == []


async def test_at_most_a_hundred_come_at_once(api: Api, resident: Person) -> None:
    for number in range(105):
        await resident.say(resident.private(), str(number))
    assert len(await api("getUpdates", limit=500)) == 100


async def test_a_long_poll_ends_with_the_first_update(api: Api, resident: Person) -> None:
    waiting = asyncio.create_task(api("getUpdates", timeout=50))
    await api.sandbox.listened_to()
    await resident.say(resident.private(), "喂")
    assert texts(await waiting) == ["喂"]


async def test_a_second_poller_ends_the_first(api: Api) -> None:
    first = asyncio.create_task(api.post("getUpdates", timeout=50))
    await api.sandbox.listened_to()
    assert await api("getUpdates") == []
    assert (await first)["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )


async def test_allowed_updates_are_remembered(api: Api, resident: Person) -> None:
    await api("getUpdates", allowed_updates=["callback_query"])
    await resident.say(resident.private(), "not for you")
    assert await api("getUpdates") == []
    await api("getUpdates", allowed_updates=[])
    await resident.say(resident.private(), "for you")
    assert texts(await api("getUpdates")) == ["for you"]


async def test_member_changes_of_others_come_only_if_asked_for(
    sandbox: Sandbox, api: Api, group: Group, resident: Person
) -> None:
    group.promote_bot()
    await api.updates()
    await sandbox.people.new("示例住户 1").join(group)
    assert [next(k for k in u if k != "update_id") for u in await api.updates()] == ["message"]
    await api("getUpdates", allowed_updates=["chat_member"])
    await sandbox.people.new("示例住户 2").join(group)
    change = (await api.updates())[0]["chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("left", "member")


async def test_privacy_mode_shows_commands_replies_and_service_messages_only(
    sandbox: Sandbox, api: Api, group: Group, resident: Person
) -> None:
    sent = await api("sendMessage", chat_id=group.id, text="x")
    own = next(message for message in group.messages if message.id == sent["message_id"])
    await resident.say(group, "chatter")
    await resident.say(group, "/help")
    await resident.say(group, "/help@echo_bot")
    await resident.say(group, "/help@other_bot")
    said = await resident.reply(own, "a reply")
    await resident.reply(said, "a reply to a reply")
    await sandbox.people.new("示例住户 1").join(group)
    seen = [update["message"].get("text", "joined") for update in await api.updates()]
    assert seen == ["/help", "/help@echo_bot", "a reply", "joined"]
    group.promote_bot()
    await resident.say(group, "chatter")
    assert texts([u for u in await api.updates() if "message" in u]) == ["chatter"]


async def test_a_bot_without_privacy_reads_everything_but_other_bots(
    sandbox: Sandbox, resident: Person
) -> None:
    token = sandbox.new_bot("open_bot", "Open", privacy=False)
    group = sandbox.people.new_group("3栋", resident)
    await resident.add_bot(group, "open_bot")
    await resident.add_bot(group, "echo_bot")
    api = Api(sandbox, token)
    async with api.client:
        await resident.say(group, "chatter")
        assert (await api.updates())[-1]["message"]["text"] == "chatter"
        await api("sendMessage", chat_id=group.id, text="from a bot")
    echo = sandbox.world.bot_named("echo_bot")
    assert echo
    assert all("from a bot" not in str(update) for update in echo.updates.pending)


async def test_a_press_is_answered_once_and_only_while_it_is_young(
    api: Api, resident: Person, clock: Clock
) -> None:
    await api("sendMessage", chat_id=resident.id, text="x", reply_markup=keyboard())
    message = resident.private().messages[-1]
    pressing = asyncio.create_task(resident.press(message, "甲"))
    query = (await api.updates(timeout=5))[-1]["callback_query"]
    assert (query["data"], query["from"]["id"], query["message"]["text"]) == ("a", resident.id, "x")
    long = await api.refusal("answerCallbackQuery", callback_query_id=query["id"], text="会" * 201)
    assert long == "Bad Request: MESSAGE_TOO_LONG"
    await api("answerCallbackQuery", callback_query_id=query["id"], text="已记下", show_alert=True)
    answer = await pressing
    assert (answer.text, answer.show_alert, answer.given) == ("已记下", True, True)
    again = await api.refusal("answerCallbackQuery", callback_query_id=query["id"])
    assert again == "Bad Request: query is too old and response timeout expired or query ID is invalid"

    pressing = asyncio.create_task(resident.press(message, "甲"))
    query = (await api.updates(timeout=5))[-1]["callback_query"]
    clock.forward(31)
    assert await api.refusal("answerCallbackQuery", callback_query_id=query["id"]) == again
    assert not (await pressing).given


async def test_a_client_that_hangs_up_leaves_its_updates_unconfirmed(api: Api, resident: Person) -> None:
    url = f"{api.sandbox.bot_url}{api.token}/getUpdates?timeout=50"
    async with httpx.AsyncClient(trust_env=False) as client:
        lost = asyncio.create_task(client.get(url))
        await api.sandbox.listened_to()
        lost.cancel()
        await asyncio.wait([lost])
    await resident.say(resident.private(), "喂")
    assert texts(await api("getUpdates")) == ["喂"]
