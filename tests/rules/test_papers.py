"""Paper votes: what a teller writes is read line by line, and who may confirm it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rules.papers import (
    MOST_SLIPS,
    EmptyStack,
    Line,
    Slip,
    SlipNotClear,
    Stack,
    StackNotOpen,
    StackNotWaiting,
    StackState,
    TooManySlips,
    WitnessedAlready,
    WitnessIsTeller,
    WitnessOfOwnSlip,
    check_hand_over,
    check_room,
    check_witness,
    read_lines,
    read_marks,
    read_ranks,
    read_stance,
    read_stars,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
STACK = Stack(1, 1, 50, StackState.OPEN, NOW, slips=(Slip(7, (1,)), Slip(8, (2,))))
WAITING = replace(STACK, state=StackState.WAITING)


def test_a_line_is_a_door_and_what_is_marked() -> None:
    text = "2-502 甲\n\n2单元503：乙\n 1 - 101室, 丙 甲\n３０１　赞成"
    assert read_lines(text) == [
        Line(1, "2-502", "甲"),
        Line(3, "2单元503", "乙"),
        Line(4, "1 - 101室", "丙 甲"),
        Line(5, "301", "赞成"),
    ]


@pytest.mark.parametrize(
    ("text", "number"), [("甲", 1), ("2-502 甲\n2-503", 2), ("", 1), ("2-502 甲\n王家 乙", 2)]
)
def test_a_line_that_is_no_slip_is_named(text: str, number: int) -> None:
    with pytest.raises(SlipNotClear) as refused:
        read_lines(text)
    assert refused.value.facts["number"] == number


@pytest.mark.parametrize(
    ("marks", "labels", "choice"),
    [
        ("甲", "甲 乙 丙", (1,)),
        ("丙>甲", "甲 乙 丙", (3, 1)),
        ("丙甲", "甲 乙 丙", (3, 1)),
        ("b, A", "A B C", (2, 1)),
        ("弃权", "赞成 反对 弃权", (3,)),
        ("1 5、12", " ".join(str(number) for number in range(1, 25)), (1, 5, 12)),
        ("12", " ".join(str(number) for number in range(1, 25)), (12,)),
    ],
)
def test_options_are_named_by_their_labels(marks: str, labels: str, choice: tuple[int, ...]) -> None:
    assert read_marks(marks, labels.split()) == choice


@pytest.mark.parametrize("marks", ["丁", "甲甲", "甲 甲", "赞"])
def test_marks_that_name_no_option_or_one_twice_are_refused(marks: str) -> None:
    with pytest.raises(SlipNotClear):
        read_marks(marks, ["甲", "乙", "丙"])


def test_a_stack_is_no_larger_than_two_people_can_compare() -> None:
    check_room(STACK, MOST_SLIPS - 2)
    with pytest.raises(TooManySlips):
        check_room(STACK, MOST_SLIPS - 1)
    with pytest.raises(StackNotOpen):
        check_room(WAITING, 1)


def test_an_empty_stack_is_not_handed_over_nor_one_twice() -> None:
    check_hand_over(STACK)
    with pytest.raises(EmptyStack):
        check_hand_over(replace(STACK, slips=()))
    with pytest.raises(StackNotOpen):
        check_hand_over(WAITING)


def test_a_witness_is_a_neighbour_of_another_household_than_all_concerned() -> None:
    seen = replace(WAITING, witnesses=(61,))
    check_witness(WAITING, 60, {1}, {1}, {})
    check_witness(seen, 60, {1}, {1}, {61: {2}})
    for person, homes in ((50, {1}), (60, {3})):  # the teller, and who lives with him
        with pytest.raises(WitnessIsTeller):
            check_witness(WAITING, person, homes, homes, {50: {3}})
    with pytest.raises(WitnessOfOwnSlip):
        check_witness(WAITING, 60, {8}, {1}, {})
    with pytest.raises(WitnessedAlready):
        check_witness(seen, 60, {1, 2}, {1, 2}, {61: {2}})


def test_a_household_with_the_number_of_an_owner_is_not_that_owner() -> None:
    check_witness(WAITING, 60, {70}, {8}, {})  # 8 is a voter with a slip; as a household's id it is another's


@pytest.mark.parametrize("state", [StackState.OPEN, StackState.CONFIRMED, StackState.LAPSED])
def test_only_a_stack_that_waits_is_witnessed(state: StackState) -> None:
    with pytest.raises(StackNotWaiting):
        check_witness(replace(STACK, state=state), 60, {1}, {1}, {})


THREE = ("甲", "乙", "丙")


@pytest.mark.parametrize(
    ("marks", "choice"),
    [
        ("丙>甲=乙", (3, 1, -2)),
        ("丙 = 甲 乙", (3, -1, 2)),
        ("丙甲", (3, 1)),
        ("示例乙，示例甲", (2, 1)),
        ("甲=乙=丙", (1, -2, -3)),
    ],
)
def test_a_ranking_on_paper_may_let_options_stand_level(marks: str, choice: tuple[int, ...]) -> None:
    assert read_ranks(marks, THREE, texts=("示例甲", "示例乙", "示例丙")) == choice


@pytest.mark.parametrize(
    ("marks", "labels", "choice"),
    [
        ("甲5 丙3", "甲 乙 丙", (5, 0, 3)),
        ("乙:4星", "甲 乙 丙", (0, 4, 0)),
        ("5 0 3", "甲 乙 丙", (5, 0, 3)),
        ("1:5，3:2", "1 2 3", (5, 0, 2)),
    ],
)
def test_stars_on_paper_stand_beside_the_options(marks: str, labels: str, choice: tuple[int, ...]) -> None:
    assert read_stars(marks, labels.split()) == choice


STANCES = ("同意", "弃权", "不同意", "坚决反对")


@pytest.mark.parametrize(
    ("marks", "read"),
    [
        ("同意", ((1,), "")),
        ("不同意", ((3,), "")),
        ("坚决反对", ((4,), "")),
        ("坚决反对：会挡住消防通道，也不安全。", ((4,), "会挡住消防通道，也不安全")),
    ],
)
def test_a_block_on_paper_has_its_reason_behind_it(marks: str, read: tuple[tuple[int, ...], str]) -> None:
    assert read_stance(marks, STANCES) == read


@pytest.mark.parametrize("marks", ["反对", "同意 但是太贵了", ""])
def test_a_stance_that_nobody_offered_is_refused(marks: str) -> None:
    with pytest.raises(SlipNotClear):
        read_stance(marks, STANCES)


@pytest.mark.parametrize(
    ("read", "marks"),
    [
        (read_ranks, "甲=甲"),
        (read_ranks, "甲=丁"),
        (read_ranks, "=甲"),
        (read_ranks, "甲 乙=甲"),
        (read_stars, "甲9"),
        (read_stars, "甲5 甲3"),
        (read_stars, "丁5"),
        (read_stars, "5 0"),
        (read_stars, "甲"),
    ],
)
def test_marks_that_are_no_ranking_or_no_stars_are_refused(
    read: Callable[..., tuple[int, ...]], marks: str
) -> None:
    with pytest.raises(SlipNotClear):
        read(marks, THREE)
