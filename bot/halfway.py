"""Finds out whether what was under way when the process ended has arrived.

Telegram has no question for that. But an edit that changes nothing is answered with "not modified": so a
message that may be there is edited into what it would say. Messages of private chats and small groups are
numbered together, those of a supergroup by themselves: what was under way lies next to the last one known.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from bot.postman import Delivery, Lost, Postman, Refused, Sent, Unsure
from rules.people import Chat
from storage import sent
from storage.outbox import Letter
from storage.store import Store

AFTER, BEFORE = 20, 8  # how many numbers are asked about on either side of the last one known

Ask = Callable[[Callable[[], Awaitable[Delivery]]], Awaitable[Delivery]]


class Halfway:
    """Letters that were under way when the process ended, and where each may be found."""

    def __init__(self, store: Store, postman: Postman, pause: Callable[[Chat], Awaitable[None]]) -> None:
        self._store = store
        self._pause = pause  # until the limits of a chat let a question leave
        self._postman = postman
        self._last: dict[int, int] = {}  # by letter, the last message known where it is numbered
        self._found: set[tuple[str, int]] = set()

    async def look(self) -> None:
        """See which letters there are; to be called before anything else is sent. Raises Unavailable."""
        async with self._store.glance() as conn:
            letters = await sent.half_sent(conn)
            known = await sent.newest(conn) if letters else []
        last: dict[str, int] = {}
        for address, message in known:
            last[_numbered(address)] = max(int(message), last.get(_numbered(address), 0))
        self._last = {letter: last.get(_numbered(address), 0) for letter, address in letters.items()}

    async def find(self, chat: Chat, letter: Letter, ask: Ask) -> Delivery | None:
        """Where a letter arrived; None if it is to be sent: for the first time, or for all we know."""
        last = self._last.get(letter.id)
        payload = letter.payload
        if last is None or payload.get("edit"):
            return None  # an edit may be done twice
        if not payload.get("album") and payload["text"] and chat.state == "here":
            async with self._store.glance() as conn:
                known = await sent.messages_in(conn, chat.id)
            for place in _near(last):
                if str(place) not in known and (_numbered(chat.address), place) not in self._found:
                    await self._pause(chat)
                    delivery = await ask(partial(self._postman.look_for, chat, letter, str(place)))
                    if isinstance(delivery, Sent):
                        self._found.add((_numbered(chat.address), place))
                        return delivery
                    if not isinstance(delivery, Lost | Refused):
                        break  # no answer
        return None if letter.notice else Unsure("unsure whether it was sent")


def _numbered(address: str) -> str:
    """What counts the messages of a chat: a supergroup does so itself."""
    return address if address.startswith("-100") else ""


def _near(last: int) -> list[int]:
    """The numbers around one, the nearest first; more of those that follow."""
    after = [last + step for step in range(1, AFTER + 1)]
    before = [last - step for step in range(1, BEFORE + 1) if last > step]
    return sorted(after + before, key=lambda number: (abs(number - last), last - number))
