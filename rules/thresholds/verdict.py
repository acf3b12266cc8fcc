"""A verdict: whether a threshold was reached, in each dimension, and how many more it would have taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from rules.thresholds.silence import Silence
from rules.thresholds.terms import Base, Condition, Terms, Threshold, read_condition

NO_SILENCE = Silence()


class Dimension(StrEnum):
    """What is added up."""

    HEADS = "heads"
    AREA = "area"  # in cm2


class Step(StrEnum):
    """What is asked of it."""

    PARTICIPATION = "participation"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Shares:
    """How those entitled stand in one dimension: numbers of them, or their areas in cm2."""

    entitled: int
    approving: int
    against: int = 0
    abstained: int = 0

    @property
    def taking_part(self) -> int:
        """Who voted; abstaining takes part."""
        return self.approving + self.against + self.abstained

    @property
    def silent(self) -> int:
        """Who did not vote."""
        return self.entitled - self.taking_part

    def of(self, base: Base) -> int:
        """How many a share is taken of."""
        if base is Base.ENTITLED:
            return self.entitled
        return self.taking_part if base is Base.TAKING_PART else self.approving + self.against

    @property
    def majority(self) -> str:
        """The side most of those who voted are on; empty where two stand level."""
        sides = {"approving": self.approving, "against": self.against, "abstained": self.abstained}
        leading = [side for side, votes in sides.items() if votes == max(sides.values())]
        return leading[0] if len(leading) == 1 else ""

    def with_silence(self) -> Shares:
        """The silent counted with the majority of those who voted; with nobody where two stand level."""
        if not self.majority:
            return self
        return replace(self, **{self.majority: getattr(self, self.majority) + self.silent})


@dataclass(frozen=True, slots=True)
class Held:
    """One condition and how it stands: `have` of `of`, where `needed` would do."""

    dimension: Dimension
    step: Step
    condition: Condition
    have: int
    of: int
    needed: int

    @property
    def held(self) -> bool:
        """Whether it was reached."""
        return self.have >= self.needed

    @property
    def more(self) -> int:
        """How many more would have been needed: to take part, or to approve among those who took part."""
        return max(0, self.needed - self.have)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a threshold was reached, one condition after the other; `silent`: silence counted too."""

    held: tuple[Held, ...]
    silent: bool = False

    @property
    def passed(self) -> bool:
        """Whether all of it was."""
        return all(one.held for one in self.held)

    def as_data(self) -> dict[str, Any]:
        """The verdict as plain JSON; areas in cm2."""
        return {
            "passed": self.passed,
            "silent": self.silent,
            "held": [
                {
                    "dimension": str(one.dimension),
                    "step": str(one.step),
                    "condition": str(one.condition),
                    "have": one.have,
                    "of": one.of,
                    "needed": one.needed,
                    "more": one.more,
                    "held": one.held,
                }
                for one in self.held
            ],
        }


def judge(
    threshold: Threshold, heads: Shares, area: Shares | None = None, silence: Silence = NO_SILENCE
) -> Verdict:
    """Whether a threshold was reached.

    Silence is counted with the majority only where all three conditions of `Silence` are met. A threshold
    that asks for area is not reached where no area is known.
    """
    counted = silence.counts
    dimensions = [(Dimension.HEADS, threshold.heads, heads)]
    if threshold.area is not None:
        dimensions.insert(0, (Dimension.AREA, threshold.area, area or Shares(0, 0)))
    return Verdict(
        tuple(
            held
            for dimension, terms, shares in dimensions
            for held in _held(dimension, terms, shares.with_silence() if counted else shares)
        ),
        counted,
    )


def _held(dimension: Dimension, terms: Terms, shares: Shares) -> Iterator[Held]:
    if (condition := terms.participation) is not None:
        needed = condition.needed(shares.entitled)
        yield Held(dimension, Step.PARTICIPATION, condition, shares.taking_part, shares.entitled, needed)
    if (condition := terms.approval) is not None:
        of = shares.of(condition.base)
        needed = condition.needed(of, shares.against)
        yield Held(dimension, Step.APPROVAL, condition, shares.approving, of, needed)


def square_metres(area_cm2: int) -> str:
    """An area in square metres, exactly: 1,088.5."""
    whole, rest = divmod(area_cm2, 10_000)
    return f"{whole:,}.{rest:04}".rstrip("0").rstrip(".")


def verdict_of(data: Mapping[str, Any]) -> Verdict:
    """The verdict of its plain JSON, as `as_data` wrote it."""
    return Verdict(
        tuple(
            Held(
                Dimension(one["dimension"]),
                Step(one["step"]),
                read_condition(one["condition"], Base.ENTITLED),
                one["have"],
                one["of"],
                one["needed"],
            )
            for one in data["held"]
        ),
        data["silent"],
    )
