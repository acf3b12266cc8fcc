"""The speakers' list is read from events: who has not spoken goes first, sides take turns if asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rules.events import Event, follow
from rules.floor import HandUp, NotOnTheList, check_lower, check_raise, read_floor

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def happened(*kinds: tuple[str, dict[str, object]]) -> list[Event]:
    events: list[Event] = []
    for kind, data in kinds:
        events.append(follow(events[-1] if events else None, "meeting:1", kind, NOW, data))
    return events


def up(person: int, side: str = "") -> tuple[str, dict[str, object]]:
    return "hand_raised", {"person": person, "side": side}


def speaks(person: int, side: str = "") -> tuple[str, dict[str, object]]:
    return "floor_given", {"person": person, "side": side, "until": NOW.isoformat()}


def order(*kinds: tuple[str, dict[str, object]]) -> list[int]:
    return [hand.person for hand in read_floor(happened(*kinds)).waiting]


def test_who_has_not_spoken_goes_before_who_has() -> None:
    assert order(up(1), speaks(1), up(1), up(2), up(3)) == [2, 3, 1]


def test_a_hand_taken_down_is_off_the_list() -> None:
    assert order(up(1), up(2), ("hand_lowered", {"person": 1})) == [2]


def test_each_item_begins_with_an_empty_list() -> None:
    assert order(up(1), ("item_opened", {"item": 2}), up(2)) == [2]


@pytest.mark.parametrize(("alternate", "expected"), [(False, [2, 3, 4]), (True, [4, 2, 3])])
def test_sides_take_turns_only_if_the_chair_wishes(alternate: bool, expected: list[int]) -> None:
    events = ("sides_set", {"alternate": alternate}), up(1, "for"), speaks(1, "for")
    assert order(*events, up(2, "for"), up(3, "for"), up(4, "against")) == expected


def test_nobody_is_on_the_list_twice_or_taken_off_who_is_not_on_it() -> None:
    floor = read_floor(happened(up(1), speaks(1), up(2)))
    for person in (1, 2):
        with pytest.raises(HandUp):
            check_raise(floor, person)
        check_lower(floor, person)
    check_raise(floor, 3)
    with pytest.raises(NotOnTheList):
        check_lower(floor, 3)
