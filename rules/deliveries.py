"""Whether a notice reached a home: seen by one of it, sent, not reachable, or nobody there to send it to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum


class Reached(StrEnum):
    """How far a notice came to a household; the last three are for somebody who knocks on the door."""

    SEEN = "seen"
    SENT = "sent"
    UNREACHABLE = "unreachable"  # its people never opened the private chat, or blocked it
    NOBODY = "nobody"  # registered


def reached(people: Collection[int], seen: Collection[int], reachable: Collection[int]) -> Reached:
    """How far it came to a household of these people; one who knows tells the others."""
    if not people:
        return Reached.NOBODY
    if not set(people).isdisjoint(seen):
        return Reached.SEEN
    return Reached.UNREACHABLE if set(people).isdisjoint(reachable) else Reached.SENT


def count(states: Iterable[Reached]) -> dict[Reached, int]:
    """How many households are in each state."""
    every = list(states)
    return {state: every.count(state) for state in Reached}
