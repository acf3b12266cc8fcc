"""Secrecy: who can ever know what somebody chose. Chosen for each ballot, told to each voter, frozen with it.

The three kinds and what they promise are the project's own; docs/secrecy.md says where each promise ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from rules.counting import Method
from rules.refusals import Refusal
from rules.voters import Basis, Voter


class Secrecy(StrEnum):
    """Who can know what a voter chose."""

    NAMED = "named"  # everybody, after the closing: it is in the record
    CONFIDENTIAL = "confidential"  # the voter by receipt, and whoever runs the database
    SEALED = "sealed"  # nobody: choices are kept apart from voters, and cannot be changed


class SecrecyDoesNotFit(Refusal):
    """A sealed vote cannot be weighed by area, and a block that nobody can be asked about settles nothing."""


class TooFewForSealed(Refusal):
    """So few are on the roll that a sealed result would tell who chose what."""


class SealedVoteStands(Refusal):
    """A sealed vote lies in the urn: nobody knows which it is, so it cannot be changed."""


def fitting_secrecy(basis: Basis, method: Method) -> tuple[Secrecy, ...]:
    """The kinds of secrecy a ballot may have.

    Owners' votes are weighed by area, and an area names its owner; a block in a consent is talked over.
    """
    if basis is Basis.OWNER or method is Method.CONSENT:
        return (Secrecy.NAMED, Secrecy.CONFIDENTIAL)
    return tuple(Secrecy)


def check_unsealed(mine: Sequence[Voter], voted: Iterable[int]) -> list[Voter]:
    """Those of the voters who have not put a sealed vote into the urn yet. Raises SealedVoteStands."""
    done = set(voted)
    free = [voter for voter in mine if voter.id not in done]
    if mine and not free:
        raise SealedVoteStands(door=mine[0].door)
    return free
