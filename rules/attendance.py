"""Attendance: which households are at a meeting, and how a leader writes down those without a phone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rules.homes import NotAnAddress, read_door
from rules.refusals import Refusal

MOST_PROXIES = 3  # households one household may stand for
NAME_LIMIT = 20
_SEPARATORS = re.compile(r"[\s,，、;；。]+")
_BY_PROXY = {"委托", "托", "by", "via"}


@dataclass(frozen=True, slots=True)
class Attendee:
    """A household at a meeting, until `left_at` if it has left.

    `how` is "chat" (somebody of it pressed the key), "code" (typed the code shown in the room), "added"
    (written down by the leader) or "proxy"; `name` is what the leader wrote beside the door, `person_id`
    who pressed.
    """

    meeting_id: int
    household_id: int
    person_id: int | None
    name: str
    how: str
    at: datetime
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A door as the leader wrote it, with a name if he wrote one, and the door it gave its proxy to."""

    unit: str
    room: str
    name: str = ""
    holder: tuple[str, str] | None = None


class AlreadyPresent(Refusal):
    """The household is on the list of those present."""


class HolderNotPresent(Refusal):
    """A proxy is held by a household that is there itself: no chains, nobody absent."""


class TooManyProxies(Refusal):
    """A household stands for a limited number of others."""


def read_arrivals(text: str, units: int) -> list[Arrival]:
    """The doors in a text such as "2-502 2-503 王婆婆", "3-101 委托 2-502".

    Raises NotAnAddress at the first word that is none, the whole text being refused.
    """
    found: list[Arrival] = []
    by_proxy = False
    for word in _SEPARATORS.split(unicodedata.normalize("NFKC", text).strip()):
        if not word:
            continue
        if word.lower() in _BY_PROXY and found:
            by_proxy = True
        elif any(character.isdigit() for character in word):
            door = read_door(word, units)
            found = [*found[:-1], replace(found[-1], holder=door)] if by_proxy else [*found, Arrival(*door)]
            by_proxy = False
        elif found:
            name = f"{found[-1].name} {word}".strip()[:NAME_LIMIT]
            found[-1] = replace(found[-1], name=name)
        else:
            raise NotAnAddress(text=word[:40])
    if not found or by_proxy:
        raise NotAnAddress(text=text.strip()[:40])
    return found


def check_holder(holder: int, present: Mapping[int, Attendee], held: Iterable[int], door: str) -> None:
    """Go on only if a household may stand for one more; `held` are the holders of all proxies so far.

    Raises HolderNotPresent, TooManyProxies.
    """
    there = present.get(holder)
    if there is None or there.how == "proxy":
        raise HolderNotPresent(door=door)
    if sum(other == holder for other in held) >= MOST_PROXIES:
        raise TooManyProxies(door=door, most=MOST_PROXIES, basis="household")
