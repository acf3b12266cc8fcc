"""Every threshold one below, at and one above its border; what is said to be missing is just enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.thresholds import (
    DEFAULTS,
    Base,
    Dimension,
    Held,
    Shares,
    Step,
    Threshold,
    Verdict,
    judge,
    own_threshold,
)

OWNERS, VOTED = 291, 194  # the figures of domain.md
EACH = 950_000  # cm2: homes alike
OWN = own_threshold(
    {
        "name": "our_rules",
        "version": "2026",
        "zh": "本小区规则",
        "en": "Our rules",
        "zh_said": "半数以上参加，六成以上赞成",
        "en_said": "half take part, three fifths are for it",
        "source": "议事规则第12条",
        "since": date(2026, 1, 1),
        "participation": ">= 1/2",
        "approval": ">= 3/5",
        "area_participation": ">= 1/2",
        "area_approval": "> 3/5",
    }
)
ALL = {name: one for name, one in DEFAULTS.items() if not one.bare} | {OWN.name: OWN}


@dataclass(frozen=True)
class Border:
    """Of 291 so many have to take part (0: it is not asked), and of 194 who do so many have to approve."""

    participation: int
    approval: int


HEADS = {
    "simple": Border(0, 98),
    "absolute": Border(0, 146),
    "two_thirds": Border(0, 130),
    "three_quarters": Border(0, 146),
    "consent": Border(0, 194),
    "half": Border(0, 98),
    "278_ordinary": Border(194, 98),
    "278_major": Border(194, 146),
    "279": Border(0, 291),
    "village_adults": Border(146, 98),
    "village_election": Border(146, 98),
    "village_households": Border(194, 98),
    "village_representatives": Border(194, 98),
    "our_rules": Border(146, 117),
}
AREA = {  # in cm2, of 291 homes of 95 m2, and of the 194 that take part
    "278_ordinary": Border(184_300_000, 92_150_001),
    "278_major": Border(184_300_000, 138_225_000),
    "our_rules": Border(138_225_000, 110_580_001),
}


def test_each_named_threshold_stands_in_the_tables() -> None:
    assert set(HEADS) == set(ALL)
    assert set(AREA) == {name for name, one in ALL.items() if one.area is not None}


def beside_borders() -> Iterator[tuple[str, Dimension, Step, int, int, bool]]:
    """One below, at and one above each border of the tables, as far as there are so many voters."""
    for dimension, table, unit in ((Dimension.HEADS, HEADS, 1), (Dimension.AREA, AREA, EACH)):
        for name, border in table.items():
            most = (OWNERS if name in {"absolute", "279"} else VOTED) * unit
            for step, enough, top in (
                (Step.PARTICIPATION, border.participation, OWNERS * unit),
                (Step.APPROVAL, border.approval, most),
            ):
                for beside in (-1, 0, 1):
                    if enough and enough + beside <= top:
                        yield name, dimension, step, enough, beside, beside >= 0


@pytest.mark.parametrize(("name", "dimension", "step", "enough", "beside", "passed"), list(beside_borders()))
def test_one_below_fails_and_at_the_border_and_above_passes(
    name: str, dimension: Dimension, step: Step, enough: int, beside: int, passed: bool
) -> None:
    """The other dimension never fails: all are for it. So each of the two can stop a matter alone."""
    unit = 1 if dimension is Dimension.HEADS else EACH
    have = enough + beside
    if step is Step.PARTICIPATION:
        shares = Shares(OWNERS * unit, approving=have)
    else:
        voted = max(VOTED * unit, have)
        shares = Shares(OWNERS * unit, approving=have, against=voted - have)
    both = {Dimension.HEADS: Shares(OWNERS, OWNERS), Dimension.AREA: Shares(OWNERS * EACH, OWNERS * EACH)}
    both[dimension] = shares
    verdict = judge(ALL[name], both[Dimension.HEADS], both[Dimension.AREA])
    assert verdict.passed is passed
    failed = [(one.dimension, one.step, one.more) for one in verdict.held if not one.held]
    assert failed == ([] if passed else [(dimension, step, 1)])


@pytest.mark.parametrize(
    ("approving", "against", "abstained", "more"),
    [(97, 97, 0, 1), (98, 97, 0, 0), (97, 96, 0, 0), (1, 0, 193, 0), (0, 0, 194, 1), (60, 97, 37, 38)],
)
def test_a_simple_majority_is_one_more_than_those_against(
    approving: int, against: int, abstained: int, more: int
) -> None:
    verdict = judge(DEFAULTS["simple"], Shares(OWNERS, approving, against, abstained))
    assert (verdict.passed, verdict.held[0].more) == (not more, more)


def test_one_who_blocks_stops_a_consent_and_abstaining_does_not_carry_it() -> None:
    assert judge(DEFAULTS["consent"], Shares(12, 9, 0)).passed
    blocked = judge(DEFAULTS["consent"], Shares(12, 8, 1))
    assert [one.more for one in blocked.held] == [1]


# What is said to be missing


def given_more(shares: Shares, one: Held, count: int) -> Shares:
    """The shares if so many more did what the condition asks for: took part, or were for it."""
    if one.step is Step.PARTICIPATION:
        return replace(shares, against=shares.against + count)
    if one.condition.base is Base.DECIDED:  # others come and are for it
        entitled = max(shares.entitled, shares.taking_part + count)
        return replace(shares, entitled=entitled, approving=shares.approving + count)
    new = min(count, shares.silent) if one.condition.base is Base.ENTITLED else 0
    turned = min(count - new, shares.against)
    return replace(
        shares,
        approving=shares.approving + count,
        against=shares.against - turned,
        abstained=shares.abstained - (count - new - turned),
    )


COUNTS = st.integers(0, 300)


@st.composite
def cast(draw: st.DrawFn) -> Shares:
    """Some who are for it, some against, some who abstain, some who are silent; not nobody."""
    approving, against, abstained, silent = (draw(COUNTS) for _ in range(4))
    assume(approving + against + abstained)
    return Shares(approving + against + abstained + silent, approving, against, abstained)


def find(verdict: Verdict, like: Held) -> Held:
    return next(one for one in verdict.held if (one.dimension, one.step) == (like.dimension, like.step))


@given(st.sampled_from(sorted(ALL)), cast(), cast())
def test_so_many_more_are_enough_and_one_fewer_is_not(name: str, heads: Shares, area: Shares) -> None:
    threshold: Threshold = ALL[name]
    both = {Dimension.HEADS: heads, Dimension.AREA: area}
    verdict = judge(threshold, heads, area)
    for one in verdict.held:
        for count, held in ((one.more, True), (one.more - 1, False)):
            if count < 0:
                continue
            now = both | {one.dimension: given_more(both[one.dimension], one, count)}
            again = judge(threshold, now[Dimension.HEADS], now[Dimension.AREA])
            assert find(again, one).held is held, (one, count)


@given(st.sampled_from(sorted(ALL)), cast(), cast())
def test_a_matter_passes_when_all_that_is_missing_was_added_and_not_before(
    name: str, heads: Shares, area: Shares
) -> None:
    threshold, both = ALL[name], {Dimension.HEADS: heads, Dimension.AREA: area}
    for step in Step:  # who comes late changes of how many a share is taken
        for one in judge(threshold, both[Dimension.HEADS], both[Dimension.AREA]).held:
            if one.step is step and one.more:
                assert not judge(threshold, both[Dimension.HEADS], both[Dimension.AREA]).passed
                both[one.dimension] = given_more(both[one.dimension], one, one.more)
    assert judge(threshold, both[Dimension.HEADS], both[Dimension.AREA]).passed
