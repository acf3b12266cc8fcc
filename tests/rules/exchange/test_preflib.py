"""PrefLib files are read by their specification, and broken ones refused with their line."""

import pytest

from rules.counting import Method, TieRule, count
from rules.exchange import MalformedFile, WrongMethod, read, tally_text, write_orders
from tests.rules.exchange.samples import CATEGORIES, HEAD, TENNESSEE


def soi(body, kind="soi", voters=0, orders=0):
    return HEAD.format(kind=kind, voters=voters, orders=orders) + body


def test_complete_orders_are_counted_by_schulze_unless_said_otherwise():
    report = tally_text("capital.soc", TENNESSEE)
    assert report.file.question.method is Method.SCHULZE
    assert report.to_data()["winners"] == ["Nashville"]
    assert report.to_data()["title"] == "Capital of Tennessee"


@pytest.mark.parametrize(
    ("method", "winner"), [(Method.IRV, "Knoxville"), (Method.STV, "Knoxville"), (Method.SINGLE, "Memphis")]
)
def test_another_method_may_be_named(method, winner):
    assert tally_text("capital.soc", TENNESSEE, method).to_data()["winners"] == [winner]


def test_orders_may_leave_alternatives_out_and_tie_them():
    file = read("x.toi", soi("2: {1, 4}, 3\n1: 2\n", "toi", 3, 2))
    assert file.votes == {(frozenset("14"), frozenset("3")): 2, (frozenset("2"),): 1}


def test_a_last_rank_that_ties_all_the_rest_says_no_more_than_leaving_them_out():
    text = soi("2: 1,{2,3,4}\n1: 2,{1,4},3\n", "toc", 3, 2)
    outcome = tally_text("x.toc", text, Method.IRV).outcome
    assert (outcome.valid, outcome.invalid, outcome.reasons) == (2, 1, {"TiedInVote": 1})


def test_in_categories_the_first_is_approved():
    assert tally_text("x.cat", CATEGORIES, seats=2).to_data()["standings"] == {
        "漫步机": "4",
        "乒乓球台": "4",
        "单杠": "3",
    }


def test_categories_give_points_from_the_last_up():
    outcome = tally_text("x.cat", CATEGORIES, Method.SCORE).outcome
    assert outcome.standings == {"1": 11, "3": 11, "2": 6}


def test_categories_are_ranks_to_schulze():
    outcome = tally_text("x.cat", CATEGORIES, Method.SCHULZE).outcome
    assert outcome.ties[0].options == ("1", "3")


def test_a_method_that_does_not_suit_the_votes_is_refused_with_those_that_do():
    with pytest.raises(WrongMethod, match="schulze, irv, stv, single"):
        tally_text("capital.soc", TENNESSEE, Method.GREEDY)


@pytest.mark.parametrize(
    ("kind", "body", "line", "why"),
    [
        ("soi", "1: 1,2\nzwei: 2,1\n", 12, "how many"),
        ("soi", "0: 1,2\n", 11, "how many"),
        ("soi", "1: 1,5\n", 11, "no alternative 5"),
        ("soi", "1: 1,2,1\n", 11, "twice"),
        ("soi", "1: 1,{2,3}\n", 11, "no ties"),
        ("soc", "1: 1,2,3\n", 11, "ranks every"),
        ("toc", "1: 1,{2,3}\n", 11, "ranks every"),
        ("toi", "1: {1,2\n", 11, "cannot read"),
        ("toi", "1: 1 2\n", 11, "cannot read"),
        ("toi", "1: {},1\n", 11, "empty"),
        ("toi", "1:\n", 11, "empty"),
        ("soi", "1: 1\n# TITLE: late\n", 12, "header line among"),
        ("soi", "7: 1\n", 5, "0 voters are announced, 7 are there"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(kind, body, line, why):
    with pytest.raises(MalformedFile, match=why) as refused:
        read(f"x.{kind}", soi(body, kind))
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("DATA TYPE: soc", "DATA TYPE: toi", 3, "says it is toi"),
        ("ALTERNATIVES: 4", "ALTERNATIVES: four", 4, "not a number"),
        ("ALTERNATIVES: 4", "ALTERNATIVES: 5", 4, "ALTERNATIVE NAME 5"),
        ("ALTERNATIVES: 4", "ALTERNATIVES: 0", 4, "no alternatives"),
        ("# NUMBER ALTERNATIVES: 4\n", "", 1, "no NUMBER ALTERNATIVES"),
        ("# TITLE: Capital", "# Capital", 2, "NAME: value"),
    ],
)
def test_a_broken_header_is_refused_with_its_line(old, new, line, why):
    with pytest.raises(MalformedFile, match=why) as refused:
        read("x.soc", TENNESSEE.replace(old, new))
    assert refused.value.line == line


def test_too_few_categories_are_refused_with_their_line():
    with pytest.raises(MalformedFile, match="2 categories, the header says 3") as refused:
        read("x.cat", CATEGORIES.replace("{1, 3}, {}, 2", "{1, 3}, 2"))
    assert refused.value.line == 12


def test_what_is_written_reads_the_same():
    file = read("capital.soc", TENNESSEE)
    text, kind = write_orders(file)
    assert kind == "soc"
    assert read("again.soc", text) == file


def test_a_seed_settles_what_the_votes_leave_tied():
    text = soi("1: 1\n1: 2\n", "soi", 2, 2)
    assert tally_text("x.soi", text).outcome.undecided
    report = tally_text("x.soi", text, seed="7")
    assert report.file.question.ties is TieRule.SEED
    assert len(report.outcome.winners) == 1
    assert count(report.file.question, report.file.votes) == report.outcome
