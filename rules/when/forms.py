"""The shape of a form: a way to write one piece of a time, and what a text written so says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from rules.when.clock import Clock, FromNow, Lasting, Midnight, PartOfDay
from rules.when.days import Day
from rules.when.readings import Pattern

Piece = Day | Clock | Midnight | PartOfDay | Lasting | FromNow | Pattern
Groups = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a piece; `say` is None where the groups make no sense together.

    The pattern is for folded text, and compiled when it is first looked for.
    A `loose` form also occurs in other company (3/4, 5号): in a line it counts only with an hour beside it.
    """

    pattern: str
    say: Callable[[Groups], Piece | None]
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A piece read at a place in the text, which ends before `end`."""

    piece: Piece
    end: int
    loose: bool


def form(pattern: str, say: Callable[[Groups], Piece | None], *, loose: bool = False) -> Form:
    """Make a form of a pattern for folded text."""
    return Form(pattern, say, loose)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def longest(text: str, position: int, forms: Iterable[Form]) -> Match | None:
    """Read the longest piece that begins at the position; of two as long the form listed first."""
    best: Match | None = None
    for each in forms:
        found = _compiled(each.pattern).match(text, position)
        if found is None or found.end() <= (best.end if best else position):
            continue
        piece = each.say(found.groupdict())
        if piece is not None:
            best = Match(piece, found.end(), each.loose)
    return best
