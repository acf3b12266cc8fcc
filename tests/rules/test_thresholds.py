"""Thresholds: what it takes to decide, exact to one head and to one square centimetre."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.counting import Method
from rules.thresholds import (
    DEFAULTS,
    KNOWN,
    BadTerms,
    BadThreshold,
    Base,
    Charter,
    Condition,
    Dimension,
    Held,
    Shares,
    Silence,
    Step,
    Threshold,
    Verdict,
    fitting,
    judge,
    own_threshold,
    read_condition,
    threshold_of,
    usual,
    verdict_of,
)

ROUND = Shares(1200, 1200)  # everybody is for it: never what fails


def held(verdict: Verdict, dimension: Dimension, step: Step) -> Held:
    return next(one for one in verdict.held if one.dimension is dimension and one.step is step)


def cast(entitled: int, approving: int, voted: int) -> Shares:
    """So many for it, the others who took part against it."""
    return Shares(entitled, approving, voted - approving)


# The figures of 民法典278 for 291 owners with homes alike


@pytest.mark.parametrize(
    ("name", "approving", "voted", "passed"),
    [
        ("278_ordinary", 193, 193, False),
        ("278_ordinary", 194, 194, True),
        ("278_ordinary", 97, 194, False),
        ("278_ordinary", 98, 194, True),
        ("278_ordinary", 99, 194, True),
        ("278_major", 145, 194, False),
        ("278_major", 146, 194, True),
        ("278_major", 147, 194, True),
        ("278_major", 193, 193, False),
    ],
)
def test_of_291_equal_owners_194_take_part_and_98_or_146_approve(
    name: str, approving: int, voted: int, passed: bool
) -> None:
    heads = cast(291, approving, voted)
    area = cast(291 * 950_000, approving * 950_000, voted * 950_000)
    verdict = judge(DEFAULTS[name], heads, area)
    assert verdict.passed is passed
    needed = {one.step: one.needed for one in verdict.held if one.dimension is Dimension.HEADS}
    assert needed[Step.PARTICIPATION] == 194
    if voted == 194:
        assert needed[Step.APPROVAL] == (98 if name == "278_ordinary" else 146)


# One below, at, and one above each threshold, by heads

AT = [  # of 12 who take part of 18: what is just enough
    ("absolute", 10),
    ("two_thirds", 8),
    ("three_quarters", 9),
    ("278_ordinary", 7),
    ("278_major", 9),
    ("village_adults", 7),
    ("village_households", 7),
    ("village_representatives", 7),
]


@pytest.mark.parametrize(("name", "enough"), AT)
@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_approval_one_below_at_and_one_above(name: str, enough: int, beside: int) -> None:
    approving = enough + beside
    verdict = judge(DEFAULTS[name], cast(18, approving, 12), ROUND)
    found = held(verdict, Dimension.HEADS, Step.APPROVAL)
    assert (found.have, found.needed, found.more) == (approving, enough, max(0, -beside))
    assert verdict.passed is (beside >= 0)


@pytest.mark.parametrize(
    ("name", "entitled", "enough"),
    [
        ("278_ordinary", 18, 12),
        ("278_ordinary", 19, 13),
        ("278_major", 18, 12),
        ("village_adults", 18, 10),
        ("village_adults", 19, 10),
        ("village_households", 18, 12),
        ("village_representatives", 20, 14),
    ],
)
@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_participation_one_below_at_and_one_above(name: str, entitled: int, enough: int, beside: int) -> None:
    voted = enough + beside
    verdict = judge(DEFAULTS[name], cast(entitled, voted, voted), ROUND)
    found = held(verdict, Dimension.HEADS, Step.PARTICIPATION)
    assert (found.have, found.of, found.needed) == (voted, entitled, enough)
    assert found.more == max(0, -beside)
    assert verdict.passed is (beside >= 0)


# The same by area, in square centimetres


@pytest.mark.parametrize(
    ("name", "step", "entitled", "enough"),
    [
        ("278_ordinary", Step.PARTICIPATION, 3_000_000, 2_000_000),
        ("278_ordinary", Step.PARTICIPATION, 3_000_001, 2_000_001),
        ("278_major", Step.PARTICIPATION, 3_000_002, 2_000_002),
        ("278_ordinary", Step.APPROVAL, 2_000_000, 1_000_001),
        ("278_ordinary", Step.APPROVAL, 2_000_001, 1_000_001),
        ("278_major", Step.APPROVAL, 2_000_000, 1_500_000),
        ("278_major", Step.APPROVAL, 2_000_001, 1_500_001),
    ],
)
@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_area_one_square_centimetre_below_at_and_above(
    name: str, step: Step, entitled: int, enough: int, beside: int
) -> None:
    have = enough + beside
    voted = have if step is Step.PARTICIPATION else entitled
    verdict = judge(DEFAULTS[name], ROUND, cast(entitled, have, voted))
    found = held(verdict, Dimension.AREA, step)
    assert (found.have, found.needed, found.more) == (have, enough, max(0, -beside))
    assert verdict.passed is (beside >= 0)


def test_a_matter_can_pass_by_heads_and_fail_by_area() -> None:
    verdict = judge(DEFAULTS["278_ordinary"], cast(10, 7, 9), cast(1_000, 400, 900))
    assert not verdict.passed
    failed = [(one.dimension, one.step, one.more) for one in verdict.held if not one.held]
    assert failed == [(Dimension.AREA, Step.APPROVAL, 51)]


def test_without_any_area_known_a_matter_of_owners_fails() -> None:
    assert not judge(DEFAULTS["278_ordinary"], ROUND).passed


# What each word means


@pytest.mark.parametrize(
    ("approving", "against", "abstained", "passed", "more"),
    [(1, 0, 9, True, 0), (5, 5, 0, False, 1), (6, 5, 0, True, 0), (3, 6, 2, False, 4), (0, 0, 4, False, 1)],
)
def test_a_simple_majority_leaves_abstentions_out(
    approving: int, against: int, abstained: int, passed: bool, more: int
) -> None:
    verdict = judge(DEFAULTS["simple"], Shares(20, approving, against, abstained))
    assert verdict.passed is passed
    assert verdict.held[0].more == more


def test_abstaining_takes_part() -> None:
    heads = Shares(291, 98, 0, 96)
    assert judge(DEFAULTS["278_ordinary"], heads, heads).passed
    assert not judge(DEFAULTS["278_ordinary"], replace(heads, abstained=95), heads).passed


@pytest.mark.parametrize(("approving", "passed"), [(11, False), (12, True)])
def test_279_needs_every_owner(approving: int, passed: bool) -> None:
    assert judge(DEFAULTS["279"], Shares(12, approving)).passed is passed


@pytest.mark.parametrize(("blocks", "passed"), [(0, True), (1, False)])
def test_consent_is_that_nobody_blocks(blocks: int, passed: bool) -> None:
    assert judge(DEFAULTS["consent"], Shares(12, 9 - blocks, blocks)).passed is passed


@pytest.mark.parametrize("name", [name for name, one in DEFAULTS.items() if not one.bare])
def test_where_nobody_voted_nothing_passes(name: str) -> None:
    assert not judge(DEFAULTS[name], Shares(12, 0), Shares(12, 0)).passed
    assert not judge(DEFAULTS[name], Shares(0, 0), Shares(0, 0)).passed


def test_the_most_votes_ask_for_nothing_more() -> None:
    assert judge(DEFAULTS["most"], Shares(12, 0)) == Verdict(())


# Silence

CLAUSE = "未参与表决的业主，其投票权数计入已表决的多数票。"


@pytest.mark.parametrize(
    ("silence", "passed"),
    [
        (Silence(), False),
        (Silence(on=True), False),
        (Silence(on=True, clause=CLAUSE), False),
        (Silence(on=True, clause=CLAUSE, undelivered=1), False),
        (Silence(on=True, clause="  ", undelivered=0), False),
        (Silence(on=False, clause=CLAUSE, undelivered=0), False),
        (Silence(on=True, clause=CLAUSE, undelivered=0), True),
    ],
)
def test_silence_counts_only_under_all_three_conditions(silence: Silence, passed: bool) -> None:
    heads = Shares(291, 60, 20, 10)
    verdict = judge(DEFAULTS["278_ordinary"], heads, heads, silence)
    assert verdict.passed is passed
    assert verdict.silent is passed


SPOKEN = Silence(on=True, clause=CLAUSE, undelivered=0)


@pytest.mark.parametrize(
    ("shares", "counted"),
    [
        (Shares(10, 3, 2), Shares(10, 8, 2)),
        (Shares(10, 2, 3), Shares(10, 2, 8)),
        (Shares(10, 1, 0, 4), Shares(10, 1, 0, 9)),
        (Shares(10, 3, 3), Shares(10, 3, 3)),
        (Shares(10, 0), Shares(10, 0)),
    ],
)
def test_silence_goes_with_the_majority_and_with_nobody_where_there_is_none(
    shares: Shares, counted: Shares
) -> None:
    assert shares.with_silence() == counted


# Properties

COUNTS = st.integers(0, 400)
NAMES = st.sampled_from([name for name, one in DEFAULTS.items() if not one.bare])


@given(NAMES, COUNTS, COUNTS, COUNTS, st.integers(1, 400), st.booleans())
def test_one_more_for_it_never_turns_a_pass_into_a_fail(
    name: str, approving: int, against: int, abstained: int, silent: int, spoken: bool
) -> None:
    silence = SPOKEN if spoken else Silence()
    heads = Shares(approving + against + abstained + silent, approving, against, abstained)
    more = replace(heads, approving=approving + 1)
    before = judge(DEFAULTS[name], heads, heads, silence)
    after = judge(DEFAULTS[name], more, more, silence)
    assert after.passed or not before.passed


def holds(condition: Condition, have: int, of: int) -> bool:
    """The definition, as the law says it."""
    return have > condition.share * of if condition.strict else have >= condition.share * of


@given(NAMES, COUNTS, COUNTS, COUNTS, COUNTS)
def test_so_many_more_among_those_who_took_part_hit_the_threshold_exactly(
    name: str, approving: int, against: int, abstained: int, silent: int
) -> None:
    heads = Shares(approving + against + abstained + silent, approving, against, abstained)
    for one in judge(DEFAULTS[name], heads, heads).held:
        reached, of, condition = one.have + one.more, one.of, one.condition
        if condition.base is Base.DECIDED:
            of += one.more
        assert holds(condition, reached, of) or of == 0
        if one.more > 1:
            short = of - 1 if condition.base is Base.DECIDED else of
            assert not holds(condition, reached - 1, short)
        assert one.held is (one.more == 0)


@given(NAMES, COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_verdict_and_a_threshold_are_read_back_as_they_were_written(
    name: str, approving: int, against: int, abstained: int, silent: int
) -> None:
    heads = Shares(approving + against + abstained + silent, approving, against, abstained)
    verdict = judge(DEFAULTS[name], heads, heads)
    assert verdict_of(verdict.as_data()) == verdict
    assert threshold_of(DEFAULTS[name].as_data()) == DEFAULTS[name]


# The data


@pytest.mark.parametrize("threshold", KNOWN.values(), ids=KNOWN)
def test_every_threshold_has_its_source_and_is_said_in_both_languages(threshold: Threshold) -> None:
    assert threshold.source.law
    assert threshold.zh.title != threshold.en.title
    assert len(threshold.zh.said) <= 40
    assert threshold.joint is (threshold.source.law == "民法典")
    assert (threshold.source.since == date(2021, 1, 1)) is threshold.joint
    assert ("2026" in threshold.source.note) is (threshold.source.law == "村民委员会组织法")


@pytest.mark.parametrize(
    ("text", "share", "strict"),
    [
        ("> 1/2", Fraction(1, 2), True),
        (">=2/3", Fraction(2, 3), False),
        ("≥ 4/4 entitled", Fraction(1), False),
    ],
)
def test_a_condition_is_read_exactly(text: str, share: Fraction, strict: bool) -> None:
    found = read_condition(text, Base.ENTITLED)
    assert (found.share, found.strict, found.base) == (share, strict, Base.ENTITLED)
    assert read_condition(str(found), Base.TAKING_PART) == found


@pytest.mark.parametrize("text", ["", "1/2", "> 0.5", ">= 3/2", "> 1/1", ">= 1/0", "< 1/2", "> 1/2 of all"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(BadThreshold):
        read_condition(text, Base.ENTITLED)


@pytest.mark.parametrize("data", [{}, {"name": "x"}, DEFAULTS["simple"].as_data() | {"days": -1}])
def test_what_is_no_threshold_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(BadThreshold):
        threshold_of(data)


# Which fit


def names_of(method: Method, basis: str, *own: Threshold) -> list[str]:
    return [one.name for one in fitting(method, basis, own)]


def test_owners_are_offered_the_civil_code_and_households_are_not() -> None:
    assert names_of(Method.MOTION, "owner")[:4] == ["simple", "278_ordinary", "278_major", "279"]
    assert not any(one.joint for one in fitting(Method.MOTION, "household"))
    assert names_of(Method.MOTION, "household")[0] == "simple"
    assert names_of(Method.MOTION, "person")[-2:] == ["village_adults", "village_representatives"]


def test_a_choice_goes_to_the_most_votes_unless_more_is_asked() -> None:
    assert names_of(Method.SINGLE, "household") == ["most", "half", "absolute", "village_households"]
    assert names_of(Method.STV, "household") == ["most"]
    assert names_of(Method.CONSENT, "owner") == ["consent"]


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("basis", ["household", "person", "owner"])
def test_the_usual_threshold_always_fits_and_comes_first(method: Method, basis: str) -> None:
    assert fitting(method, basis)[0] == usual(method)


# The operator's own

OWN = {
    "name": "our_rules",
    "version": "2026",
    "zh": "本小区规则",
    "en": "Our rules",
    "zh_said": "六成以上赞成才通过",
    "en_said": "carried by three fifths",
    "source": "议事规则第12条",
    "since": date(2026, 1, 1),
    "participation": ">= 1/2",
    "approval": ">= 3/5",
}


def test_the_operators_own_threshold_is_judged_like_any() -> None:
    own = own_threshold(OWN)
    assert judge(own, cast(20, 6, 10)).passed
    assert not judge(own, cast(20, 5, 10)).passed
    assert not judge(own, cast(20, 9, 9)).passed
    assert threshold_of(own.as_data()) == own
    assert names_of(Method.MOTION, "household", own)[-1] == "our_rules"


def test_an_own_threshold_by_area_is_for_owners_alone() -> None:
    own = own_threshold(OWN | {"area_approval": "> 1/2"})
    assert "our_rules" not in names_of(Method.MOTION, "household", own)
    assert "our_rules" in names_of(Method.MOTION, "owner", own)
    assert not judge(own, ROUND, cast(10, 5, 10)).passed


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"colour": "red"}, "colour"),
        ({"approval": "half"}, "approval"),
        ({"approval": None}, "approval"),
        ({"participation": "> 1/2 voted"}, "participation"),
        ({"name": "simple"}, "name"),
        ({"name": "Ours!"}, "name"),
        ({"version": "a b"}, "version"),
        ({"since": "2026"}, "since"),
        ({"zh": ""}, "zh"),
        ({"en_said": "x" * 81}, "en_said"),
    ],
)
def test_a_wrong_own_threshold_names_its_key(change: dict[str, object], key: str) -> None:
    with pytest.raises(BadTerms) as raised:
        own_threshold(OWN | change)
    assert raised.value.key == key
    assert raised.value.zh
    assert raised.value.en


def test_a_charter_lays_down_days_and_certifies_owners_decisions_alone() -> None:
    charter = Charter(certified=True, days=5, owners_days=20)
    assert charter.settle(DEFAULTS["278_major"]).certified
    assert charter.settle(DEFAULTS["278_major"]).days == 20
    assert not charter.settle(DEFAULTS["simple"]).certified
    assert charter.settle(DEFAULTS["simple"]).days == 5
    assert not Charter().settle(DEFAULTS["278_major"]).certified
    assert Charter().settle(DEFAULTS["279"]).days == 15
