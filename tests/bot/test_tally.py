"""`louyuhui tally` where more is asked than the most votes: who reached it, and who did not."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from rules.counting import Method, Question, Stance
from rules.exchange import BallotFile, MalformedFile, read, tally_text, write_export
from rules.judging import Areas, Asking
from rules.thresholds import DEFAULTS, NO_SILENCE, Silence
from tests.bot.terminal import louyuhui

PAGE = (Path(__file__).parents[2] / "docs/counting.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json ballot\n(.*?)```", PAGE, re.DOTALL)
VILLAGE = next(text for text in EXAMPLES if "eligible" in text)
AREAS = Areas(10_000, (4_000, 5_000, 0), 9_000)


def owners(areas: Areas = AREAS, against: int = 1, silence: Silence = NO_SILENCE) -> BallotFile:
    """Three heads for it; with less than half of the area unless other areas are named."""
    asked = replace(DEFAULTS["278_ordinary"], clause=silence.clause)
    asking = Asking(Method.MOTION, asked, 5, 3 + against, areas, silence)
    votes = {"for": 3, "against": against} if against else {"for": 3}
    return BallotFile(Question(Method.MOTION), votes, {}, "换物业", asking)


def told(folder: Path, text: str) -> str:
    file = folder / "ballot.json"
    file.write_text(text, encoding="utf-8")
    return louyuhui("tally", file).stdout


def test_who_reached_what_is_asked_of_each_is_told_beside_the_count(tmp_path: Path) -> None:
    said = told(tmp_path, VILLAGE)
    assert "门槛 / threshold: 村民选举 / Village election" in said
    assert "✅ 参加 / taking part: 12 / 20 (> 1/2 entitled → 11)" in said
    assert "甲：✅ 票 / heads: 8 / 12 (> 1/2 voted → 7)" in said
    assert "乙：❌ 票 / heads: 6 / 12 (> 1/2 voted → 7)" in said
    assert re.search(r"★ +│ 甲", said)
    assert not re.search(r"★ +│ 乙", said)


def test_where_nobody_reaches_it_nobody_wins(tmp_path: Path) -> None:
    text = VILLAGE.replace('"eligible": 20', '"eligible": 24')  # twelve of them are not more than half
    assert "❌ 没有一项达到要求 / no option reached what was asked" in told(tmp_path, text)
    data = tally_text("ballot.json", text).to_data()
    assert (data["winners"], data["reached"]["passed"]) == ([], False)
    assert not [step for step in data["explanation"] if step["kind"] in {"winners", "no_winner"}]


def test_a_motion_that_fails_by_area_is_not_carried_in_the_recount(tmp_path: Path) -> None:
    text = write_export(owners())
    assert read("x.json", text) == owners()
    said = told(tmp_path, text)
    assert "❌ 面积 / area: 0.4 / 0.9 (> 1/2 voted → 0.4501)" in said
    assert "✅ 票 / heads: 3 / 4 (> 1/2 voted → 3)" in said
    assert "❌ 没有通过 / not carried" in said
    assert "✅ 通过" not in said
    data = json.loads(louyuhui("tally", tmp_path / "ballot.json", "--json").stdout)
    (motion,) = (step for step in data["explanation"] if step["kind"] == "motion")
    assert motion["carried"] is False


@pytest.mark.parametrize(("undelivered", "carried"), [(0, True), (1, False), (None, False)])
def test_silence_is_counted_in_the_recount_as_it_was_in_the_count(
    undelivered: int | None, carried: bool
) -> None:
    """Three of five are too few to decide, unless the two who are silent count."""
    ballot = owners(Areas(10_000, (6_000, 0, 0), 6_000), 0, Silence(True, "第18条", undelivered))
    report = tally_text("x.json", write_export(ballot))
    assert report.judged is not None
    assert (report.carried, report.judged.whole.silent) == (carried, carried)


@pytest.mark.parametrize("method", [Method.SINGLE, Method.CONSENT])
def test_other_counts_tell_what_they_reached(method: Method) -> None:
    question = Question(method, ("a", "b") if method is Method.SINGLE else ())
    votes = {"a": 2, "b": 2, "abstain": 1} if method is Method.SINGLE else {Stance("agree"): 5}
    name = "half" if method is Method.SINGLE else "consent"
    ballot = BallotFile(question, votes, {}, "", Asking(method, DEFAULTS[name], 9, 5))
    report = tally_text("x.json", write_export(ballot))
    assert report.judged is not None
    assert report.judged.passed is (method is Method.CONSENT)
    assert report.winners == (("agree",) if method is Method.CONSENT else ())


def test_counted_by_another_method_a_file_asks_for_nothing_more() -> None:
    asking = Asking(Method.SCHULZE, DEFAULTS["half"], 9, 1)
    ballot = BallotFile(Question(Method.SCHULZE, ("a", "b")), {(frozenset("a"),): 1}, {}, "", asking)
    assert tally_text("x.json", write_export(ballot), Method.IRV).judged is None


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"> 1/2 voted"]', '"half"]', "“threshold” is none"),
        ('"days": 7', '"days": "soon"', "“threshold” is none"),
        ('"eligible": 20', '"eligible": 2', "more votes than voters"),
        ('"eligible": 20', '"eligible": "x"', "should be a whole number"),
        (
            '"eligible": 20',
            '"eligible": 20, "areas": {"entitled": 1, "options": [1], "took_part": 1}',
            "each option needs its area",
        ),
        ('"eligible": 20', '"eligible": 20, "areas": {"entitled": 1, "owner": 1}', "“owner” is not known"),
    ],
)
def test_a_threshold_that_cannot_be_read_is_refused_with_its_line(old: str, new: str, why: str) -> None:
    assert old in VILLAGE
    with pytest.raises(MalformedFile, match=why) as refused:
        tally_text("x.json", VILLAGE.replace(old, new, 1))
    assert refused.value.line in range(3, 12)
