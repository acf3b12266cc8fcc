"""How residents write where they live, and how a name is published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.homes import (
    Building,
    Door,
    Household,
    NoSuchBuilding,
    NotAnAddress,
    mask,
    read_building,
    read_door,
    read_unit,
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2单元502", ("2", "502")),
        ("3栋2单元502室", ("2", "502")),
        ("3栋 2单元 502 号", ("2", "502")),
        ("2-502", ("2", "502")),
        ("２－５０２", ("2", "502")),
        ("2—502", ("2", "502")),
        ("2/502", ("2", "502")),
        ("2#502", ("2", "502")),
        ("二单元502", ("2", "502")),
        ("十二单元五〇二室", ("12", "502")),
        ("2unit502", ("2", "502")),
        ("a单元101b", ("A", "101B")),
        ("Unit 2, 502", ("2", "502")),
        ("unit 2 room 502", ("2", "502")),
        ("unit2, no. 502a", ("2", "502A")),
    ],
)
def test_unit_and_room_are_read_as_residents_write_them(text: str, read: tuple[str, str]) -> None:
    assert read_door(text, units=12) == read


@pytest.mark.parametrize("text", ["502", "502室", "room 502", "五〇二", "五百零二", "3栋502", "５０２户"])
def test_the_unit_may_be_left_out_where_there_is_one(text: str) -> None:
    assert read_door(text, units=1) == ("1", "502")


def test_the_unit_chosen_before_is_taken_unless_another_is_written() -> None:
    assert read_door("502", units=6, chosen="2") == ("2", "502")
    assert read_door("3-502", units=6, chosen="2") == ("3", "502")


@pytest.mark.parametrize("text", ["", " ", "502", "不知道", "2单元", "单元502", "<b>", "2-", "😀"])
def test_what_names_no_unit_or_no_room_is_refused(text: str) -> None:
    with pytest.raises(NotAnAddress):
        read_door(text, units=2)


@pytest.mark.parametrize("text", ["不知道", "老地方", "x" * 5000, "1" * 5000])
def test_a_room_is_short_and_has_a_digit(text: str) -> None:
    with pytest.raises(NotAnAddress):
        read_door(text, units=1)


def test_a_refused_address_is_quoted_short() -> None:
    with pytest.raises(NotAnAddress) as refused:
        read_door("不" * 5000, units=1)
    assert refused.value.facts == {"text": "不" * 40}


@given(unit=st.integers(1, 999), room=st.integers(1, 9999))
def test_a_door_reads_back_as_it_is_written(unit: int, room: int) -> None:
    door = Door(str(unit), str(room))
    assert read_door(door, units=2) == read_door(door.english, units=2) == (str(unit), str(room))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        unit, room = read_door(text, units=1)
    except NotAnAddress:
        return
    assert unit
    assert any(character.isdigit() for character in room)


def test_a_door_is_written_as_neighbours_do() -> None:
    assert Door("2", "502") == "2单元502"
    assert Door(None, "502") == Door("", "502") == "502"
    assert Door("2", None) == "?"
    assert Household(1, 1, "2", "502", None, None).door == "2单元502"


@pytest.mark.parametrize(
    ("door", "english"),
    [(Door("2", "502"), "Unit 2, 502"), (Door(None, "502"), "502"), (Door("2", None), "?")],
)
def test_a_door_is_said_in_english_too(door: Door, english: str) -> None:
    assert door.said_in("en") == english
    assert door.said_in("zh") == door


def a_building(name: str, number: int = 1) -> Building:
    return Building(number, 1, "本小区", name, 2, "Asia/Shanghai", "zh")


@pytest.mark.parametrize(
    ("text", "name", "door"),
    [
        ("2单元502", "3栋", ("2", "502")),
        ("3栋2单元502", "3栋", ("2", "502")),
        ("5栋2单元502", "5栋", ("2", "502")),
        ("五栋2-502", "5栋", ("2", "502")),
        ("5号楼 2单元 502", "5栋", ("2", "502")),
        ("５栋2-502", "5栋", ("2", "502")),
        ("老槐树屋场2-502", "老槐树屋场", ("2", "502")),
        ("Block B, Unit 2, 502", "Block B", ("2", "502")),
        ("15栋2-502", "15栋", ("2", "502")),
        ("5-502", "3栋", ("5", "502")),
        ("7栋2-502", "7", ("2", "502")),
    ],
)
def test_a_door_of_another_building_names_it_and_no_other_is_taken_for_it(
    text: str, name: str, door: tuple[str, str]
) -> None:
    others = [a_building(one) for one in ("5栋", "15栋", "老槐树屋场", "Block B", "7")]
    building, rest = read_building(text, a_building("3栋"), others)
    assert (building.name, read_door(rest, building.units)) == (name, door)


def test_a_building_the_community_has_not_is_not_taken_for_another() -> None:
    with pytest.raises(NoSuchBuilding) as refused:
        read_building("7栋2单元502", a_building("3栋"), [a_building("17栋")])
    assert refused.value.facts == {"text": "7栋"}


@pytest.mark.parametrize("text", ["2", "2单元", "二单元", " 2 门", "Unit 2", "unit2", "２单元"])
def test_a_unit_alone_is_read(text: str) -> None:
    assert read_unit(text, units=2) == "2"


@pytest.mark.parametrize("text", ["", "3", "0单元", "502", "2-502", "2单元502", "东单元", "-1", "😀"])
def test_what_is_no_unit_of_the_building_is_none(text: str) -> None:
    assert read_unit(text, units=2) is None


@pytest.mark.parametrize(("name", "masked"), [("张三", "张*"), ("A", "A*"), ("", "*")])
def test_a_published_name_keeps_its_first_character(name: str, masked: str) -> None:
    assert mask(name) == masked
