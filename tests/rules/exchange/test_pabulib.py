"""Pabulib's files of shared budgets."""

from fractions import Fraction

import pytest

from rules.counting import Completion, Method
from rules.exchange import MalformedFile, WrongMethod, read, tally_text
from tests.rules.exchange.samples import BUDGET


def test_it_is_counted_by_the_rule_it_names():
    report = tally_text("x.pb", BUDGET)
    assert report.file.question.method is Method.GREEDY
    data = report.to_data()
    assert data["winners"] == ["长椅; 两张", "P3"]
    assert (data["valid"], data["invalid"], data["invalid_because"]) == ("3", "1", {"TooManyChoices": "1"})
    assert data["options"] == ["路灯", "长椅; 两张", "P3"]


def test_equal_shares_is_counted_when_named():
    assert tally_text("x.pb", BUDGET, Method.EQUAL_SHARES).file.question.completion is Completion.ADD_ONE
    own = tally_text("x.pb", BUDGET.replace("rule;greedy", "rule;equalshares"))
    assert (own.file.question.method, own.file.question.completion) == (
        Method.EQUAL_SHARES,
        Completion.NONE,
    )


def test_costs_are_exact():
    file = read("x.pb", BUDGET.replace("P1;600", "P1;600.10").replace("P2;500", "P2;500,35"))
    assert file.question.costs == (Fraction("600.1"), Fraction("500.35"), 400)


@pytest.mark.parametrize("kind", ["ordinal", "cumulative", "scoring"])
def test_votes_that_give_ranks_or_points_need_a_method_named(kind):
    text = BUDGET.replace("vote_type;approval", f"vote_type;{kind}")
    with pytest.raises(WrongMethod, match="A method must be named"):
        tally_text("x.pb", text)
    assert tally_text("x.pb", text, Method.GREEDY).to_data()["winners"] == ["长椅; 两张", "P3"]


def test_points_can_be_counted_as_scores():
    text = BUDGET.replace("vote_type;approval", "vote_type;scoring").replace("max_length;2\n", "")
    text = text.replace("voter_id;age;vote", "voter_id;vote;points").replace(";34;P1,P2", ";P1,P2;3,1")
    text = text.replace(";;P1", ";P1;2").replace(";71;P2,P3", ";P2,P3;9,1").replace(";50;P1,P2,P3", ";P3;4")
    assert tally_text("x.pb", text, Method.SCORE).outcome.standings == {"P2": 10, "P1": 5, "P3": 5}


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("META\n", "", 1, "begins with the line META"),
        ("num_votes;4", "num_votes;5", 5, "num_votes is 5, and 4 are there"),
        ("num_projects;3", "num_projects;2", 4, "num_projects is 2, and 3"),
        ("budget;1000", "budget;viel", 6, "not a number above nothing"),
        ("budget;1000", "budget", 6, "there is no value"),
        ("vote_type;approval", "vote_type;smell", 7, "'smell' are not known"),
        ("P1;600", "P1;-3", 12, "not a number above nothing"),
        ("P2;500", "P1;500", 13, "listed twice"),
        ("2;;P1", "2;;P9", 18, "no project P9"),
        ("4;50;P1", "4;50;P1;x", 20, "4 cells under 3 columns"),
        ("VOTES\n", "", 19, "no section VOTES"),
        ("max_length;2", "max_length;1.5", 9, "not a whole number"),
        ("budget;1000\n", "", 1, "META has no budget"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(old, new, line, why):
    with pytest.raises(MalformedFile, match=why) as refused:
        read("x.pb", BUDGET.replace(old, new, 1))
    assert refused.value.line == line
