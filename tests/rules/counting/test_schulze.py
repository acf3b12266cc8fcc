"""Schulze against its definition over all simple paths, and against published results."""

from itertools import pairwise, permutations

import pytest
from hypothesis import given

from rules.counting import BeatPath, Duel, Method, Question, TieRule, TieStep, count
from tests.rules.counting.ballots import elections, many

FORTY_FIVE = {  # Schulze (2011), example 1 as on Wikipedia: 45 voters, E wins
    "ACBED": 5,
    "ADECB": 5,
    "BEDAC": 8,
    "CABED": 3,
    "CAEBD": 7,
    "CBADE": 2,
    "DCEBA": 7,
    "EBADC": 8,
}


def strict(order):
    return tuple(frozenset(option) for option in order)


def weak(text):
    """A ranking written "ab>c"."""
    return tuple(frozenset(rank) for rank in text.split(">"))


def test_the_published_example_of_45_voters_is_won_by_e():
    outcome = count(
        Question(Method.SCHULZE, tuple("ABCDE")), {strict(order): n for order, n in FORTY_FIVE.items()}
    )
    assert outcome.winners == ("E",)
    assert list(outcome.standings) == ["E", "A", "C", "B", "D"]
    chains = {(path.start, path.end): path for path in outcome.paths}
    assert chains["A", "B"] == BeatPath("A", "B", 28, ("D", "C"))
    assert [chains["E", other].strength for other in "ABCD"] == [25, 28, 28, 31]
    assert [chains[other, "E"].strength for other in "ABCD"] == [24, 24, 24, 24]


def test_duels_count_who_is_above_whom():
    outcome = count(
        Question(Method.SCHULZE, tuple("ABCDE")), {strict(order): n for order, n in FORTY_FIVE.items()}
    )
    assert Duel("A", "B", 20, 25) in outcome.duels
    assert Duel("D", "E", 14, 31) in outcome.duels


def test_options_left_out_stand_equal_below_all_that_are_named():
    outcome = count(Question(Method.SCHULZE, ("a", "b", "c")), [weak("a")])
    assert outcome.duels == (Duel("a", "b", 1, 0), Duel("a", "c", 1, 0), Duel("b", "c", 0, 0))


def test_options_ranked_equal_give_each_other_nothing():
    outcome = count(Question(Method.SCHULZE, ("a", "b", "c")), [weak("ab>c")])
    assert outcome.ties[0].options == ("a", "b")
    assert outcome.winners == ()


def test_the_paradox_of_three_is_a_tie_that_the_seed_settles():
    circle = [weak("a>b>c"), weak("b>c>a"), weak("c>a>b")]
    outcome = count(Question(Method.SCHULZE, tuple("abc"), ties=TieRule.SEED, seed="7"), circle)
    assert outcome.ties[0].options == ("a", "b", "c")
    assert outcome.ties[0].rule is TieStep.SEED
    assert len(outcome.winners) == 1


@many
@given(elections(Method.SCHULZE))
def test_it_agrees_with_the_definition_over_all_simple_paths(election):
    question, votes = election
    outcome = count(question, votes)
    rankings = [vote for vote in votes if isinstance(vote, tuple)]
    best = beatpath_winners(question.options, rankings)
    if rankings and len(best) <= question.seats:
        assert set(outcome.winners) >= best
    elif rankings:
        assert set(outcome.winners) <= best
        assert set(outcome.ties[0].options) == best


@many
@given(elections(Method.SCHULZE))
def test_each_chain_told_is_a_chain_of_won_duels_as_strong_as_it_says(election):
    question, votes = election
    outcome = count(question, votes)
    rankings = [vote for vote in votes if isinstance(vote, tuple)]
    for path in outcome.paths:
        steps = [path.start, *path.via, path.end]
        links = list(pairwise(steps))
        assert all(prefer(rankings, a, b) > prefer(rankings, b, a) for a, b in links)
        assert min(prefer(rankings, a, b) for a, b in links) == path.strength


def prefer(rankings, one, other):
    def rank(ranking, option):
        return next((place for place, tied in enumerate(ranking) if option in tied), len(ranking))

    return sum(rank(ranking, one) < rank(ranking, other) for ranking in rankings)


def beatpath_winners(options, rankings):
    """Schulze's definition, word by word: every simple path is tried."""

    def link(one, other):
        ahead, back = prefer(rankings, one, other), prefer(rankings, other, one)
        return ahead if ahead > back else 0

    def strongest(start, end):
        middles = [option for option in options if option not in (start, end)]
        paths = (
            (start, *path, end)
            for length in range(len(middles) + 1)
            for path in permutations(middles, length)
        )
        return max(min(link(a, b) for a, b in pairwise(path)) for path in paths)

    return {
        one
        for one in options
        if all(strongest(one, other) >= strongest(other, one) for other in options if other != one)
    }


@pytest.mark.parametrize("seats", [1, 2, 5])
def test_several_places_go_to_the_first_of_the_ranking(seats):
    question = Question(Method.SCHULZE, tuple("ABCDE"), seats=seats)
    outcome = count(question, {strict(order): n for order, n in FORTY_FIVE.items()})
    assert outcome.winners == tuple("EACBD")[:seats]
