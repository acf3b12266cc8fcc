"""How a tie is settled, so that every replay settles it the same way.

First by what the method itself says (the lead in an earlier round); then by the order the meeting has
named; then by the published seed: the lower sha256 of "seed, newline, option" goes first. Without a seed a
tie stays open and the meeting decides. Chance that cannot be replayed is never used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from rules.counting.outcome import TieAbout, TieBroken, TieStep
from rules.counting.question import Amount, Question, TieRule


def seed_rank(seed: str, option: str) -> str:
    """The sha256 by which a published seed puts options in order; anyone can compute it."""
    return hashlib.sha256(f"{seed}\n{option}".encode()).hexdigest()


def settle(
    question: Question, tied: Iterable[str], places: int, about: TieAbout = TieAbout.WIN, number: int = 1
) -> TieBroken:
    """Give `places` to some of the equal options: by the meeting's order, else the seed, else leave it open.

    For a drop the order is read from its end: whom it prefers stays.
    """
    options = in_printed_order(question, tied)
    if set(options) <= set(question.decided):
        order, rule = sorted(options, key=question.decided.index), TieStep.MEETING
    elif question.ties is TieRule.SEED:
        order, rule = sorted(options, key=lambda option: seed_rank(question.seed, option)), TieStep.SEED
    else:
        return TieBroken(options, TieStep.OPEN, (), about, number)
    if about is TieAbout.DROP:
        order.reverse()
    return TieBroken(options, rule, tuple(order[:places]), about, number)


def settle_by_rounds(
    question: Question,
    tied: Iterable[str],
    earlier: Sequence[Mapping[str, Amount]],
    about: TieAbout,
    number: int,
) -> TieBroken:
    """Pick who led (for a drop, trailed) in the latest earlier round that tells them apart, else `settle`."""
    options = in_printed_order(question, tied)
    left = options
    extreme = min if about is TieAbout.DROP else max
    for back in range(len(earlier), 0, -1):
        tallies = earlier[back - 1]
        mark = extreme(tallies[option] for option in left)
        left = tuple(option for option in left if tallies[option] == mark)
        if len(left) == 1:
            return TieBroken(options, TieStep.EARLIER_ROUND, left, about, number, back)
    return settle(question, left, 1, about, number)


def in_printed_order(question: Question, options: Iterable[str]) -> tuple[str, ...]:
    """These options as the ballot lists them."""
    return tuple(sorted(options, key=question.options.index))
