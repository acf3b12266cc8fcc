"""What had to be reached and what was: by area and heads, by each who was to be elected, by the silent."""

from __future__ import annotations

from typing import Any

from rules.ballots import Ballot
from rules.results import may_show
from rules.thresholds import Base, Dimension, Held, Verdict, square_metres, verdict_of

_NAME = 10  # characters of a name


def reached(found: Verdict | None) -> list[dict[str, Any]]:
    """By area and by heads, what had to be reached and what was; the figures alone tell a simple majority."""
    told: dict[Dimension, dict[str, Any]] = {}
    for one in found.held if found is not None else ():
        if one.condition.base is Base.DECIDED:
            continue
        area = one.dimension is Dimension.AREA
        line = told.setdefault(one.dimension, {"area": area, "held": True, "parts": []})
        line["held"] &= one.held
        line["parts"].append(_part(one))
    return list(told.values())


def _part(one: Held) -> dict[str, Any]:
    area = one.dimension is Dimension.AREA
    say = square_metres if area else str
    bound = one.condition.share * one.of
    beyond = (
        area and one.condition.strict and bound.denominator == 1
    )  # more than a whole area: no next number
    return {
        "beyond": say(int(bound)) if beyond else "",
        "gap": say(int(bound) - one.have) if beyond and one.more else "",
        "area": area,
        "step": str(one.step),
        "strict": one.condition.strict,
        "share": f"{one.condition.share.numerator}/{one.condition.share.denominator}",
        "base": str(one.condition.base),
        "have": say(one.have),
        "of": say(one.of),
        "needed": say(one.needed),
        "more": say(one.more) if one.more else "",
    }


def each_told(ballot: Ballot) -> list[dict[str, Any]]:
    """How far each option came where each has to reach the threshold, those that did first."""
    if ballot.result is None or not may_show(ballot.result):
        return []
    told = [
        {
            "name": ballot.name_of(one["number"], _NAME),
            "held": one["passed"],
            "parts": [_part(held) for held in verdict_of({"held": one["held"], "silent": False}).held],
        }
        for one in ballot.result.get("verdict", {}).get("each", ())
    ]
    return sorted(told, key=lambda one: not one["held"])


def silence_told(ballot: Ballot) -> dict[str, Any] | None:
    """With whom those who did not vote are counted, or why not; None where no clause speaks of them."""
    if ballot.result is None or ballot.threshold is None or not may_show(ballot.result):
        return None
    told = ballot.result.get("verdict", {}).get("silence")
    if told is None:
        return None
    (heads, heads_with), (area, area_with) = told["heads"], told.get("area", [0, ""])
    return {
        "clause": ballot.threshold.clause,
        "counted": told["counted"],
        "undelivered": told["undelivered"],
        "heads": heads,
        "heads_with": heads_with,
        "area": square_metres(area),
        "area_with": area_with,
    }
