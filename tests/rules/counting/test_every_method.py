"""What holds for every method: order is nothing, sums add up, replays agree, and every result can be told."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.counting import Kind, Method, Question, TieRule, count, explain
from rules.counting.explain import PARAMETERS
from tests.rules.counting.ballots import elections, few

EVERY = pytest.mark.parametrize("method", list(Method))


@EVERY
@few
@given(data=st.data())
def test_the_order_of_votes_never_matters(method, data):
    question, votes = data.draw(elections(method))
    shuffled = data.draw(st.permutations(votes))
    outcome = count(question, votes)
    assert count(question, shuffled) == outcome
    assert count(question, Counter(votes)) == outcome


@EVERY
@few
@given(data=st.data())
def test_the_order_of_options_never_matters(method, data):
    question, votes = data.draw(elections(method))
    order = data.draw(st.permutations(range(len(question.options))))
    shuffled = replace(
        question,
        options=tuple(question.options[place] for place in order),
        costs=tuple(question.costs[place] for place in order if question.costs),
    )
    outcome, again = count(question, votes), count(shuffled, votes)
    assert set(again.winners) == set(outcome.winners)
    assert again.standings == outcome.standings
    assert [set(tie.chosen) for tie in again.ties] == [set(tie.chosen) for tie in outcome.ties]
    assert [done.tallies for done in again.rounds] == [done.tallies for done in outcome.rounds]


@EVERY
@few
@given(data=st.data())
def test_valid_abstained_and_invalid_are_all_that_was_handed_in(method, data):
    question, votes = data.draw(elections(method))
    outcome = count(question, votes)
    assert outcome.total == len(votes)
    assert outcome.abstained == votes.count("abstain")
    assert outcome.invalid == votes.count("?") == sum(outcome.reasons.values())


@pytest.mark.parametrize("method", [method for method in Method if method is not Method.STV])
@few
@given(data=st.data())
def test_counting_each_vote_a_third_changes_no_winner(method, data):
    question, votes = data.draw(elections(method))
    if method is Method.EQUAL_SHARES:
        question = replace(question, step=question.step * 3)
    thirds = {vote: Fraction(times, 3) for vote, times in Counter(votes).items()}
    assert count(question, thirds).winners == count(question, votes).winners


@EVERY
@few
@given(data=st.data())
def test_with_a_seed_no_tie_stays_open(method, data):
    question, votes = data.draw(elections(method, ties=st.just(TieRule.SEED)))
    assert count(question, votes).undecided == ()


@EVERY
@few
@given(data=st.data())
def test_where_the_meeting_decides_its_order_settles_every_tie(method, data):
    question, votes = data.draw(elections(method, ties=st.just(TieRule.MEETING)))
    order = tuple(data.draw(st.permutations(question.options)))
    assert count(replace(question, decided=order), votes).undecided == ()


@EVERY
@few
@given(data=st.data())
def test_no_more_win_than_there_are_places(method, data):
    question, votes = data.draw(elections(method))
    outcome = count(question, votes)
    assert len(set(outcome.winners)) == len(outcome.winners)
    if question.costs and method in (Method.EQUAL_SHARES, Method.GREEDY):
        assert sum(question.cost(option) for option in outcome.winners) <= question.budget
    else:
        assert len(outcome.winners) <= question.seats


@EVERY
@few
@given(data=st.data())
def test_every_step_of_an_explanation_has_all_that_its_words_need(method, data):
    question, votes = data.draw(elections(method))
    outcome = count(question, votes)
    steps = explain(outcome)
    assert steps[0].kind is Kind.HANDED_IN
    for step in steps:
        assert tuple(step.params) == PARAMETERS[step.kind]
    told = [step.params["winners"] for step in steps if step.kind is Kind.WINNERS]
    assert told == ([outcome.winners] if outcome.winners and outcome.carried is None else [])


@EVERY
def test_without_a_vote_nobody_wins(method):
    outcome = count(_plain(method), [])
    assert outcome.winners == ()
    assert outcome.ties == ()
    assert explain(outcome)


def _plain(method):
    if method in (Method.MOTION, Method.CONSENT):
        return Question(method)
    return Question(method, ("a", "b"), costs=(1, 2), budget=3)
