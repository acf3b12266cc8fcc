"""The chat page by plain requests: who may ask, what one sees, and what one does."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sandbox import Group, Person, Sandbox
from tests.sandbox.page_bot import Bot, keyboard, png

JSON = dict[str, Any]


@dataclass
class Street:
    """A sandbox with a bot in a group of two neighbours, and a client for the page."""

    sandbox: Sandbox
    bot: Bot
    lin: Person
    wu: Person
    group: Group
    client: httpx.AsyncClient

    def at(self, person: Person, path: str, chat: str | None = None) -> str:
        """The page's path of something in a person's group."""
        return f"/page/people/{person.id}/chats/{chat or self.group.state.key}/{path}"

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.client.post(path, json=body)

    async def messages(self, person: Person, **query: int) -> list[JSON]:
        answer = await self.client.get(self.at(person, "messages"), params=query)
        return answer.raise_for_status().json()["messages"]

    async def chats(self, person: Person) -> dict[str, JSON]:
        async with self.feed(person) as events:
            return {chat["id"]: chat for chat in (await anext(events))[1]["chats"]}

    def feed(self, person: Person) -> "Feed":
        return Feed(self.client, person)


class Feed:
    """A person's stream of events, as (name, data)."""

    def __init__(self, client: httpx.AsyncClient, person: Person) -> None:
        self._opened = client.stream("GET", f"/page/people/{person.id}/changes")

    async def __aenter__(self) -> AsyncIterator[tuple[str, JSON]]:
        self._events = self._read(await self._opened.__aenter__())
        return self._events

    async def __aexit__(self, *error: object) -> None:
        await self._events.aclose()
        await self._opened.__aexit__(*error)

    async def _read(self, response: httpx.Response) -> AsyncIterator[tuple[str, JSON]]:
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    async with Sandbox(limits=None, callback_seconds=0.4) as sandbox:
        bot = Bot(sandbox)
        lin, wu = (sandbox.people.new(f"示例住户 {door}") for door in ("3-1-101", "3-1-102"))
        group = sandbox.people.new_group("3栋楼宇会", lin, wu)
        await lin.add_bot(group, admin=True)
        async with bot.client, httpx.AsyncClient(base_url=sandbox.url, timeout=20) as client:
            yield Street(sandbox, bot, lin, wu, group, client)


async def batches_until(events: AsyncIterator[tuple[str, JSON]], good: Any) -> list[JSON]:
    """Return the batches up to the one that is good."""
    seen = []
    async with asyncio.timeout(10):
        async for name, batch in events:
            if name == "changes":
                seen.append(batch)
                if good(batch):
                    return seen
    raise AssertionError("the stream ended")


async def test_the_page_runs_no_script_but_its_own(street: Street) -> None:
    page = await street.client.get("/")
    policy = page.headers["content-security-policy"]
    assert page.status_code == 200
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["main.js", "words.js", "base.css", "icon.svg"])
async def test_every_part_of_the_page_is_served_by_the_sandbox(street: Street, path: str) -> None:
    part = await street.client.get(f"/static/{path}")
    assert part.status_code == 200
    assert part.headers["cache-control"] == "no-cache"


async def test_a_request_that_names_another_host_is_refused(street: Street) -> None:
    for path in ("/", "/page/people", "/static/main.js"):
        answer = await street.client.get(path, headers={"Host": "rebound.example:80"})
        assert (answer.status_code, answer.json()) == (403, {"error": "elsewhere"})


async def test_another_sites_page_cannot_act(street: Street) -> None:
    said = await street.client.post(
        street.at(street.lin, "messages"), json={"text": "假的"}, headers={"Origin": "http://evil.example"}
    )
    assert said.status_code == 403
    assert "假的" not in str(await street.messages(street.lin))


async def test_people_come_with_their_hints(street: Street) -> None:
    street.sandbox.page.hints[street.lin.id] = "组长"
    people = (await street.client.get("/page/people")).json()["people"]
    assert [(one["first_name"], one.get("hint")) for one in people] == [
        ("示例住户 3-1-101", "组长"),
        ("示例住户 3-1-102", None),
    ]


async def test_somebody_new_comes_and_opens_a_group_with_all_who_are_here(street: Street) -> None:
    person = (await street.post("/page/people", name=" 示例新住户 ")).json()
    opened = await street.post(f"/page/people/{person['id']}/groups", title="试一试")
    chat = opened.json()["chat"]
    group = street.sandbox.people.chat(chat["id"])
    assert (person["first_name"], chat["title"], chat["members"]) == ("示例新住户", "试一试", 4)
    assert {m.account.id: m.status for m in group.state.present()}[street.bot.id] == "administrator"


@pytest.mark.parametrize(("name", "why"), [("", "empty"), ("  ", "empty"), ("长" * 129, "too_long")])
async def test_people_and_groups_have_names(street: Street, name: str, why: str) -> None:
    person = await street.post("/page/people", name=name)
    group = await street.post(f"/page/people/{street.lin.id}/groups", title=name)
    assert [person.json(), group.json()] == [{"error": why}, {"error": why}]


async def test_a_large_neighbourhood_is_not_dragged_into_a_new_group(street: Street) -> None:
    for number in range(40):
        street.sandbox.people.new(f"示例住户 {number}")
    opened = await street.post(f"/page/people/{street.lin.id}/groups", title="试一试")
    assert opened.json()["chat"]["members"] == 21


async def test_one_sees_the_private_chat_with_the_bot_and_ones_groups(street: Street) -> None:
    stranger = street.sandbox.people.new("示例访客")
    chats, few = await street.chats(street.lin), await street.chats(stranger)
    private = chats[f"{street.lin.id}:{street.bot.id}"]
    assert {chat["title"] for chat in chats.values()} == {"页面小助手", "3栋楼宇会"}
    assert (private["can_start"], private["can_write"]) == (True, False)
    assert [chat["title"] for chat in few.values()] == ["页面小助手"]


async def test_a_stranger_reads_and_says_nothing_in_a_group(street: Street) -> None:
    stranger = street.sandbox.people.new("示例访客")
    read = await street.client.get(street.at(stranger, "messages"))
    said = await street.post(street.at(stranger, "messages"), text="我也来")
    assert [read.status_code, said.status_code] == [403, 403]
    assert said.json() == {"error": "not_member"}


async def test_what_one_says_reaches_the_bot_and_the_others(street: Street) -> None:
    async with street.feed(street.wu) as events:
        await anext(events)
        await street.post(street.at(street.lin, "messages"), text="/help 帮帮我")
        [*_, batch] = await batches_until(events, lambda one: "messages" in one)
    heard = await street.bot.hears("message")
    while "text" not in heard:
        heard = await street.bot.hears("message")
    assert heard["text"] == "/help 帮帮我"
    assert batch["messages"][0]["entities"] == [{"type": "bot_command", "offset": 0, "length": 5}]
    assert batch["changed"][0]["last"]["text"] == "/help 帮帮我"


async def test_a_reply_carries_what_it_answers(street: Street) -> None:
    asked = await street.lin.say(street.group, "周三行吗？")
    await street.post(street.at(street.wu, "messages"), text="行", reply_to=asked.id)
    last = (await street.messages(street.lin))[-1]
    assert last["reply_to_message"]["text"] == "周三行吗？"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"text": "  "}, "empty"),
        ({"text": "长" * 4097}, "too_long"),
        ({"text": "回", "reply_to": 999_999}, "gone"),
        ({"text": "回", "reply_to": "x"}, "nonsense"),
    ],
)
async def test_what_telegram_would_not_send_is_refused_with_a_reason(
    street: Street, body: JSON, why: str
) -> None:
    answer = await street.client.post(street.at(street.lin, "messages"), json=body)
    assert answer.status_code == 400
    assert answer.json() == {"error": why}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3"])
async def test_a_body_that_is_no_object_is_nonsense(street: Street, body: bytes) -> None:
    answer = await street.client.post(street.at(street.lin, "messages"), content=body)
    assert (answer.status_code, answer.json()) == (400, {"error": "nonsense"})


async def test_five_hundred_edits_are_a_few_batches_and_end_with_the_last(street: Street) -> None:
    sent = await street.bot("sendMessage", chat_id=street.group.id, text="已投 0 户")
    async with street.feed(street.wu) as events:
        await anext(events)
        for number in range(1, 501):
            await street.bot(
                "editMessageText",
                chat_id=street.group.id,
                message_id=sent["message_id"],
                text=f"已投 {number} 户",
            )
        seen = await batches_until(events, lambda one: "已投 500 户" in str(one))
    assert len(seen) <= 250
    assert all(len(batch["messages"]) == 1 for batch in seen)
    assert seen[-1]["messages"][0]["edit_date"]


async def test_a_deleted_message_is_named(street: Street) -> None:
    sent = await street.bot("sendMessage", chat_id=street.group.id, text="说错了")
    async with street.feed(street.wu) as events:
        await anext(events)
        await street.bot("deleteMessage", chat_id=street.group.id, message_id=sent["message_id"])
        [*_, batch] = await batches_until(events, lambda one: "deleted" in one)
    assert batch["deleted"] == [{"key": street.group.state.key, "message": sent["message_id"]}]
    assert "messages" not in batch


async def test_typing_is_shown_in_its_chat(street: Street) -> None:
    async with street.feed(street.wu) as events:
        await anext(events)
        await street.bot("sendChatAction", chat_id=street.group.id, action="typing")
        [*_, batch] = await batches_until(events, lambda one: "typing" in one)
    assert batch["typing"] == [street.group.state.key]


async def test_what_was_pinned_last_stands_on_top(street: Street) -> None:
    for text in ("第一次通知", "第二次通知"):
        sent = await street.bot("sendMessage", chat_id=street.group.id, text=text)
        await street.bot("pinChatMessage", chat_id=street.group.id, message_id=sent["message_id"])
    chat = (await street.chats(street.wu))[street.group.state.key]
    assert chat["pinned"]["text"] == "第二次通知"


async def test_reading_clears_what_is_unread(street: Street) -> None:
    sent = await street.bot("sendMessage", chat_id=street.group.id, text="通知")
    before = (await street.chats(street.wu))[street.group.state.key]["unread"]
    await street.post(street.at(street.wu, "read"), message_id=sent["message_id"])
    await street.post(street.at(street.wu, "read"), message_id=1)
    after = (await street.chats(street.wu))[street.group.state.key]["unread"]
    assert before > 0
    assert after == 0


async def test_who_has_just_left_reads_nothing_more_and_is_not_told_off(street: Street) -> None:
    stranger = street.sandbox.people.new("示例访客")
    done = await street.post(street.at(stranger, "read"), message_id=1)
    assert done.status_code == 200
    assert stranger.id not in street.group.state.read


async def test_older_messages_come_page_by_page(street: Street) -> None:
    for number in range(10):
        await street.lin.say(street.group, f"第 {number} 句")
    newest = await street.messages(street.wu, limit=4)
    older = await street.messages(street.wu, limit=4, before=newest[0]["message_id"])
    assert [one["text"] for one in newest] == [f"第 {number} 句" for number in range(6, 10)]
    assert [one["text"] for one in older] == [f"第 {number} 句" for number in range(2, 6)]


async def test_a_press_waits_for_the_bots_answer(street: Street) -> None:
    sent = await street.bot(
        "sendMessage",
        chat_id=street.group.id,
        text="来吗？",
        reply_markup=keyboard([("来", "yes"), ("不来", "no")]),
    )
    path = street.at(street.wu, f"messages/{sent['message_id']}/press")
    pressed = asyncio.create_task(street.post(path, row=0, column=1))
    query = await street.bot.answers(text="已记下", show_alert=True)
    assert (query["data"], query["from"]["id"]) == ("no", street.wu.id)
    assert (await pressed).json() == {"text": "已记下", "show_alert": True, "url": "", "given": True}


async def test_a_press_that_nobody_answers_ends(street: Street) -> None:
    sent = await street.bot(
        "sendMessage", chat_id=street.group.id, text="来吗？", reply_markup=keyboard([("来", "y")])
    )
    path = street.at(street.wu, f"messages/{sent['message_id']}/press")
    assert (await street.post(path, row=0, column=0)).json()["given"] is False


@pytest.mark.parametrize(("row", "column"), [(0, 2), (1, 0), (-1, 0), (0, -1)])
async def test_a_button_that_is_not_there_cannot_be_pressed(street: Street, row: int, column: int) -> None:
    sent = await street.bot(
        "sendMessage", chat_id=street.group.id, text="来吗？", reply_markup=keyboard([("来", "y")])
    )
    path = street.at(street.wu, f"messages/{sent['message_id']}/press")
    assert (await street.post(path, row=row, column=column)).json() == {"error": "gone"}


async def test_one_votes_in_a_poll_and_takes_it_back(street: Street) -> None:
    sent = await street.bot(
        "sendPoll", chat_id=street.group.id, question="怎么划？", options=["甲", "乙"], is_anonymous=False
    )
    path = street.at(street.wu, f"messages/{sent['message_id']}/vote")
    await street.post(path, options=[1])
    mine, other = (await street.messages(street.wu))[-1], (await street.messages(street.lin))[-1]
    assert (mine["chosen"], other["chosen"], mine["poll"]["total_voter_count"]) == ([1], [], 1)
    assert (await street.post(path, options=[0, 1])).json() == {"error": "one_option"}
    assert (await street.post(path, options=[7])).json() == {"error": "gone"}
    await street.post(path, options=[])
    assert (await street.messages(street.wu))[-1]["poll"]["total_voter_count"] == 0


async def test_a_closed_poll_says_so_in_telegrams_words(street: Street) -> None:
    sent = await street.bot("sendPoll", chat_id=street.group.id, question="怎么划？", options=["甲", "乙"])
    await street.bot("stopPoll", chat_id=street.group.id, message_id=sent["message_id"])
    answer = await street.post(street.at(street.wu, f"messages/{sent['message_id']}/vote"), options=[0])
    assert answer.json() == {"error": "Bad Request: poll has already been closed"}


async def test_photos_and_files_are_sent_with_a_caption(street: Street) -> None:
    path = street.at(street.lin, "files")
    picture = {"file": ("车棚.png", png(40, 30, (20, 90, 60)), "image/png")}
    await street.client.post(path, files=picture, data={"caption": "车棚现状", "as": "photo"})
    await street.client.post(path, files=picture, data={"as": "document"})
    photo, document = (await street.messages(street.wu))[-2:]
    assert (photo["caption"], photo["photo"][-1]["width"]) == ("车棚现状", 40)
    assert document["document"]["file_name"] == "车棚.png"


async def test_a_file_that_is_no_picture_is_not_sent_as_one(street: Street) -> None:
    files = {"file": ("x.png", b"no picture", "image/png")}
    answer = await street.client.post(street.at(street.lin, "files"), files=files, data={"as": "photo"})
    assert answer.json() == {"error": "Bad Request: IMAGE_PROCESS_FAILED"}


@pytest.mark.parametrize(
    ("name", "kind", "how"),
    [
        ("纪要.pdf", "application/pdf", "inline"),
        ("会议.ics", "application/octet-stream", "attachment"),
        ("坏.html", "application/octet-stream", "attachment"),
        ("坏.svg", "application/octet-stream", "attachment"),
    ],
)
async def test_only_what_is_safe_opens_in_the_browser(street: Street, name: str, kind: str, how: str) -> None:
    sent = await street.bot(
        "sendDocument", files={"document": (name, b"<script>1</script>")}, chat_id=str(street.group.id)
    )
    answer = await street.client.get(f"/page/files/{sent['document']['file_id']}")
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"].startswith(f"{how}; filename*=UTF-8''%")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_file_is_fetched_again_only_when_it_is_another(street: Street) -> None:
    files = {"document": ("纪要.pdf", b"%PDF-1.4")}
    sent = await street.bot("sendDocument", files=files, chat_id=str(street.group.id))
    path = f"/page/files/{sent['document']['file_id']}"
    first = await street.client.get(path)
    again = await street.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    other = await street.client.get(path, headers={"If-None-Match": '"of another world"'})
    assert [first.status_code, again.status_code, other.status_code] == [200, 304, 200]
    assert first.headers["cache-control"] == "private, no-cache"


async def test_a_deep_link_starts_the_bot_in_private(street: Street) -> None:
    answer = await street.post(f"/page/people/{street.wu.id}/start", bot=street.bot.id, payload="code_7")
    heard = await street.bot.hears("message")
    while heard["chat"]["type"] != "private":
        heard = await street.bot.hears("message")
    assert heard["text"] == "/start code_7"
    assert answer.json()["chat"]["can_write"]


async def test_who_blocked_the_bot_starts_it_anew(street: Street) -> None:
    await street.wu.start()
    await street.wu.block()
    key = f"{street.wu.id}:{street.bot.id}"
    blocked = (await street.chats(street.wu))[key]
    refused = await street.post(street.at(street.wu, "messages", key), text="在吗")
    await street.post(f"/page/people/{street.wu.id}/start", bot=street.bot.id)
    assert (blocked["can_start"], blocked["can_write"]) == (True, False)
    assert refused.json() == {"error": "not_started"}
    assert (await street.chats(street.wu))[key]["can_write"]


async def test_a_group_that_became_a_supergroup_moves_in_the_list(street: Street) -> None:
    old = street.group.state.key
    async with street.feed(street.wu) as events:
        await anext(events)
        street.group.upgrade()
        [*_, batch] = await batches_until(events, lambda one: "moved" in one)
    new = batch["moved"][old]
    assert batch["left"] == [old]
    assert set(await street.chats(street.wu)) == {f"{street.wu.id}:{street.bot.id}", new}


async def test_somebody_thrown_out_loses_the_chat(street: Street) -> None:
    async with street.feed(street.wu) as events:
        await anext(events)
        await street.lin.remove(street.group, street.wu)
        await street.lin.say(street.group, "他不该看到这一句")
        [*_, batch] = await batches_until(events, lambda one: "left" in one)
    assert batch["left"] == [street.group.state.key]
    assert "不该看到" not in str(batch)


async def test_the_menu_lists_commands_for_the_place_and_the_language(street: Street) -> None:
    await street.bot("setMyCommands", commands=[{"command": "help", "description": "帮助"}])
    await street.bot(
        "setMyCommands", commands=[{"command": "help", "description": "Help"}], language_code="en"
    )
    await street.bot(
        "setMyCommands",
        commands=[{"command": "mydata", "description": "我的资料"}],
        scope={"type": "all_private_chats"},
    )
    async with street.feed(street.wu) as events:
        [bot] = (await anext(events))[1]["bots"]
    assert bot["commands"]["group"]["zh"] == [{"command": "help", "description": "帮助"}]
    assert bot["commands"]["group"]["en"] == [{"command": "help", "description": "Help"}]
    assert bot["commands"]["private"]["zh"] == [{"command": "mydata", "description": "我的资料"}]


async def test_somebody_new_appears_among_the_people(street: Street) -> None:
    async with street.feed(street.wu) as events:
        await anext(events)
        street.sandbox.people.new("示例新住户")
        [*_, batch] = await batches_until(events, lambda one: "people" in one)
    assert batch["people"][-1]["first_name"] == "示例新住户"


@pytest.mark.parametrize(
    "path", ["/page/people/999/changes", "/page/files/none", "/page/people/999/chats/1/messages"]
)
async def test_what_does_not_exist_is_not_found(street: Street, path: str) -> None:
    answer = await street.client.get(path)
    assert (answer.status_code, answer.json()) == (404, {"error": "gone"})
