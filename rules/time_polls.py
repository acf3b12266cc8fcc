"""Finding a date: each household says of each time whether it can, and the best is found by a stated rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.refusals import Refusal

MOST_SLOTS = 6


class State(StrEnum):
    """How far a time poll has come."""

    DRAFT = "draft"
    OPEN = "open"
    CALLED = "called"  # a meeting was called from it
    DROPPED = "dropped"


class Answer(StrEnum):
    """What somebody says of a time."""

    YES = "yes"
    MAYBE = "maybe"  # if need be
    NO = "no"


@dataclass(frozen=True, slots=True)
class TimePoll:
    """A question when to meet."""

    id: int
    building_id: int
    by_id: int
    state: State
    topic: str
    at: datetime
    meeting_id: int | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A time in the poll, with how many can, can if need be, and cannot."""

    id: int
    at: datetime
    yes: int = 0
    maybe: int = 0
    no: int = 0


class NoSuchTimePoll(Refusal):
    """There is no such question, or it is asked in another building."""


class TimePollIsOver(Refusal):
    """A meeting was called from it, or it was dropped."""


class TooManySlots(Refusal):
    """More times than fit the keys of one message."""


class TooFewSlots(Refusal):
    """A choice between fewer than two times."""


class SlotTwice(Refusal):
    """The time is in the poll already."""


class NobodyAnswered(Refusal):
    """There is no best time before anybody answered."""


def best(slots: Iterable[Slot], now: datetime) -> Slot:
    """The time most can; among equals that which fewest cannot; among equals the earliest.

    Times that are over do not count. Raises NobodyAnswered.
    """
    ahead = [slot for slot in slots if slot.at > now]
    if not any(slot.yes or slot.maybe for slot in ahead):
        raise NobodyAnswered
    return min(ahead, key=lambda slot: (-slot.yes, slot.no, slot.at))


def check_slots(slots: Iterable[Slot], at: datetime) -> None:
    """Go on only if one more time fits. Raises SlotTwice, TooManySlots."""
    known = [slot.at for slot in slots]
    if at in known:
        raise SlotTwice(at=at)
    if len(known) >= MOST_SLOTS:
        raise TooManySlots(most=MOST_SLOTS)


def following(answer: Answer | None) -> Answer:
    """What the next press of the key of a time says: can, if need be, cannot, and can again."""
    order = (Answer.YES, Answer.MAYBE, Answer.NO)
    return Answer.YES if answer is None else order[(order.index(answer) + 1) % len(order)]
