"""Telegram's limits, kept by construction: when a message to a chat may leave.

30 messages a second in all; one a second a chat, with a short burst; 20 a minute a group. Sends and
edits share the budget (Bot API FAQ, "My bot is hitting limits"). The platform counts a message when it
arrives, which is some time between its leaving and its answer: so a message under way counts as if it
arrived only now, and one that was answered as if it arrived with its answer. However slow or uneven the
network, the platform then never sees more than it allows.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf


@dataclass(slots=True)
class _Chat:
    tokens: float
    filled_at: float
    minute: deque[float] = field(default_factory=deque)  # a group's arrivals
    halted_until: float = 0.0


class Limits:
    """Knows when the next message may leave; times are seconds of one monotonic clock.

    A chat, named by its address, has at most one message under way: only the overall budget counts those.
    """

    def __init__(
        self,
        *,
        all_per_second: int = 30,
        chat_burst: int = 3,
        group_per_minute: int = 20,
        card_pace: float = 3.0,
    ) -> None:
        self._all = all_per_second
        self._burst = chat_burst
        self._minute = group_per_minute
        self.card_pace = card_pace  # seconds between two edits of cards in a chat
        self._second: deque[float] = deque()  # arrivals
        self._under_way = 0
        self._chats: dict[str, _Chat] = {}

    def next_overall(self, now: float, messages: int = 1) -> float:
        """The earliest time at which so many may leave; infinite until something under way arrives."""
        while self._second and self._second[0] <= now - 1:
            self._second.popleft()
        excess = self._under_way + len(self._second) + messages - self._all
        if excess <= 0:
            return now
        return self._second[excess - 1] + 1 if excess <= len(self._second) else inf

    def next_in(self, address: str, now: float, *, group: bool, messages: int = 1) -> float:
        """The earliest time at which so many (an album) may leave for this chat, the overall limit aside."""
        chat = self._chat(address, now)
        ready = now + max(0.0, min(messages, self._burst) - chat.tokens)
        if group:
            while chat.minute and chat.minute[0] <= now - 60:
                chat.minute.popleft()
            if (excess := len(chat.minute) + messages - self._minute) > 0:
                ready = max(ready, chat.minute[excess - 1] + 60)
        return max(ready, chat.halted_until)

    def leave(self, messages: int = 1) -> None:
        """Note that messages are under way (an album is several)."""
        self._under_way += messages

    def arrive(self, address: str, now: float, messages: int = 1) -> None:
        """Note that they were answered, or will never be."""
        self._under_way -= messages
        chat = self._chat(address, now)
        chat.tokens -= messages
        chat.minute.extend([now] * messages)
        self._second.extend([now] * messages)

    def halt(self, address: str, until: float) -> None:
        """Send nothing to this chat before a time: the platform said so."""
        self._chats.setdefault(address, _Chat(self._burst, -inf)).halted_until = until

    def _chat(self, address: str, now: float) -> _Chat:
        chat = self._chats.get(address)
        if chat is None:
            chat = self._chats[address] = _Chat(self._burst, now)
        chat.tokens = min(self._burst, chat.tokens + now - chat.filled_at)
        chat.filled_at = now
        return chat
