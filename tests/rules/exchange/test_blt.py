"""The .blt format, from its first description to the habits of later programs."""

from fractions import Fraction

import pytest

from rules.counting import Method
from rules.exchange import MalformedFile, read, tally_text, write_blt
from tests.rules.exchange.samples import FIRST


def test_the_first_published_file_is_read_with_its_withdrawn_candidate():
    file = read("x.blt", FIRST)
    assert file.labels == {"1": "Adam", "3": "Charlotte", "4": "Donald"}
    assert (file.question.method, file.question.seats, file.title) == (Method.STV, 2, "Title")
    adam, charlotte, donald = frozenset("1"), frozenset("3"), frozenset("4")
    assert file.votes == {
        (adam, charlotte, donald): 3,
        (adam, charlotte): 4,
        (donald, adam, charlotte): 2,
        (): 1,
        (donald, charlotte, adam): 2,
        (charlotte, donald): 1,
    }


def test_a_vote_for_nobody_who_is_left_is_counted_as_invalid():
    outcome = tally_text("x.blt", FIRST).outcome
    assert (outcome.valid, outcome.invalid, outcome.reasons) == (12, 1, {"NothingChosen": 1})
    assert outcome.rounds[0].needed == 5
    assert outcome.winners == ("1", "4")


def test_comments_names_of_votes_shared_and_skipped_ranks_and_shares_of_votes_are_read():
    text = '# a comment\n3 1 # so many\n(A-17) 1.5 2 - 1=3 0\n1 3 0 0\n"a b" "c"\n"d # e"'
    file = read("x.blt", text, Method.SCHULZE)
    assert file.votes == {(frozenset("2"), frozenset("13")): Fraction(3, 2), (frozenset("3"),): 1}
    assert list(file.labels.values()) == ["a b", "c", "d # e"]


def test_ties_within_a_vote_are_invalid_where_ranks_take_one():
    text = '3 1\n1 1=2 3 0\n1 3 0\n0\n"a" "b" "c"'
    assert tally_text("x.blt", text).outcome.reasons == {"TiedInVote": 1}


def test_one_named_twice_makes_the_vote_invalid():
    assert tally_text("x.blt", '2 1\n1 1 2 1 0\n1 2 0\n0\n"a" "b"').outcome.reasons == {"ChosenTwice": 1}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "ends where the number of candidates"),
        ("3", 1, "ends where the number of seats"),
        ("three 2", 1, "three is not the number of candidates"),
        ("0 1", 1, "at least one candidate"),
        ('2 1\n-3\n0\n"a" "b"', 2, "no candidate 3"),
        ('2 1\n1 1 3 0\n0\n"a" "b"', 2, "no candidate 3"),
        ('2 1\n1 1 x 0\n0\n"a" "b"', 2, "x is not a candidate's number"),
        ('2 1\n-x 1 0\n0\n"a" "b"', 2, "not a withdrawn"),
        ('2 1\n1/0 1 0\n0\n"a" "b"', 2, "how many times"),
        ("2 1\n1 1 2", 2, "ends where the 0 that ends the vote"),
        ("2 1\n1 1 2 0\n", 2, "ends where a vote, or the 0"),
        ('2 1\n1 1 0\n0\n"a"', 4, "ends where the name of candidate 2"),
        ("2 1\n1 1 0\n0\nAdam", 4, "in quotation marks"),
        ('1 1\n-1\n0\n"a"', 1, "every candidate has withdrawn"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(text, line, why):
    with pytest.raises(MalformedFile, match=why) as refused:
        read("x.blt", text)
    assert refused.value.line == line


def test_what_is_written_reads_the_same():
    text = write_blt(read("x.blt", FIRST))
    file = read("again.blt", text)
    assert list(file.labels.values()) == ["Adam", "Charlotte", "Donald"]
    first, again = tally_text("x.blt", FIRST).to_data(), tally_text("again.blt", text).to_data()
    assert again["rounds"] == first["rounds"]
    assert again["winners"] == first["winners"] == ["Adam", "Donald"]
