"""Kinds of question, as data: for each how it is voted on, who votes, and what it takes by usage or by law.

The convener is shown the kinds in words, and may change what is proposed, but for what a law settles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rules.counting import Method
from rules.kinds import Decides
from rules.refusals import Refusal
from rules.thresholds import DEFAULTS, Source, Threshold, asks_as_much, fitting, usual
from rules.voters import Basis


class Asked(StrEnum):
    """Kinds of question that a convener knows."""

    ONE = "one"
    SEVERAL = "several"
    SEATS = "seats"
    MONEY = "money"
    RULES = "rules"
    MOTION = "motion"
    FUND = "fund"
    COMMON = "common"
    COMMITTEE = "committee"
    OWNERS = "owners"
    VILLAGE = "village"
    VILLAGE_SEATS = "village_seats"
    CONSENT = "consent"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a kind of question.

    `floors` are the least that a law asks for, by who votes: nobody else may decide it, and more may be asked
    for but never less. The first of them is proposed; without any, what is usual for the method.
    """

    method: Method
    floors: Mapping[Basis, str] = field(default_factory=dict)
    matters: tuple[int, ...] = ()  # which of those its article names it is

    @property
    def basis(self) -> Basis:
        """Who votes."""
        return next(iter(self.floors), Basis.HOUSEHOLD)

    @property
    def threshold(self) -> Threshold:
        """What it takes."""
        return DEFAULTS[self.floors[self.basis]] if self.floors else usual(self.method)

    @property
    def source(self) -> Source | None:
        """The law that settles it; None where usage does."""
        return self.threshold.source if self.floors else None


_ORDINARY = {Basis.OWNER: "278_ordinary"}
_MAJOR = {Basis.OWNER: "278_major"}
_VILLAGE = {Basis.PERSON: "village_adults", Basis.HOUSEHOLD: "village_households"}

PROPOSED: Mapping[Asked, Proposal] = {
    Asked.ONE: Proposal(Method.SINGLE),
    Asked.SEVERAL: Proposal(Method.APPROVAL),
    Asked.SEATS: Proposal(Method.STV),
    Asked.MONEY: Proposal(Method.EQUAL_SHARES),
    Asked.RULES: Proposal(Method.MOTION, _ORDINARY, (1, 2)),  # 议事规则、管理规约
    Asked.MOTION: Proposal(Method.MOTION),
    Asked.FUND: Proposal(Method.MOTION, _ORDINARY, (5,)),  # 使用维修资金
    Asked.COMMON: Proposal(Method.MOTION, _MAJOR, (6, 7, 8)),  # 筹集、改建、改变用途
    Asked.COMMITTEE: Proposal(Method.APPROVAL, _ORDINARY, (3,)),  # 选举业主委员会
    Asked.OWNERS: Proposal(Method.MOTION, _ORDINARY, (4, 9)),  # 选聘物业、其他重大事项
    Asked.VILLAGE: Proposal(Method.MOTION, _VILLAGE),
    Asked.VILLAGE_SEATS: Proposal(Method.APPROVAL, {Basis.PERSON: "village_election"}),
    Asked.CONSENT: Proposal(Method.CONSENT),
    Asked.SCORE: Proposal(Method.SCORE),
}
FIRST = (Asked.ONE, Asked.SEVERAL, Asked.SEATS, Asked.MONEY, Asked.RULES, Asked.MOTION)
ELECTIONS = frozenset({Asked.SEATS, Asked.COMMITTEE, Asked.VILLAGE_SEATS})
FURTHER = tuple(kind for kind in Asked if kind not in FIRST)
_OF_OWNERS: Mapping[Asked, Asked] = {
    Asked.MOTION: Asked.OWNERS,
    Asked.SEATS: Asked.COMMITTEE,
}  # what owners are asked in their assembly


class DecidedByOthers(Refusal):
    """A law says who decides such a question, and it is not those."""


class LawAsksMore(Refusal):
    """A law says what it takes to decide such a question, and this would be less."""


def meant(kind: Asked, decides: Decides) -> Asked:
    """The kind of question it is in a meeting that decides so: in their assembly owners ask by law."""
    return _OF_OWNERS.get(kind, kind) if decides is Decides.OWNERS else kind


def check_voters(kind: Asked | None, basis: Basis) -> None:
    """Go on only if those may decide a question of this kind. Raises DecidedByOthers."""
    floors = _floors(kind)
    if floors and basis not in floors:
        raise DecidedByOthers(kind=str(kind))


def allowed(
    kind: Asked | None, method: Method, basis: Basis, own: Iterable[Threshold] = ()
) -> tuple[Threshold, ...]:
    """The thresholds that a question of this kind may take, the proposed one first; none where forbidden.

    An operator's own that asks for as much as the law is a decision of the same standing.
    """
    offered = fitting(method, basis, own)
    floors = _floors(kind)
    if not floors:
        return offered
    if basis not in floors:
        return ()
    law = DEFAULTS[floors[basis]]
    found = [replace(one, joint=law.joint) for one in offered if asks_as_much(one, law)]
    return tuple(sorted(found, key=lambda one: one.name != law.name))


def settled(
    kind: Asked | None, method: Method, basis: Basis, threshold: Threshold | None = None
) -> Threshold:
    """The threshold a ballot goes by: the one it names, or what is proposed for its kind and method.

    Owners are asked as for an ordinary matter, by area and by heads, unless the ballot says otherwise.

    Raises DecidedByOthers, LawAsksMore.
    """
    check_voters(kind, basis)
    if not _floors(kind):
        return threshold or _proposed(method, basis)
    known = allowed(kind, method, basis)
    if not known:
        raise LawAsksMore(kind=str(kind))
    if threshold is None:
        return known[0]
    if not asks_as_much(threshold, DEFAULTS[_floors(kind)[basis]]):
        raise LawAsksMore(kind=str(kind))
    return threshold


def carried_over(
    kind: Asked | None, method: Method, before: Basis, after: Basis, threshold: Threshold
) -> Threshold:
    """The threshold of a question once others vote, the same if they may have it. Raises DecidedByOthers."""
    check_voters(kind, after)
    of_before = threshold in fitting(method, before) and threshold not in fitting(method, after)
    of_before |= before is not after and threshold == _proposed(method, before)
    floor = _floors(kind).get(after)
    too_little = floor is not None and not asks_as_much(threshold, DEFAULTS[floor])
    return settled(kind, method, after) if of_before or too_little else threshold


def _proposed(method: Method, basis: Basis) -> Threshold:
    """What is asked where no law settles it: of owners, both area and heads (民法典278)."""
    ordinary = DEFAULTS["278_ordinary"]
    return ordinary if basis is Basis.OWNER and ordinary in fitting(method, basis) else usual(method)


def _floors(kind: Asked | None) -> Mapping[Basis, str]:
    return {} if kind is None else PROPOSED[kind].floors
