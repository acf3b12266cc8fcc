"""Our own ballot file: what is written is read back, and what is broken is refused with its line."""

import json
from fractions import Fraction

import pytest

from rules.counting import FOR, Method, Question, Stance, TieRule, count
from rules.exchange import BallotFile, MalformedFile, WrongMethod, read, tally_text, write_export
from tests.rules.exchange.samples import SINGLE


def file(method, votes, **more):
    question = Question(method, **more)
    return BallotFile(question, votes, {option: f"{option} 号" for option in question.options}, "题")


FILES = [
    file(Method.MOTION, {FOR: Fraction("120.35"), "against": Fraction(1, 3), "abstain": 2}),
    file(Method.SINGLE, {"a": 2, "b": 1}, options=("a", "b"), ties=TieRule.SEED, seed="abc"),
    file(Method.APPROVAL, {frozenset("ab"): 2, "abstain": 1}, options=("a", "b", "c"), seats=2, at_most=2),
    file(Method.SCORE, {(("a", 5), ("b", 0)): 2}, options=("a", "b"), top=9),
    file(Method.SCHULZE, {(frozenset("ab"), frozenset("c")): 3}, options=("a", "b", "c"), decided=("b", "a")),
    file(Method.STV, {(frozenset("a"), frozenset("c")): 3}, options=("a", "b", "c"), seats=2),
    file(
        Method.EQUAL_SHARES,
        {frozenset("a"): 2},
        options=("a", "b"),
        budget=Fraction("3200.50"),
        costs=(Fraction("3000.10"), 200),
        step=Fraction(1, 100),
        spend_at_most=3100,
    ),
    file(Method.CONSENT, {Stance("agree"): 3, Stance("block", "堵门"): 1}),
]


def test_a_ballot_is_counted_from_our_export():
    data = tally_text("ballot.json", SINGLE).to_data()
    assert data["winners"] == ["夜间住户专区15 + 访客10 + 充电5"]
    assert data["handed_in"] == "48"


@pytest.mark.parametrize("ballot", FILES, ids=lambda ballot: ballot.question.method)
def test_what_is_written_reads_the_same(ballot):
    assert read("x.json", write_export(ballot)) == ballot


@pytest.mark.parametrize("ballot", FILES, ids=lambda ballot: ballot.question.method)
def test_a_report_is_json_with_exact_values(ballot):
    report = tally_text("x.json", write_export(ballot))
    data = json.loads(report.to_json(), parse_float=pytest.fail)
    assert data["handed_in"] == str(sum(ballot.votes.values())) or "/" in str(report.outcome.total)
    assert report.outcome == count(ballot.question, ballot.votes)


def test_the_order_of_votes_in_the_file_says_nothing_of_who_voted_when():
    votes = {"a": 1, "b": 2}
    turned = dict(reversed(votes.items()))
    options = ("a", "b")
    assert write_export(file(Method.SINGLE, votes, options=options)) == write_export(
        file(Method.SINGLE, turned, options=options)
    )


def test_a_ranked_ballot_may_be_recounted_by_another_ranked_method():
    text = write_export(FILES[5])
    assert tally_text("x.json", text, Method.SCHULZE).outcome.winners == ("a", "c")
    with pytest.raises(WrongMethod):
        tally_text("x.json", text, Method.APPROVAL)


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ('"version": 1', '"version": 2', 2, "not louyuhui-ballot version 1"),
        ('"single"', '"lottery"', 4, "should be one of motion, single"),
        ('"method": "single",\n', "", 1, "should be one of"),
        ('"key": "乙"', '"kee": "乙"', 7, "“kee” is not known"),
        ('"key": "乙"', '"key": "甲"', 5, "listed twice"),
        ('"key": "乙"', '"key": 2', 7, "should be a text"),
        ('"key": "乙"', '"key": "乙", "key": "丁"', 7, "“key” stands twice"),
        ('"times": 15', '"times": -1', 12, "more than 0"),
        ('"times": 15', '"times": "many"', 12, "not a number like"),
        ('"times": 15', '"times": []', 12, "whole number"),
        ('"vote": "甲"', '"vote": ["甲"]', 12, "not a vote for single"),
        ('"times": 15', '"times": 15, "who": "3-2-502"', 12, "“who” is not known"),
        ('"times": 15}', '"times": 15', 13, "Expecting"),
        (' "title"', ' "decided": 7, "title"', 3, "“decided” is not a list"),
        (' "title"', ' "decided": ["甲", 7], "title"', 3, "entry 2 should be a text"),
        (' "title"', ' "seed": 5, "title"', 3, "should be a text"),
        (' "title"', ' "seats": 0, "title"', 3, "At least one place"),
        (' "title"', ' "colour": 1, "title"', 3, "“colour” is not known"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(old, new, line, why):
    assert old in SINGLE
    with pytest.raises(MalformedFile, match=why) as refused:
        tally_text("x.json", SINGLE.replace(old, new, 1))
    assert refused.value.line == line
