"""Owners: one head each whatever they own, and one voice where several own together."""

from __future__ import annotations

import pytest

from rules.homes import Door
from rules.owners import (
    AnotherSpeaks,
    NobodySpeaks,
    NotAnOwner,
    check_right,
    group_by_owner,
    holding,
    perhaps_one,
    speaker,
)
from rules.roll import BadRoll, read_roll
from rules.voters import Basis, Voter
from rules.votes import NotOnTheRoll

HEADER = ["楼栋", "单元", "房号", "面积", "业主", "业主编号", "类型", "开发商", "共有人"]
ROLL = [
    HEADER,
    ["3栋", "1", "101", "89.5", "示例业主甲", "A1", "住宅", "", ""],
    ["3栋", "1", "102", "60", "示例业主甲", "A1", "", "", ""],
    ["3栋", "", "B1-7", "12.5", "示例业主甲", "A1", "车位", "否", ""],
    ["3栋", "1", "103", "70", "示例业主乙", "", "", "", "示例业主丙"],
    ["3栋", "1", "104", "70", "示例业主丁", "", "", "", ""],
    ["3栋", "2", "101", "70", "示例业主丁", "", "", "", ""],
    ["3栋", "2", "102", "80", "示例开发公司", "", "", "是", ""],
    ["3栋", "2", "103", "80", "", "", "", "开发商", ""],
]


def test_equal_numbers_are_one_owner_and_so_is_the_developers_stock() -> None:
    owned = group_by_owner(read_roll(ROLL))
    assert [len(one.lines) for one in owned] == [3, 1, 1, 1, 2]
    assert [one.developer for one in owned] == [False] * 4 + [True]
    assert [one.number for one in owned] == ["A1", None, None, None, None]


def test_co_owners_are_counted_and_the_developer_is_one_head() -> None:
    assert [one.heads for one in group_by_owner(read_roll(ROLL))] == [1, 2, 1, 1, 1]


def test_a_name_at_two_doors_without_a_number_is_reported_and_not_guessed() -> None:
    assert perhaps_one(read_roll(ROLL)) == {"3栋 示例业主丁": ("1单元104", "2单元101")}


def test_a_parking_place_needs_no_unit_and_its_area_is_exact() -> None:
    place = read_roll(ROLL)[2]
    assert (place.parking, place.unit, place.room, place.area_cm2) == (True, "", "B1-7", 125_000)


@pytest.mark.parametrize(("column", "cell"), [(6, "飞机库"), (7, "也许")])
def test_a_cell_nobody_understands_is_refused_with_its_line(column: int, cell: str) -> None:
    row = list(ROLL[1])
    row[column] = cell
    with pytest.raises(BadRoll) as refused:
        read_roll([HEADER, row])
    assert [problem.line for problem in refused.value.problems] == [2]


@pytest.mark.parametrize(
    ("named", "heads", "speaks"),
    [
        ({}, 1, None),
        ({7: None}, 1, 7),  # a sole owner need not name himself
        ({7: None}, 2, None),  # the other may not be in the chat yet
        ({7: 7}, 2, 7),
        ({7: 7, 8: None}, 2, None),
        ({7: 7, 8: 8}, 2, None),
        ({7: 8, 8: 8}, 2, 8),
        ({7: None, 8: None}, 1, None),  # two were confirmed though the roll names one
        ({7: 9, 8: 9}, 2, None),  # who is named was not confirmed
    ],
)
def test_the_one_speaks_whom_all_name(named: dict[int, int | None], heads: int, speaks: int | None) -> None:
    assert speaker(named, heads) == speaks


DOOR = Door("1", "101")


@pytest.mark.parametrize(
    ("basis", "mine", "refusal"),
    [
        (Basis.HOUSEHOLD, [], NotOnTheRoll),
        (Basis.PERSON, [], NotOnTheRoll),
        (Basis.OWNER, [], NotAnOwner),
        (Basis.OWNER, [Voter(1, DOOR, speaks=False)], NobodySpeaks),
        (Basis.OWNER, [Voter(1, DOOR, speaks=False, speaker=8)], AnotherSpeaks),
    ],
)
def test_who_speaks_for_nobody_cannot_vote(basis: Basis, mine: list[Voter], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_right(basis, mine)


def test_who_speaks_for_one_owner_of_two_votes_for_that_one() -> None:
    mine = [Voter(1, DOOR, speaks=False), Voter(2, DOOR)]
    assert [voter.id for voter in check_right(Basis.OWNER, mine)] == [2]


def test_what_an_owner_has_is_said_in_a_word() -> None:
    doors = [DOOR, Door("1", "102"), Door(None, "B1-7")]
    assert holding(doors[:1]) == "1单元101"
    assert holding(doors) == "1单元101等3处"
    assert holding(doors).said_in("en") == "Unit 1, 101 and 2 more"
    assert holding([]) == "?"
