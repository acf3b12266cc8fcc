"""Freezing: what of a ballot is fixed from its opening on, as the log tells it."""

from __future__ import annotations

from typing import Any

from rules.ballots import Ballot
from rules.counting.question import BUDGETS


def frozen(ballot: Ballot) -> dict[str, Any]:
    """What is fixed from the opening on."""
    assert ballot.closes_at is not None
    return {
        "question": ballot.question,
        "basis": str(ballot.basis),
        "method": str(ballot.method),
        "secrecy": str(ballot.secrecy),
        "asked": None if ballot.asked is None else str(ballot.asked),
        "options": [[option.label, option.text] for option in ballot.options],
        "at_most": ballot.at_most,
        "seats": ballot.seats,
        "ties": str(ballot.ties),
        **_asked(ballot),
        **_money(ballot),
        "eligible": ballot.eligible,
        "area_cm2": ballot.area_cm2,
        "parking_counts": ballot.parking_counts,
        "roll_hash": ballot.roll_hash,
        "seed": ballot.seed,
        "closes_at": ballot.closes_at.isoformat(),
    }


def _asked(ballot: Ballot) -> dict[str, Any]:
    """What it takes to decide, whole: a later change of the settings or of the law touches no open ballot."""
    return {} if ballot.threshold is None else {"threshold": ballot.threshold.as_data()}


def _money(ballot: Ballot) -> dict[str, Any]:
    """What a ballot on a budget fixes besides, in fen."""
    if ballot.method not in BUDGETS:
        return {}
    completion = None if ballot.completion is None else str(ballot.completion)
    costs = [option.cost for option in ballot.options]
    return {"budget": ballot.budget, "completion": completion, "costs": costs}
