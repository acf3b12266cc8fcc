"""Silence: when those who did not vote are counted with the majority. Hardly ever."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Silence:
    """The three conditions under which silence counts with the majority; off by default.

    The assembly's own rules say so (`on`), the `clause` that says it is there word for word, and delivery was
    proven to each unit: none is `undelivered`.
    Source: 业主大会和业主委员会指导规则 (建房[2009]274号) 第26条, which leaves it to the rules of procedure.
    """

    on: bool = False
    clause: str = ""
    undelivered: int | None = None  # units; None: nobody kept a record of it

    @property
    def counts(self) -> bool:
        """Whether all three are met."""
        return self.on and bool(self.clause.strip()) and self.undelivered == 0


def silence_of(
    clause: str, roll: Collection[int], voted: Collection[int], delivered: Collection[int] | None
) -> Silence:
    """How a frozen clause stands: nobody may be silent to whom the notice was not proven `delivered`.

    Voters are known by their ids; `delivered` is None where no record of it was kept. Who voted had it.
    """
    if not clause:
        return Silence()
    left = None if delivered is None else len(set(roll) - set(voted) - set(delivered))
    return Silence(True, clause, left)
