"""Finds out whether what was under way when the process ended has arrived.

Telegram has no question for that. But an edit that changes nothing is answered with "not modified": so a
message that may be there is edited into what it would say. Messages of private chats and small groups are
numbered together, those of a supergroup by themselves: what was under way lies next to the last one known.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from bot.postman import Delivery, Failed, Gone, Later, Lost, Postman, Refused, Sent, Unsure
from rules.people import Chat
from storage import sent
from storage.outbox import Card, Letter
from storage.store import Store

AFTER, BEFORE = 40, 8  # how many numbers are asked about on either side of the last one known

Places = dict[int, list[int]]  # by letter or card, the numbers that are still to be asked about
Look = Callable[[str], Awaitable[Delivery]]
Ask = Callable[[Callable[[], Awaitable[Delivery]]], Awaitable[Delivery]]


class Halfway:
    """Letters and cards that were under way when the process ended, and where each may be found."""

    def __init__(self, store: Store, postman: Postman, pause: Callable[[Chat], Awaitable[None]]) -> None:
        self._store = store
        self._pause = pause  # until the limits of a chat let a question leave
        self._postman = postman
        self._letters: Places = {}
        self._cards: Places = {}
        self._found: set[tuple[str, int]] = set()

    async def look(self) -> None:
        """See which there are; to be called before anything else is sent. Raises Unavailable."""
        async with self._store.glance() as conn:
            letters, shown = await sent.half_sent(conn), await sent.half_shown(conn)
            known = await sent.newest(conn) if letters or shown else []
        last: dict[str, int] = {}
        for address, message in known:
            last[_numbered(address)] = max(int(message), last.get(_numbered(address), 0))
        self._letters, self._cards = (
            {name: _near(last.get(_numbered(at), 0)) for name, at in found.items()}
            for found in (letters, shown)
        )

    async def find(self, chat: Chat, letter: Letter, ask: Ask) -> Delivery | None:
        """Where a letter arrived; None if it is to be sent, as it has not, or may be done twice.

        Later or Failed if the platform is to be asked again; Unsure if it may be there for all we know.
        """
        places = self._letters.get(letter.id)
        if places is None or letter.payload.get("edit") or chat.state != "here":
            return None  # an edit may be done twice
        sought = bool(letter.payload["text"]) and not letter.payload.get("album")
        look = partial(self._postman.look_for, chat, letter)
        if sought and (answer := await self._search(chat, places, look, ask)) is not None:
            return answer
        if sought and letter.notice and not _numbered(chat.address):
            return None  # so many numbers on, it would be among them
        return Unsure("unsure whether it was sent")

    async def find_card(self, chat: Chat, card: Card, ask: Ask) -> Delivery | None:
        """Where a card arrived, which then shows the present state; None if it is to be sent.

        Later or Failed if the platform is to be asked again: asking twice does no harm.
        """
        places = self._cards.get(card.id)
        if places is None:
            return None
        answer = await self._search(chat, places, partial(self._postman.look_for_card, chat, card), ask)
        return Later(None) if isinstance(answer, Unsure) else answer

    async def _search(self, chat: Chat, places: list[int], look: Look, ask: Ask) -> Delivery | None:
        """The message that it is, or the answer that ends the search for now; None if it is none of them."""
        async with self._store.glance() as conn:
            known = await sent.messages_in(conn, chat.id)
        while places:
            place = places[0]
            if str(place) not in known and (_numbered(chat.address), place) not in self._found:
                await self._pause(chat)
                delivery = await ask(partial(look, str(place)))
                match delivery:
                    case Sent():
                        self._found.add((_numbered(chat.address), place))
                        return delivery
                    case Later() | Failed() | Gone():
                        return delivery
                    case Lost() | Refused():
                        pass
                    case _:
                        return Unsure("unsure whether it was sent")
            places.pop(0)
        return None


def _numbered(address: str) -> str:
    """What counts the messages of a chat: a supergroup does so itself."""
    return address if address.startswith("-100") else ""


def _near(last: int) -> list[int]:
    """The numbers around one, the nearest first; more of those that follow."""
    after = [last + step for step in range(1, AFTER + 1)]
    before = [last - step for step in range(1, BEFORE + 1) if last > step]
    return sorted(after + before, key=lambda number: (abs(number - last), last - number))
