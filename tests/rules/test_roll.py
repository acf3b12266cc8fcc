"""Rolls are read as offices write them, and every mistake is named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.roll import BadRoll, Problem, RollLine, read_roll

HEADER = ["楼栋", "单元", "房号", "面积", "业主"]


def problems(*rows: list[str]) -> list[tuple[int, str]]:
    with pytest.raises(BadRoll) as refusal:
        read_roll(rows)
    return [(problem.line, problem.zh) for problem in refusal.value.problems]


def one(*cells: str) -> RollLine:
    (line,) = read_roll([HEADER, list(cells)])
    return line


def test_a_line_is_a_household() -> None:
    assert one("3栋", "2", "502", "89.55", "示例业主") == RollLine(2, "3栋", "2", "502", 895_500, "示例业主")


def test_columns_stand_in_any_order_and_others_are_passed_over() -> None:
    rows = [["序号", "Room", "Building", "电话", "Unit"], ["1", "502", "3栋", "-", "2"]]
    assert read_roll(rows) == [RollLine(2, "3栋", "2", "502", None, None)]


@pytest.mark.parametrize("title", ["面积", "建筑面积", "面积（㎡）", "面积 (m2)", "专有面积", "AREA"])
def test_the_area_has_many_titles(title: str) -> None:
    (line,) = read_roll([["楼栋", "单元", "房号", title], ["3栋", "2", "502", "90"]])
    assert line.area_cm2 == 900_000


@pytest.mark.parametrize(
    ("unit", "room"),
    [("2单元", "502室"), ("２", "５０２"), (" 2 ", "502号"), ("2门", " 502 "), ("2", "502户")],
)
def test_units_and_rooms_are_the_same_however_they_are_written(unit: str, room: str) -> None:
    line = one("3栋", unit, room)
    assert (line.unit, line.room) == ("2", "502")


@pytest.mark.parametrize(
    ("cell", "cm2"),
    [
        ("", None),
        ("89", 890_000),
        ("89.5", 895_000),
        ("89.5501", 895_501),
        ("1,089.5", 10_895_000),
        ("89.55平方米", 895_500),
        ("89.55㎡", 895_500),
        ("８９．５", 895_000),
        ("89平米", 890_000),
    ],
)
def test_areas_are_exact(cell: str, cm2: int | None) -> None:
    assert one("3栋", "2", "502", cell).area_cm2 == cm2


@pytest.mark.parametrize("cell", ["九十", "0", "-5", "89.55501", "1e9", "nan", "inf", "89,5 左右", "100001"])
def test_an_area_that_is_none_is_named(cell: str) -> None:
    ((line, text),) = problems(HEADER, ["3栋", "2", "502", cell])
    assert line == 2
    assert text.endswith("不对")


def test_empty_lines_are_passed_over_and_lines_are_counted_as_in_the_file() -> None:
    rows = [HEADER, [], ["", "  ", ""], ["3栋", "1", "101"], [], ["3栋", "1", "102"]]
    assert [line.line for line in read_roll(rows)] == [4, 6]


def test_missing_columns_are_all_named() -> None:
    assert problems(["姓名", "面积"], ["示例业主", "90"]) == [
        (1, "缺少列：楼栋"),
        (1, "缺少列：单元"),
        (1, "缺少列：房号"),
    ]


def test_two_columns_of_one_meaning_are_named() -> None:
    assert problems([*HEADER, "室"], ["3栋", "2", "502", "", "", "503"]) == [(1, "有两列都是：房号")]


def test_a_doubled_room_names_both_lines() -> None:
    rows = [["3栋", "2", "502"], ["3栋", "2", "503"], ["3栋", "2单元", "502室"]]
    assert problems(HEADER, *rows) == [(4, "3栋 2单元502 和第 2 行重复")]


def test_the_same_room_of_another_unit_is_another_household() -> None:
    assert len(read_roll([HEADER, ["3栋", "1", "502"], ["3栋", "2", "502"], ["4栋", "1", "502"]])) == 3


def test_all_problems_are_named_at_once_in_the_order_of_the_lines() -> None:
    rows = [["3栋", "1", "101"], ["3栋", "", "102", "x"], ["", "1", ""], ["3栋", "1", "101"]]
    assert [line for line, _ in problems(HEADER, *rows)] == [3, 3, 4, 4, 5]


def test_each_problem_is_said_in_both_languages() -> None:
    with pytest.raises(BadRoll) as refusal:
        read_roll([HEADER, ["3栋", "1", ""]])
    assert refusal.value.problems == (Problem(2, "房号是空的", "room is empty"),)
    assert str(refusal.value) == "2: room is empty"


def test_an_endless_cell_is_refused() -> None:
    assert problems(HEADER, ["3栋", "1", "101", "", "名" * 61]) == [(2, "业主超过60个字")]


@pytest.mark.parametrize("rows", [[], [[]], [["", ""]]])
def test_an_empty_file_is_said_to_be_empty(rows: list[list[str]]) -> None:
    assert problems(*rows) == [(1, "文件是空的")]


def test_a_header_alone_is_no_roll() -> None:
    assert problems(HEADER, ["", ""]) == [(2, "没有一户")]


def test_a_short_line_has_what_it_has() -> None:
    assert one("3栋", "2", "502") == RollLine(2, "3栋", "2", "502", None, None)


@pytest.mark.parametrize("page", ["setup.md", "setup.zh-CN.md"])
def test_the_table_on_the_page_about_setting_up_is_a_roll(page: str) -> None:
    written = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in written.splitlines()
        if line.startswith("|") and line.count("|") == 10 and not line.startswith("|---")
    ]
    home, parking = read_roll(rows)
    assert (home.room, home.area_cm2, home.number) == ("502", 895_000, "A017")
    assert (parking.parking, parking.unit, parking.number) == (True, "", "A017")
