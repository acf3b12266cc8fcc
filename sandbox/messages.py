"""What was said: a message, and its shape in the Bot API."""

from dataclasses import dataclass
from typing import Any

from sandbox.accounts import Account
from sandbox.chats import Chat
from sandbox.polls import Poll

JSON = dict[str, Any]


@dataclass(slots=True, eq=False)
class Message:
    """One message: `body` holds its content in the Bot API's own fields."""

    chat: Chat
    id: int
    sender: Account
    date: int
    body: JSON
    keyboard: JSON | None = None
    reply_to: int | None = None
    edited: int | None = None
    poll: Poll | None = None
    deleted: bool = False

    def as_json(self, *, with_reply: bool = True) -> JSON:
        """Return the message as the Bot API's Message, with what it replies to one level deep."""
        shown: JSON = {
            "message_id": self.id,
            "from": self.sender.as_user(),
            "chat": self.chat.as_chat(),
            "date": self.date,
            **self.body,
        }
        if self.poll is not None:
            shown["poll"] = self.poll.as_json()
        if self.edited is not None:
            shown["edit_date"] = self.edited
        if self.keyboard is not None and "inline_keyboard" in self.keyboard:
            shown["reply_markup"] = self.keyboard
        replied = self.chat.messages.get(self.reply_to) if with_reply and self.reply_to else None
        if replied is not None:
            shown["reply_to_message"] = replied.as_json(with_reply=False)
        return shown

    @property
    def is_service(self) -> bool:
        """Whether it tells of an event instead of carrying somebody's words."""
        return not SAID & self.body.keys() and self.poll is None

    @property
    def buttons(self) -> list[list[JSON]]:
        """The inline buttons under the message, row by row."""
        rows: list[list[JSON]] = (self.keyboard or {}).get("inline_keyboard", [])
        return rows


SAID = {"text", "photo", "document"}


def inaccessible(chat: Chat, message_id: int) -> JSON:
    """Return what stands for a message the bot can no longer see."""
    return {"chat": chat.as_chat(), "message_id": message_id, "date": 0}
