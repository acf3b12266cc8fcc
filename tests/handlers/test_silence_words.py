"""What a result says of those who did not vote, where the assembly's rules have a clause on silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from handlers.reached import silence_told
from handlers.words import Words
from rules.ballots import Ballot, State
from rules.counting import Method
from rules.thresholds import DEFAULTS
from rules.voters import Basis

CLAUSE = "第18条"


def closed(silence: dict[str, Any] | None, voted: int = 3) -> Ballot:
    """A matter of six owners, closed."""
    told = {} if silence is None else {"silence": silence}
    return Ballot(
        *(1, 1, None, None, "聘请物业", Basis.OWNER, Method.MOTION, 1, 1, State.CLOSED, 1, None, None, None),
        *(6, 6_000_000, False, voted, None, None, {"voted": voted, "verdict": told}, None),
        threshold=replace(DEFAULTS["278_ordinary"], clause=CLAUSE),
    )


@pytest.mark.parametrize(
    ("silence", "zh", "en"),
    [
        (
            {"counted": True, "undelivered": 0, "heads": [3, "approving"], "area": [3_005_000, "against"]},
            "没投的 3 位、300.5 平方米，按议事规则“第18条”算进多数：人数归赞成，面积归反对。",
            "by heads with those for it, by area with those against.",
        ),
        (
            {"counted": True, "undelivered": 0, "heads": [2, ""], "area": [2_000_000, "abstained"]},
            "人数归哪边都不算（两边一样多），面积归弃权",
            "by heads with nobody, as two sides are equal, by area with those who abstained",
        ),
        (
            {"counted": False, "undelivered": 1, "heads": [3, "approving"], "area": [3_000_000, "approving"]},
            "没投的 3 位里，有 1 位不能证明看到了通知，都不算",
            "of 3 who did not vote, 1 have no proof of having seen the notice; none of them is counted",
        ),
        (
            {"counted": False, "undelivered": None, "heads": [3, ""], "area": [3_000_000, ""]},
            "没有送达记录，没投的 3 位不算",
            "nobody kept a record of the notice, so the 3 who did not vote are not counted",
        ),
    ],
)
def test_it_says_with_whom_they_are_counted_or_why_they_are_not(
    silence: dict[str, Any], zh: str, en: str
) -> None:
    told = silence_told(closed(silence))
    assert zh in Words().plain("zh", "results.silence_said", silence=told)
    assert en in Words().plain("en", "results.silence_said", silence=told)


def test_without_a_clause_or_with_few_votes_nothing_is_said_of_them() -> None:
    assert silence_told(closed(None)) is None
    assert silence_told(closed({"counted": True, "undelivered": 0, "heads": [5, ""]}, voted=1)) is None
