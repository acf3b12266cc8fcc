"""What a count has to reach beside having the most votes: as a whole, or each option by itself.

Of several who may be chosen each needs the support that the threshold asks for; of those who have it the most
votes win. Source: 村民委员会组织法 15; 民法典278 (owners' committees).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rules.counting import Method, Outcome
from rules.counting.choice import most
from rules.thresholds import NO_SILENCE, Shares, Silence, Step, Threshold, Verdict, judge
from rules.ways import ONE_PRESS


@dataclass(frozen=True, slots=True)
class Areas:
    """What all on the roll own, those who chose each option, and all who took part; in cm2."""

    entitled: int
    by_option: tuple[int, ...]
    took_part: int


@dataclass(frozen=True, slots=True)
class Asking:
    """What it takes to decide, and of how many: entitled, and taking part; of areas, where they count."""

    method: Method
    threshold: Threshold
    eligible: int
    voted: int
    areas: Areas | None = None
    silence: Silence = NO_SILENCE


@dataclass(frozen=True, slots=True)
class Judged:
    """How far a count came: as a whole, or what was asked of all alike and then `each` option by itself."""

    whole: Verdict
    each: tuple[Verdict, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether anything is decided."""
        return any(one.passed for one in self.each) if self.each else self.whole.passed


def judge_count(asking: Asking, figures: Sequence[int]) -> Judged | None:
    """How far these figures, in the options' order, reach what was asked; None where nothing was.

    Of a single choice it is the option with most votes that has to reach it.
    """
    if asking.threshold.bare:
        return None
    if asking.method is Method.APPROVAL:
        each = tuple(_judge_one(asking, index, support) for index, support in enumerate(figures))
        alike = tuple(one for one in each[0].held if one.step is Step.PARTICIPATION)
        return Judged(Verdict(alike), each)
    if asking.method not in ONE_PRESS:
        return None
    heads, area = dimensions(asking, figures)
    return Judged(judge(asking.threshold, heads, area, asking.silence))


def _judge_one(asking: Asking, index: int, support: int) -> Verdict:
    """Whether one of several reached it: who took part and did not choose it is against."""
    heads = Shares(asking.eligible, support, asking.voted - support)
    if asking.areas is None:
        return judge(asking.threshold, heads)
    behind = asking.areas.by_option[index]
    area = Shares(asking.areas.entitled, behind, asking.areas.took_part - behind)
    return judge(asking.threshold, heads, area)


def dimensions(asking: Asking, figures: Sequence[int]) -> tuple[Shares, Shares | None]:
    """Who approves, who is against and who abstains: by heads and, where areas count, by area."""
    heads = _shares(asking.method, asking.eligible, figures, figures)
    if asking.areas is None:
        return heads, None
    return heads, _shares(asking.method, asking.areas.entitled, asking.areas.by_option, figures)


def _shares(method: Method, entitled: int, figures: Sequence[int], votes: Sequence[int]) -> Shares:
    if method is Method.MOTION:
        return Shares(entitled, *figures)
    if method is Method.CONSENT:
        return Shares(entitled, sum(figures[:-1]), figures[-1])
    best = max(range(len(votes)), key=votes.__getitem__)
    return Shares(entitled, figures[best], sum(figures) - figures[best])


def among_those(outcome: Outcome, judged: Judged | None) -> Outcome:
    """The outcome in which the places go to the most votes among the options that reached the threshold."""
    if judged is None or not judged.each:
        return outcome
    reached = dict(zip(outcome.question.options, (one.passed for one in judged.each), strict=True))
    counted = {key: votes if reached[key] else 0 for key, votes in outcome.standings.items()}
    found = most(outcome.question, counted)
    rounds = tuple(replace(one, elected=found.winners) for one in outcome.rounds)
    return replace(outcome, winners=found.winners, ties=found.ties, rounds=rounds)
