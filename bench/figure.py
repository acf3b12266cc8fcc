"""A figure: what was measured, what was hoped for, and how far the repeats were apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `low` and `high` are the noise of the machine, where it was repeated."""

    name: str
    value: float
    aim: float | None  # None: it is only shown
    unit: str
    low: float
    high: float
    runs: int  # measured so many times
    at_most: bool = False  # the aim is a ceiling, else a floor
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the aim is reached; None where there is none."""
        if self.aim is None:
            return None
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
            "runs": self.runs,
            "note": self.note,
        }


def at_least(name: str, repeats: Sequence[float], aim: float, unit: str, note: str = "") -> Figure:
    """The median of some repeats, which should reach the aim."""
    return _figure(name, repeats, aim, unit, note)


def at_most(name: str, repeats: Sequence[float], aim: float, unit: str, note: str = "") -> Figure:
    """The median of some repeats, which should not exceed the aim."""
    return _figure(name, repeats, aim, unit, note, at_most=True)


def shown(name: str, repeats: Sequence[float], unit: str, note: str = "") -> Figure:
    """The median of some repeats, of which nothing is demanded."""
    return _figure(name, repeats, None, unit, note)


def _figure(
    name: str, repeats: Sequence[float], aim: float | None, unit: str, note: str, *, at_most: bool = False
) -> Figure:
    low, high = min(repeats), max(repeats)
    return Figure(name, median(repeats), aim, unit, low, high, len(repeats), at_most, note)


def ratios(ours: Sequence[float], others: Sequence[float]) -> list[float]:
    """Ours to theirs, repeat by repeat: the two ran one after the other, under the same load."""
    return [mine / other for mine, other in zip(ours, others, strict=True)]


def rates(repeats: Sequence[float]) -> str:
    """Some rates in words: median (low-high)."""
    return f"{median(repeats):,.0f}/s ({min(repeats):,.0f}-{max(repeats):,.0f})"
