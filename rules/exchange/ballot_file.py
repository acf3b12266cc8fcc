"""What a file of ballots holds, whichever its format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

from rules.counting import Amount, Method, Question
from rules.counting.votes import Ranking, Vote
from rules.exchange.refusals import WrongMethod
from rules.judging import Asking

Votes: TypeAlias = Mapping[Vote, Amount]

ORDINAL = (Method.SCHULZE, Method.IRV, Method.STV, Method.SINGLE)


@dataclass(frozen=True, slots=True)
class BallotFile:
    """A question and its votes; `labels` gives the file's own name of each option.

    `asking`: what it takes to decide beside having the most votes, where that is asked.
    """

    question: Question
    votes: Votes
    labels: Mapping[str, str]
    title: str = ""
    asking: Asking | None = None

    def rankings(self) -> dict[Ranking, Amount]:
        """Those of its votes that rank somebody."""
        return {vote: times for vote, times in self.votes.items() if is_ranking(vote)}

    def name(self, option: str) -> str:
        """The file's own name of an option, with its key where two have the same name."""
        label = self.labels.get(option, option)
        twice = sum(other == label for other in self.labels.values()) > 1
        return f"{label} [{option}]" if twice else label


def is_ranking(vote: Vote) -> TypeGuard[Ranking]:
    """Whether a vote is a sequence of ranks, and not empty."""
    return isinstance(vote, tuple) and bool(vote) and all(isinstance(rank, frozenset) for rank in vote)


def choose_method(method: Method | None, possible: Iterable[Method], usual: Method | None = None) -> Method:
    """The method asked for, else the usual one; a `WrongMethod` where the votes do not suit it."""
    possible = tuple(possible)
    chosen = method or usual
    if chosen not in possible:
        raise WrongMethod(method, possible)
    return chosen


def as_ordinal_votes(rankings: Mapping[Ranking, Amount], method: Method, options: tuple[str, ...]) -> Votes:
    """Rankings as votes of an ordinal method.

    A single choice is the first rank. Where ranks take one option, a last rank that ties all who are left
    says no more than leaving them out, and is left out.
    """
    votes: dict[Vote, Amount] = {}
    for ranking, times in rankings.items():
        vote = _ordinal_vote(ranking, method, options)
        votes[vote] = votes.get(vote, 0) + times
    return votes


def _ordinal_vote(ranking: Ranking, method: Method, options: tuple[str, ...]) -> Vote:
    if method is Method.SINGLE:
        return next(iter(ranking[0])) if ranking and len(ranking[0]) == 1 else ""
    complete = sum(len(rank) for rank in ranking) == len(options)
    if method is not Method.SCHULZE and complete and len(ranking) > 1 and len(ranking[-1]) > 1:
        return ranking[:-1]
    return ranking
