"""Instant run-off against a plain reference, and against Tennessee."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.counting import (
    Kind,
    Method,
    Question,
    TiedInVote,
    TieRule,
    TieStep,
    Transfer,
    check,
    count,
    explain,
)
from tests.rules.counting.ballots import elections, many


def order(*options):
    return tuple(frozenset({option}) for option in options)


CITIES = ("Memphis", "Nashville", "Chattanooga", "Knoxville")
TENNESSEE = {  # the capital of Tennessee, as on Wikipedia under "Instant-runoff voting"
    order("Memphis", "Nashville", "Chattanooga", "Knoxville"): 42,
    order("Nashville", "Chattanooga", "Knoxville", "Memphis"): 26,
    order("Chattanooga", "Knoxville", "Nashville", "Memphis"): 15,
    order("Knoxville", "Chattanooga", "Nashville", "Memphis"): 17,
}


def test_tennessee_makes_knoxville_its_capital():
    outcome = count(Question(Method.IRV, CITIES), TENNESSEE)
    assert outcome.winners == ("Knoxville",)
    assert [done.eliminated for done in outcome.rounds] == [("Chattanooga",), ("Nashville",), ()]
    assert outcome.rounds[2].tallies == {"Memphis": 42, "Knoxville": 58}
    assert outcome.standings == {"Knoxville": 58, "Memphis": 42, "Nashville": 26, "Chattanooga": 15}


def test_it_is_told_who_was_dropped_and_where_the_votes_went():
    votes = {order("甲"): 20, order("乙"): 18, order("丙", "甲"): 6, order("丙"): 3}
    outcome = count(Question(Method.IRV, ("甲", "乙", "丙")), votes)
    dropped = next(step for step in explain(outcome) if step.kind is Kind.DROPPED)
    assert dropped.params == {"round": 1, "option": "丙", "votes": 9, "to": (("甲", 6),), "exhausted": 3}
    assert outcome.rounds[0].transfers == (Transfer("丙", "甲", 6, 6), Transfer("丙", None, 3, 3))
    assert outcome.winners == ("甲",)


def test_of_two_tied_last_the_one_behind_in_the_earlier_round_is_dropped():
    votes = {order("a"): 6, order("b"): 4, order("c"): 3, order("d", "c"): 1}
    outcome = count(Question(Method.IRV, tuple("abcd")), votes)
    assert outcome.ties[0].rule is TieStep.EARLIER_ROUND
    assert (outcome.ties[0].options, outcome.ties[0].chosen, outcome.ties[0].by_round) == (
        ("b", "c"),
        ("c",),
        1,
    )


def test_a_tie_in_every_round_stops_the_count_until_the_meeting_decides():
    votes = {order("a"): 2, order("b"): 2}
    outcome = count(Question(Method.IRV, ("a", "b")), votes)
    assert (outcome.winners, len(outcome.undecided)) == ((), 1)
    assert count(Question(Method.IRV, ("a", "b"), decided=("b", "a")), votes).winners == ("b",)


def test_options_that_nobody_named_first_are_dropped_together():
    outcome = count(Question(Method.IRV, tuple("abcd")), {order("a"): 1, order("b"): 2, order("c", "d"): 2})
    assert outcome.rounds[0].eliminated == ("d",)
    outcome = count(Question(Method.IRV, tuple("abcde")), {order("a"): 2, order("b"): 2, order("c", "a"): 1})
    assert outcome.rounds[0].eliminated == ("d", "e")
    assert outcome.ties == ()


def test_a_rank_takes_one_option():
    with pytest.raises(TiedInVote) as refused:
        check(Question(Method.IRV, ("a", "b")), (frozenset("ab"),))
    assert refused.value.facts == {"options": ("a", "b")}


@many
@given(elections(Method.IRV, ties=st.just(TieRule.SEED)))
def test_it_agrees_with_a_plain_reference(election):
    question, votes = election
    rankings = [[next(iter(rank)) for rank in vote] for vote in votes if isinstance(vote, tuple)]
    outcome = count(question, votes)
    if rankings:
        assert set(outcome.winners) <= possible_winners(frozenset(question.options), rankings)
        assert len(outcome.winners) == 1
    else:
        assert outcome.winners == ()


def possible_winners(standing, rankings):
    """Everybody who wins under some way of breaking the ties for the last place."""
    first = [next((option for option in ranking if option in standing), None) for ranking in rankings]
    votes = {option: first.count(option) for option in standing}
    for option in standing:
        if votes[option] * 2 > sum(votes.values()):
            return {option}
    if len(standing) == 1:
        return set(standing)
    last = [option for option in standing if votes[option] == min(votes.values())]
    return set().union(*(possible_winners(standing - {option}, rankings) for option in last))


@many
@given(elections(Method.IRV))
def test_in_every_round_standing_and_exhausted_are_all_the_valid_votes(election):
    question, votes = election
    outcome = count(question, votes)
    for done in outcome.rounds:
        assert sum(done.tallies.values()) + done.exhausted == outcome.valid
