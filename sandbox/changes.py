"""News of the world: every message, edit, pin and answer, told to those who listen."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sandbox.chats import Chat
from sandbox.messages import Message

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened: what kind, in which chat, to which message, and its details."""

    kind: str
    chat: Chat
    message: Message | None = None
    details: JSON = field(default_factory=dict)

    def as_json(self) -> JSON:
        """Return the change as JSON, its message as it is now."""
        shown: JSON = {"kind": self.kind, "chat": self.chat.key, "chat_id": self.chat.id, **self.details}
        if self.message is not None:
            shown["message"] = self.message.as_json()
        return shown


class Changes:
    """Those who listen; one queue each, and nothing is made for nobody."""

    def __init__(self) -> None:
        self._listeners: set[Callable[[Change], None]] = set()

    def tell(self, kind: str, chat: Chat, message: Message | None = None, **details: Any) -> None:
        """Tell every listener what happened."""
        if self._listeners:
            change = Change(kind, chat, message, details)
            for listener in tuple(self._listeners):
                listener(change)

    @contextmanager
    def listening(self, chat: Chat | None = None) -> Iterator[asyncio.Queue[Change]]:
        """Collect changes, of one chat or of all, in a queue while the block runs."""
        queue: asyncio.Queue[Change] = asyncio.Queue()

        def listener(change: Change) -> None:
            if chat is None or change.chat is chat:
                queue.put_nowait(change)

        self._listeners.add(listener)
        try:
            yield queue
        finally:
            self._listeners.discard(listener)

    async def stream(self) -> AsyncIterator[JSON]:
        """Yield every change from now on, as JSON."""
        with self.listening() as queue:
            while True:
                yield (await queue.get()).as_json()
