"""What a meeting left behind, in the database and on people's screens; and how two of them differ."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from html import unescape

from sandbox.chats import Chat
from sandbox.messages import Message
from tests.faults.bots import Mortal, Notice
from tests.stage import plain

SECRET = re.compile(r"[0-9a-f]{12,}|[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}")  # hashes and receipts
UNTOLD = {  # what may differ: the platform's names of messages, how often it was tried, hashes
    "outbox": {"id", "why", "cause", "attempts", "sent_at", "dropped_at", "message"},
    "cards": {"id", "attempts", "wanted", "shown", "shown_at"},
    "events": {"id", "previous", "hash"},
    "votes": {"receipt"},
}
UNSURE = "unsure whether it was sent"


@dataclass(frozen=True, slots=True)
class Line:
    """A message as people see it."""

    text: str
    labels: tuple[str, ...]
    pinned: bool


@dataclass(frozen=True, slots=True)
class Left:
    """The rows of every table, as text; what each chat shows; and which letters were under way at a death."""

    tables: dict[str, list[str]]
    chats: dict[str, list[Line]]  # by the platform's name
    notices: Counter[Notice]  # of these one may be there once more
    chatter: Counter[Notice]  # of these one may be missing


def left_behind(bot: Mortal) -> Left:
    """Every table's rows, sorted, without what may differ from one time to the next; and every chat."""
    with closing(sqlite3.connect(bot.file)) as conn:
        conn.row_factory = sqlite3.Row
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'seen_updates'"  # forgotten
        names = [row[0] for row in conn.execute(query)]
        addresses = {row["id"]: row["address"] for row in conn.execute("SELECT id, address FROM chats")}
        tables = {
            name: sorted(
                told(bot, name, dict(row), addresses) for row in conn.execute(f"SELECT * FROM {name}")
            )
            for name in names
        }
    chats = {str(chat.id): seen(chat) for chat in bot.sandbox.world.chats.values()}
    return Left(tables, chats, bot.underway, bot.chatter)


def told(bot: Mortal, table: str, row: dict[str, object], addresses: dict[int, str]) -> str:
    """A row as text."""
    kept = {key: value for key, value in row.items() if key not in UNTOLD.get(table, ())}
    if table == "outbox":
        payload = json.loads(str(row["payload"]))
        kept["payload"] = {key: value for key, value in payload.items() if key not in {"edit", "reply_to"}}
        notice = (addresses[int(str(row["chat_id"]))], unescape(plain(payload["text"])))
        if row["state"] == "dropped" and row["why"] == UNSURE and bot.chatter[notice]:
            kept["state"] = "sent"  # as is allowed
    if table == "cards":
        kept["message"] = shown_by(bot, addresses[int(str(row["chat_id"]))], str(row["message"]))
        kept["behind"] = int(str(row["wanted"])) - int(str(row["shown"]))
    return SECRET.sub("#", json.dumps(kept, ensure_ascii=False, sort_keys=True, default=str))


def shown_by(bot: Mortal, address: str, message: str) -> str:
    """What the message says that shows a card."""
    found = [
        one
        for chat in bot.sandbox.world.chats.values()
        if str(chat.id) == address
        for one in chat.messages.values()
        if str(one.id) == message and not one.deleted
    ]
    return text(found[0]) if found else "there is none"


def seen(chat: Chat) -> list[Line]:
    """What people see in a chat, in order, without what the platform itself says."""
    said = [one for one in chat.messages.values() if not one.deleted and not one.is_service]
    return [
        Line(
            SECRET.sub("#", text(one)),
            tuple(button["text"] for row in one.buttons for button in row),
            one.id in chat.pinned,
        )
        for one in said
    ]


def text(message: Message) -> str:
    """What it says."""
    return str(message.body.get("text") or message.body.get("caption") or "")


def differences(undisturbed: Left, left: Left) -> list[str]:
    """Where the end is another than the undisturbed one, beyond what may be."""
    rows = [
        f"{name}: {sorted(set(left.tables[name]) ^ set(rows)) or 'rows twice'}"
        for name, rows in undisturbed.tables.items()
        if left.tables[name] != rows
    ]
    return rows + [
        f"chat {chat}: {left.chats[chat]} and not {lines}"
        for chat, lines in undisturbed.chats.items()
        if not same(lines, left.chats[chat], underway(left.notices, chat), underway(left.chatter, chat))
    ]


def underway(letters: Counter[Notice], chat: str) -> set[str]:
    """What was under way to a chat."""
    return {SECRET.sub("#", words) for address, words in letters if address == chat}


def same(wanted: Sequence[Line], found: Sequence[Line], twice: set[str], missing: set[str]) -> bool:
    """Whether a chat shows the same in the same order, but for one line of `twice` or of `missing`."""
    if list(wanted) == list(found):
        return True
    more, fewer, which = (found, wanted, twice) if len(found) > len(wanted) else (wanted, found, missing)
    return any(
        line.text in which and [*more[:place], *more[place + 1 :]] == list(fewer)
        for place, line in enumerate(more)
    )
