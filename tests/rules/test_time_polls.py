"""The best time by its stated rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rules.time_polls import (
    Answer,
    NobodyAnswered,
    Slot,
    SlotTwice,
    TooManySlots,
    best,
    check_slots,
    following,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def slot(number: int, *counts: int) -> Slot:
    return Slot(number, NOW + timedelta(days=number), *counts)


@pytest.mark.parametrize(
    ("slots", "wins"),
    [
        ([slot(1, 2, 0, 0), slot(2, 3, 0, 9)], 2),  # most yes
        ([slot(1, 3, 0, 2), slot(2, 3, 0, 1)], 2),  # then fewest no
        ([slot(2, 3, 1, 1), slot(1, 3, 0, 1)], 1),  # then the earliest
        ([slot(-1, 9, 0, 0), slot(2, 0, 1, 0)], 2),  # what is over does not count
    ],
)
def test_the_best_is_found_by_the_stated_rule(slots: list[Slot], wins: int) -> None:
    assert best(slots, NOW).id == wins


def test_before_anybody_can_there_is_no_best() -> None:
    with pytest.raises(NobodyAnswered):
        best([slot(1, 0, 0, 4), slot(2)], NOW)


def test_a_time_stands_once_and_not_too_many_do() -> None:
    with pytest.raises(SlotTwice):
        check_slots([slot(1)], slot(1).at)
    with pytest.raises(TooManySlots):
        check_slots([slot(number) for number in range(6)], slot(9).at)


def test_each_press_turns_the_answer_on() -> None:
    assert [following(None), following(Answer.YES), following(Answer.MAYBE), following(Answer.NO)] == [
        Answer.YES,
        Answer.MAYBE,
        Answer.NO,
        Answer.YES,
    ]
