"""A figure: what was measured, what was hoped for, and how far the repeats were apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `low` and `high` are the noise of the machine."""

    name: str
    value: float
    aim: float
    unit: str
    low: float
    high: float
    at_most: bool = False  # the aim is a ceiling, else a floor
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the aim is reached."""
        return self.value <= self.aim if self.at_most else self.value >= self.aim

    def as_json(self) -> dict[str, Any]:
        """What build/bench.json says of it."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "aim": self.aim,
            "unit": self.unit,
            "holds": self.holds,
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "note": self.note,
        }


def at_least(name: str, repeats: Sequence[float], aim: float, unit: str, note: str = "") -> Figure:
    """The median of some repeats, which should reach the aim."""
    return Figure(name, median(repeats), aim, unit, min(repeats), max(repeats), note=note)


def at_most(name: str, repeats: Sequence[float], aim: float, unit: str, note: str = "") -> Figure:
    """The median of some repeats, which should not exceed the aim."""
    return Figure(name, median(repeats), aim, unit, min(repeats), max(repeats), at_most=True, note=note)


def ratios(ours: Sequence[float], others: Sequence[float]) -> list[float]:
    """Ours to theirs, repeat by repeat: the two ran one after the other, under the same load."""
    return [mine / other for mine, other in zip(ours, others, strict=True)]


def rates(repeats: Sequence[float]) -> str:
    """Some rates in words: median (low-high)."""
    return f"{median(repeats):,.0f}/s ({min(repeats):,.0f}-{max(repeats):,.0f})"
