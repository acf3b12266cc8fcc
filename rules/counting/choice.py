"""Motion, single choice, approval and score: each option's support is added up, and the most win."""

from __future__ import annotations

from collections.abc import Mapping

from rules.counting.outcome import Outcome, Round, TieAbout, TieBroken
from rules.counting.question import AGAINST, FOR, Amount, Question
from rules.counting.ties import in_printed_order, settle
from rules.counting.votes import Choices, Scores


def count_motion(question: Question, votes: Mapping[str, Amount]) -> Outcome:
    """A motion carries when more are for it than against it; equal is not carried.

    Abstentions are counted apart and stand on neither side. Thresholds (quorum, two thirds) come elsewhere.
    Source: majority of the votes cast, abstentions excluded (Robert's Rules of Order, 12th ed., 44:1).
    Tie rule: none is needed, a tie is lost (44:12).
    """
    standings = {FOR: votes.get(FOR, 0), AGAINST: votes.get(AGAINST, 0)}
    carried = standings[FOR] > standings[AGAINST]
    winners = (FOR,) if carried else ()
    return Outcome(question, winners, standings, (Round(1, standings, winners),), carried=carried)


def count_single(question: Question, votes: Mapping[str, Amount]) -> Outcome:
    """Who has most votes wins; with several places, as many as there are places.

    Source: plurality ("relative majority"); with several places the single non-transferable vote.
    Tie rule: the seed if one was published, else the meeting. An option nobody chose never wins.
    """
    return most(question, {option: votes.get(option, 0) for option in question.options})


def count_approval(question: Question, votes: Mapping[Choices, Amount]) -> Outcome:
    """Each vote names up to `at_most` options; the most often named fill the places.

    Source: Brams and Fishburn, "Approval Voting" (1978); with a limit, the block vote of elections for
    residents' committees. Tie rule: the seed if one was published, else the meeting. An option nobody
    chose never wins.
    """
    standings: dict[str, Amount] = dict.fromkeys(question.options, 0)
    for choices, times in votes.items():
        for option in choices:
            standings[option] += times
    return most(question, standings)


def count_score(question: Question, votes: Mapping[Scores, Amount]) -> Outcome:
    """Each vote gives options 0 to `top` points (5 unless said otherwise); most points in all win.

    An option that a vote leaves out gets 0 from it. Source: score (range) voting by sums, Smith (2000).
    Tie rule: the seed if one was published, else the meeting. An option without a point never wins.
    """
    standings: dict[str, Amount] = dict.fromkeys(question.options, 0)
    for scores, times in votes.items():
        for option, score in scores:
            standings[option] += score * times
    return most(question, standings)


def most(question: Question, tallies: Mapping[str, Amount]) -> Outcome:
    """The outcome in which the highest tallies above nothing fill the places."""
    ranked = {option: tallies[option] for option in by_tally(question, tallies)}
    levels: dict[Amount, list[str]] = {}
    for option, tally in ranked.items():
        if tally > 0:
            levels.setdefault(tally, []).append(option)
    winners, ties = fill_places(question, list(levels.values()))
    return Outcome(question, winners, ranked, (Round(1, ranked, winners),), ties)


def by_tally(question: Question, tallies: Mapping[str, Amount]) -> list[str]:
    """Options from the most to the fewest; equal ones as they are printed."""
    return sorted(in_printed_order(question, tallies), key=lambda option: -tallies[option])


def fill_places(question: Question, levels: list[list[str]]) -> tuple[tuple[str, ...], tuple[TieBroken, ...]]:
    """Fill the places level by level; only the level that has too many for the places left is a tie."""
    winners: list[str] = []
    for level in levels:
        free = question.seats - len(winners)
        if len(level) <= free:
            winners += level
            continue
        if free == 0:
            break
        tie = settle(question, level, free, TieAbout.WIN)
        return (*winners, *tie.chosen), (tie,)
    return tuple(winners), ()
