"""The floor: who wants to speak, in which order, and for how long; read from a meeting's events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.events import Event
from rules.refusals import Refusal

SPEAKING_TIME = timedelta(minutes=3)  # where the operator set no other
HINT = timedelta(seconds=30)  # before the end
SIDES = ("for", "against")


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who wants to speak, perhaps for a side; `spoken` counts how often they did on this item."""

    person: int
    side: str
    spoken: int
    event: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Who has the floor, until when, and the event that gave it; `time` is all they were given."""

    person: int
    side: str
    until: datetime
    event: int
    time: timedelta


@dataclass(frozen=True, slots=True)
class Floor:
    """The speakers' list in its order, who speaks now, and whether the sides take turns."""

    waiting: tuple[Hand, ...] = ()
    turn: Turn | None = None
    alternate: bool = False


class HandUp(Refusal):
    """Who is on the list, or speaks, is not put on it twice."""


class NotOnTheList(Refusal):
    """Only who is on the list can be taken off it."""


class NobodyWaits(Refusal):
    """There is no next speaker."""


def read_floor(events: Iterable[Event]) -> Floor:
    """The floor as the events leave it; with each item the list begins anew."""
    hands: dict[int, Hand] = {}
    spoken: dict[int, int] = {}
    turn, last_side, alternate = None, "", False
    for event in events:
        person = event.data.get("person") or 0
        match event.kind:
            case "item_opened" | "item_done":
                hands, spoken, turn, last_side = {}, {}, None, ""
            case "hand_raised":
                hands[person] = Hand(person, event.data["side"], 0, event.number)
            case "hand_lowered":
                hands.pop(person, None)
            case "floor_given":
                hands.pop(person, None)
                spoken[person] = spoken.get(person, 0) + 1
                last_side = event.data["side"]
                until = datetime.fromisoformat(event.data["until"])
                turn = Turn(person, last_side, until, event.number, until - event.at)
            case "floor_ended":
                turn = None
            case "sides_set":
                alternate = event.data["alternate"]
    heard = [Hand(one.person, one.side, spoken.get(one.person, 0), one.event) for one in hands.values()]
    return Floor(_in_order(heard, last_side if alternate else None), turn, alternate)


def _in_order(hands: list[Hand], last_side: str | None) -> tuple[Hand, ...]:
    """First who has not spoken, then who came first; where sides take turns, the other side before."""
    waiting = sorted(hands, key=lambda hand: (hand.spoken > 0, hand.event))
    if last_side is None:
        return tuple(waiting)
    ordered: list[Hand] = []
    while waiting:
        other = [hand for hand in waiting if hand.side and hand.side != last_side]
        chosen = (other or waiting)[0] if last_side else waiting[0]
        waiting.remove(chosen)
        ordered.append(chosen)
        last_side = chosen.side or last_side
    return tuple(ordered)


def check_raise(floor: Floor, person: int) -> None:
    """Go on only for who is not on the list. Raises HandUp."""
    if (floor.turn and floor.turn.person == person) or any(one.person == person for one in floor.waiting):
        raise HandUp


def check_lower(floor: Floor, person: int) -> None:
    """Go on only for who is on the list, or speaks. Raises NotOnTheList."""
    if not (floor.turn and floor.turn.person == person) and all(
        one.person != person for one in floor.waiting
    ):
        raise NotOnTheList
