"""What waits for a bot: updates in order, until the bot confirms them."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from sandbox.errors import conflict

JSON = dict[str, Any]

KINDS = frozenset(
    {
        "message",
        "edited_message",
        "callback_query",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
    }
)
BY_DEFAULT = KINDS - {"chat_member"}
OTHER_POLLER = "other getUpdates request; make sure that only one bot instance is running"


class UpdateQueue:
    """The updates one bot has not confirmed yet, and whoever waits for them."""

    def __init__(self) -> None:
        self.pending: deque[JSON] = deque()
        self.allowed: frozenset[str] = BY_DEFAULT
        self.allowed_named: list[str] = []
        self.last_id = 0
        self.on_put: Callable[[], None] | None = None
        self.on_confirm: Callable[[], None] | None = None
        self.on_wait: Callable[[], None] | None = None
        self._waiter: asyncio.Future[bool] | None = None

    def put(self, kind: str, content: JSON) -> None:
        """Append an update, unless the bot asked not to get its kind."""
        if kind not in self.allowed:
            return
        self.last_id += 1
        self.pending.append({"update_id": self.last_id, kind: content})
        self.wake()

    def wake(self) -> None:
        """Let whoever waits look again."""
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(True)
        if self.on_put:
            self.on_put()

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits for updates now."""
        return self._waiter is not None and not self._waiter.done()

    def allow(self, kinds: list[str]) -> None:
        """Remember which kinds the bot wants from now on; none named means the usual ones."""
        self.allowed = frozenset(kinds) & KINDS if kinds else BY_DEFAULT
        self.allowed_named = [kind for kind in kinds if kind in KINDS]

    def confirm(self, offset: int) -> None:
        """Forget what lies before the offset; a negative one keeps that many from the end."""
        before = len(self.pending)
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        while offset > 0 and self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()
        if self.on_confirm and len(self.pending) != before:
            self.on_confirm()

    def remove(self, update: JSON) -> None:
        """Forget one update that a webhook took."""
        self.pending.remove(update)
        if self.on_confirm:
            self.on_confirm()

    def clear(self) -> None:
        """Forget everything that waits."""
        self.pending.clear()
        if self.on_confirm:
            self.on_confirm()

    def claim(self, by: str = OTHER_POLLER) -> None:
        """Become the only one who gets updates: an earlier call that still waits is ended with a 409."""
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(conflict(f"terminated by {by}"))

    async def wait(self, timeout: float) -> None:  # noqa: ASYNC109 - the Bot API's own word
        """Return when something is pending, or the time is over."""
        if self.pending or timeout <= 0:
            return
        self._waiter = waiter = asyncio.get_running_loop().create_future()
        timer = asyncio.get_running_loop().call_later(timeout, self.wake)
        if self.on_wait:
            self.on_wait()
        try:
            await waiter
        finally:
            timer.cancel()
            if self._waiter is waiter:
                self._waiter = None
