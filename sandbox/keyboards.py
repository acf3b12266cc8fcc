"""Buttons under messages, as strict about them as Telegram is."""

import json
from typing import Any

from sandbox.errors import bad_request
from sandbox.links import leads_somewhere
from sandbox.params import Params

JSON = dict[str, Any]

MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
MOST_DATA_BYTES = 64
MOST_BYTES = 10 * 1024  # observed, not documented: tginfo/Telegram-Limits #187
ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
KINDS = ("inline_keyboard", "keyboard", "remove_keyboard", "force_reply")


def keyboard(params: Params, *, inline_only: bool = False) -> JSON | None:
    """Return the request's reply_markup, checked; None where there is none."""
    markup = params.nested("reply_markup", "can't parse reply keyboard markup JSON object")
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if not any(kind in markup for kind in KINDS):
        return None
    if "inline_keyboard" in markup:
        return inline(markup["inline_keyboard"])
    if inline_only:
        raise bad_request("inline keyboard expected")
    return markup


def inline(rows: Any) -> JSON | None:
    """Return an inline keyboard whose every button Telegram would take; None if it has none."""
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(
            "can't parse inline keyboard button: expected an Array of Array of InlineKeyboardButton"
        )
    kept = [[button(item) for item in row] for row in rows if row]
    if sum(map(len, kept)) > MOST_BUTTONS or len(json.dumps(kept, ensure_ascii=False).encode()) > MOST_BYTES:
        raise bad_request("reply markup is too long")
    if any(len(row) > MOST_IN_A_ROW for row in kept):
        raise bad_request("REPLY_MARKUP_INVALID")
    return {"inline_keyboard": kept} if kept else None


def button(item: Any) -> JSON:
    """Return a button whose text, action and data are good."""
    if not isinstance(item, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = item.get("text")
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: can't find field \"text\"")
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if not any(action in item for action in ACTIONS):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in item:
        check_data(item["callback_data"])
    if "url" in item:
        check_url(item["url"])
    return item


def check_data(data: Any) -> None:
    """Refuse data that is empty or takes more than 64 bytes."""
    if not isinstance(data, str) or not 0 < len(data.encode()) <= MOST_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def check_url(url: Any) -> None:
    """Refuse a link that leads nowhere."""
    if not leads_somewhere(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
