"""How late a vote was shown: from its press, less the time in which the limits allowed no edit."""

from __future__ import annotations

import pytest

from bench.lateness import Lateness, used_up

KEYS = [[{"text": "甲", "callback_data": "v:7:1"}]]


def card(count: int) -> str:
    return f"🗳 充电桩装在哪里？\n已投 {count} 户 / 60 户　▓░░"


def test_a_vote_waits_until_an_edit_counts_it() -> None:
    late = Lateness()
    for moment in (10.0, 11.0, 12.0):
        late.press("v:7:2", moment)
    late.show(-1, 12.5, card(2), KEYS)
    assert late.lags() == [1.5, 2.5]
    assert late.uncounted() == 1
    late.show(-1, 15.5, card(3), KEYS)
    assert (late.lags(), late.uncounted()) == ([1.5, 2.5, 3.5], 0)


def test_a_card_of_another_ballot_counts_no_vote_of_this_one() -> None:
    late = Lateness()
    late.press("v:7:1", 10.0)
    late.press("v:8:1", 10.0)
    late.show(-1, 11.0, card(1), KEYS)
    late.show(-1, 12.0, "下周三晚上七点半，三楼会议室开会。", [])
    assert (late.lags(), late.uncounted()) == ([1.0], 1)


def test_nothing_is_used_up_by_nineteen_in_a_minute() -> None:
    assert used_up([float(second) for second in range(19)], 0, 100) == 0


def test_after_twenty_a_group_waits_until_the_first_is_a_minute_old() -> None:
    arrivals = [float(second) for second in range(20)]
    assert used_up(arrivals, 0, 100) == 60 - 19
    assert used_up(arrivals, 30, 50) == 20
    assert used_up(arrivals, 61, 100) == 0


def test_one_that_comes_too_soon_is_not_waited_for_twice() -> None:
    arrivals = [*(float(second) for second in range(20)), 59.0]  # the platform measures with some tolerance
    assert used_up(arrivals, 0, 100) == (59 - 19) + (61 - 59)


@pytest.mark.parametrize("limits_allow", [True, False])
def test_a_vote_is_late_only_where_the_limits_allowed_an_edit(*, limits_allow: bool) -> None:
    late = Lateness()
    for second in range(19 if limits_allow else 20):
        late.spend(-1, float(second))
    late.press("v:7:1", 20.0)
    late.spend(-1, 60.5)
    late.show(-1, 60.5, card(1), KEYS)
    assert late.lags() == [40.5 if limits_allow else 0.5]
