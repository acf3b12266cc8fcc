"""What one vote may hold, for each method, and why another is refused.

The shapes are plain hashable values, so that equal votes can be counted together:

motion              "for", "against", "abstain"
single              the option's key
approval, budgets   frozenset of keys
score               tuple of (key, score) pairs in the options' order; a mapping is taken too
ranked              tuple of frozensets, best first; options tied in one set where the method allows
consent             Stance(choice, reason); "agree", "abstain" and "disagree" alone are taken too

Every method takes "abstain" for a voter who takes part and supports nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from rules.counting.question import ABSTAIN, AGAINST, BUDGETS, FOR, Method, Question


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


class InvalidVote(ValueError):
    """A vote that cannot be counted; `str()` says why in English."""


class NotAVote(InvalidVote):
    """The vote has not the shape that the method takes."""


class NothingChosen(InvalidVote):
    """The vote holds no choice at all; who wants to take part and support nothing abstains."""


class UnknownOption(InvalidVote):
    """The vote names an option that is not on the ballot; `option` is its key."""

    def __init__(self, option: object) -> None:
        super().__init__(f"There is no option {option!r}.")
        self.option = option


class TooManyChoices(InvalidVote):
    """The vote holds more options than it may; `chosen` and `at_most` say how many."""

    def __init__(self, chosen: int, at_most: int) -> None:
        super().__init__(f"{chosen} are chosen, at most {at_most} may be.")
        self.chosen = chosen
        self.at_most = at_most


class ChosenTwice(InvalidVote):
    """The vote names one option more than once; `option` is its key."""

    def __init__(self, option: str) -> None:
        super().__init__(f"{option!r} stands in the vote twice.")
        self.option = option


class TiedInVote(InvalidVote):
    """The vote ranks options as equal, which this method does not allow; `options` are they."""

    def __init__(self, options: Choices) -> None:
        super().__init__(f"{', '.join(sorted(options))} share one rank; each rank takes one option.")
        self.options = options


class ScoreOutOfRange(InvalidVote):
    """A score is not a whole number from 0 to `top`."""

    def __init__(self, option: str, score: object, top: int) -> None:
        super().__init__(f"{option!r} is given {score!r}; scores go from 0 to {top}.")
        self.option = option
        self.top = top


class TooExpensive(InvalidVote):
    """The options of the vote cost more together than one vote may spend."""

    def __init__(self, spent: object, at_most: object) -> None:
        super().__init__(f"The choices cost {spent}, at most {at_most} may be spent.")
        self.spent = spent
        self.at_most = at_most


class BlockNeedsReason(InvalidVote):
    """A block gives no reason; only a block with a reason stops a proposal."""


def check(question: Question, vote: object) -> Vote:
    """The vote as it will be counted; an `InvalidVote` says why it cannot be."""
    if isinstance(vote, str) and vote == ABSTAIN and question.method is not Method.CONSENT:
        return vote
    return READERS[question.method](question, vote)


def read_motion(question: Question, vote: object) -> str:  # noqa: ARG001 - every reader takes the question
    """For or against."""
    if not isinstance(vote, str):
        raise NotAVote("A motion takes one word.")
    if vote not in (FOR, AGAINST):
        raise UnknownOption(vote)
    return vote


def read_single(question: Question, vote: object) -> str:
    """One option's key."""
    if not isinstance(vote, str):
        raise NotAVote("One option is to be chosen.")
    if not vote:
        raise NothingChosen("Nothing is chosen.")
    if vote not in question.options:
        raise UnknownOption(vote)
    return vote


def read_choices(question: Question, vote: object) -> Choices:
    """A set of options, no more than the ballot allows, and no dearer where a budget is shared."""
    if not isinstance(vote, frozenset | set):
        raise NotAVote("A set of options is to be chosen.")
    if not vote:
        raise NothingChosen("Nothing is chosen.")
    if unknown := vote.difference(question.options):
        raise UnknownOption(min(unknown, key=str))
    if len(vote) > question.limit:
        raise TooManyChoices(len(vote), question.limit)
    if question.method in BUDGETS and question.spend_at_most is not None:
        spent = sum(question.cost(option) for option in vote)
        if spent > question.spend_at_most:
            raise TooExpensive(spent, question.spend_at_most)
    return frozenset(vote)


def read_scores(question: Question, vote: object) -> Scores:
    """A score for each option the voter has an opinion on; the others count as 0."""
    if not isinstance(vote, Mapping | tuple):
        raise NotAVote("Scores are pairs of an option and a number.")
    scores: dict[str, int] = {}
    for option, score in _pairs(vote):
        if option not in question.options:
            raise UnknownOption(option)
        if option in scores:
            raise ChosenTwice(option)
        if isinstance(score, bool) or not isinstance(score, int) or not 0 <= score <= question.top:
            raise ScoreOutOfRange(option, score, question.top)
        scores[option] = score
    if not scores:
        raise NothingChosen("No option is given a score.")
    if len(scores) > question.limit:
        raise TooManyChoices(len(scores), question.limit)
    return tuple((option, scores[option]) for option in question.options if option in scores)


def _pairs(vote: Mapping[object, object] | tuple[object, ...]) -> list[tuple[str, object]]:
    pairs = list(vote.items()) if isinstance(vote, Mapping) else list(vote)
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise NotAVote("Scores are pairs of an option and a number.")
    return pairs  # type: ignore[return-value]  # each was just seen to be a pair


def read_ranking(question: Question, vote: object) -> Ranking:
    """Options from best to worst, each at most once; those left out stand below all that are named."""
    if not isinstance(vote, tuple):
        raise NotAVote("A ranking is a sequence of ranks, best first.")
    seen: set[str] = set()
    ranking = tuple(_rank(question, entry, seen) for entry in vote)
    if not ranking:
        raise NothingChosen("No option is ranked.")
    if len(seen) > question.limit:
        raise TooManyChoices(len(seen), question.limit)
    return ranking


def _rank(question: Question, entry: object, seen: set[str]) -> Choices:
    rank = frozenset({entry}) if isinstance(entry, str) else entry
    if not isinstance(rank, frozenset) or not rank:
        raise NotAVote("A rank is one option or a set of them.")
    if len(rank) > 1 and question.method is not Method.SCHULZE:
        raise TiedInVote(rank)
    for option in rank:
        if option not in question.options:
            raise UnknownOption(option)
        if option in seen:
            raise ChosenTwice(option)
    seen.update(rank)
    return rank


def read_stance(question: Question, vote: object) -> Stance:  # noqa: ARG001 - every reader takes the question
    """A position, with its reason where it blocks."""
    stance = Stance(vote) if isinstance(vote, str) else vote
    if not (isinstance(stance, tuple) and len(stance) == 2 and all(isinstance(part, str) for part in stance)):
        raise NotAVote("Consent takes a position and a reason.")
    choice, reason = stance
    if choice not in set(Position):
        raise UnknownOption(choice)
    if choice == Position.BLOCK and not reason.strip():
        raise BlockNeedsReason("A block needs its reason.")
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
