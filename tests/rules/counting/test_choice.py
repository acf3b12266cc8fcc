"""Motion, single choice, approval and score, by examples that can be checked on fingers."""

from fractions import Fraction

import pytest

from rules.counting import (
    ChosenTwice,
    ImpossibleQuestion,
    InvalidVote,
    Method,
    NotAVote,
    NothingChosen,
    Question,
    ScoreOutOfRange,
    TieRule,
    TieStep,
    TooManyChoices,
    UnknownOption,
    check,
    count,
)

MOTION = Question(Method.MOTION)
SINGLE = Question(Method.SINGLE, ("甲", "乙", "丙"))
TWO_OF_FOUR = Question(Method.APPROVAL, ("a", "b", "c", "d"), seats=2, at_most=2)
SCORE = Question(Method.SCORE, ("a", "b"))


@pytest.mark.parametrize(
    ("votes", "carried"),
    [
        ({"for": 3, "against": 2, "abstain": 9}, True),
        ({"for": 2, "against": 2}, False),
        ({"for": 1, "against": 2}, False),
        ({"abstain": 5}, False),
        ({}, False),
    ],
)
def test_a_motion_carries_with_more_for_than_against(votes, carried):
    assert count(MOTION, votes).carried is carried


def test_abstentions_take_part_and_stand_on_neither_side():
    outcome = count(MOTION, ["for", "abstain", "abstain", "against", "for"])
    assert outcome.standings == {"for": 2, "against": 1}
    assert (outcome.valid, outcome.abstained, outcome.total) == (3, 2, 5)


def test_a_motion_can_be_counted_by_area_in_exact_shares():
    outcome = count(MOTION, {"for": Fraction("1033.33"), "against": Fraction("1033.34")})
    assert outcome.carried is False
    assert outcome.valid == Fraction("2066.67")


def test_a_float_is_never_counted():
    with pytest.raises(TypeError):
        count(MOTION, {"for": 0.5})


@pytest.mark.parametrize("times", [0, -1, Fraction(-1, 3)])
def test_a_vote_is_cast_at_least_somewhat(times):
    with pytest.raises(ValueError, match="times"):
        count(MOTION, {"for": times})


def test_most_votes_win_a_single_choice():
    outcome = count(SINGLE, {"丙": 22, "甲": 15, "乙": 11})
    assert outcome.winners == ("丙",)
    assert list(outcome.standings.items()) == [("丙", 22), ("甲", 15), ("乙", 11)]


def test_a_tie_is_left_to_the_meeting_unless_a_seed_was_published():
    outcome = count(SINGLE, {"甲": 4, "乙": 4, "丙": 1})
    assert outcome.winners == ()
    assert outcome.undecided == outcome.ties
    assert outcome.ties[0].options == ("甲", "乙")


def test_what_the_meeting_decides_settles_the_tie():
    question = Question(Method.SINGLE, ("甲", "乙", "丙"), decided=("乙", "甲"))
    outcome = count(question, {"甲": 4, "乙": 4, "丙": 1})
    assert outcome.winners == ("乙",)
    assert outcome.ties[0].rule is TieStep.MEETING


def test_a_seed_settles_a_tie_by_the_hash_that_anyone_can_compute():
    question = Question(Method.SINGLE, ("甲", "乙", "丙"), ties=TieRule.SEED, seed="楼栋3")
    outcome = count(question, {"甲": 4, "乙": 4})
    # sha256 of 楼栋3, newline, option: 乙 begins 5eb0, 甲 begins 8b1b
    assert outcome.winners == outcome.ties[0].chosen == ("乙",)
    assert outcome.ties[0].rule is TieStep.SEED


def test_approval_fills_the_places_with_the_most_approved():
    outcome = count(TWO_OF_FOUR, [frozenset("ab"), frozenset("bc"), frozenset("b"), frozenset("c")])
    assert outcome.winners == ("b", "c")
    assert outcome.standings == {"b": 3, "c": 2, "a": 1, "d": 0}


def test_only_the_last_place_is_tied_when_the_first_is_clear():
    outcome = count(TWO_OF_FOUR, [frozenset("ab"), frozenset("ac")])
    assert outcome.winners == ("a",)
    assert outcome.ties[0].options == ("b", "c")


def test_equal_options_that_all_find_a_place_are_no_tie():
    outcome = count(TWO_OF_FOUR, [frozenset("ab")])
    assert outcome.winners == ("a", "b")
    assert outcome.ties == ()


def test_an_option_nobody_chose_takes_no_place():
    assert count(TWO_OF_FOUR, [frozenset("a")]).winners == ("a",)


def test_scores_are_added_up_and_left_out_counts_nothing():
    outcome = count(SCORE, [(("a", 5), ("b", 0)), (("b", 4),), (("b", 2),)])
    assert outcome.standings == {"b": 6, "a": 5}


@pytest.mark.parametrize(
    ("question", "vote", "refusal"),
    [
        (MOTION, "maybe", UnknownOption),
        (MOTION, 1, NotAVote),
        (SINGLE, "丁", UnknownOption),
        (SINGLE, "", NothingChosen),
        (SINGLE, frozenset("甲"), NotAVote),
        (TWO_OF_FOUR, frozenset("abc"), TooManyChoices),
        (TWO_OF_FOUR, frozenset("ax"), UnknownOption),
        (TWO_OF_FOUR, frozenset(), NothingChosen),
        (TWO_OF_FOUR, "a", NotAVote),
        (SCORE, (("a", 6),), ScoreOutOfRange),
        (SCORE, (("a", -1),), ScoreOutOfRange),
        (SCORE, (("a", True),), ScoreOutOfRange),
        (SCORE, (("a", True), ("b", 1)), ScoreOutOfRange),
        (SCORE, (("a", 1), ("a", 2)), ChosenTwice),
        (SCORE, (("x", 1),), UnknownOption),
        (SCORE, (), NothingChosen),
        (SCORE, ("a", "b"), NotAVote),
    ],
)
def test_a_vote_that_cannot_be_counted_is_refused_with_its_reason(question, vote, refusal):
    with pytest.raises(refusal):
        check(question, vote)
    outcome = count(question, [vote])
    assert (outcome.valid, outcome.invalid, outcome.reasons) == (0, 1, {refusal.__name__: 1})


def test_too_many_choices_says_how_many_there_may_be():
    with pytest.raises(TooManyChoices) as refused:
        check(TWO_OF_FOUR, frozenset("abc"))
    assert refused.value.facts == {"chosen": 3, "at_most": 2}


def test_every_method_but_consent_takes_an_abstention_as_it_is():
    assert check(SINGLE, "abstain") == check(TWO_OF_FOUR, "abstain") == "abstain"


def test_a_mapping_of_scores_reads_as_its_pairs():
    assert check(SCORE, {"b": 3, "a": 1}) == (("a", 1), ("b", 3))


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": Method.MOTION, "options": ("a",)},
        {"method": Method.SINGLE},
        {"method": Method.SINGLE, "options": ("a", "a")},
        {"method": Method.SINGLE, "options": ("a", "abstain")},
        {"method": Method.SINGLE, "options": ("a",), "seats": 0},
        {"method": Method.APPROVAL, "options": ("a",), "at_most": 0},
        {"method": Method.SINGLE, "options": ("a",), "ties": TieRule.SEED},
        {"method": Method.GREEDY, "options": ("a",), "budget": 5},
        {"method": Method.GREEDY, "options": ("a",), "costs": (5,), "budget": 0},
    ],
)
def test_a_question_that_cannot_be_counted_is_refused(wrong):
    with pytest.raises(ImpossibleQuestion):
        Question(**wrong)


def test_all_refusals_of_a_vote_are_of_one_kind():
    assert issubclass(TooManyChoices, InvalidVote)
