"""Ways of choosing: what a choice means in each method, what it may hold, and how people read it.

A choice is a tuple of whole numbers, so that it is stored, compared and exported in one shape:

motion, single      the number of the option
consent             1 agree, 2 abstain, 3 disagree, 4 block; a block has its reason beside it
approval, budgets   the numbers of the options, ascending
score               one value from 0 to 5 for each option, in the options' order
ranked              the numbers in order of preference; a negative one stands level with the one before it
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import getitem

from rules.counting import (
    ABSTAIN,
    AGAINST,
    FOR,
    BlockNeedsReason,
    Method,
    Position,
    ScoreOutOfRange,
    Stance,
    TiedInVote,
    TooExpensive,
)
from rules.counting.question import BUDGETS, RANKED
from rules.counting.votes import Vote
from rules.refusals import Refusal

Choice = tuple[int, ...]

TOP = 5  # stars
REASON_LIMIT = 300  # characters
ONE_PRESS = frozenset({Method.MOTION, Method.SINGLE, Method.CONSENT})
MOTION_KEYS = (FOR, AGAINST, ABSTAIN)
CONSENT_KEYS = (str(Position.AGREE), str(Position.ABSTAIN), str(Position.DISAGREE), str(Position.BLOCK))
BLOCK = CONSENT_KEYS.index(Position.BLOCK) + 1
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


class NothingChosen(Refusal):
    """A vote without a choice."""


class TooManyChosen(Refusal):
    """More options than a vote may hold."""


class UnknownOption(Refusal):
    """An option the ballot does not have."""


@dataclass(frozen=True, slots=True)
class Way:
    """How people choose in a ballot: the method, how many options, how many of them a vote may hold.

    `costs` and `budget` are in fen and for budgets alone.
    """

    method: Method
    options: int
    at_most: int = 1
    costs: tuple[int, ...] = ()
    budget: int = 0


def check_choice(way: Way, choice: Choice, reason: str = "") -> Choice:
    """The choice as it is kept, equal choices in one form.

    Raises NothingChosen, UnknownOption, TooManyChosen, TiedInVote, ScoreOutOfRange, TooExpensive,
    BlockNeedsReason.
    """
    if way.method is Method.SCORE:
        return _check_scores(way, choice)
    if not choice:
        raise NothingChosen
    chosen = [abs(number) for number in choice] if way.method in RANKED else list(choice)
    if any(not 1 <= number <= way.options for number in chosen) or len(set(chosen)) != len(chosen):
        raise UnknownOption
    if len(chosen) > way.at_most:
        raise TooManyChosen(chosen=len(chosen), at_most=way.at_most)
    if way.method in RANKED:
        return _check_ranks(way, choice)
    if way.method in BUDGETS and spent(way, choice) > way.budget:
        raise TooExpensive(spent=spent(way, choice), at_most=way.budget)
    if way.method is Method.CONSENT and choice == (BLOCK,) and not reason.strip():
        raise BlockNeedsReason
    return tuple(sorted(chosen))


def _check_scores(way: Way, choice: Choice) -> Choice:
    if choice and len(choice) != way.options:
        raise UnknownOption
    for number, score in enumerate(choice, 1):
        if not 0 <= score <= TOP:
            raise ScoreOutOfRange(option=str(number), score=score, top=TOP)
    if not any(choice):
        raise NothingChosen
    return choice


def _check_ranks(way: Way, choice: Choice) -> Choice:
    if choice[0] < 0:
        raise UnknownOption
    if way.method is not Method.SCHULZE and any(number < 0 for number in choice):
        raise TiedInVote(options=tuple(str(-number) for number in choice if number < 0))
    return _as_choice(map(sorted, ranks(choice)))


def ranks(choice: Choice) -> list[list[int]]:
    """The options of a ranking, best first; those that stand level in one list."""
    found: list[list[int]] = []
    for number in choice:
        if number < 0 and found:
            found[-1].append(-number)
        else:
            found.append([abs(number)])
    return found


def spent(way: Way, choice: Choice) -> int:
    """What the chosen options cost together, in fen."""
    return sum(way.costs[number - 1] for number in choice)


def vote_of(way: Way, choice: Choice, reason: str = "") -> Vote:
    """A choice as the ballot's method counts it; options are keys by their numbers."""
    if way.method is Method.MOTION:
        return MOTION_KEYS[choice[0] - 1]
    if way.method is Method.CONSENT:
        return Stance(CONSENT_KEYS[choice[0] - 1], reason if choice[0] == BLOCK else "")
    if way.method is Method.SINGLE:
        return str(choice[0])
    if way.method is Method.SCORE:
        return tuple(map(getitem, _scored(way.options), choice))
    if way.method in RANKED:
        return _ranking_of(way, choice)
    return frozenset(map(str, choice))


def _ranking_of(way: Way, choice: Choice) -> Vote:
    alone = _alone(way.options)
    if min(choice) > 0:
        return tuple(map(alone.__getitem__, choice))
    return tuple(frozenset(map(str, rank)) for rank in ranks(choice))


@cache
def _alone(options: int) -> tuple[frozenset[str], ...]:
    """Each option's rank of its own by its number: made once, since most votes are made of nothing else."""
    return tuple(frozenset({str(number)}) for number in range(options + 1))


@cache
def _scored(options: int) -> tuple[tuple[tuple[str, int], ...], ...]:
    """What an option with a score is to a count, by option and score: made once for all votes."""
    return tuple(tuple((str(number), score) for score in range(TOP + 1)) for number in range(1, options + 1))


def number_of(key: str) -> int:
    """The number of the option that counting knows by a key."""
    for keys in (MOTION_KEYS, CONSENT_KEYS):
        if key in keys:
            return keys.index(key) + 1
    return int(key)


def chosen(way: Way, choice: Choice) -> Iterator[tuple[int, str]]:
    """The options that a choice speaks of, best first, each with the mark people read: ② or ★★★☆☆."""
    if way.method is Method.SCORE:
        for number, score in sorted(enumerate(choice, 1), key=lambda one: -one[1]):
            yield number, stars(score)
    elif way.method in RANKED:
        for place, rank in enumerate(ranks(choice), 1):
            for number in rank:
                yield number, circled(place)
    else:
        for number in choice:
            yield number, ""


def tapped(way: Way, choice: Choice, number: int) -> Choice:
    """A paper after a tap on an option: it is taken in, in the next place where places count, or taken out.

    Raises UnknownOption, TooManyChosen, TooExpensive.
    """
    if not 1 <= number <= way.options:
        raise UnknownOption
    if way.method in RANKED:
        left = [[one for one in rank if one != number] for rank in ranks(choice)]
        gone = any(number in rank for rank in ranks(choice))
        return _as_choice(left if gone else [*left, [number]])
    after = tuple(sorted(set(choice) ^ {number}))
    return check_choice(way, after) if number in after else after


def rated(way: Way, choice: Choice, number: int, score: int) -> Choice:
    """A paper after a tap on a star; the same star once more takes all of that option away.

    Raises UnknownOption, ScoreOutOfRange.
    """
    if not 1 <= number <= way.options:
        raise UnknownOption
    if not 1 <= score <= TOP:
        raise ScoreOutOfRange(option=str(number), score=score, top=TOP)
    scores = list(choice) if len(choice) == way.options else [0] * way.options
    scores[number - 1] = 0 if scores[number - 1] == score else score
    return tuple(scores) if any(scores) else ()


def undone(choice: Choice) -> Choice:
    """A ranking without its last place taken."""
    return choice[:-1]


def levelled(choice: Choice) -> Choice:
    """A ranking in which the last option stands level with the one before, or no longer does."""
    return (*choice[:-1], -choice[-1]) if len(choice) > 1 else choice


def _as_choice(ranking: Iterable[Sequence[int]]) -> Choice:
    return tuple(-number if place else number for rank in ranking for place, number in enumerate(rank))


def circled(place: int) -> str:
    """① for 1, and (21) beyond what circles hold."""
    return _CIRCLED[place - 1] if place <= len(_CIRCLED) else f"({place})"


def stars(score: int) -> str:
    """★★★☆☆ for 3."""
    return "★" * score + "☆" * (TOP - score)


def named(way: Way, choice: Choice, names: Sequence[str]) -> list[str]:
    """What was chosen by name, with its place or its stars: ①丙, 甲★★★☆☆."""
    marked = [(names[number - 1], mark) for number, mark in chosen(way, choice)]
    if way.method is Method.SCORE:
        return [f"{name}{mark}" for name, mark in marked]
    return [f"{mark}{name}" for name, mark in marked]


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote as it is counted: its choice and, where it blocks, its reason."""

    choice: Choice
    reason: str = ""


def together(way: Way, cast: Iterable[Cast]) -> dict[Vote, int]:
    """Votes as counting knows them, each with how often it was cast.

    Equal choices are written in one form (`check_choice`), so that each is read once, however many made it.
    """
    alike = Counter((one.choice, one.reason) for one in cast)
    votes: dict[Vote, int] = {}
    for (choice, reason), times in alike.items():
        vote = vote_of(way, choice, reason)
        votes[vote] = votes.get(vote, 0) + times
    return votes
