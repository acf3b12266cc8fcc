"""Changing and taking back: only one's own, only if it changes something."""

import json

import pytest

from sandbox import Group, Person
from tests.sandbox.plain import Api, Clock, button, keyboard, png

SAME = (
    "Bad Request: message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)


async def test_an_edit_changes_the_message_where_it_stands(api: Api, resident: Person, clock: Clock) -> None:
    sent = await api("sendMessage", chat_id=resident.id, text="已投 1 户", reply_markup=keyboard())
    seen = await resident.private().wait_for("已投")
    clock.forward(5)
    edited = await api(
        "editMessageText", chat_id=resident.id, message_id=sent["message_id"], text="已投 2 户"
    )
    assert edited["edit_date"] == int(clock.now)
    assert (seen.text, seen.buttons, seen.edited) == ("已投 2 户", [], True)


async def test_an_edit_that_changes_nothing_is_refused(api: Api, resident: Person) -> None:
    params = {"chat_id": resident.id, "reply_markup": keyboard()}
    sent = await api("sendMessage", text="x", **params)
    params["message_id"] = sent["message_id"]
    assert await api.refusal("editMessageText", text=" x ", **params) == SAME
    assert await api.refusal("editMessageReplyMarkup", **params) == SAME
    await api("editMessageReplyMarkup", chat_id=resident.id, message_id=sent["message_id"])


async def test_what_is_gone_or_somebody_elses_cannot_be_edited(api: Api, resident: Person) -> None:
    said = await resident.say(resident.private(), "mine")
    edit = {"chat_id": resident.id, "text": "y"}
    assert (
        await api.refusal("editMessageText", message_id=999, **edit)
        == "Bad Request: message to edit not found"
    )
    assert (
        await api.refusal("editMessageText", message_id=said.id, **edit)
        == "Bad Request: message can't be edited"
    )
    refused = await api.refusal("editMessageText", **edit)
    assert refused == "Bad Request: message identifier is not specified"


async def test_text_and_caption_are_not_confused(api: Api, resident: Person) -> None:
    text = await api("sendMessage", chat_id=resident.id, text="x")
    photo = await api("sendPhoto", {"photo": ("p.png", png())}, chat_id=resident.id, caption="c")
    refused = await api.refusal(
        "editMessageCaption", chat_id=resident.id, message_id=text["message_id"], caption="y"
    )
    assert refused == "Bad Request: there is no caption in the message to edit"
    refused = await api.refusal(
        "editMessageText", chat_id=resident.id, message_id=photo["message_id"], text="y"
    )
    assert refused == "Bad Request: there is no text in the message to edit"
    changed = await api(
        "editMessageCaption", chat_id=resident.id, message_id=photo["message_id"], caption="d"
    )
    assert (changed["caption"], changed["photo"]) == ("d", photo["photo"])
    refused = await api.refusal(
        "editMessageCaption", chat_id=resident.id, message_id=photo["message_id"], caption="d" * 1025
    )
    assert refused == "Bad Request: message caption is too long"


async def test_a_picture_can_be_exchanged(api: Api, resident: Person) -> None:
    sent = await api("sendPhoto", {"photo": ("p.png", png())}, chat_id=resident.id, caption="c")
    media = json.dumps({"type": "photo", "media": "attach://new", "caption": "neu"})
    await api(
        "editMessageMedia",
        {"new": ("n.png", png(9, 9))},
        chat_id=resident.id,
        message_id=sent["message_id"],
        media=media,
    )
    seen = resident.private().messages[-1]
    assert (seen.photo, seen.caption) == (png(9, 9), "neu")


@pytest.mark.parametrize("markup", [{"keyboard": [[{"text": "x"}]]}, {"force_reply": True}])
async def test_only_inline_keyboards_can_be_edited_in(api: Api, resident: Person, markup: dict) -> None:
    sent = await api("sendMessage", chat_id=resident.id, text="x")
    refused = await api.refusal(
        "editMessageText", chat_id=resident.id, message_id=sent["message_id"], text="y", reply_markup=markup
    )
    assert refused == "Bad Request: inline keyboard expected"


async def test_people_edit_their_texts_and_bots_hear_of_it(api: Api, resident: Person) -> None:
    said = await resident.say(resident.private(), "befor")
    await resident.edit(said, "before")
    update = (await api.updates())[-1]
    assert update["edited_message"]["text"] == "before"


async def test_own_messages_can_be_deleted_for_two_days(api: Api, resident: Person, clock: Clock) -> None:
    sent = await api("sendMessage", chat_id=resident.id, text="x")
    old = await api("sendMessage", chat_id=resident.id, text="y")
    where = {"chat_id": resident.id, "message_id": sent["message_id"]}
    assert await api("deleteMessage", **where) is True
    assert await api.refusal("deleteMessage", **where) == "Bad Request: message to delete not found"
    assert [message.text for message in resident.private().messages] == ["/start", "y"]
    clock.forward(48 * 3600 + 1)
    refused = await api.refusal("deleteMessage", chat_id=resident.id, message_id=old["message_id"])
    assert refused == "Bad Request: message can't be deleted for everyone"


async def test_other_peoples_messages_are_deleted_by_administrators_only(
    api: Api, group: Group, resident: Person
) -> None:
    said = await resident.say(group, "spam")
    where = {"chat_id": group.id, "message_id": said.id}
    assert await api.refusal("deleteMessage", **where) == "Bad Request: message can't be deleted"
    group.promote_bot()
    assert await api("deleteMessages", chat_id=group.id, message_ids=[said.id, 999]) is True
    assert said.deleted


async def test_pinning_in_a_group_needs_the_right_and_tells_the_chat(
    api: Api, group: Group, resident: Person
) -> None:
    sent = await api("sendMessage", chat_id=group.id, text="公告")
    where = {"chat_id": group.id, "message_id": sent["message_id"]}
    refused = await api.refusal("pinChatMessage", **where)
    assert refused == "Bad Request: not enough rights to manage pinned messages in the chat"
    await resident.promote(group)
    await api("pinChatMessage", **where, disable_notification=True)
    assert group.pinned
    assert group.pinned.text == "公告"
    assert [u["message"]["pinned_message"]["text"] for u in await api.updates() if "message" in u] == ["公告"]
    assert (await api("getChat", chat_id=group.id))["pinned_message"]["text"] == "公告"
    await api("unpinChatMessage", **where)
    assert group.pinned is None
    assert await api.refusal("unpinChatMessage", **where) == "Bad Request: message to unpin not found"
    await resident.promote(group, admin=True, can_pin_messages=False)
    assert "not enough rights" in await api.refusal("unpinAllChatMessages", chat_id=group.id)


async def test_pinning_in_private_needs_no_right(api: Api, resident: Person) -> None:
    sent = await api("sendMessage", chat_id=resident.id, text="x")
    await api("pinChatMessage", chat_id=resident.id, message_id=sent["message_id"])
    pinned = resident.private().pinned
    assert pinned
    assert pinned.id == sent["message_id"]
    await api("unpinAllChatMessages", chat_id=resident.id)
    assert resident.private().pinned is None
    assert (
        await api.refusal("pinChatMessage", chat_id=resident.id, message_id=99)
        == "Bad Request: message to pin not found"
    )


async def test_a_button_pressed_under_a_deleted_message_shows_an_inaccessible_one(
    api: Api, resident: Person
) -> None:
    sent = await api("sendMessage", chat_id=resident.id, text="x", reply_markup=keyboard([button()]))
    seen = resident.private().messages[-1]
    await api("deleteMessage", chat_id=resident.id, message_id=sent["message_id"])
    await resident.press_forged(seen, "a", wait=False)
    query = (await api.updates())[-1]["callback_query"]
    assert query["message"] == {"chat": sent["chat"], "message_id": sent["message_id"], "date": 0}
