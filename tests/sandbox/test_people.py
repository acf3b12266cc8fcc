"""What people can do, and what they see."""

import asyncio

import pytest

from sandbox import Group, NotThereError, Person, Sandbox
from tests.sandbox.plain import Api, button, keyboard, png


async def test_a_deep_link_starts_the_bot_with_its_payload(sandbox: Sandbox, api: Api) -> None:
    person = sandbox.people.new("示例住户 1")
    chat = await person.open_link("https://t.me/echo_bot?start=c0de")
    assert chat == person.private()
    update = (await api.updates())[-1]["message"]
    assert update["text"] == "/start c0de"
    assert update["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert update["from"]["language_code"] == "zh-hans"


async def test_a_group_link_adds_the_bot_and_says_so(sandbox: Sandbox, api: Api, resident: Person) -> None:
    group = sandbox.people.new_group("5栋", resident)
    await resident.open_link("https://t.me/echo_bot?startgroup=b5&admin=pin_messages", group)
    updates = await api.updates()
    assert updates[0]["my_chat_member"]["new_chat_member"]["status"] == "administrator"
    assert updates[-1]["message"]["text"] == "/start@echo_bot b5"


@pytest.mark.parametrize("link", ["https://example.org/echo_bot", "https://t.me/no_such_bot"])
async def test_links_that_lead_nowhere_are_refused(resident: Person, link: str) -> None:
    with pytest.raises((ValueError, LookupError)):
        await resident.open_link(link)


async def test_buttons_are_found_by_label_part_number_or_data(api: Api, resident: Person) -> None:
    rows = [button("✅ 发布通知", callback_data="p"), button("改时间", callback_data="t")]
    markup = keyboard(rows, [button("看", url="https://example.org/1")])
    await api("sendMessage", chat_id=resident.id, text="x", reply_markup=markup)
    message = resident.private().messages[-1]
    await resident.press(message, "改时间", wait=False)
    await resident.press(message, "发布", wait=False)
    await resident.press(message, 1, wait=False)
    await resident.press(message, callback_data="p", wait=False)
    assert [u["callback_query"]["data"] for u in await api.updates()] == ["t", "p", "t", "p"]
    assert (await resident.press(message, "看")).url == "https://example.org/1"
    with pytest.raises(LookupError, match="there are \\['✅ 发布通知', '改时间', '看'\\]"):
        await resident.press(message, "取消")


async def test_an_answer_that_never_comes_is_said_to_be_missing(api: Api, resident: Person) -> None:
    await api("sendMessage", chat_id=resident.id, text="x", reply_markup=keyboard())
    answer = await resident.press(resident.private().messages[-1], "甲", timeout=0.01)
    assert not answer.given


async def test_forged_data_reaches_the_bot_as_it_is(api: Api, resident: Person) -> None:
    await api("sendMessage", chat_id=resident.id, text="x")
    await resident.press_forged(resident.private().messages[-1], "v:999:forged", wait=False)
    assert (await api.updates())[-1]["callback_query"]["data"] == "v:999:forged"


async def test_nobody_acts_where_they_are_not(
    sandbox: Sandbox, api: Api, group: Group, resident: Person
) -> None:
    stranger = sandbox.people.new("示例住户 9")
    await api("sendMessage", chat_id=group.id, text="x", reply_markup=keyboard())
    message = group.messages[-1]
    for act in (
        lambda: stranger.say(group, "x"),
        lambda: stranger.press(message, "甲"),
        lambda: stranger.reply(message, "x"),
        lambda: stranger.pin(message),
        lambda: resident.edit(message, "y"),
    ):
        with pytest.raises(NotThereError):
            await act()
    await resident.block()
    with pytest.raises(NotThereError, match="has blocked the bot"):
        await resident.say(resident.private(), "x")


async def test_only_leaders_promote_and_remove(
    sandbox: Sandbox, api: Api, group: Group, resident: Person
) -> None:
    neighbour = sandbox.people.new("示例住户 2")
    await resident.add(group, neighbour)
    with pytest.raises(NotThereError, match="does not lead"):
        await neighbour.remove_bot(group)
    await resident.promote(group, neighbour)
    await neighbour.remove_bot(group)
    assert "kicked from the group chat" in await api.refusal("sendMessage", chat_id=group.id, text="x")


async def test_pictures_and_documents_of_people_reach_the_bot(
    api: Api, group: Group, resident: Person
) -> None:
    group.promote_bot()
    await api.updates()
    await resident.send_photo(group, png(7, 5), "甲方案")
    await resident.send_document(group, b"a,b\n", "roll.csv")
    photo, document = [update["message"] for update in await api.updates()]
    assert (photo["photo"][-1]["width"], photo["caption"]) == (7, "甲方案")
    file = await api("getFile", file_id=document["document"]["file_id"])
    loaded = await api.client.get(f"{api.sandbox.file_url}{api.token}/{file['file_path']}")
    assert (loaded.content, document["document"]["file_name"]) == (b"a,b\n", "roll.csv")


async def test_waiting_ends_with_the_first_message_or_edit_that_fits(api: Api, resident: Person) -> None:
    chat = resident.private()
    waiting = asyncio.create_task(chat.wait_for("已投 2 户"))
    sent = await api("sendMessage", chat_id=resident.id, text="已投 1 户")
    assert not waiting.done()
    await api("editMessageText", chat_id=resident.id, message_id=sent["message_id"], text="已投 2 户")
    assert (await waiting).id == sent["message_id"]
    assert await chat.wait_for(lambda message: message.edited) == await waiting
    with pytest.raises(TimeoutError, match="已投 2 户"):
        await chat.wait_for("已投", after=chat.last, timeout=0.01)
    with pytest.raises(TimeoutError):
        await chat.wait_for("/start", timeout=0.01)
    assert (await chat.wait_for("/start", by_bot=False)).sender == resident.name


async def test_a_conversation_reads_as_a_transcript(api: Api, resident: Person) -> None:
    await api(
        "sendMessage", chat_id=resident.id, text="三选一", reply_markup=keyboard([button("甲"), button("乙")])
    )
    assert resident.private().transcript() == ("示例住户 3-2-502: /start\nEcho: 三选一\n    [ 甲 ] [ 乙 ]")


async def test_unread_messages_are_counted_until_they_are_seen(
    api: Api, group: Group, resident: Person
) -> None:
    resident.sees(group)
    await api("sendMessage", chat_id=group.id, text="1")
    await api("sendMessage", chat_id=group.id, text="2")
    assert group.state.unread(resident.account) == 2
    assert [chat.title for chat in resident.chats()] == ["3栋邻里群", "示例住户 3-2-502 · Echo"]
    assert [message.text for message in resident.sees(group)][-2:] == ["1", "2"]
    assert group.state.unread(resident.account) == 0


async def test_settled_waits_for_updates_and_answers_and_says_what_is_missing(
    sandbox: Sandbox, api: Api, resident: Person
) -> None:
    await sandbox.settled(timeout=0.1)
    await api("sendMessage", chat_id=resident.id, text="x", reply_markup=keyboard())
    await resident.press(resident.private().messages[-1], "甲", wait=False)
    with pytest.raises(TimeoutError, match="1 updates wait for @echo_bot; 1 presses wait for an answer"):
        await sandbox.settled(timeout=0.01)
    settling = asyncio.create_task(sandbox.settled())
    query = (await api.updates())[-1]["callback_query"]
    assert not settling.done()
    await api("answerCallbackQuery", callback_query_id=query["id"])
    await settling


async def test_changes_are_told_as_they_happen(
    sandbox: Sandbox, api: Api, group: Group, resident: Person
) -> None:
    told = []

    async def listen() -> None:
        async for change in sandbox.changes():
            told.append(change)  # noqa: PERF401 - the stream never ends

    listener = asyncio.create_task(listen())
    await asyncio.sleep(0)
    sent = await api("sendMessage", chat_id=group.id, text="x")
    await api("editMessageText", chat_id=group.id, message_id=sent["message_id"], text="y")
    await sandbox.people.new("示例住户 4").join(group)
    await api("deleteMessage", chat_id=group.id, message_id=sent["message_id"])
    await asyncio.sleep(0)
    listener.cancel()
    assert [change["kind"] for change in told] == ["message", "edit", "membership", "message", "delete"]
    assert {change["chat"] for change in told} == {group.key}


async def test_a_supergroup_counts_its_messages_for_itself(api: Api, group: Group, resident: Person) -> None:
    await resident.say(group, "before")
    group.upgrade()
    said = await resident.say(group, "after")
    assert (group.state.type, said.id) == ("supergroup", 2)
    assert group.members == [resident.id, (await api("getMe"))["id"]]


async def test_one_message_to_three_hundred_is_one_update(
    sandbox: Sandbox, api: Api, group: Group, resident: Person
) -> None:
    await sandbox.people.join(group, *(sandbox.people.new(f"示例住户 {n}") for n in range(300)))
    while await api.updates():
        pass
    await resident.say(group, "/start")
    assert len(await api.updates()) == 1
    assert await api("getChatMemberCount", chat_id=group.id) == 302


async def test_a_text_too_long_for_one_message_goes_out_in_parts(api: Api, resident: Person) -> None:
    last = await resident.say(resident.private(), "🏠" * 2500)
    parts = [update["message"]["text"] for update in await api.updates()]
    assert [len(part) for part in parts] == [2048, 452]
    assert last.text == parts[1]
    with pytest.raises(ValueError, match="a text has words"):
        await resident.say(resident.private(), "  ")
