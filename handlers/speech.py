"""Speech: how a use case's outcome becomes words in a chat, by way of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from handlers.buttons import Keys
from handlers.words import Words
from rules.homes import Building
from rules.people import Chat
from rules.thresholds import PLAIN_CHARTER, Charter
from services import outbox
from services.outbox import Rank
from storage import people
from storage.store import Connection, Unit


def letter(text: str, keys: Keys = (), **more: Any) -> dict[str, Any]:
    """The payload of a letter: its text (HTML), its keys, and what hangs on it.

    `more`: reply_to (message), edit (message), picture ({"file": …} or {"make": …, "about": …}),
    document ({"make": …, "about": …}), album (list of pictures), poll (the platform's own:
    {"question": …, "options": […], "straw": id}), stop (the message of a poll that is over).
    """
    return {"text": text, "keys": [[key.pack() for key in row] for row in keys], **more}


@dataclass(frozen=True, slots=True)
class Made:
    """A file or a picture, made when it is sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Screen:
    """What a card shows: a text (HTML) and keys, and perhaps a picture above them.

    `picture`: {"file": the platform's name} or {"make": a maker's name, "about": id, "lang": …}.
    `over`: nothing more happens to it: it is pinned no longer, nor shown again where its message is gone.
    """

    text: str
    keys: Keys = ()
    picture: Mapping[str, Any] | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What a card or a file is made with: a connection that reads, the words, the reader's language."""

    conn: Connection
    words: Words
    lang: str
    now: datetime
    bot_name: str
    chat: Chat | None = None  # where a card is shown; None for a file
    font: Path | None = None  # for paper and pictures; None: the one that comes along
    charter: Charter = PLAIN_CHARTER
    photos: Mapping[str, bytes] = field(default_factory=dict)  # for a file, by the platform's name

    def html(self, name: str, /, **facts: object) -> str:
        """The template `name` as a message."""
        return self.words.html(self.lang, name, **facts)

    def label(self, name: str, /, **facts: object) -> str:
        """The template `buttons.name` as a key's label."""
        return self.words.plain(self.lang, f"buttons.{name}", **facts)

    def link(self, payload: str) -> str:
        """The link that opens the private chat with the bot."""
        return deep_link(self.bot_name, payload)


def deep_link(bot_name: str, payload: str) -> str:
    """The link that opens the private chat with the bot; payload: at most 64 of A-Z a-z 0-9 _ -."""
    return f"https://t.me/{bot_name}?start={payload}"


def number_in(text: str) -> int:
    """The id in a deep link's payload, which anybody may write; 0, which nothing has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@dataclass
class Speech:
    """One unit of work with a voice."""

    unit: Unit
    words: Words
    bot_name: str
    ahead: Any = field(default=None, kw_only=True)  # what was done before the unit, where a route asks for it

    def label(self, lang: str, name: str, /, **facts: object) -> str:
        """The template `buttons.name` as a key's label."""
        return self.words.plain(lang, f"buttons.{name}", **facts)

    def link(self, payload: str) -> str:
        """The link that opens the private chat with the bot."""
        return deep_link(self.bot_name, payload)

    @property
    def now(self) -> datetime:
        """The moment at which this happens (aware)."""
        return self.unit.now

    async def say_in(
        self,
        chat_id: int,
        lang: str,
        name: str,
        /,
        *,
        keys: Keys = (),
        rank: Rank = Rank.ANSWER,
        notice: bool = False,
        key: str | None = None,
        not_before: datetime | None = None,
        more: Mapping[str, Any] | None = None,
        **facts: object,
    ) -> None:
        """Say the template `name` in a chat."""
        payload = letter(self.words.html(lang, name, **facts), keys, **(more or {}))
        await outbox.say(
            self.unit, chat_id, payload, rank=rank, notice=notice, key=key, not_before=not_before
        )

    async def tell_person(self, person_id: int, name: str, /, **more: Any) -> bool:
        """Say it to a person in private; False when no private message reaches them."""
        person = await people.get(self.unit.conn, person_id)
        if person.address is None or person.reach != "yes":
            return False
        chat = await people.enter(self.unit.conn, person.address, "private", person.name)
        await self.say_in(chat.id, person.lang, name, **more)
        return True

    async def show_person(self, person_id: int, kind: str, about_id: int, **more: Any) -> bool:
        """Show a card to a person in private; False when no private message reaches them."""
        person = await people.get(self.unit.conn, person_id)
        if person.address is None or person.reach != "yes":
            return False
        chat = await people.enter(self.unit.conn, person.address, "private", person.name)
        await outbox.show(self.unit, chat.id, kind, about_id, person.lang, **more)
        return True

    async def say_to_building(self, building: Building, name: str, /, **more: Any) -> bool:
        """Say it in a building's group; False when it has none at present."""
        group = await people.group_of(self.unit.conn, building.id)
        if group is None or group.state != "here":
            return False
        await self.say_in(group.id, building.lang, name, zone=building.zone, **more)
        return True

    async def show_building(self, building: Building, kind: str, about_id: int, **more: Any) -> bool:
        """Show a card in a building's group; False when it has none at present.

        A group that is away is shown it when it is back.
        """
        group = await people.group_of(self.unit.conn, building.id)
        if group is None:
            return False
        await outbox.show(self.unit, group.id, kind, about_id, building.lang, **more)
        return group.state == "here"
