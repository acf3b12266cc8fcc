"""What one press changes: a vote a household, changed by who cast it, or by a family that was asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.counting import Method
from rules.votes import (
    SECOND_THOUGHT,
    AskFamily,
    BallotClosed,
    BallotNotOpen,
    Noted,
    OpenBallot,
    Vote,
    cast,
    check_open,
)
from rules.ways import Choice, NothingChosen, TooManyChosen, UnknownOption, Way, check_choice

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
MOTHER, SON, AUNT = 1, 2, 3


def ballot(state: str = "open", closes_at: datetime | None = None) -> OpenBallot:
    return OpenBallot(7, 1, state, closes_at, Way(Method.SINGLE, 3), ["甲", "乙", "丙"], "Asia/Shanghai")


def test_a_first_vote_is_noted_with_its_receipt() -> None:
    outcome = cast(None, 5, (1,), MOTHER, "K7M3P-9QX2D", NOW)
    assert outcome == Noted(Vote(5, (1,), MOTHER, "K7M3P-9QX2D"), changed=False)


def test_who_voted_changes_it_at_one_press_and_keeps_the_receipt() -> None:
    first = cast(None, 5, (1,), MOTHER, "first", NOW)
    second = cast(first.vote, 5, (2,), MOTHER, "second", NOW)
    assert second == Noted(Vote(5, (2,), MOTHER, "first"), changed=True)


def test_the_same_choice_of_another_member_needs_no_question() -> None:
    first = cast(None, 5, (1,), MOTHER, "first", NOW)
    assert cast(first.vote, 5, (1,), SON, "other", NOW) == Noted(Vote(5, (1,), SON, "first"), changed=False)


def test_another_member_is_asked_and_the_vote_stands_meanwhile() -> None:
    first = cast(None, 5, (1,), MOTHER, "first", NOW)
    asked = cast(first.vote, 5, (2,), SON, "other", NOW)
    assert isinstance(asked, AskFamily)
    assert (asked.vote.choice, asked.vote.by_id, asked.choice) == ((1,), MOTHER, (2,))


def test_pressing_the_same_again_changes_the_vote() -> None:
    first = cast(None, 5, (1,), MOTHER, "first", NOW)
    asked = cast(first.vote, 5, (2,), SON, "other", NOW)
    again = cast(asked.vote, 5, (2,), SON, "other", NOW + SECOND_THOUGHT)
    assert again == Noted(Vote(5, (2,), SON, "first"), changed=True)


def test_two_quick_taps_do_not_overrule_the_family() -> None:
    vote = cast(None, 5, (1,), MOTHER, "first", NOW).vote
    for tap in range(4):
        outcome = cast(vote, 5, (2,), SON, "other", NOW + tap * timedelta(milliseconds=400))
        assert isinstance(outcome, AskFamily)
        vote = outcome.vote
    assert isinstance(cast(vote, 5, (2,), SON, "other", NOW + SECOND_THOUGHT), Noted)


@pytest.mark.parametrize(("who", "choice"), [(SON, (3,)), (AUNT, (2,))])
def test_only_the_same_person_pressing_the_same_confirms(who: int, choice: Choice) -> None:
    first = cast(None, 5, (1,), MOTHER, "first", NOW)
    asked = cast(first.vote, 5, (2,), SON, "other", NOW)
    later = cast(asked.vote, 5, choice, who, "other", NOW + SECOND_THOUGHT)
    assert isinstance(later, AskFamily)
    assert later.vote.choice == (1,)


def test_a_change_by_who_voted_takes_back_what_the_other_was_asked() -> None:
    first = cast(None, 5, (1,), MOTHER, "first", NOW)
    asked = cast(first.vote, 5, (2,), SON, "other", NOW)
    changed = cast(asked.vote, 5, (3,), MOTHER, "other", NOW)
    assert isinstance(cast(changed.vote, 5, (2,), SON, "other", NOW + SECOND_THOUGHT), AskFamily)


presses = st.lists(st.tuples(st.sampled_from([MOTHER, SON, AUNT]), st.integers(1, 3), st.integers(0, 5)))


@given(presses)
def test_whatever_a_family_presses_it_has_one_vote_and_one_receipt(taps: list[tuple[int, int, int]]) -> None:
    vote: Vote | None = None
    now = NOW
    for who, option, seconds in taps:
        now += timedelta(seconds=seconds)
        before = vote
        outcome = cast(vote, 5, (option,), who, f"receipt {now}", now)
        vote = outcome.vote
        if before is None:
            continue
        assert vote.receipt == before.receipt
        if isinstance(outcome, AskFamily):
            assert (vote.choice, vote.by_id) == (before.choice, before.by_id)
            assert before.by_id != who
        else:
            assert (vote.choice, vote.by_id) == ((option,), who)


@pytest.mark.parametrize(
    ("choice", "at_most", "refusal"),
    [
        ((), 1, NothingChosen),
        ((0,), 1, UnknownOption),
        ((4,), 1, UnknownOption),
        ((99,), 1, UnknownOption),
        ((-1,), 1, UnknownOption),
        ((1, 1), 2, UnknownOption),
        ((1, 2), 1, TooManyChosen),
        ((1, 2, 3), 2, TooManyChosen),
    ],
)
def test_a_choice_the_ballot_does_not_offer_is_refused(
    choice: Choice, at_most: int, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_choice(Way(Method.APPROVAL, 3, at_most), choice)


@pytest.mark.parametrize(("choice", "at_most"), [((1,), 1), ((3,), 1), ((1, 3), 2), ((1, 2, 3), 3)])
def test_a_choice_the_ballot_offers_is_accepted(choice: Choice, at_most: int) -> None:
    assert check_choice(Way(Method.APPROVAL, 3, at_most), choice) == choice


def test_a_vote_at_the_moment_of_closing_is_refused_even_before_the_clock_closed_it() -> None:
    open_still = ballot(closes_at=NOW)
    check_open(open_still, NOW - timedelta(microseconds=1))
    with pytest.raises(BallotClosed) as refused:
        check_open(open_still, NOW)
    assert refused.value.facts["closes_at"] == NOW


@pytest.mark.parametrize(("state", "refusal"), [("closed", BallotClosed), ("draft", BallotNotOpen)])
def test_a_vote_in_a_ballot_that_is_not_open_is_refused(state: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_open(ballot(state, NOW + timedelta(days=1)), NOW)
