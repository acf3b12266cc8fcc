"""Proxies (委托): a resident lets a neighbour vote or attend in their place, once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.attendance import MOST_PROXIES, TooManyProxies
from rules.homes import Door
from rules.refusals import Refusal
from rules.voters import Basis, Voter


class ProxyState(StrEnum):
    """How far a proxy has come; it counts only while it is given."""

    ASKED = "asked"
    GIVEN = "given"
    DECLINED = "declined"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Proxy:
    """Who lets whom stand in for them, in one ballot or in one meeting and the ballots held in it.

    `used_at` is when the holder first voted with it; from then on it cannot be revoked.
    """

    id: int
    ballot_id: int | None
    meeting_id: int | None
    giver_id: int
    holder_id: int
    state: ProxyState
    asked_at: datetime
    used_at: datetime | None

    @property
    def alive(self) -> bool:
        """Whether it waits for its answer or is given."""
        return self.state in {ProxyState.ASKED, ProxyState.GIVEN}


@dataclass(frozen=True, slots=True)
class Mandate:
    """A voter of one ballot for whom somebody else votes; `used_at` as in the proxy it comes from."""

    ballot_id: int
    voter_id: int
    proxy_id: int
    holder_id: int
    used_at: datetime | None
    door: Door  # what the voter is called


class ProxyToOneself(Refusal):
    """A proxy is for somebody of another household, or else for another voter."""


class ProxyGivenAlready(Refusal):
    """The household, or the voter, has let somebody stand in already."""


class NoChainOfProxies(Refusal):
    """Whoever stands in for others does not pass that on, and whoever gave a proxy holds none."""


class ProxyOver(Refusal):
    """The proxy was declined, revoked, or what it was given for is over."""


class NotYourProxy(Refusal):
    """The proxy was given to, or by, somebody else."""


class ProxyUsed(Refusal):
    """The holder has voted already: the proxy stands."""


class ProxyInForce(Refusal):
    """Somebody else votes for this voter in this ballot, until the proxy is revoked."""


def check_give(
    giver: Collection[int], holder: Collection[int], known: Iterable[Proxy], basis: Basis = Basis.HOUSEHOLD
) -> None:
    """Go on only if one side may let another stand in for it; each is given by the ids of its persons.

    A side is a household, a resident, or those who own something together, as the `basis` of the ballot has
    it; of a meeting it is a household, as those sign in. `known` are the proxies of the same ballot or
    meeting. Nobody holds one who gave one away, and the other way round: there are no chains (domain rule).

    Raises ProxyToOneself, ProxyGivenAlready, NoChainOfProxies.
    """
    if set(giver) & set(holder):
        raise ProxyToOneself(basis=str(basis))
    for proxy in known:
        if not proxy.alive:
            continue
        if proxy.giver_id in giver:
            raise ProxyGivenAlready(basis=str(basis))
        if proxy.holder_id in giver or proxy.giver_id in holder:
            raise NoChainOfProxies


def check_room(
    holder: Collection[int], door: str, known: Iterable[Proxy], basis: Basis = Basis.HOUSEHOLD
) -> None:
    """Go on only if one side may stand in for one more: three at most [default]. Raises TooManyProxies."""
    held = sum(proxy.state is ProxyState.GIVEN and proxy.holder_id in holder for proxy in known)
    if held >= MOST_PROXIES:
        raise TooManyProxies(door=door, most=MOST_PROXIES, basis=str(basis))


def check_answer(proxy: Proxy, person_id: int) -> None:
    """Go on only for the one who was asked, once. Raises NotYourProxy, ProxyOver."""
    if proxy.holder_id != person_id:
        raise NotYourProxy
    if proxy.state is not ProxyState.ASKED:
        raise ProxyOver


def check_revoke(proxy: Proxy, giver: Collection[int], basis: Basis = Basis.HOUSEHOLD) -> None:
    """Go on only for the side that gave it, until it is used.

    Raises NotYourProxy, ProxyOver, ProxyUsed.
    """
    if proxy.giver_id not in giver:
        raise NotYourProxy
    if not proxy.alive:
        raise ProxyOver
    if proxy.used_at is not None:
        raise ProxyUsed(basis=str(basis))


def check_own_votes(
    mine: Sequence[Voter], mandates: Mapping[int, Mandate], basis: Basis = Basis.HOUSEHOLD
) -> list[Voter]:
    """Those of one's own voters for whom nobody else votes; `mandates` by voter id.

    Raises ProxyInForce, ProxyUsed where somebody else votes for all of them.
    """
    free = [voter for voter in mine if voter.id not in mandates]
    if free or not mine:
        return free
    unused = any(mandates[voter.id].used_at is None for voter in mine)
    raise ProxyInForce(basis=str(basis)) if unused else ProxyUsed(basis=str(basis))


def check_mandates(held: Iterable[Mandate], holder_id: int | None) -> list[Voter]:
    """The voters that a holder votes for with a proxy. Raises ProxyOver, NotYourProxy."""
    found = list(held)
    if not found:
        raise ProxyOver
    if any(mandate.holder_id != holder_id for mandate in found):
        raise NotYourProxy
    return [Voter(mandate.voter_id, mandate.door) for mandate in found]
