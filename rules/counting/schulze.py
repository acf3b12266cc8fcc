"""The Schulze method: who beats every other by the strongest chain of duels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from rules.counting.choice import fill_places
from rules.counting.outcome import BeatPath, Duel, Outcome, Round
from rules.counting.question import Amount, Question
from rules.counting.votes import Ranking

Matrix: TypeAlias = list[list[Amount]]


def count_schulze(question: Question, votes: Mapping[Ranking, Amount]) -> Outcome:
    """An option wins that no other beats: whose strongest chain to each other is at least as strong as back.

    A duel counts how many voters rank one above the other; options left out stand below all that are named,
    equal among themselves. A chain of won duels is as strong as the weakest of them (winning votes).
    Several places go to the ranking's first. `standings` says how many others an option beats.
    Source: Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent
    single-winner election method", Social Choice and Welfare 36 (2011), sections 2.1-2.3.
    Tie rule: the seed if one was published, else the meeting.
    """
    options = question.options
    if not votes:
        return Outcome(question, (), dict.fromkeys(options, 0), ())
    duels = preferences(options, votes)
    strength, before = strongest_chains(duels)
    levels = _levels(options, strength)
    winners, ties = fill_places(question, levels)
    beaten = {a: sum(_beats(strength, i, j) for j in range(len(options))) for i, a in enumerate(options)}
    standings = {option: beaten[option] for level in levels for option in level}
    return Outcome(
        question,
        winners,
        standings,
        (Round(1, standings, winners),),
        ties,
        duels=_duels(options, duels),
        paths=_paths(options, strength, before),
    )


def preferences(options: Sequence[str], votes: Mapping[Ranking, Amount]) -> Matrix:
    """How many voters rank the option of the row above the option of the column."""
    bit = {option: 1 << place for place, option in enumerate(options)}
    above: dict[tuple[str, int], Amount] = {}
    everyone = (1 << len(options)) - 1
    for ranking, times in votes.items():
        below = everyone
        for rank in ranking:
            for option in rank:
                below ^= bit[option]
            for option in rank:
                key = option, below
                above[key] = above.get(key, 0) + times
    matrix: Matrix = [[0] * len(options) for _ in options]
    row = {option: matrix[place] for place, option in enumerate(options)}
    for (option, below), times in above.items():
        for place in range(len(options)):
            if below >> place & 1:
                row[option][place] += times
    return matrix


def strongest_chains(duels: Matrix) -> tuple[Matrix, list[list[int]]]:
    """The strength of the strongest chain from row to column, and the last option before the column on it."""
    span = range(len(duels))
    strength: Matrix = [[duels[i][j] if duels[i][j] > duels[j][i] else 0 for j in span] for i in span]
    before = [[i for _ in span] for i in span]
    for middle in span:
        for start in span:
            for end in span:
                through = min(strength[start][middle], strength[middle][end])
                if start != end and through > strength[start][end]:
                    strength[start][end] = through
                    before[start][end] = before[middle][end]
    return strength, before


def _beats(strength: Matrix, one: int, other: int) -> bool:
    return strength[one][other] > strength[other][one]


def _levels(options: Sequence[str], strength: Matrix) -> list[list[str]]:
    levels = []
    left = list(range(len(options)))
    while left:
        best = [one for one in left if not any(_beats(strength, other, one) for other in left)]
        levels.append([options[one] for one in best])
        left = [one for one in left if one not in best]
    return levels


def _duels(options: Sequence[str], duels: Matrix) -> tuple[Duel, ...]:
    return tuple(
        Duel(options[i], options[j], duels[i][j], duels[j][i])
        for i in range(len(options))
        for j in range(i + 1, len(options))
    )


def _paths(options: Sequence[str], strength: Matrix, before: list[list[int]]) -> tuple[BeatPath, ...]:
    paths = []
    for start, row in enumerate(strength):
        for end, value in enumerate(row):
            if start == end or not value:
                continue
            via: list[str] = []
            step = before[start][end]
            while step != start:
                via.insert(0, options[step])
                step = before[start][step]
            paths.append(BeatPath(options[start], options[end], value, tuple(via)))
    return tuple(paths)
