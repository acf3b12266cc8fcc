"""Elections by a threshold: of several who may be chosen, each needs the support that it asks for.

Of those who have it the most votes win. Source: 村民委员会组织法 15; 民法典278 (owners' committees).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rules.ballots import Ballot
from rules.counting import Amount, Method, Outcome
from rules.counting.choice import most
from rules.thresholds import Shares, Step, Verdict, judge
from rules.ways import number_of


@dataclass(frozen=True, slots=True)
class Areas:
    """What all on the roll own, those who chose each option, and all who took part; in cm2."""

    entitled: int
    by_option: tuple[int, ...]
    took_part: int


def by_candidate(ballot: Ballot) -> bool:
    """Whether each option has to reach the ballot's threshold by itself."""
    asked = ballot.threshold
    return ballot.method is Method.APPROVAL and asked is not None and not asked.bare


def verdicts(ballot: Ballot, votes: Mapping[int, Amount], areas: Areas | None) -> dict[int, Verdict]:
    """By number, whether an option reached the threshold: who took part and did not choose it is against."""
    if not by_candidate(ballot) or ballot.threshold is None:
        return {}
    found = {}
    for index, option in enumerate(ballot.options):
        support = int(votes.get(option.number, 0))
        heads = Shares(ballot.eligible, support, ballot.voted - support)
        area = None
        if areas is not None:
            behind = areas.by_option[index]
            area = Shares(areas.entitled, behind, areas.took_part - behind)
        found[option.number] = judge(ballot.threshold, heads, area)
    return found


def elected(ballot: Ballot, outcome: Outcome, areas: Areas | None) -> Outcome:
    """The outcome in which the places go to the most votes among those that reached the threshold."""
    if not by_candidate(ballot):
        return outcome
    reached = verdicts(ballot, {number_of(key): votes for key, votes in outcome.standings.items()}, areas)
    counted = {
        key: votes if reached[number_of(key)].passed else 0 for key, votes in outcome.standings.items()
    }
    among = most(outcome.question, counted)
    rounds = tuple(replace(one, elected=among.winners) for one in outcome.rounds)
    return replace(outcome, winners=among.winners, ties=among.ties, rounds=rounds)


def participation(each: Mapping[int, Verdict]) -> Verdict:
    """What is asked of all alike: who took part."""
    alike = next(iter(each.values())).held
    return Verdict(tuple(one for one in alike if one.step is Step.PARTICIPATION))


def as_told(ballot: Ballot, each: Mapping[int, Verdict]) -> list[dict[str, Any]]:
    """How far each option came, as plain JSON; areas in cm2."""
    return [
        {
            "number": option.number,
            "label": f"{option.label} {option.text}".strip(),
            "passed": each[option.number].passed,
            "held": [one for one in each[option.number].as_data()["held"] if one["step"] == Step.APPROVAL],
        }
        for option in ballot.options
        if option.number in each
    ]
