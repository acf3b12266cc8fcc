"""Kinds of question: what is proposed for each, and what a law leaves no choice about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from rules.asked import (
    FIRST,
    FURTHER,
    PROPOSED,
    Asked,
    DecidedByOthers,
    LawAsksMore,
    allowed,
    carried_over,
    meant,
    settled,
)
from rules.counting import Method
from rules.kinds import Decides
from rules.thresholds import DEFAULTS, own_threshold, usual
from rules.voters import Basis

LAWFUL = [kind for kind in Asked if PROPOSED[kind].floors]


@pytest.mark.parametrize(
    ("kind", "method", "basis", "threshold", "article"),
    [
        (Asked.ONE, Method.SINGLE, Basis.HOUSEHOLD, "most", None),
        (Asked.SEVERAL, Method.APPROVAL, Basis.HOUSEHOLD, "most", None),
        (Asked.SEATS, Method.STV, Basis.HOUSEHOLD, "most", None),
        (Asked.MONEY, Method.EQUAL_SHARES, Basis.HOUSEHOLD, "most", None),
        (Asked.RULES, Method.MOTION, Basis.OWNER, "278_ordinary", "278"),
        (Asked.FUND, Method.MOTION, Basis.OWNER, "278_ordinary", "278"),
        (Asked.COMMON, Method.MOTION, Basis.OWNER, "278_major", "278"),
        (Asked.COMMITTEE, Method.APPROVAL, Basis.OWNER, "278_ordinary", "278"),
        (Asked.VILLAGE_SEATS, Method.APPROVAL, Basis.PERSON, "village_election", "15"),
        (Asked.OWNERS, Method.MOTION, Basis.OWNER, "278_ordinary", "278"),
        (Asked.VILLAGE, Method.MOTION, Basis.PERSON, "village_adults", "22"),
        (Asked.MOTION, Method.MOTION, Basis.HOUSEHOLD, "simple", None),
        (Asked.CONSENT, Method.CONSENT, Basis.HOUSEHOLD, "consent", None),
        (Asked.SCORE, Method.SCORE, Basis.HOUSEHOLD, "most", None),
    ],
)
def test_each_kind_has_its_method_its_voters_and_its_threshold(
    kind: Asked, method: Method, basis: Basis, threshold: str, article: str | None
) -> None:
    found = PROPOSED[kind]
    assert (found.method, found.basis, found.threshold.name) == (method, basis, threshold)
    assert (found.source.article if found.source else None) == article
    assert settled(kind, method, basis) == DEFAULTS[threshold]


def test_every_kind_is_shown_once() -> None:
    assert sorted((*FIRST, *FURTHER)) == sorted(Asked) == sorted(PROPOSED)


@pytest.mark.parametrize("kind", [Asked.RULES, Asked.FUND, Asked.COMMON, Asked.OWNERS])
@pytest.mark.parametrize("basis", [Basis.HOUSEHOLD, Basis.PERSON])
def test_what_the_civil_code_gives_to_owners_nobody_else_decides(kind: Asked, basis: Basis) -> None:
    with pytest.raises(DecidedByOthers):
        settled(kind, Method.MOTION, basis)
    with pytest.raises(DecidedByOthers):
        carried_over(kind, Method.MOTION, Basis.OWNER, basis, DEFAULTS["278_ordinary"])
    assert allowed(kind, Method.MOTION, basis) == ()


@pytest.mark.parametrize(
    ("kind", "threshold", "enough"),
    [
        (Asked.RULES, "278_ordinary", True),
        (Asked.RULES, "278_major", True),
        (Asked.RULES, "simple", False),
        (Asked.RULES, "three_quarters", False),
        (Asked.COMMON, "278_ordinary", False),
        (Asked.COMMON, "278_major", True),
        (Asked.COMMON, "279", False),
    ],
)
def test_more_may_be_asked_than_the_law_does_and_never_less(
    kind: Asked, threshold: str, enough: bool
) -> None:
    names = [one.name for one in allowed(kind, Method.MOTION, Basis.OWNER)]
    assert (threshold in names) is enough
    assert names[0] == PROPOSED[kind].threshold.name
    if enough:
        assert settled(kind, Method.MOTION, Basis.OWNER, DEFAULTS[threshold]) == DEFAULTS[threshold]
        return
    with pytest.raises(LawAsksMore):
        settled(kind, Method.MOTION, Basis.OWNER, DEFAULTS[threshold])


@pytest.mark.parametrize("kind", LAWFUL)
def test_what_a_law_settles_is_not_decided_by_consent(kind: Asked) -> None:
    with pytest.raises(LawAsksMore):
        settled(kind, Method.CONSENT, PROPOSED[kind].basis)


OWN = {
    "name": "our_rules",
    "version": "1",
    "zh": "议事规则",
    "en": "Our rules",
    "zh_said": "六成",
    "en_said": "three fifths",
    "source": "议事规则第12条",
    "participation": ">= 2/3",
    "approval": ">= 3/5",
    "area_participation": ">= 2/3",
    "area_approval": ">= 3/5",
}


@pytest.mark.parametrize(
    ("change", "enough"),
    [
        ({}, True),
        ({"approval": "> 1/2"}, True),
        ({"approval": ">= 1/2"}, False),
        ({"approval": "> 1/2 entitled"}, False),
        ({"participation": "> 1/2"}, False),
        ({"area_approval": ">= 1/2"}, False),
        ({"area_participation": ""}, False),
    ],
)
def test_an_own_threshold_that_asks_for_as_much_is_a_joint_decision_too(
    change: Mapping[str, str], enough: bool
) -> None:
    own = own_threshold({key: value for key, value in (OWN | change).items() if value})
    assert not own.joint
    found = [one for one in allowed(Asked.RULES, Method.MOTION, Basis.OWNER, (own,)) if one.name == own.name]
    assert found == ([replace(own, joint=True)] if enough else [])


def test_a_village_meets_by_adults_or_by_households_and_each_has_its_rule() -> None:
    adults = settled(Asked.VILLAGE, Method.MOTION, Basis.PERSON)
    households = carried_over(Asked.VILLAGE, Method.MOTION, Basis.PERSON, Basis.HOUSEHOLD, adults)
    assert households == DEFAULTS["village_households"]
    with pytest.raises(DecidedByOthers):
        carried_over(Asked.VILLAGE, Method.MOTION, Basis.PERSON, Basis.OWNER, adults)


def test_in_an_owners_assembly_a_yes_or_no_is_a_matter_of_the_owners() -> None:
    assert meant(Asked.MOTION, Decides.OWNERS) is Asked.OWNERS
    assert meant(Asked.SEATS, Decides.OWNERS) is Asked.COMMITTEE
    assert meant(Asked.ONE, Decides.OWNERS) is Asked.ONE
    assert meant(Asked.MOTION, Decides.CONSENSUS) is Asked.MOTION


def test_a_ballot_without_a_kind_is_free() -> None:
    assert settled(None, Method.MOTION, Basis.PERSON) == DEFAULTS["simple"]
    assert (
        carried_over(None, Method.MOTION, Basis.OWNER, Basis.HOUSEHOLD, DEFAULTS["278_major"])
        == (DEFAULTS["simple"])
    )


@pytest.mark.parametrize("method", [Method.MOTION, Method.SINGLE, Method.APPROVAL])
def test_owners_are_asked_by_area_and_heads_unless_somebody_says_otherwise(method: Method) -> None:
    ordinary, before = DEFAULTS["278_ordinary"], usual(method)
    assert settled(None, method, Basis.OWNER) == ordinary
    assert carried_over(None, method, Basis.HOUSEHOLD, Basis.OWNER, before) == ordinary
    assert carried_over(None, method, Basis.OWNER, Basis.PERSON, ordinary) == before
    stricter = DEFAULTS["absolute"]
    assert carried_over(None, method, Basis.HOUSEHOLD, Basis.PERSON, stricter) == stricter
    assert settled(None, method, Basis.OWNER, before) == before
