"""Telegram's limits, kept by construction: when a message to a chat may leave.

30 messages a second in all; one a second a chat, with a short burst; 20 a minute a group. Sends and
edits share the budget (Bot API FAQ, "My bot is hitting limits").
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

MARGIN = 1.02  # of a window: the platform counts when a message arrives, we when it leaves


@dataclass(slots=True)
class _ChatBudget:
    tokens: float
    filled_at: float
    minute: deque[float] = field(default_factory=deque)
    halted_until: float = 0.0


class Limits:
    """Knows for each chat when the next message may leave; times are seconds of one monotonic clock."""

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
        self.card_pace = (
            card_pace  # seconds between two edits of cards in a chat: its minute is for messages too
        )
        self._second: deque[float] = deque()
        self._chats: dict[int, _ChatBudget] = {}
        self._halted_until = 0.0

    def next_overall(self, now: float) -> float:
        """The earliest time at which anything may leave."""
        while self._second and self._second[0] <= now - MARGIN:
            self._second.popleft()
        free = now if len(self._second) < self._all else self._second[0] + MARGIN
        return max(free, self._halted_until)

    def next_in(self, chat_id: int, now: float, *, group: bool) -> float:
        """The earliest time at which a message to this chat may leave, the overall limit aside."""
        budget = self._budget(chat_id, now)
        ready = now if budget.tokens >= 1 else now + (1 - budget.tokens) * MARGIN
        if group:
            while budget.minute and budget.minute[0] <= now - 60 * MARGIN:
                budget.minute.popleft()
            if len(budget.minute) >= self._minute:
                ready = max(ready, budget.minute[0] + 60 * MARGIN)
        return max(ready, budget.halted_until)

    def spend(self, chat_id: int, now: float, *, group: bool, messages: int = 1) -> None:
        """Note that messages leave for this chat now (an album is several)."""
        budget = self._budget(chat_id, now)
        budget.tokens -= messages
        for _ in range(messages):
            self._second.append(now)
            if group:
                budget.minute.append(now)

    def halt(self, chat_id: int, until: float) -> None:
        """Send nothing to this chat before a time: the platform said so."""
        self._chats[chat_id].halted_until = until

    def _budget(self, chat_id: int, now: float) -> _ChatBudget:
        budget = self._chats.get(chat_id)
        if budget is None:
            budget = self._chats[chat_id] = _ChatBudget(self._burst, now)
        budget.tokens = min(self._burst, budget.tokens + (now - budget.filled_at) / MARGIN)
        budget.filled_at = now
        return budget
