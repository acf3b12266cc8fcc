"""Telegram's limits are kept by construction, on any sequence of wishes to send."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.limits import Limits


def leave(wishes: list[tuple[float, int]], lag: float = 0.0) -> list[tuple[float, int]]:
    """When each wish (seconds after the one before, chat) arrives; chats with an even number are groups.

    Every message is answered `lag` seconds after it left, and arrives somewhere in between.
    """
    limits, now, arrived = Limits(), 0.0, []
    for gap, chat in wishes:
        now += gap
        while True:
            when = max(limits.next_overall(now), limits.next_in(str(chat), now, group=chat % 2 == 0))
            if when <= now:
                break
            now = when
        limits.leave()
        arrived.append((now + lag * (len(arrived) % 3) / 2, chat))
        now += lag
        limits.arrive(str(chat), now)
    return arrived


def most_within(moments: list[float], seconds: float) -> int:
    return max(sum(1 for other in moments if start <= other < start + seconds - 1e-9) for start in moments)


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.01, 0.5, 3.0]), st.integers(1, 6)), min_size=1, max_size=150)
)
def test_no_window_holds_more_than_telegram_allows(wishes: list[tuple[float, int]]) -> None:
    left = leave(wishes)
    assert most_within([when for when, _ in left], 1.0) <= 30
    for chat in {chat for _, chat in left}:
        mine = [when for when, to in left if to == chat]
        assert most_within(mine, 10.0) <= 10 + 3  # one a second and the burst
        if chat % 2 == 0:
            assert most_within(mine, 60.0) <= 20


@given(st.integers(1, 90))
def test_nothing_waits_longer_than_the_limits_ask(count: int) -> None:
    to_one = leave([(0.0, 1)] * count)
    assert to_one[-1][0] <= max(0, count - 3) + 0.001
    to_many = leave([(0.0, 2 * number + 1) for number in range(count)])
    assert to_many[-1][0] <= (count - 1) // 30 + 0.001


def test_a_halt_stops_one_chat_and_no_other() -> None:
    limits = Limits()
    limits.leave()
    limits.arrive("1", 0.0)
    limits.halt("1", 17.0)
    assert limits.next_in("1", 1.0, group=False) == 17.0
    assert limits.next_in("3", 1.0, group=False) == 1.0
    assert limits.next_overall(1.0) == 1.0
