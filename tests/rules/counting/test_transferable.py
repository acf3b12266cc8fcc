"""The Scottish single transferable vote: worked by hand, published, and nothing ever lost."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rules.counting import Kind, Method, Question, TieAbout, TieRule, TieStep, Transfer, count, explain
from tests.rules.counting.ballots import elections, many


def order(*options):
    return tuple(frozenset({option}) for option in options)


def test_the_party_food_of_wikipedia_is_chocolate_oranges_and_strawberries():
    # Wikipedia, "Single transferable vote": 20 guests, 3 kinds of food, quota 6
    options = ("oranges", "pears", "chocolate", "strawberries", "sweets")
    votes = {
        order("oranges"): 4,
        order("pears", "oranges"): 2,
        order("chocolate", "strawberries"): 8,
        order("chocolate", "sweets"): 4,
        order("strawberries"): 1,
        order("sweets"): 1,
    }
    outcome = count(Question(Method.STV, options, seats=3), votes)
    assert outcome.winners == ("chocolate", "oranges", "strawberries")
    assert outcome.rounds[0].needed == 6
    assert outcome.rounds[0].transfers == (
        Transfer("chocolate", "strawberries", 4, 8),
        Transfer("chocolate", "sweets", 2, 4),
    )
    assert list(outcome.rounds[1].tallies.values()) == [4, 2, 6, 5, 3]
    assert outcome.rounds[1].eliminated == ("pears",)


def test_a_transfer_value_is_cut_at_five_decimals():
    # quota 20 // 3 + 1 = 7; a has 11, surplus 4: 4/11 = 0.36363..., cut 0.36363
    votes = {order("a", "b"): 7, order("a", "c"): 3, order("a"): 1, order("b"): 5, order("c"): 4}
    outcome = count(Question(Method.STV, tuple("abc"), seats=2), votes)
    first, second = outcome.rounds[:2]
    assert first.transfers == (
        Transfer("a", "b", Fraction("2.54541"), 7),
        Transfer("a", "c", Fraction("1.09089"), 3),
        Transfer("a", None, Fraction("0.36363"), 1),
    )
    assert second.tallies == {"a": 7, "b": Fraction("7.54541"), "c": Fraction("5.09089")}
    assert (second.exhausted, second.lost) == (Fraction("0.36363"), Fraction("0.00007"))
    assert outcome.winners == ("a", "b")


def test_a_paper_moved_twice_is_worth_its_value_times_the_second_part():
    # rule 48(3): A = surplus x the value when received, over B = all votes of the option
    votes = {
        order("a", "b", "c"): 10,
        order("b", "c"): 3,
        order("c"): 2,
        order("d"): 4,
    }  # 19 votes, 3 seats: quota 5; a's surplus 5 of 10 gives b 10 papers of 0.5: 8 votes, surplus 3
    outcome = count(Question(Method.STV, tuple("abcd"), seats=3), votes)
    assert outcome.rounds[1].tallies["b"] == 8
    # 10 papers of 3 x 0.5 / 8 = 0.1875 and 3 papers of 3 x 1 / 8 = 0.375
    assert outcome.rounds[1].transfers == (Transfer("b", "c", 3, 13),)
    assert outcome.rounds[2].tallies == {"a": 5, "b": 5, "c": 5, "d": 4}
    assert outcome.winners == ("a", "b", "c")


def test_the_larger_surplus_moves_first():
    votes = {order("a", "c"): 6, order("b", "c"): 7, order("c"): 1, order("d"): 2}
    outcome = count(Question(Method.STV, tuple("abcd"), seats=3), votes)
    assert outcome.rounds[0].elected == ("b", "a")
    assert [done.transfers[0].source for done in outcome.rounds[:2]] == ["b", "a"]


def test_when_as_many_are_left_as_places_they_are_elected_without_the_quota():
    votes = {order("a"): 5, order("b"): 2, order("c"): 1}
    outcome = count(Question(Method.STV, tuple("abc"), seats=2), votes)
    assert outcome.winners == ("a", "b")
    last_places = next(step for step in explain(outcome) if step.kind is Kind.LAST_PLACES)
    assert last_places.params["options"] == ("b",)


def test_all_are_elected_when_there_are_no_more_than_places():
    outcome = count(Question(Method.STV, ("a", "b"), seats=3), {order("a"): 1})
    assert outcome.winners == ("a", "b")


def test_a_tie_for_the_drop_is_settled_by_the_latest_stage_that_tells_them_apart():
    votes = {
        order("a"): 9,
        order("b"): 3,
        order("c"): 2,
        order("d", "c"): 1,
        order("e", "f"): 1,
        order("f"): 5,
    }
    outcome = count(Question(Method.STV, tuple("abcdef"), ties=TieRule.SEED, seed="1"), votes)
    tie = next(tie for tie in outcome.ties if set(tie.options) == {"b", "c"})
    assert (tie.rule, tie.chosen, tie.about) == (TieStep.EARLIER_ROUND, ("c",), TieAbout.DROP)


def test_an_open_tie_stops_the_count_and_keeps_who_is_elected_already():
    votes = {order("a"): 4, order("b"): 1, order("c"): 1}
    outcome = count(Question(Method.STV, tuple("abc"), seats=2), votes)
    assert outcome.winners == ("a",)
    assert outcome.undecided[0].options == ("b", "c")


@many
@given(elections(Method.STV, most=20))
def test_no_vote_is_lost_or_made_in_any_round(election):
    question, votes = election
    outcome = count(question, votes)
    for done in outcome.rounds:
        assert sum(done.tallies.values()) + done.exhausted + done.lost == outcome.valid
        assert done.lost >= 0


@many
@given(elections(Method.STV, most=20, ties=st.just(TieRule.SEED)))
def test_every_place_is_filled_while_there_are_options(election):
    question, votes = election
    outcome = count(question, votes)
    if outcome.valid:
        assert len(outcome.winners) == min(question.seats, len(question.options))


@many
@given(elections(Method.STV, most=20, ties=st.just(TieRule.SEED)))
def test_a_group_of_more_than_a_quota_that_agrees_on_its_order_gets_its_first(election):
    question, votes = election
    outcome = count(question, votes)
    for option in question.options:
        first = sum(isinstance(vote, tuple) and vote[0] == {option} for vote in votes)
        if first > 0 and first >= outcome.rounds[0].needed:
            assert option in outcome.winners
