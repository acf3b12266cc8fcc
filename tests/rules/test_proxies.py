"""Proxies: who may stand in for whom, how many, and until when it can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rules.attendance import MOST_PROXIES, TooManyProxies
from rules.homes import Door
from rules.proxies import (
    Mandate,
    NoChainOfProxies,
    NotYourProxy,
    Proxy,
    ProxyGivenAlready,
    ProxyInForce,
    ProxyOver,
    ProxyState,
    ProxyToOneself,
    ProxyUsed,
    check_answer,
    check_give,
    check_mandates,
    check_own_votes,
    check_revoke,
    check_room,
)
from rules.voters import Voter

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def proxy(giver: int, holder: int, state: ProxyState = ProxyState.GIVEN, *, used: bool = False) -> Proxy:
    return Proxy(giver * 100 + holder, 1, None, giver, holder, state, NOW, NOW if used else None)


def test_a_household_lets_another_stand_in_for_it() -> None:
    check_give({1, 2}, {3}, [])
    check_give({1, 2}, {3}, [proxy(4, 3), proxy(5, 6)])


def test_nobody_gives_a_proxy_to_their_own_household() -> None:
    with pytest.raises(ProxyToOneself):
        check_give({1, 2}, {2, 9}, [])


def test_a_household_gives_one_proxy_whoever_of_it_gave_it() -> None:
    with pytest.raises(ProxyGivenAlready):
        check_give({1, 2}, {3}, [proxy(2, 7)])
    with pytest.raises(ProxyGivenAlready):
        check_give({1, 2}, {3}, [proxy(2, 7, ProxyState.ASKED)])


@pytest.mark.parametrize("state", [ProxyState.DECLINED, ProxyState.REVOKED])
def test_a_proxy_that_is_over_stands_in_nobodys_way(state: ProxyState) -> None:
    check_give({1, 2}, {3}, [proxy(2, 7, state), proxy(3, 8, state)])


def test_there_are_no_chains() -> None:
    with pytest.raises(NoChainOfProxies):
        check_give({1}, {3}, [proxy(5, 1)])
    with pytest.raises(NoChainOfProxies):
        check_give({1}, {3}, [proxy(3, 5)])


def test_a_household_stands_in_for_three_at_most() -> None:
    known = [proxy(giver, 9) for giver in range(MOST_PROXIES - 1)]
    check_room({9}, "1-101", [*known, proxy(50, 9, ProxyState.REVOKED), proxy(51, 9, ProxyState.ASKED)])
    with pytest.raises(TooManyProxies):
        check_room({9, 10}, "1-101", [*known, proxy(52, 10)])


def test_only_the_one_who_was_asked_answers_and_once() -> None:
    check_answer(proxy(1, 2, ProxyState.ASKED), 2)
    with pytest.raises(NotYourProxy):
        check_answer(proxy(1, 2, ProxyState.ASKED), 1)
    with pytest.raises(ProxyOver):
        check_answer(proxy(1, 2), 2)


def test_any_member_of_the_household_takes_it_back_until_it_is_used() -> None:
    check_revoke(proxy(1, 2), {1, 5})
    check_revoke(proxy(1, 2, ProxyState.ASKED), {5, 1})
    with pytest.raises(NotYourProxy):
        check_revoke(proxy(1, 2), {2})
    with pytest.raises(ProxyOver):
        check_revoke(proxy(1, 2, ProxyState.DECLINED), {1})
    with pytest.raises(ProxyUsed):
        check_revoke(proxy(1, 2, used=True), {1})


OWN = Voter(7, Door("1", "101"))
OTHER = Voter(8, Door("1", "102"))
GIVEN = Mandate(1, 7, 3, 2, None, OWN.door)


def test_a_household_under_a_proxy_does_not_vote_beside_it() -> None:
    assert check_own_votes([OWN, OTHER], {}) == [OWN, OTHER]
    assert check_own_votes([OWN, OTHER], {7: GIVEN}) == [OTHER]
    with pytest.raises(ProxyInForce):
        check_own_votes([OWN], {7: GIVEN})
    with pytest.raises(ProxyUsed):
        check_own_votes([OWN], {7: replace(GIVEN, used_at=NOW)})


def test_only_the_holder_votes_with_a_proxy_that_is_in_force() -> None:
    mandate = GIVEN
    assert check_mandates([mandate], 2) == [OWN]
    with pytest.raises(NotYourProxy):
        check_mandates([mandate], 9)
    with pytest.raises(NotYourProxy):
        check_mandates([mandate], None)
    with pytest.raises(ProxyOver):
        check_mandates([], 2)
