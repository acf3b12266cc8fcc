"""The line by which a meeting is called: 下周三晚上七点半 活动室 电动车棚和充电桩.

A time, then the place, then what it is about; whatever is missing is asked for, and all of it is echoed.
Items stand apart by ；, a comma or a new line. 、 joins what may be one item or several (电动车棚、停车位):
it is one until the leader has it cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from rules.kinds import DEFAULT_KIND, KINDS
from rules.refusals import Refusal
from rules.when import Ambiguous, InThePast, Moment, NoSuchDate, Recurrence, find, sounds_like_a_time
from rules.when.pieces import is_chinese, split

Timed = Moment | Recurrence | InThePast | NoSuchDate | Ambiguous

_PLACE = re.compile(
    r"(?:室|楼|厅|院|院子|场|坪|亭|站|中心|门口|大门|楼下|底层|架空层|店|馆|库|岗|屋|家|群里|线上|"
    r"\b(?:room|hall|lobby|yard|garden|office|square|gate|online|centre|center)s?)$",
    re.IGNORECASE,
)
_APART = re.compile(r"[；;]+")
_ITEMS = re.compile(r"[\n；;]+")
_BRACKETS = re.compile(r"[(（《【“\"「][^)）》】”\"」]*[)）》】”\"」]")
LEAST_PART = 2  # characters of what an item is cut into: 一、二 is no two items


class NotToBeCut(Refusal):
    """The item names one topic, or has proposals: it stays one."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a line says: the time as it was read (None: no time in it), the place, the topics.

    `unclear`: what sounds like a time and could not be read.
    """

    reading: Timed | None
    kind: str
    place: str
    topics: tuple[str, ...]
    unclear: str = ""


def read_call(line: str, now: datetime, places: Collection[str] = ()) -> Call:
    """Read the line; `now` is aware, in the building's zone, `places` are those it met in before."""
    found = find(line, now)
    told = (found.before, found.rest) if found else (line,)
    heads = [split(_APART.split(part)[0]) for part in told]
    pieces = [piece for part in told for piece in _pieces(part)]
    unclear = "" if found else _take(pieces, sounds_like_a_time)
    kind = _take_kind(pieces)
    place = _take_place(pieces, places, guess=sum(map(len, heads)) > 1)
    return Call(found.reading if found else None, kind, place, tuple(dict.fromkeys(pieces)), unclear)


def _pieces(text: str) -> list[str]:
    """What stands before the first ； is cut at spaces too: the place is there."""
    head, *others = _APART.split(text)
    return [*split(head), *(piece for other in others for piece in split(other, spaces=False))]


def _take_kind(pieces: list[str]) -> str:
    """Take the name of a kind out of the pieces; without one it is the usual kind."""
    names = {name: kind.code for kind in KINDS.values() for name in (kind.zh, kind.en)}
    return names.get(_take(pieces, lambda piece: piece.lower() in names).lower(), DEFAULT_KIND)


def _take_place(pieces: list[str], places: Collection[str], *, guess: bool) -> str:
    """Take the place out: a known one, one that reads like a place, else (`guess`) the first of several."""
    place = _take(pieces, lambda piece: piece in places)
    place = place or _take(pieces, lambda piece: _PLACE.search(piece) is not None)
    return place or (pieces.pop(0) if guess and len(pieces) > 1 else "")


def _take(pieces: list[str], fits: Callable[[str], bool]) -> str:
    """Take the first piece that fits, or the first word of one; empty where none does."""
    for index, piece in enumerate(pieces):
        if fits(piece):
            return pieces.pop(index)
        word, _, rest = piece.partition(" ")
        if rest.strip() and is_chinese(word) and fits(word):
            pieces[index] = rest.strip()
            return word
    return ""


def items_in(text: str) -> list[str]:
    """The items that somebody wrote: one a line, or with ； between them."""
    return [item.strip() for item in _ITEMS.split(text) if item.strip()]


def parts_of(title: str) -> tuple[str, ...]:
    """What an item can be cut into at its 、, but for those in brackets; nothing where it is one."""
    covered = _BRACKETS.sub(lambda found: "\0" * len(found[0]), title)
    cuts = [-1, *(place for place, character in enumerate(covered) if character == "、"), len(title)]
    parts = tuple(title[start + 1 : end].strip() for start, end in pairwise(cuts))
    return parts if len(parts) > 1 and all(len(part) >= LEAST_PART for part in parts) else ()
