"""Who is there, and whether it is enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.attendance import (
    MOST_PROXIES,
    Arrival,
    Attendee,
    HolderNotPresent,
    TooManyProxies,
    check_holder,
    read_arrivals,
)
from rules.homes import NotAnAddress
from rules.kinds import KINDS
from rules.meetings import Item, ItemState, Meeting, State
from rules.quorum import standing
from rules.sitting import (
    DueNotClear,
    ItemMovedOn,
    MeetingIsOver,
    MeetingNotOpen,
    NextTimeNotClear,
    NoItemLeft,
    check_open,
    is_early,
    is_late,
    next_item,
    read_due,
    read_next_time,
    read_task,
)
from tests.stage import START

PLANNED = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)


def meeting(state: State = State.OPEN, opened: datetime | None = PLANNED) -> Meeting:
    return Meeting(1, 1, "building", state, "活动室", PLANNED, None, opened, None, 1, 0)


def agenda(*states: ItemState) -> list[Item]:
    return [Item(number, 1, number, f"第{number}项", state) for number, state in enumerate(states, 1)]


@pytest.mark.parametrize(
    ("kind", "present", "invited", "missing"),
    [
        ("building", 21, 291, 0),  # the golden case: 21 of 291 made a meeting
        ("building", 14, 291, 1),
        ("building", 2, 48, 1),
        ("owners", 193, 291, 1),  # 民法典278: at least two thirds, the number itself included
        ("owners", 194, 291, 0),
    ],
)
def test_the_quorum_is_the_number_itself(kind: str, present: int, invited: int, missing: int) -> None:
    stands = standing(KINDS[kind], present, invited)
    assert (stands.missing, stands.reached) == (missing, not missing)


@pytest.mark.parametrize(("there", "reached"), [(2, False), (3, True), (4, True)])
def test_a_four_party_meeting_counts_parties_and_not_households(there: int, reached: bool) -> None:
    stands = standing(KINDS["four_party"], 40, 48, parties=there)
    assert (stands.present, stands.invited, stands.reached) == (there, 4, reached)


@given(st.sampled_from(sorted(KINDS)), st.integers(0, 500), st.integers(0, 500))
def test_a_quorum_is_reached_exactly_when_nobody_is_missing(kind: str, present: int, invited: int) -> None:
    stands = standing(KINDS[kind], present, invited)
    assert stands.reached == (stands.missing == 0)
    assert stands.needed <= max(invited, len(KINDS[kind].parties))


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (10, False), (11, True)])
def test_who_comes_more_than_ten_minutes_after_the_start_is_late(minutes: int, late: bool) -> None:
    assert is_late(meeting(), PLANNED + timedelta(minutes=minutes)) is late


def test_nobody_is_late_for_a_meeting_that_began_early() -> None:
    early = meeting(opened=PLANNED - timedelta(hours=2))
    assert not is_late(early, PLANNED - timedelta(minutes=30))


@pytest.mark.parametrize(("minutes", "early"), [(31, True), (30, False), (0, False)])
def test_half_an_hour_before_is_not_too_early(minutes: int, early: bool) -> None:
    assert is_early(meeting(), PLANNED - timedelta(minutes=minutes)) is early


def test_only_an_open_meeting_goes_on() -> None:
    check_open(meeting())
    with pytest.raises(MeetingIsOver):
        check_open(meeting(State.CLOSED))
    with pytest.raises(MeetingNotOpen):
        check_open(meeting(State.ANNOUNCED))


def test_items_come_in_turn() -> None:
    waiting, done, under_way = ItemState.WAITING, ItemState.DONE, ItemState.OPEN
    assert next_item(agenda(waiting, waiting), 0) == agenda(waiting, waiting)[0]
    assert next_item(agenda(under_way, waiting), 1) == agenda(under_way, waiting)[1]
    assert next_item(agenda(done, under_way), 2) is None
    with pytest.raises(ItemMovedOn):
        next_item(agenda(done, under_way), 1)
    with pytest.raises(NoItemLeft):
        next_item(agenda(done, done), 2)


@pytest.mark.parametrize(
    ("text", "units", "arrivals"),
    [
        ("2-502", 2, [Arrival("2", "502")]),
        ("2-502、2-503，1-101", 2, [Arrival("2", "502"), Arrival("2", "503"), Arrival("1", "101")]),
        ("2单元502 王婆婆 2-503", 2, [Arrival("2", "502", "王婆婆"), Arrival("2", "503")]),
        ("502 503", 1, [Arrival("1", "502"), Arrival("1", "503")]),
        ("1-301 委托 2-502", 2, [Arrival("1", "301", "", ("2", "502"))]),
        ("1-301 by 2-502 1-302", 2, [Arrival("1", "301", "", ("2", "502")), Arrival("1", "302")]),
    ],
)
def test_a_leader_writes_doors_as_they_come(text: str, units: int, arrivals: list[Arrival]) -> None:
    assert read_arrivals(text, units) == arrivals


@pytest.mark.parametrize("text", ["", "   ", "王婆婆", "2-502 委托", "很多人", "二楼的 2-502"])
def test_what_names_no_door_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(NotAnAddress):
        read_arrivals(text, 2)


def test_a_proxy_is_held_by_somebody_there_and_only_so_many() -> None:
    there = Attendee(1, 7, 3, "", "chat", PLANNED)
    represented = Attendee(1, 8, None, "", "proxy", PLANNED)
    present = {7: there, 8: represented}
    check_holder(7, present, [7] * (MOST_PROXIES - 1), "2-502")
    with pytest.raises(TooManyProxies):
        check_holder(7, present, [7] * MOST_PROXIES, "2-502")
    for absent in (8, 9):
        with pytest.raises(HolderNotPresent):
            check_holder(absent, present, [], "2-502")


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("物业 出施工图 下周五", ("物业", "出施工图", "2026-11-27")),
        ("物业 下周五前 出施工图", ("物业", "出施工图", "2026-11-27")),
        ("王组长，登记要充电的车，月底前", ("王组长", "登记要充电的车", "2026-11-30")),
        ("manager draw the plan by next Friday", ("manager", "draw the plan", "2026-11-27")),
        ("物业 出施工图", ("物业", "出施工图", None)),
        ("物业", ("物业", "", None)),
        ("", ("", "", None)),
    ],
)
def test_a_task_is_read_from_one_line(text: str, task: tuple[str, str, str | None]) -> None:
    who, what, due = read_task(text, START)
    assert (who, what, due and due.isoformat()) == task


@pytest.mark.parametrize("text", ["物业 修门 昨天", "物业 扫地 每周五"])
def test_a_task_is_due_on_one_day_ahead(text: str) -> None:
    with pytest.raises(DueNotClear):
        read_task(text, START)


def test_a_due_day_and_the_next_meeting_are_read_alone() -> None:
    assert read_due("周五前", START).isoformat() == "2026-11-20"
    assert read_next_time("下周三晚上七点半", START).isoformat() == "2026-11-25T19:30:00+08:00"
    for text in ("下下礼拜五半夜三更", "下周三", "昨天上午九点"):
        with pytest.raises(NextTimeNotClear):
            read_next_time(text, START)
    with pytest.raises(DueNotClear):
        read_due("尽快", START)
