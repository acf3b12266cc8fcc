"""A vote survives being stored as JSON, whatever the method."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.counting import InvalidVote, Method, NotAVote, check, from_plain, to_plain
from tests.rules.counting.ballots import elections, few


@pytest.mark.parametrize("method", list(Method))
@few
@given(data=st.data())
def test_a_stored_vote_reads_as_the_same_vote(method, data):
    question, votes = data.draw(elections(method))
    for vote in votes:
        try:
            seen = check(question, vote)
        except InvalidVote:
            continue
        stored = json.dumps(to_plain(seen))
        assert check(question, from_plain(method, json.loads(stored))) == seen


@pytest.mark.parametrize(
    ("method", "plain"),
    [
        (Method.MOTION, ["for"]),
        (Method.SINGLE, 3),
        (Method.APPROVAL, [1, 2]),
        (Method.APPROVAL, {"a": 1}),
        (Method.SCORE, {"a": 1.5}),
        (Method.SCORE, {"a": True}),
        (Method.STV, ["a", "b"]),
        (Method.STV, [["a"], [2]]),
        (Method.CONSENT, {"choice": "block"}),
        (Method.CONSENT, {"choice": "block", "reason": None}),
        (Method.GREEDY, None),
    ],
)
def test_other_data_is_no_vote(method, plain):
    with pytest.raises(NotAVote):
        from_plain(method, plain)
