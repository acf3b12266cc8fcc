"""Here: who is asking, where, when and how; and the ways to answer. One for each update that is handled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from handlers.buttons import Button, Key, Keys
from handlers.speech import Speech, letter
from rules.homes import Building
from rules.people import (
    Chat,
    NotAResident,
    NotBound,
    NotTheLeader,
    OnlyInAGroup,
    OnlyInPrivate,
    Person,
    WhichBuilding,
)
from rules.thresholds import PLAIN_CHARTER, Charter
from services import outbox
from storage import homes, people

TOAST_LIMIT = 200  # characters


@dataclass(frozen=True, slots=True)
class Quoted:
    """The message somebody replied to."""

    message: str
    text: str
    name: str  # of its author
    address: str | None  # of its author; None for the bot itself
    picture: str | None
    album: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What came in, in no platform's terms."""

    update_id: int
    user: str  # address
    name: str
    lang: str
    chat: str  # address
    chat_kind: str  # "private" or "group"
    chat_title: str
    message: str | None = None  # that was sent, or whose button was pressed
    text: str = ""
    picture: str | None = None
    album: str | None = None  # the platform's name of the album the picture came in
    quoted: Quoted | None = None
    press: str | None = None  # the id to answer a press with
    admin: bool | None = None  # whether the user administers the group; None where nobody asked
    trusted: bool | None = None  # whether the bot itself does; None where nobody asked


@dataclass
class Here(Speech):
    """The present moment in a chat."""

    heard: Heard
    person: Person
    chat: Chat
    building: Building | None
    charter: Charter = PLAIN_CHARTER
    toast: dict[str, Any] | None = field(default=None)
    among: tuple[Building, ...] = ()  # in private, the buildings it could be about

    @property
    def lang(self) -> str:
        """The language of this chat: the person's in private, the building's in a group."""
        if self.chat.kind == "group" and self.building is not None:
            return self.building.lang
        return self.person.lang

    def key(self, name: str, does: Button | None = None, link: str | None = None, **facts: object) -> Key:
        """A key labelled by the template `buttons.name` in this chat's language."""
        return Key(self.label(self.lang, name, **facts), does, link)

    @property
    def zone(self) -> str:
        """The building's time zone."""
        return self.building.zone if self.building else "Asia/Shanghai"

    async def say(self, name: str, /, **more: Any) -> None:
        """Say it here, in a message of its own."""
        await self.say_in(self.chat.id, self.lang, name, **{"zone": self.zone, **more})

    async def tell(self, name: str, /, *, alert: bool = False, **facts: object) -> None:
        """Answer just this person: a toast (or an alert) on a press, else a message."""
        if self.heard.press is None:
            await self.say(name, **facts)
            return
        text = self.words.plain(self.person.lang, name, **{"zone": self.zone, **facts})
        self.toast = {"text": text[:TOAST_LIMIT], "alert": alert}

    async def turn(self, name: str, /, *, keys: Keys = (), **facts: object) -> None:
        """Change the message whose button was pressed; said anew where none was."""
        if self.heard.press is None:
            await self.say(name, keys=keys, **facts)
            return
        text = self.words.html(self.lang, name, **{"zone": self.zone, **facts})
        await outbox.say(self.unit, self.chat.id, letter(text, keys, edit=self.heard.message))

    async def show(self, kind: str, about_id: int, *, pinned: bool = False) -> None:
        """Show a card here."""
        await outbox.show(self.unit, self.chat.id, kind, about_id, self.lang, pinned=pinned)

    async def begin(self, kind: str, **data: object) -> None:
        """Begin or go on with a dialogue: what is written next is heard by its handler."""
        await people.converse(self.unit.conn, self.person.id, self.chat.id, kind, data, self.now)

    async def finish(self) -> None:
        """End the dialogue."""
        await people.end_dialogue(self.unit.conn, self.person.id, self.chat.id)

    def the_building(self) -> Building:
        """The building this is about.

        Raises NotBound; in private NotAResident where there is none, WhichBuilding where there are several.
        """
        if self.building is None:
            if self.among:
                raise WhichBuilding(asked=self.heard.text)
            if self.chat.kind == "private":
                raise NotAResident(link=self.link("join"))
            raise NotBound
        return self.building

    async def the_leader(self, *also: str) -> Building:
        """The building, once this person is its leader (or holds one of the other offices).

        Raises NotBound, NotTheLeader.
        """
        building = self.the_building()
        held = await homes.offices(self.unit.conn, building.id, self.person.id)
        if not held & {"leader", *also}:
            raise NotTheLeader
        return building

    async def the_resident(self) -> Building:
        """The building, once this person is a verified member of one of its households.

        Raises NotBound, NotAResident.
        """
        building = self.the_building()
        if not await homes.homes_of(self.unit.conn, self.person.id, building.id):
            raise NotAResident(link=self.link(f"join_b{building.id}"))
        return building

    def in_group(self) -> None:
        """Go on only in a group. Raises OnlyInAGroup."""
        if self.chat.kind != "group":
            raise OnlyInAGroup

    def in_private(self) -> None:
        """Go on only in private. Raises OnlyInPrivate."""
        if self.chat.kind != "private":
            raise OnlyInPrivate(link=self.link("hello"))
