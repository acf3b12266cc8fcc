"""Elections by a threshold, as a ballot's result tells them: how far each who could be chosen came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.ballots import Ballot
from rules.counting import Amount, Outcome
from rules.judging import Areas, Asking, Judged, among_those, judge_count
from rules.thresholds import NO_SILENCE, Silence, Step
from rules.ways import number_of


def asking_of(ballot: Ballot, areas: Areas | None, silence: Silence = NO_SILENCE) -> Asking | None:
    """What it takes to decide a ballot; None of before there were thresholds."""
    if ballot.threshold is None:
        return None
    return Asking(ballot.method, ballot.threshold, ballot.eligible, ballot.voted, areas, silence)


def figures_of(ballot: Ballot, votes: Mapping[int, Amount]) -> list[int]:
    """The votes by number as figures in the options' order."""
    return [int(votes.get(option.number, 0)) for option in ballot.options]


def elected(ballot: Ballot, outcome: Outcome, areas: Areas | None) -> Outcome:
    """The outcome in which the places go to the most votes among those that reached the threshold."""
    asking = asking_of(ballot, areas)
    votes = {number_of(key): votes for key, votes in outcome.standings.items()}
    return outcome if asking is None else among_those(outcome, judge_count(asking, figures_of(ballot, votes)))


def as_told(ballot: Ballot, judged: Judged) -> list[dict[str, Any]]:
    """How far each option came, as plain JSON; areas in cm2."""
    return [
        {
            "number": option.number,
            "label": f"{option.label} {option.text}".strip(),
            "passed": one.passed,
            "held": [held for held in one.as_data()["held"] if held["step"] == Step.APPROVAL],
        }
        for option, one in zip(ballot.options, judged.each, strict=False)
    ]
