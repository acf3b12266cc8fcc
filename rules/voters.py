"""Voters: whose vote counts in a ballot, as its roll froze them: households, persons or owners."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rules.events import canonical
from rules.homes import Door


class Basis(StrEnum):
    """Who has one vote; with owners, the area they own counts beside their number (民法典278)."""

    HOUSEHOLD = "household"
    PERSON = "person"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A line of a roll: the id of a household, person or owner, and what an owner owns, in cm2."""

    voter_id: int
    area_cm2: int | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """Who may vote, frozen, ascending by id."""

    entries: tuple[Entry, ...]

    @property
    def voters(self) -> int:
        """How many may vote."""
        return len(self.entries)

    @property
    def area_cm2(self) -> int | None:
        """What they own together, in cm2; None where areas do not count."""
        areas = [entry.area_cm2 for entry in self.entries if entry.area_cm2 is not None]
        return sum(areas) if areas else None

    @property
    def hash(self) -> str:
        """The sha256 of the canonical roll, in hex."""
        return roll_hash(self.entries)


def roll_hash(entries: Iterable[Entry]) -> str:
    """The sha256 of the canonical roll: ids, ascending; where areas count, pairs of id and area in cm2."""
    lines = sorted(entries)
    if all(entry.area_cm2 is None for entry in lines):
        return hashlib.sha256(canonical([entry.voter_id for entry in lines])).hexdigest()
    return hashlib.sha256(canonical([[entry.voter_id, entry.area_cm2] for entry in lines])).hexdigest()


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody's own line of a roll: `door` is what it is called, `speaks` whether they may vote for it.

    Of an owner with others, one alone speaks; `speaker` is that person, None until he is named.
    """

    id: int
    door: Door
    speaks: bool = True
    speaker: int | None = None
    area_cm2: int | None = None
