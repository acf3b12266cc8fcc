"""Instant run-off: the last is dropped and its votes go on, until one has more than half."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import chain
from typing import TypeAlias

from rules.counting.outcome import Outcome, Round, TieAbout, TieBroken, Transfer
from rules.counting.question import Amount, Question, exact
from rules.counting.ties import settle_by_rounds
from rules.counting.votes import Ranking

Preferences: TypeAlias = tuple[str, ...]


def count_irv(question: Question, votes: Mapping[Ranking, Amount]) -> Outcome:
    """Each vote counts for the best of those still in; more than half of the votes still counting wins.

    While nobody has it, the option with the fewest votes is dropped and its votes pass to the next option
    named on them; a vote that names no other is exhausted. Ranks take one option each. `standings` gives the
    votes of the last round an option was in.
    Source: Robert's Rules of Order (12th ed.), 45:62-69, preferential voting.
    Tie rule: of those last, who had fewest in the latest earlier round that tells them apart is dropped;
    then the seed if one was published, else the meeting. Options tied last that together have fewer votes
    than the next are dropped together, since no order among them could save one.
    """
    piles = first_piles(question, votes)
    rounds: list[Round] = []
    ties: list[TieBroken] = []
    last: dict[str, Amount] = {}
    exhausted: Amount = 0
    winners: tuple[str, ...] = ()
    while votes:
        tallies = {option: exact(sum(pile.values())) for option, pile in piles.items()}
        last.update(tallies)
        needed = Fraction(exact(sum(tallies.values())), 2)
        winners = tuple(option for option, tally in tallies.items() if tally > needed)
        dropped = () if winners else _drop(question, tallies, rounds, ties)
        moved = pass_on(piles, dropped)
        rounds.append(
            Round(len(rounds) + 1, tallies, winners, dropped, moved, exhausted, needed=exact(needed))
        )
        exhausted += sum(transfer.votes for transfer in moved if transfer.target is None)
        if not dropped:
            break
    return Outcome(question, winners, _standings(question, winners, last, rounds), tuple(rounds), tuple(ties))


def first_piles(question: Question, votes: Mapping[Ranking, Amount]) -> dict[str, dict[Preferences, Amount]]:
    """The votes sorted by their first option, in printed order."""
    piles: dict[str, dict[Preferences, Amount]] = {option: {} for option in question.options}
    for ranking, times in votes.items():
        preferences = tuple(chain.from_iterable(ranking))
        pile = piles[preferences[0]]
        pile[preferences] = pile.get(preferences, 0) + times
    return piles


def pass_on(piles: dict[str, dict[Preferences, Amount]], dropped: tuple[str, ...]) -> tuple[Transfer, ...]:
    """Take the dropped options out and move each of their votes to the next option still in."""
    leaving = {option: piles.pop(option) for option in dropped}
    transfers = []
    for source, pile in leaving.items():
        moved: dict[str | None, Amount] = {}
        for preferences, times in pile.items():
            rest = _from_the_next(preferences, piles)
            target = rest[0] if rest else None
            moved[target] = moved.get(target, 0) + times
            if target is not None:
                piles[target][rest] = piles[target].get(rest, 0) + times
        order = [*piles, None]
        transfers += [Transfer(source, to, moved[to], moved[to]) for to in order if to in moved]
    return tuple(transfers)


def _from_the_next(preferences: Preferences, standing: Mapping[str, object]) -> Preferences:
    for place, option in enumerate(preferences):
        if option in standing:
            return preferences[place:]
    return ()


def _drop(
    question: Question, tallies: Mapping[str, Amount], rounds: list[Round], ties: list[TieBroken]
) -> tuple[str, ...]:
    fewest = min(tallies.values())
    lowest = tuple(option for option, tally in tallies.items() if tally == fewest)
    above = [tally for tally in tallies.values() if tally > fewest]
    if len(lowest) == 1 or (above and fewest * len(lowest) < min(above)):
        return lowest
    earlier = [done.tallies for done in rounds]
    tie = settle_by_rounds(question, lowest, earlier, TieAbout.DROP, len(rounds) + 1)
    ties.append(tie)
    return tie.chosen


def _standings(
    question: Question, winners: tuple[str, ...], last: Mapping[str, Amount], rounds: list[Round]
) -> dict[str, Amount]:
    dropped = [option for done in rounds for option in reversed(done.eliminated)]
    left = [option for option in last if option not in dropped and option not in winners]
    left.sort(key=lambda option: -last[option])
    order = [*winners, *left, *reversed(dropped)]
    return {option: last[option] for option in order} or dict.fromkeys(question.options, 0)
