"""What one vote may hold, for each method, and why another is refused.

The shapes are plain hashable values, so that equal votes can be counted together:

motion              "for", "against", "abstain"
single              the option's key
approval, budgets   frozenset of keys
score               tuple of (key, score) pairs in the options' order; a mapping is read too
ranked              tuple of frozensets, best first; options tied in one set where the method allows
consent             Stance(choice, reason); "agree", "abstain" and "disagree" alone are taken too

Every method takes "abstain" for a voter who takes part and supports nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple, TypeAlias, cast

from rules.counting.question import ABSTAIN, AGAINST, BUDGETS, FOR, Method, Question
from rules.refusals import Refusal


class Position(StrEnum):
    """Where a voter can stand in consent."""

    AGREE = "agree"
    ABSTAIN = ABSTAIN
    DISAGREE = "disagree"
    BLOCK = "block"


class Stance(NamedTuple):
    """One voter's position on a proposal for consent; a block carries its reason."""

    choice: str
    reason: str = ""


Choices: TypeAlias = frozenset[str]
Scores: TypeAlias = tuple[tuple[str, int], ...]
Ranking: TypeAlias = tuple[frozenset[str], ...]
Vote: TypeAlias = str | Choices | Scores | Ranking | Stance

_OPTION, _SCORE = itemgetter(0), itemgetter(1)  # of a pair in scores


class InvalidVote(Refusal):
    """A vote that cannot be counted."""


class NotAVote(InvalidVote):
    """The vote has not the shape that the method takes; `method` is the method."""


class NothingChosen(InvalidVote):
    """The vote holds no choice at all; who wants to take part and support nothing abstains."""


class UnknownOption(InvalidVote):
    """The vote names an option that is not on the ballot; `option` is what it names."""


class TooManyChoices(InvalidVote):
    """The vote holds more options than it may: `chosen`, of `at_most`."""


class ChosenTwice(InvalidVote):
    """The vote names one option more than once; `option` is its key."""


class TiedInVote(InvalidVote):
    """The vote ranks options as equal, which this method does not allow; `options` are they."""


class ScoreOutOfRange(InvalidVote):
    """The `score` of an `option` is not a whole number from 0 to `top`."""


class TooExpensive(InvalidVote):
    """The options of the vote cost more together than one vote may spend: `spent`, of `at_most`."""


class BlockNeedsReason(InvalidVote):
    """A block gives no reason; only a block with a reason stops a proposal."""


def check(question: Question, vote: object) -> Vote:
    """The vote as it will be counted; an `InvalidVote` says why it cannot be."""
    if isinstance(vote, str) and vote == ABSTAIN and question.method is not Method.CONSENT:
        return vote
    return READERS[question.method](question, vote)


def read_motion(question: Question, vote: object) -> str:
    """For or against."""
    if not isinstance(vote, str):
        raise NotAVote(method=question.method)
    if vote not in (FOR, AGAINST):
        raise UnknownOption(option=vote)
    return vote


def read_single(question: Question, vote: object) -> str:
    """One option's key."""
    if not isinstance(vote, str):
        raise NotAVote(method=question.method)
    if not vote:
        raise NothingChosen
    if vote not in question.options:
        raise UnknownOption(option=vote)
    return vote


def read_choices(question: Question, vote: object) -> Choices:
    """A set of options, no more than the ballot allows, and no dearer where a budget is shared."""
    if not isinstance(vote, frozenset | set):
        raise NotAVote(method=question.method)
    if not vote:
        raise NothingChosen
    if unknown := vote.difference(question.options):
        raise UnknownOption(option=min(unknown, key=str))
    if len(vote) > question.limit:
        raise TooManyChoices(chosen=len(vote), at_most=question.limit)
    if question.method in BUDGETS and question.spend_at_most is not None:
        spent = sum(question.cost(option) for option in vote)
        if spent > question.spend_at_most:
            raise TooExpensive(spent=spent, at_most=question.spend_at_most)
    return frozenset(vote)


def read_scores(question: Question, vote: object) -> Scores:
    """A score for each option the voter has an opinion on; the others count as 0."""
    if not isinstance(vote, Mapping | tuple):
        raise NotAVote(method=question.method)
    if isinstance(vote, tuple) and len(vote) <= question.limit and _all_scored(question, vote):
        return vote
    scores: dict[str, int] = {}
    for option, score in _pairs(question, vote):
        if option not in question.options:
            raise UnknownOption(option=option)
        if option in scores:
            raise ChosenTwice(option=option)
        scores[option] = score
    if not scores:
        raise NothingChosen
    if len(scores) > question.limit:
        raise TooManyChoices(chosen=len(scores), at_most=question.limit)
    return tuple((option, scores[option]) for option in question.options if option in scores)


def _all_scored(question: Question, vote: tuple[object, ...]) -> bool:
    """Whether every option has its score in the options' order: what votes in the chat look like."""
    try:
        known = _possible(question.options, question.top).issuperset(vote)
    except TypeError:  # something in it is no score at all
        return False
    pairs = cast("Scores", vote)
    if not known or tuple(map(_OPTION, pairs)) != question.options:
        return False
    return set(map(type, map(_SCORE, pairs))) == {int}  # True is no score, though it equals 1


@lru_cache(maxsize=8)
def _possible(options: tuple[str, ...], top: int) -> frozenset[tuple[str, int]]:
    return frozenset((option, score) for option in options for score in range(top + 1))


def _pairs(question: Question, vote: Mapping[object, object] | tuple[object, ...]) -> Scores:
    pairs = []
    for pair in vote.items() if isinstance(vote, Mapping) else vote:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise NotAVote(method=question.method)
        option, score = pair
        if isinstance(score, bool) or not isinstance(score, int) or not 0 <= score <= question.top:
            raise ScoreOutOfRange(option=option, score=score, top=question.top)
        pairs.append((option, score))
    return tuple(pairs)


def read_ranking(question: Question, vote: object) -> Ranking:
    """Options from best to worst, each at most once; those left out stand below all that are named."""
    if not isinstance(vote, tuple):
        raise NotAVote(method=question.method)
    if 0 < len(vote) <= question.limit and _each_alone_once(question.options, vote):
        return vote
    seen: set[str] = set()
    ranking = tuple(_rank(question, entry, seen) for entry in vote)
    if not ranking:
        raise NothingChosen
    if len(seen) > question.limit:
        raise TooManyChoices(chosen=len(seen), at_most=question.limit)
    return ranking


def _each_alone_once(options: tuple[str, ...], vote: tuple[object, ...]) -> bool:
    """Whether every rank holds one known option, none twice: what most votes look like, seen at a glance."""
    try:
        ranks = set(vote)
    except TypeError:  # something in it is no rank at all
        return False
    return len(ranks) == len(vote) and _alone(options).issuperset(ranks)


@lru_cache(maxsize=8)
def _alone(options: tuple[str, ...]) -> frozenset[Choices]:
    return frozenset(frozenset({option}) for option in options)


def _rank(question: Question, entry: object, seen: set[str]) -> Choices:
    rank = frozenset({entry}) if isinstance(entry, str) else entry
    if not isinstance(rank, frozenset) or not rank:
        raise NotAVote(method=question.method)
    if len(rank) > 1 and question.method is not Method.SCHULZE:
        raise TiedInVote(options=tuple(sorted(rank)))
    for option in rank:
        if option not in question.options:
            raise UnknownOption(option=option)
        if option in seen:
            raise ChosenTwice(option=option)
    seen.update(rank)
    return rank


def read_stance(question: Question, vote: object) -> Stance:
    """A position, with its reason where it blocks."""
    stance = Stance(vote) if isinstance(vote, str) else vote
    if not (isinstance(stance, tuple) and len(stance) == 2 and all(isinstance(part, str) for part in stance)):
        raise NotAVote(method=question.method)
    choice, reason = stance
    if choice not in set(Position):
        raise UnknownOption(option=choice)
    if choice == Position.BLOCK and not reason.strip():
        raise BlockNeedsReason
    return Stance(choice, reason.strip())


READERS: dict[Method, Callable[[Question, object], Vote]] = {
    Method.MOTION: read_motion,
    Method.SINGLE: read_single,
    Method.APPROVAL: read_choices,
    Method.SCORE: read_scores,
    Method.SCHULZE: read_ranking,
    Method.IRV: read_ranking,
    Method.STV: read_ranking,
    Method.EQUAL_SHARES: read_choices,
    Method.GREEDY: read_choices,
    Method.CONSENT: read_stance,
}
