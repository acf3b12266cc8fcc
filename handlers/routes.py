"""Routes: which handler hears what. Each file of handlers has one `routes`, and lists what it hears."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from handlers.buttons import Button
from handlers.speech import Made, Screen, Speech, View
from storage.outbox import Due
from storage.store import Connection, Store

T = TypeVar("T")

Act = Callable[..., Awaitable[None]]
Ahead = Callable[[Store, str, Any], Awaitable[Any]]
DueAct = Callable[[Speech, Due], Awaitable[None]]
Draw = Callable[[View, int], Awaitable[Screen | None]]
Make = Callable[[View, Any], Awaitable[Made]]
Name = Callable[[Connection, Any], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Route:
    """A handler and what it needs to know before it may begin."""

    act: Act
    admin: bool = False  # whether the person administers the group has to be asked of the platform
    ahead: Ahead | None = None  # what takes long and can be done before: (store, user, button or due)


@dataclass
class Routes:
    """What one file hears."""

    presses: dict[type[Button], Route] = field(default_factory=dict)
    commands: dict[str, Route] = field(default_factory=dict)
    plain: dict[str, Route] = field(default_factory=dict)
    dialogues: dict[str, Route] = field(default_factory=dict)
    links: dict[str, Route] = field(default_factory=dict)
    dues: dict[str, DueAct] = field(default_factory=dict)
    aheads: dict[str, Ahead] = field(default_factory=dict)  # of dues
    cards: dict[str, Draw] = field(default_factory=dict)
    makers: dict[str, Make] = field(default_factory=dict)
    photos: dict[str, Name] = field(default_factory=dict)  # of makers

    def press(
        self, button: type[Button], *, admin: bool = False, ahead: Ahead | None = None
    ) -> Callable[[Act], Act]:
        """Hear a button: `act(here, button)`; what `ahead` gave before is here.ahead."""
        return self._into(self.presses, [button], admin=admin, ahead=ahead)

    def command(self, *names: str, words: Iterable[str] = (), admin: bool = False) -> Callable[[Act], Act]:
        """Hear /name and the plain words: `act(here, rest of the text)`."""

        def keep(act: Act) -> Act:
            self._into(self.commands, names, admin=admin)(act)
            return self._into(self.plain, words, admin=admin)(act)

        return keep

    def dialogue(self, kind: str) -> Callable[[Act], Act]:
        """Hear what is written within a dialogue: `act(here, data)`; the text is here.heard.text."""
        return self._into(self.dialogues, [kind])

    def link(self, prefix: str) -> Callable[[Act], Act]:
        """Hear a deep link `prefix` or `prefix_rest`: `act(here, rest)`."""
        return self._into(self.links, [prefix])

    def due(self, kind: str, *, ahead: Ahead | None = None) -> Callable[[DueAct], DueAct]:
        """Do what the schedule has due: `act(speech, due)`; what `ahead` gave before is speech.ahead."""
        if ahead is not None:
            self.aheads[kind] = ahead
        return _into_table(self.dues, kind)

    def card(self, kind: str) -> Callable[[Draw], Draw]:
        """Draw a card when it is sent: `draw(view, about_id)`; None once there is nothing to show."""
        return _into_table(self.cards, kind)

    def maker(self, name: str, *, photos: Name | None = None) -> Callable[[Make], Make]:
        """Make a file or a picture when it is sent: `make(view, about_id)`.

        Of the photos that `photos(conn, about_id)` names, those that the platform has are in view.photos:
        they are fetched before, for nobody may hold a connection meanwhile.
        """
        if photos is not None:
            self.photos[name] = photos
        return _into_table(self.makers, name)

    def spoken(self, text: str) -> Route | None:
        """What a text that is no more than a plain word asks for, however it is punctuated."""
        return self.plain.get(text.strip(_AROUND_WORDS).lower())

    def begun(self, text: str) -> tuple[Route, str] | None:
        """What a text asks for that begins with a plain word, as 开会 下周三晚上七点半; and its rest."""
        word, *rest = text.split(maxsplit=1) or [""]
        route = self.spoken(word)
        return (route, rest[0]) if route is not None and rest else None

    def include(self, other: Routes) -> None:
        """Hear all that another file hears; two handlers for one thing are an error."""
        for mine, theirs in (
            (self.presses, other.presses),
            (self.commands, other.commands),
            (self.plain, other.plain),
            (self.dialogues, other.dialogues),
            (self.links, other.links),
            (self.dues, other.dues),
            (self.aheads, other.aheads),
            (self.cards, other.cards),
            (self.makers, other.makers),
            (self.photos, other.photos),
        ):
            twice = set(mine) & set(theirs)
            assert not twice, f"heard twice: {twice}"
            mine.update(theirs)  # type: ignore[arg-type]

    @staticmethod
    def _into(
        table: dict[Any, Route], names: Iterable[Any], *, admin: bool = False, ahead: Ahead | None = None
    ) -> Callable[[Act], Act]:
        def keep(act: Act) -> Act:
            for name in names:
                assert name not in table, f"heard twice: {name}"
                table[name] = Route(act, admin, ahead)
            return act

        return keep


def _into_table(table: dict[str, T], name: str) -> Callable[[T], T]:
    def keep(act: T) -> T:
        assert name not in table, f"twice: {name}"
        table[name] = act
        return act

    return keep


_AROUND_WORDS = " \t\r\n.,!?~。，！？～…"
_COMMAND = re.compile(r"^/(\w{1,32})(?:@(\w+))?(?:\s+(.*))?$", re.DOTALL)


def read_command(text: str, bot_name: str) -> tuple[str, str] | None:
    """The command and the rest of a text; None where it is none, or another bot's."""
    found = _COMMAND.match(text)
    if found is None or (found[2] and found[2].lower() != bot_name.lower()):
        return None
    return found[1].lower(), (found[3] or "").strip()
