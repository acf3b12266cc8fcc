"""Reading an update out of its JSON: of what is in it, only what anybody here asks for."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from telegram import Bot, CallbackQuery, Chat, InaccessibleMessage, Update, User

from handlers.telegram import Reception

log = logging.getLogger(__name__)

NAMING = ("message_id", "chat")  # what names a message
PRESSED = {"id", "from", "chat_instance", "message"}  # what a press is read from


async def read(reception: Reception, content: dict[str, Any]) -> Update | None:
    """An update out of its JSON; one the library cannot read is kept as a fault, and is None.

    It is then done with, or the platform would bring it for a day. Raises Unavailable.
    """
    content = lean(content)
    try:
        return read_update(content, reception.bot)
    except Exception:
        trace, number = traceback.format_exc(), content["update_id"]
        log.exception("unreadable update %s", number)
    await reception.put_down(number, content, trace)
    return None


def lean(update: dict[str, Any]) -> dict[str, Any]:
    """An update whose press names the message it was under and leaves out what stands in it."""
    press = update.get("callback_query")
    if isinstance(press, dict) and isinstance(message := press.get("message"), dict):
        press["message"] = {name: message[name] for name in NAMING if name in message} | {"date": 0}
    return update


def read_update(content: dict[str, Any], bot: Bot) -> Update:
    """An update out of its JSON; the message under a press is one whose content nobody can see.

    For the library it would be a whole message, which costs more than all the rest of a press; what lacks a
    part of it is left to the library. Raises what that does with what it cannot read.
    """
    press = content.get("callback_query") or {}
    under = press.get("message") or {}
    if not press.keys() >= PRESSED or not set(NAMING) <= under.keys():
        return Update.de_json(content, bot)
    message = InaccessibleMessage(Chat.de_json(under["chat"], bot), under["message_id"])
    person = User.de_json(press["from"], bot)
    query = CallbackQuery(press["id"], person, press["chat_instance"], message, press.get("data"))
    return Update(content["update_id"], callback_query=query)
