"""The line by which a meeting is called: 下周三晚上七点半 活动室 电动车棚和充电桩.

A time, then the place, then what it is about; whatever is missing is asked for, and all of it is echoed.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from rules.kinds import DEFAULT_KIND, KINDS
from rules.when import Ambiguous, InThePast, Moment, NoSuchDate, Recurrence, find
from rules.when.pieces import split

Timed = Moment | Recurrence | InThePast | NoSuchDate | Ambiguous

_PLACE = re.compile(
    r"(?:室|楼|厅|院|院子|场|坪|亭|站|中心|门口|大门|楼下|底层|架空层|店|馆|库|岗|屋|家|群里|线上|"
    r"\b(?:room|hall|lobby|yard|garden|office|square|gate|online|centre|center)s?)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Call:
    """What a line says: the time as it was read (None: no time in it), the place, the topics."""

    reading: Timed | None
    kind: str
    place: str
    topics: tuple[str, ...]


def read_call(line: str, now: datetime, places: Collection[str] = ()) -> Call:
    """Read the line; `now` is aware, in the building's zone, `places` are those it met in before."""
    found = find(line, now)
    pieces = list(found.pieces if found else split(line))
    kind = _take_kind(pieces)
    place = _take_place(pieces, places)
    return Call(found.reading if found else None, kind, place, tuple(dict.fromkeys(pieces)))


def _take_kind(pieces: list[str]) -> str:
    """Take the name of a kind out of the pieces; without one it is the usual kind."""
    names = {name: kind.code for kind in KINDS.values() for name in (kind.zh, kind.en)}
    for piece in pieces:
        if code := names.get(piece.lower()):
            pieces.remove(piece)
            return code
    return DEFAULT_KIND


def _take_place(pieces: list[str], places: Collection[str]) -> str:
    """Take the place out: a known one, one that reads like a place, else the first of several pieces."""
    known = [piece for piece in pieces if piece in places]
    likely = [piece for piece in pieces if _PLACE.search(piece)]
    first = pieces[:1] if len(pieces) > 1 else []
    place = next(iter(known + likely + first), "")
    if place:
        pieces.remove(place)
    return place
