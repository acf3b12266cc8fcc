"""Owners: one head each with the sum of what they own, and one voice where several own together.

民法典278: areas and owners are counted side by side. One who owns several units is one owner; the developer's
unsold stock is one owner; co-owners name one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rules.homes import Door
from rules.refusals import Refusal
from rules.voters import Basis, Voter
from rules.votes import NotOnTheRoll


class NobodySpeaks(Refusal):
    """Those who own it together have not all named the same one of them: nobody votes for it until then."""


class AnotherSpeaks(Refusal):
    """Those who own it together have named another of them."""


class NotAnOwner(Refusal):
    """Owners vote here, and the person was not confirmed as one."""


def check_right(basis: Basis, mine: Iterable[Voter]) -> list[Voter]:
    """Whom a person may vote for, of the lines of a roll that are his own.

    Raises NotOnTheRoll, NotAnOwner, NobodySpeaks, AnotherSpeaks.
    """
    own = list(mine)
    if not own:
        raise NotAnOwner if basis is Basis.OWNER else NotOnTheRoll
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
