"""Sending, as strict as Telegram: each refusal in Telegram's own words."""

import json

import pytest

from sandbox import Group, Person, Sandbox
from tests.sandbox.plain import Api, Clock, button, keyboard, png


async def test_a_text_arrives_with_its_formatting_and_buttons(api: Api, resident: Person) -> None:
    markup = keyboard(
        [button("甲"), button("乙", callback_data="b")], [button("看", url="https://example.org")]
    )
    sent = await api(
        "sendMessage", chat_id=resident.id, text="<b>通知</b>", parse_mode="HTML", reply_markup=markup
    )
    seen = await resident.private().wait_for("通知")
    assert seen.id == sent["message_id"]
    assert seen.entities == [{"type": "bold", "offset": 0, "length": 2}]
    assert seen.buttons == [["甲", "乙"], ["看"]]


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "会" * 4097}, "message is too long"),
        ({"text": "🏠" * 2049}, "message is too long"),
        (
            {"text": "<b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": "[1]"}, "object expected as reply markup"),
        ({"text": "x", "reply_markup": keyboard([button(callback_data="会" * 22)])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([button(callback_data="")])}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "reply_markup": keyboard([{"text": "x"}])},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": keyboard([{"callback_data": "x"}])},
            "can't parse inline keyboard button: can't find field \"text\"",
        ),
        (
            {"text": "x", "reply_markup": keyboard([button(url="nowhere")])},
            "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "reply_markup": keyboard(*[[button()]] * 101)}, "reply markup is too long"),
        ({"text": "x", "reply_markup": keyboard(*[[button("会" * 40)]] * 90)}, "reply markup is too long"),
        ({"text": "x", "reply_markup": keyboard([button()] * 9)}, "REPLY_MARKUP_INVALID"),
        ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
    ],
)
async def test_a_bad_text_message_is_refused(
    api: Api, resident: Person, params: dict, complaint: str
) -> None:
    assert await api.refusal("sendMessage", chat_id=resident.id, **params) == f"Bad Request: {complaint}"
    assert len(resident.private().messages) == 1


async def test_exactly_4096_units_after_parsing_and_64_bytes_pass(api: Api, resident: Person) -> None:
    text = "<b>" + "🏠" * 2048 + "</b>"
    markup = keyboard([button(callback_data="会" * 21 + "a")])
    sent = await api("sendMessage", chat_id=resident.id, text=text, parse_mode="HTML", reply_markup=markup)
    assert len(sent["text"]) == 2048


@pytest.mark.parametrize(
    ("chat_id", "complaint"),
    [
        (None, "Bad Request: chat_id is empty"),
        (12, "Bad Request: chat not found"),
        (-12, "Bad Request: chat not found"),
        ("@nobody", "Bad Request: chat not found"),
    ],
)
async def test_a_chat_nobody_knows_is_not_found(api: Api, chat_id: object, complaint: str) -> None:
    assert await api.refusal("sendMessage", chat_id=chat_id, text="x") == complaint


async def test_a_person_who_never_started_or_has_blocked_gets_nothing(
    sandbox: Sandbox, api: Api, resident: Person
) -> None:
    stranger = sandbox.people.new("示例住户 1-1-101")
    refused = await api.refusal("sendMessage", chat_id=stranger.id, text="x")
    assert refused == "Forbidden: bot can't initiate conversation with a user"
    await resident.block()
    refused = await api.refusal("sendMessage", chat_id=resident.id, text="x")
    assert refused == "Forbidden: bot was blocked by the user"
    await resident.unblock()
    await api("sendMessage", chat_id=resident.id, text="x")
    await resident.block()
    await resident.start()
    await api("sendMessage", chat_id=resident.id, text="x")
    states = [
        u["my_chat_member"]["new_chat_member"]["status"] for u in await api.updates() if "my_chat_member" in u
    ]
    assert states == ["kicked", "member"] * 2


async def test_a_bot_thrown_out_of_a_group_is_told_so(api: Api, group: Group) -> None:
    group.remove_bot()
    refused = await api.refusal("sendMessage", chat_id=group.id, text="x")
    assert refused == "Forbidden: bot was kicked from the group chat"
    assert await api.refusal("getChat", chat_id=group.id) == refused
    updates = await api.updates()
    assert [u["my_chat_member"]["new_chat_member"]["status"] for u in updates if "my_chat_member" in u] == [
        "kicked"
    ]
    assert any("left_chat_member" in u.get("message", {}) for u in updates)
    group.add_bot()
    await api("sendMessage", chat_id=group.id, text="x")


async def test_a_group_that_became_a_supergroup_names_its_new_id(api: Api, group: Group) -> None:
    old = group.id
    group.upgrade()
    answer = await api.post("sendMessage", chat_id=old, text="x")
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": group.id}
    moved = [u["message"] for u in await api.updates()]
    assert [m.get("migrate_to_chat_id") for m in moved] == [group.id, None]
    assert [m.get("migrate_from_chat_id") for m in moved] == [None, old]
    assert (await api("sendMessage", chat_id=group.id, text="x"))["chat"]["type"] == "supergroup"


async def test_a_reply_shows_what_it_replies_to_one_level_deep(api: Api, resident: Person) -> None:
    first = await api("sendMessage", chat_id=resident.id, text="one")
    reply = {"message_id": first["message_id"]}
    second = await api("sendMessage", chat_id=resident.id, text="two", reply_parameters=reply)
    assert second["reply_to_message"]["text"] == "one"
    answered = await resident.reply(resident.private().messages[-1], "three")
    update = (await api.updates())[-1]["message"]
    assert update["message_id"] == answered.id
    assert "reply_to_message" not in update["reply_to_message"]
    lost = {"message_id": 999, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await api(
        "sendMessage", chat_id=resident.id, text="x", reply_parameters=lost
    )


async def test_a_link_to_a_person_becomes_a_mention(api: Api, resident: Person) -> None:
    text = f'<a href="tg://user?id={resident.id}">您</a> <a href="tg://user?id=5">谁</a>'
    sent = await api("sendMessage", chat_id=resident.id, text=text, parse_mode="HTML")
    assert [(e["type"], e["user"]["id"]) for e in sent["entities"]] == [("text_mention", resident.id)]


async def test_json_forms_and_queries_say_the_same(api: Api, resident: Person, clock: Clock) -> None:
    url = f"{api.sandbox.bot_url}{api.token}/sendMessage"
    params = {"chat_id": str(resident.id), "text": "喂", "reply_markup": json.dumps(keyboard())}
    answers = [
        await api.client.post(url, json=params),
        await api.client.post(url, data=params),
        await api.client.post(url, files={name: (None, value) for name, value in params.items()}),
        await api.client.get(url, params=params),
        await api.client.post(url.lower().replace(api.token.lower(), api.token), params=params)
        if clock.forward(60) is None
        else None,
    ]
    sent = [{**a.json()["result"], "message_id": 0, "date": 0} for a in answers if a]
    assert len(sent) == 5
    assert all(message == sent[0] for message in sent)
    assert sent[0]["reply_markup"] == keyboard()


async def test_what_is_no_json_object_is_a_bad_request(api: Api) -> None:
    url = f"{api.sandbox.bot_url}{api.token}/sendMessage"
    for content in (b"{", b"[1]"):
        answer = await api.client.post(url, content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 400


@pytest.mark.parametrize("name", ["text", "reply_markup"])
async def test_half_a_character_is_refused(api: Api, resident: Person, name: str) -> None:
    half = {
        "text": '"\\ud83d"',
        "reply_markup": '{"inline_keyboard": [[{"text": "\\ud83d", "callback_data": "a"}]]}',
    }
    content = f'{{"chat_id": {resident.id}, "text": "x", "{name}": {half[name]}}}'.encode()
    url = f"{api.sandbox.bot_url}{api.token}/sendMessage"
    answer = await api.client.post(url, content=content, headers={"content-type": "application/json"})
    assert answer.json()["description"] == "Bad Request: strings must be encoded in UTF-8"
    if name == "reply_markup":
        answer = await api.client.post(url, data={"chat_id": resident.id, "text": "x", name: half[name]})
        assert answer.json()["description"] == "Bad Request: strings must be encoded in UTF-8"


async def test_a_wrong_token_and_an_unknown_method_are_told_apart(api: Api) -> None:
    refused = await api.client.get(f"{api.sandbox.bot_url}1:x/getMe")
    assert (refused.status_code, refused.json()["description"]) == (401, "Unauthorized")
    assert await api.refusal("sendPigeon") == "Not Found: method not found"


async def test_photos_and_documents_come_back_as_they_went(api: Api, resident: Person) -> None:
    chat = resident.private()
    sent = await api("sendPhoto", {"photo": ("p.png", png(30, 20))}, chat_id=resident.id, caption="图")
    assert (sent["photo"][-1]["width"], sent["photo"][-1]["height"]) == (30, 20)
    seen = await chat.wait_for("图")
    assert seen.photo == png(30, 20)
    await api(
        "sendDocument",
        {"document": ("纪要.pdf", b"%PDF")},
        chat_id=resident.id,
        caption="<b>文</b>",
        parse_mode="HTML",
    )
    seen = await chat.wait_for("文")
    assert (seen.document, seen.file_name) == (b"%PDF", "纪要.pdf")
    again = await api("sendPhoto", chat_id=resident.id, photo=sent["photo"][-1]["file_id"])
    assert again["photo"] == sent["photo"]
    file = await api("getFile", file_id=sent["photo"][-1]["file_id"])
    loaded = await api.client.get(f"{api.sandbox.file_url}{api.token}/{file['file_path']}")
    assert loaded.content == png(30, 20)


async def test_attached_parts_are_found_by_their_name(api: Api, resident: Person) -> None:
    sent = await api("sendPhoto", {"part": ("p.png", png())}, chat_id=resident.id, photo="attach://part")
    assert sent["photo"]


@pytest.mark.parametrize(
    ("method", "files", "params", "complaint"),
    [
        ("sendPhoto", None, {}, "there is no photo in the request"),
        ("sendPhoto", None, {"photo": "AgAC"}, "wrong file identifier/HTTP URL specified"),
        ("sendPhoto", None, {"photo": "http://nowhere.example/x.png"}, "failed to get HTTP URL content"),
        ("sendPhoto", {"photo": ("x.png", b"no picture")}, {}, "IMAGE_PROCESS_FAILED"),
        ("sendPhoto", {"photo": ("x.png", png(9000, 9000))}, {}, "PHOTO_INVALID_DIMENSIONS"),
        ("sendPhoto", {"photo": ("x.png", png(1, 21))}, {}, "PHOTO_INVALID_DIMENSIONS"),
        ("sendDocument", {"document": ("x.txt", b"")}, {}, "file must be non-empty"),
        (
            "sendDocument",
            {"document": ("x.txt", b"x")},
            {"caption": "会" * 1025},
            "message caption is too long",
        ),
    ],
)
async def test_a_bad_file_is_refused(
    api: Api, resident: Person, method: str, files: dict | None, params: dict, complaint: str
) -> None:
    if files and "photo" in files and files["photo"][1][:4] == b"\x89PNG":
        files = {"photo": ("x.png", files["photo"][1][:64])}
    assert await api.refusal(method, files, chat_id=resident.id, **params) == f"Bad Request: {complaint}"


async def test_a_photo_is_no_document(api: Api, resident: Person) -> None:
    sent = await api("sendPhoto", {"photo": ("p.png", png())}, chat_id=resident.id)
    file_id = sent["photo"][-1]["file_id"]
    refused = await api.refusal("sendDocument", chat_id=resident.id, document=file_id)
    assert refused == "Bad Request: can't use file of type Photo as Document"


async def test_an_album_is_several_messages_of_one_group(api: Api, resident: Person) -> None:
    media = [
        {"type": "photo", "media": "attach://a", "caption": "甲"},
        {"type": "photo", "media": "attach://b"},
    ]
    files = {"a": ("a.png", png()), "b": ("b.png", png(5, 5))}
    sent = await api("sendMediaGroup", files, chat_id=resident.id, media=json.dumps(media))
    assert len({message["media_group_id"] for message in sent}) == 1
    assert [message.get("caption") for message in sent] == ["甲", None]


@pytest.mark.parametrize(
    ("media", "complaint"),
    [
        (None, 'parameter "media" is required'),
        ([], "there are no messages to send"),
        ([{"type": "photo", "media": "attach://a"}] * 11, "too many messages to send as an album"),
        ([{"type": "photo", "media": "attach://z"}], "can't parse InputMedia: media not found"),
        (
            [{"type": "photo", "media": "attach://a"}, {"type": "document", "media": "attach://a"}],
            "document can't be mixed with other media types",
        ),
    ],
)
async def test_a_bad_album_sends_nothing(
    api: Api, resident: Person, media: list | None, complaint: str
) -> None:
    params = {} if media is None else {"media": json.dumps(media)}
    files = {"a": ("a.png", png())}
    assert (
        await api.refusal("sendMediaGroup", files, chat_id=resident.id, **params)
        == f"Bad Request: {complaint}"
    )
    assert len(resident.private().messages) == 1


async def test_only_known_chat_actions_pass(api: Api, resident: Person) -> None:
    assert await api("sendChatAction", chat_id=resident.id, action="typing") is True
    refused = await api.refusal("sendChatAction", chat_id=resident.id, action="dancing")
    assert refused == "Bad Request: wrong parameter action in request"
