"""Shared budgets: equal shares against its definition, greedy on fingers."""

from fractions import Fraction
from hashlib import sha256
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.counting import (
    Completion,
    Kind,
    Method,
    Phase,
    Question,
    Satisfaction,
    TieRule,
    TieStep,
    TooExpensive,
    check,
    count,
    explain,
)
from tests.rules.counting.ballots import elections, many


def ask(method=Method.EQUAL_SHARES, **more):
    return Question(
        method,
        ("灯", "椅", "棚"),
        budget=1000,
        costs=(300, 600, 700),
        **more,
    )


def test_greedy_skips_what_the_money_left_does_not_pay_for():
    votes = {frozenset({"棚"}): 5, frozenset({"椅"}): 4, frozenset({"灯"}): 3}
    outcome = count(ask(Method.GREEDY), votes)
    assert outcome.winners == ("棚", "灯")
    assert [purchase.left for purchase in outcome.purchases] == [300, 0]
    not_funded = [step.params for step in explain(outcome) if step.kind is Kind.NOT_FUNDED]
    assert not_funded == [{"option": "椅", "cost": 600, "supporters": 4, "left": 0}]


def test_of_equal_options_that_cannot_all_be_paid_the_cheaper_goes_first():
    outcome = count(ask(Method.GREEDY), {frozenset({"椅", "棚"}): 2})
    assert outcome.winners == ("椅",)
    assert outcome.ties[0].rule is TieStep.COST


def test_equal_options_that_can_all_be_paid_are_no_tie():
    assert count(ask(Method.GREEDY), {frozenset({"灯", "椅"}): 2}).ties == ()


def test_equal_shares_gives_each_group_what_its_part_of_the_money_buys():
    # ten voters have 100 each; 棚 costs 700, and its six supporters have 600
    votes = {frozenset({"棚"}): 6, frozenset({"灯"}): 4}
    outcome = count(ask(completion=Completion.NONE), votes)
    assert outcome.share == 100
    assert outcome.winners == ("灯",)
    assert outcome.purchases[0].each_at_most == 75
    assert outcome.purchases[0].left == 700


def test_a_completion_spends_what_is_left():
    votes = {frozenset({"棚"}): 6, frozenset({"灯"}): 4}
    outcome = count(ask(completion=Completion.GREEDY), votes)
    assert [(bought.option, bought.phase) for bought in outcome.purchases] == [
        ("灯", Phase.SHARES),
        ("棚", Phase.GREEDY),
    ]


def test_add_one_raises_the_shares_until_the_shed_is_paid_by_its_supporters():
    votes = {frozenset({"棚"}): 6, frozenset({"灯"}): 4}
    outcome = count(ask(completion=Completion.ADD_ONE), votes)
    assert outcome.share == 117  # the first whole number of which six make 700
    assert {bought.phase for bought in outcome.purchases} == {Phase.SHARES}
    raised = next(step for step in explain(outcome) if step.kind is Kind.SHARE_RAISED)
    assert raised.params == {"share": 117, "from_": 100}


def test_the_poor_give_what_they_have_and_the_others_the_rest():
    question = Question(
        Method.EQUAL_SHARES,
        ("a", "b"),
        budget=40,
        costs=(8, 15),
        completion=Completion.NONE,
        satisfaction=Satisfaction.COUNT,
    )
    # shares of 10; a: 8 by one voter; b: 2 of that voter left, and 13 by two
    votes = {frozenset("ab"): 1, frozenset("b"): 2, frozenset("a"): 1}
    outcome = count(question, votes)
    assert [(bought.option, bought.each_at_most) for bought in outcome.purchases] == [("a", 4), ("b", 5)]


def test_a_vote_may_be_bound_to_what_it_can_spend():
    question = ask(spend_at_most=900)
    assert check(question, frozenset({"灯", "椅"})) == {"灯", "椅"}
    with pytest.raises(TooExpensive) as refused:
        check(question, frozenset({"灯", "棚"}))
    assert refused.value.facts == {"spent": 1000, "at_most": 900}


@many
@given(elections(Method.EQUAL_SHARES, most=6, ties=st.just(TieRule.SEED)))
def test_it_agrees_with_the_definition(election):
    question, votes = election
    supporters = [vote for vote in votes if isinstance(vote, frozenset)]
    outcome = count(question, votes)
    if supporters:
        assert list(outcome.winners) in possible_purchases(question, supporters)


@many
@given(elections(Method.EQUAL_SHARES, most=8, ties=st.just(TieRule.SEED)))
def test_a_group_that_agrees_and_can_afford_something_gets_something(election):
    """Justified representation: the reason why the method is chosen."""
    question, votes = election
    supporters = [vote for vote in votes if isinstance(vote, frozenset)]
    winners = set(count(question, votes).winners)
    for option in question.options:
        group = [vote for vote in supporters if option in vote]
        if group and len(group) * Fraction(question.budget, len(supporters)) >= question.cost(option):
            assert any(vote & winners for vote in group)


@many
@given(elections(Method.GREEDY, ties=st.just(TieRule.SEED)))
def test_greedy_leaves_out_only_what_the_money_no_longer_paid_for(election):
    question, votes = election
    outcome = count(question, votes)
    for option, support in outcome.standings.items():
        if support and option not in outcome.winners:
            before = [bought.cost for bought in outcome.purchases if bought.supporters >= support]
            assert sum(before) + question.cost(option) > question.budget


def possible_purchases(question, votes):
    """The definition with one purse a voter; ties for the price are taken every way that they can be."""
    share = Fraction(question.budget, len(votes))
    bought = shares(question, votes, share)
    while question.completion is Completion.ADD_ONE and affordable(question, votes, bought):
        raised = shares(question, votes, share + question.step)
        if spent(question, raised) > question.budget:
            break
        share, bought = share + question.step, raised
    if question.completion is Completion.NONE:
        return [bought]
    return [
        greedy(question, votes, list(bought), order) for order in permutations(range(len(question.options)))
    ]


def shares(question, votes, share):
    purses, bought = [share] * len(votes), []
    while True:
        prices = {}
        for option in question.options:
            cost, who = question.cost(option), [i for i, vote in enumerate(votes) if option in vote]
            if option in bought or sum(purses[i] for i in who) < cost or not who:
                continue
            candidates = [
                (cost - sum(purses[i] for i in poor)) / Fraction(len(who) - len(poor))
                for poor in (sorted(who, key=purses.__getitem__)[:n] for n in range(len(who)))
            ]
            each = next(x for x in candidates if sum(min(purses[i], x) for i in who) == cost)
            worth = cost if question.satisfaction is Satisfaction.COST else 1
            prices[option] = (each / worth, -len(who), cost, each)
        if not prices:
            return bought
        least = min(price[:3] for price in prices.values())
        equal = [option for option in prices if prices[option][:3] == least]
        option = min(equal, key=lambda one: seed_order(question, one))
        for i, vote in enumerate(votes):
            if option in vote:
                purses[i] -= min(purses[i], prices[option][3])
        bought.append(option)


def seed_order(question, option):
    return sha256(f"{question.seed}\n{option}".encode()).hexdigest()


def spent(question, bought):
    return sum(question.cost(option) for option in bought)


def affordable(question, votes, bought):
    left = question.budget - spent(question, bought)
    return any(
        question.cost(option) <= left and any(option in vote for vote in votes)
        for option in question.options
        if option not in bought
    )


def greedy(question, votes, bought, order):
    """By votes; among equal ones in the order given."""
    tally = {option: sum(option in vote for vote in votes) for option in question.options}
    for place in sorted(order, key=lambda i: -tally[question.options[i]]):
        option = question.options[place]
        fits = spent(question, bought) + question.cost(option) <= question.budget
        if option not in bought and tally[option] and fits:
            bought.append(option)
    return bought
