"""Owners: one head each with the sum of what they own, and one voice where several own together.

民法典278: areas and owners are counted side by side. One who owns several units is one owner; the developer's
unsold stock is one owner; co-owners name one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.homes import Door
from rules.refusals import Refusal
from rules.roll import RollLine
from rules.voters import Basis, Voter
from rules.votes import NotOnTheRoll


class NobodySpeaks(Refusal):
    """Those who own it together have not all named the same one of them: nobody votes for it until then."""


class AnotherSpeaks(Refusal):
    """Those who own it together have named another of them."""


class NotAnOwner(Refusal):
    """Owners vote here, and the person was not confirmed as one."""


class AreasMissing(Refusal):
    """Owners are counted by area too, and it is not known what some of them own."""


class NoOwnerKnown(Refusal):
    """No roll says whose the person's home is."""


class OwnerDecided(Refusal):
    """The request to be known as an owner was answered, or withdrawn."""


class NotOfThisOwner(Refusal):
    """Who is named to speak, or names, was not confirmed as one of those who own it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """One head; `heads` own it together, `voter_id` is the person who speaks for it."""

    id: int
    building_id: int
    number: str | None
    name: str
    heads: int
    developer: bool
    voter_id: int | None


@dataclass(frozen=True, slots=True)
class Owned:
    """What one owner has, of the lines of a roll."""

    lines: tuple[RollLine, ...]

    @property
    def number(self) -> str | None:
        """How the office numbers the owner; the developer has none."""
        return None if self.developer else self.lines[0].number

    @property
    def developer(self) -> bool:
        """Whether it is the developer's unsold stock."""
        return self.lines[0].developer

    @property
    def names(self) -> tuple[str, ...]:
        """All who own it together, each once."""
        named = [name for line in self.lines for name in (line.owner, *line.co_owners) if name]
        return tuple(dict.fromkeys(named))

    @property
    def heads(self) -> int:
        """How many own it together; the developer is one whatever its names."""
        return 1 if self.developer else max(1, len(self.names))


def group_by_owner(lines: Iterable[RollLine]) -> list[Owned]:
    """The lines of a building by owner: one number is one, the developer's stock is one, else each line."""
    found: dict[object, list[RollLine]] = {}
    for line in lines:
        key = "developer" if line.developer else (line.number or line.line, bool(line.number))
        found.setdefault(key, []).append(line)
    return [Owned(tuple(mine)) for mine in found.values()]


def perhaps_one(lines: Iterable[RollLine]) -> dict[str, tuple[str, ...]]:
    """Names at several doors without a number: the office has to say whether they are one owner."""
    doors: dict[str, list[str]] = {}
    for line in lines:
        if line.owner and not line.number and not line.developer:
            doors.setdefault(f"{line.building} {line.owner}", []).append(Door(line.unit, line.room))
    return {name: tuple(at) for name, at in doors.items() if len(at) > 1}


def check_right(basis: Basis, mine: Iterable[Voter]) -> list[Voter]:
    """Whom a person may vote for, of the lines of a roll that are his own.

    Raises NotOnTheRoll, NotAnOwner, NobodySpeaks, AnotherSpeaks.
    """
    own = list(mine)
    if not own:
        raise NotAnOwner if basis is Basis.OWNER else NotOnTheRoll(basis=str(basis))
    if spoken := [voter for voter in own if voter.speaks]:
        return spoken
    raise NobodySpeaks(door=own[0].door) if own[0].speaker is None else AnotherSpeaks(door=own[0].door)


def holding(doors: Sequence[Door]) -> Door:
    """What an owner has, in a word: the door itself, or the first and how many in all."""
    if len(doors) == 1:
        return doors[0]
    if not doors:
        return Door(None, None)
    return Door.named(f"{doors[0]}等{len(doors)}处", f"{doors[0].english} and {len(doors) - 1} more")


def speaker(named: Mapping[int, int | None], heads: int) -> int | None:
    """Who speaks for an owner: `named` holds whom each confirmed person of it names, `heads` how many own it.

    A sole owner speaks for himself; of several, the one whom all who are confirmed name. None until then.
    """
    if heads == 1 and len(named) == 1:
        return next(iter(named))
    chosen = set(named.values())
    only = chosen.pop() if len(chosen) == 1 else None
    return only if only in named else None
