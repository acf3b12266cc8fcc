"""Whose turn it is: by rank, and at the same rank building by building, each in its order."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.turns import Turns


def in_turn(turns: Turns) -> list[int]:
    found = []
    while turns:
        found.append(turns.pop())
    return found


def test_a_building_that_comes_later_waits_for_one_chat_of_each_other() -> None:
    turns = Turns()
    for chat in range(10_000):
        turns.add(3, 1, chat)
    assert [turns.pop() for _ in range(5)] == [0, 1, 2, 3, 4]
    turns.add(3, 2, 77_777)
    turns.add(3, None, 88_888)
    assert [turns.pop() for _ in range(5)] == [5, 77_777, 88_888, 6, 7]
    assert in_turn(turns) == list(range(8, 10_000))


def test_what_is_more_urgent_goes_first_whatever_its_building() -> None:
    turns = Turns()
    for rank, building, chat in ((3, 1, 10), (0, 1, 11), (1, 2, 12), (0, 1, 13)):
        turns.add(rank, building, chat)
    assert in_turn(turns) == [11, 13, 12, 10]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=60))
def test_of_one_rank_no_building_gets_ahead_by_more_than_one(entries: list[tuple[int, int]]) -> None:
    turns = Turns()
    for chat, (rank, building) in enumerate(entries):
        turns.add(rank, building, chat)
    order = in_turn(turns)
    assert sorted(order) == list(range(len(entries)))
    assert [entries[chat][0] for chat in order] == sorted(rank for rank, _ in entries)
    for rank in range(4):
        left = Counter(building for each, building in entries if each == rank)
        had: Counter[int] = Counter()
        for chat in order:
            if entries[chat][0] == rank:
                had[entries[chat][1]] += 1
                waiting = [had[building] for building in left if had[building] < left[building]]
                assert max(had.values()) - min(waiting, default=max(had.values())) <= 1
