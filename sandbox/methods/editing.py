"""The Bot API's methods that change or take back what the bot said."""

from typing import Any

from sandbox.accounts import BotAccount
from sandbox.call import Call
from sandbox.errors import bad_request
from sandbox.keyboards import keyboard
from sandbox.messages import Message
from sandbox.methods.sending import media_body
from sandbox.posting import delete, edit

JSON = dict[str, Any]

UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
KEPT = {"has_protected_content", "media_group_id"}
SECONDS_TO_DELETE = 48 * 3600


def edit_message_text(call: Call) -> JSON:
    """Change a text message."""
    body, markup = call.text_body(), keyboard(call.params, inline_only=True)
    message = own_message(call)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    return change(call, message, body, markup)


def edit_message_caption(call: Call) -> JSON:
    """Change the words under a picture or document."""
    caption, markup = call.caption_body(), keyboard(call.params, inline_only=True)
    message = own_message(call)
    media = {key: value for key, value in message.body.items() if key in {"photo", "document"}}
    if not media:
        raise bad_request("there is no caption in the message to edit")
    return change(call, message, media | caption, markup)


def edit_message_media(call: Call) -> JSON:
    """Show another picture or document in a message."""
    item = call.params.nested("media", "can't parse input media JSON object")
    if not isinstance(item, dict):
        raise bad_request('parameter "media" is required' if item is None else "expected an Object as media")
    body, markup = media_body(call, item), keyboard(call.params, inline_only=True)
    message = own_message(call)
    if message.poll is not None or message.is_service:
        raise bad_request("message can't be edited")
    if "media_group_id" in message.body and body.keys() & {"photo"} != message.body.keys() & {"photo"}:
        raise bad_request("message can't be edited to another type of album media")
    return change(call, message, body, markup)


def edit_message_reply_markup(call: Call) -> JSON:
    """Change the buttons under a message."""
    markup = keyboard(call.params, inline_only=True)
    message = own_message(call)
    body = {key: value for key, value in message.body.items() if key not in KEPT}
    return change(call, message, body, markup)


def own_message(call: Call) -> Message:
    """Return the message to edit, which must be the bot's own."""
    if "inline_message_id" in call.params:
        raise bad_request("MESSAGE_ID_INVALID")
    message = call.message("edit")
    if message.sender is not call.bot or message.is_service:
        raise bad_request("message can't be edited")
    return message


def change(call: Call, message: Message, body: JSON, markup: JSON | None) -> JSON:
    """Change a message, within the limits, if there is anything to change."""
    call.spend(message.chat)
    body = body | {key: message.body[key] for key in KEPT & message.body.keys()}
    if body == message.body and markup == message.keyboard:
        raise bad_request(UNCHANGED)
    edit(call.world, message, body, markup)
    return message.as_json()


def delete_message(call: Call) -> bool:
    """Take a message back: the bot's own, one in a private chat, or any as an administrator."""
    message = call.message("delete")
    check_deletable(call, message)
    delete(call.world, message)
    return True


def delete_messages(call: Call) -> bool:
    """Take several messages back; those that cannot be are skipped."""
    chat = call.chat()
    numbers = call.params.nested("message_ids", "can't parse message identifiers JSON object")
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= 100:
        raise bad_request("message identifiers are not specified")
    if not all(isinstance(number, int) for number in numbers):
        raise bad_request("invalid message identifier specified")
    for message in [chat.messages[number] for number in numbers if number in chat.messages]:
        if may_delete(call, message):
            delete(call.world, message)
    return True


def check_deletable(call: Call, message: Message) -> None:
    """Refuse to delete what is too old or somebody else's."""
    if call.world.clock() - message.date > SECONDS_TO_DELETE:
        raise bad_request("message can't be deleted for everyone")
    if not may_delete(call, message):
        raise bad_request("message can't be deleted")


def may_delete(call: Call, message: Message) -> bool:
    """Whether the bot may delete a message."""
    if call.world.clock() - message.date > SECONDS_TO_DELETE:
        return False
    own = message.sender is call.bot
    if own or (message.chat.is_private and not isinstance(message.sender, BotAccount)):
        return True
    return message.chat.members[call.bot.id].may("can_delete_messages")
