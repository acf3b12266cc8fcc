"""What a choice means by method: what is taken, what is refused, and how it is counted and read."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.counting import BlockNeedsReason, Method, Question, Stance, TiedInVote, TooExpensive, check
from rules.counting.question import BUDGETS, RANKED, YES_OR_NO
from rules.refusals import Refusal
from rules.ways import (
    Cast,
    Choice,
    NothingChosen,
    TooManyChosen,
    UnknownOption,
    Way,
    check_choice,
    circled,
    named,
    ranks,
    together,
    vote_of,
)

LABELS = "甲乙丙丁"
MONEY = Way(Method.GREEDY, 4, 4, (300_00, 200_00, 100_00, 400_00), 500_00)


def way(method: Method, at_most: int = 4) -> Way:
    return Way(method, 4, at_most, MONEY.costs, MONEY.budget)


@pytest.mark.parametrize(
    ("method", "choice", "kept"),
    [
        (Method.APPROVAL, (3, 1), (1, 3)),
        (Method.IRV, (3, 1), (3, 1)),
        (Method.SCHULZE, (3, -1, 2), (1, -3, 2)),
        (Method.SCORE, (5, 0, 3, 0), (5, 0, 3, 0)),
        (Method.EQUAL_SHARES, (2, 1), (1, 2)),
    ],
)
def test_equal_choices_are_kept_in_one_form(method: Method, choice: Choice, kept: Choice) -> None:
    assert check_choice(way(method), choice) == kept
    assert check_choice(way(method), kept) == kept


@pytest.mark.parametrize(
    ("method", "choice", "refusal"),
    [
        (Method.STV, (), NothingChosen),
        (Method.STV, (1, 1), UnknownOption),
        (Method.STV, (1, 5), UnknownOption),
        (Method.STV, (1, -2), TiedInVote),
        (Method.SCHULZE, (-1, 2), UnknownOption),
        (Method.SCHULZE, (1, -1), UnknownOption),
        (Method.SCORE, (0, 0, 0, 0), NothingChosen),
        (Method.SCORE, (5, 5), UnknownOption),
        (Method.GREEDY, (1, 2, 3), TooExpensive),
        (Method.CONSENT, (4,), BlockNeedsReason),
        (Method.CONSENT, (1, 2), TooManyChosen),
    ],
)
def test_a_choice_its_method_does_not_take_is_refused(
    method: Method, choice: Choice, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_choice(way(method, 1 if method is Method.CONSENT else 4), choice)


def test_a_block_with_its_reason_is_taken_and_counted_with_it() -> None:
    consent = way(Method.CONSENT, 1)
    assert check_choice(consent, (4,), "会挡住消防通道") == (4,)
    assert vote_of(consent, (4,), "会挡住消防通道") == Stance("block", "会挡住消防通道")
    assert vote_of(consent, (3,), "随便写的") == Stance("disagree")


@pytest.mark.parametrize(
    ("method", "choice", "said"),
    [
        (Method.SINGLE, (2,), ["乙"]),
        (Method.APPROVAL, (1, 3), ["甲", "丙"]),
        (Method.STV, (3, 1), ["①丙", "②甲"]),
        (Method.SCHULZE, (1, -3, 2), ["①甲", "①丙", "②乙"]),
        (Method.SCORE, (0, 5, 3, 0), ["乙★★★★★", "丙★★★☆☆", "甲☆☆☆☆☆", "丁☆☆☆☆☆"]),
    ],
)
def test_a_choice_is_read_with_its_places_or_stars(method: Method, choice: Choice, said: list[str]) -> None:
    assert named(way(method), choice, LABELS) == said


def test_places_beyond_what_circles_hold_are_told_in_figures() -> None:
    assert [circled(1), circled(20), circled(21)] == ["①", "⑳", "(21)"]


def question(method: Method) -> Question:
    if method in YES_OR_NO:
        return Question(method)
    keys = ("1", "2", "3", "4")
    if method in BUDGETS:
        return Question(method, keys, budget=MONEY.budget, costs=MONEY.costs, spend_at_most=MONEY.budget)
    return Question(method, keys)


numbers = st.lists(st.integers(-5, 5), max_size=5).map(tuple)


@given(st.sampled_from(list(Method)), numbers)
def test_whatever_is_accepted_can_be_counted(method: Method, choice: Choice) -> None:
    known = way(method, 1 if method in YES_OR_NO | {Method.SINGLE} else 4)
    if method is Method.MOTION:
        known = Way(method, 3)
    try:
        kept = check_choice(known, choice, "理由")
    except Refusal:
        return
    vote = vote_of(known, kept, "理由")
    assert check(question(method), vote) == vote
    if method in RANKED:
        assert sum(map(len, ranks(kept))) == len(kept)


@pytest.mark.parametrize(
    ("method", "choices"),
    [
        (Method.SCHULZE, [(3, 1), (1, -3, 2), (3, 1)]),
        (Method.SCORE, [(5, 0, 3, 0), (0, 0, 0, 1), (5, 0, 3, 0)]),
        (Method.APPROVAL, [(1, 3), (2,), (1, 3)]),
    ],
)
def test_votes_read_together_are_the_same_as_each_read_alone(method: Method, choices: list[Choice]) -> None:
    alone = Counter(vote_of(way(method), choice) for choice in choices)
    assert together(way(method), map(Cast, choices)) == alone
    assert sorted(alone.values()) == [1, 2]


def test_blocks_for_different_reasons_stay_apart() -> None:
    cast = [Cast((4,), "漏水"), Cast((4,), "太吵"), Cast((4,), "漏水"), Cast((1,), "不作数的理由")]
    read = together(way(Method.CONSENT), cast)
    assert read == {Stance("block", "漏水"): 2, Stance("block", "太吵"): 1, Stance("agree"): 1}
