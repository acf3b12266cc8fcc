"""Whose turn it is: what is more urgent first, and at the same rank one building after the other.

So a building with ten thousand reminders holds up another's by one message, not by all of them.
"""

from __future__ import annotations

from collections import OrderedDict, deque


class Turns:
    """Chats that something may leave for, by rank and building; each step takes constant time."""

    def __init__(self) -> None:
        self._ranks: dict[int, OrderedDict[int | None, deque[int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._ranks)

    def add(self, rank: int, building: int | None, chat_id: int) -> None:
        """Put a chat last in its building's line, and its building last if it had none in it."""
        self._ranks.setdefault(rank, OrderedDict()).setdefault(building, deque()).append(chat_id)

    def pop(self) -> int:
        """The chat whose turn it is; its building is last now."""
        rank = min(self._ranks)
        lines = self._ranks[rank]
        building, line = lines.popitem(last=False)
        chat_id = line.popleft()
        if line:
            lines[building] = line
        elif not lines:
            del self._ranks[rank]
        return chat_id
