"""The quorum watched live: how many households are there, and how many it takes."""

from __future__ import annotations

from dataclasses import dataclass

from rules.kinds import Kind


@dataclass(frozen=True, slots=True)
class Standing:
    """Households (or parties) present, invited and needed; `needed` is 0 for a kind without a quorum."""

    present: int
    invited: int
    needed: int
    parties: bool = False  # whether it is parties that are counted

    @property
    def reached(self) -> bool:
        """Whether enough are present; the number itself is enough (民法典1259)."""
        return self.present >= self.needed

    @property
    def missing(self) -> int:
        """How many more it takes."""
        return max(0, self.needed - self.present)


def standing(kind: Kind, present: int, invited: int, parties: int = 0) -> Standing:
    """How a meeting of this kind stands with so many households present of so many invited.

    `parties`: how many of the parties are there, for a kind whose quorum counts them.
    """
    if kind.quorum.parties:
        return Standing(parties, len(kind.parties), kind.quorum.parties, parties=True)
    return Standing(present, invited, kind.quorum.needed(invited))
