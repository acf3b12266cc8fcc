"""The quorum watched live: how many households are there, and how many it takes."""

from __future__ import annotations

from dataclasses import dataclass

from rules.meetings import Kind


@dataclass(frozen=True, slots=True)
class Standing:
    """Households present, invited and needed; `needed` is 0 for a kind of meeting without a quorum."""

    present: int
    invited: int
    needed: int

    @property
    def reached(self) -> bool:
        """Whether enough are present; the number itself is enough (民法典1259)."""
        return self.present >= self.needed

    @property
    def missing(self) -> int:
        """How many more households it takes."""
        return max(0, self.needed - self.present)


def standing(kind: Kind, present: int, invited: int) -> Standing:
    """How a meeting of this kind stands with so many households present of so many invited."""
    return Standing(present, invited, kind.quorum.needed(invited))
