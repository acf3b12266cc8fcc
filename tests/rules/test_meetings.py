"""Kinds of meeting, their notice and their quorum, and what may be done in which state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from rules.kinds import KINDS
from rules.meetings import (
    InsideTheNotice,
    MayNotHurry,
    Meeting,
    NoPlaceYet,
    NotADraft,
    NotAnnounced,
    NothingOnTheAgenda,
    NothingWritten,
    NoTimeYet,
    State,
    TextTooLong,
    TimeIsOver,
    check_announced,
    check_complete,
    check_hurry,
    check_time,
    days_left,
    earliest_day,
    keeps_notice,
    may_hurry,
    written,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
BUILDING = KINDS["building"]


def at(month: int, day: int, hour: int = 19, minute: int = 30) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def a_draft(**known: object) -> Meeting:
    draft = Meeting(1, 1, "building", State.DRAFT, "活动室", at(11, 25), None, None, None, 1, 0)
    return replace(draft, **known)


@pytest.mark.parametrize(
    ("planned", "days", "kept"),
    [
        (at(11, 23, 0, 1), 3, True),  # three days, the first not counted: any hour of the third
        (at(11, 22, 23, 59), 2, False),
        (at(11, 25), 5, True),
        (at(11, 20), 0, False),
    ],
)
def test_notice_is_counted_in_days_without_the_first(planned: datetime, days: int, kept: bool) -> None:
    assert days_left(planned, NOW, SHANGHAI) == days
    assert keeps_notice(BUILDING, planned, NOW, SHANGHAI) is kept


def test_days_are_those_of_the_buildings_clock() -> None:
    late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # already the 21st in Shanghai
    assert days_left(at(11, 23), late, SHANGHAI) == 2
    assert earliest_day(BUILDING, late, SHANGHAI) == date(2026, 11, 24)


def test_a_time_inside_the_notice_is_refused_with_the_first_day_that_is_not() -> None:
    with pytest.raises(InsideTheNotice) as refused:
        check_time(BUILDING, at(11, 22), NOW, SHANGHAI)
    assert refused.value.facts["days"] == 2
    assert refused.value.facts["earliest"] == date(2026, 11, 23)


def test_a_reason_lets_a_meeting_be_held_inside_its_notice_where_the_kind_allows_it() -> None:
    assert may_hurry(BUILDING, at(11, 22), NOW, SHANGHAI)
    assert not may_hurry(BUILDING, at(11, 25), NOW, SHANGHAI), "it keeps the notice"
    assert not may_hurry(BUILDING, at(11, 19), NOW, SHANGHAI), "it is over"
    check_time(BUILDING, at(11, 22), NOW, SHANGHAI, "水管爆了")
    with pytest.raises(InsideTheNotice):
        check_time(KINDS["owners"], at(11, 25), NOW, SHANGHAI, "水管爆了")
    with pytest.raises(MayNotHurry):
        check_hurry(KINDS["owners"])


def test_a_time_that_is_over_is_refused_even_where_no_notice_is_asked_for() -> None:
    with pytest.raises(TimeIsOver):
        check_time(KINDS["bench"], NOW, NOW, SHANGHAI)
    check_time(KINDS["bench"], at(11, 20), NOW, SHANGHAI)


def test_an_owners_assembly_is_announced_fifteen_days_before() -> None:
    assert not keeps_notice(KINDS["owners"], at(12, 4), NOW, SHANGHAI)
    assert keeps_notice(KINDS["owners"], at(12, 5), NOW, SHANGHAI)


@pytest.mark.parametrize(
    ("draft", "items", "refusal"),
    [
        (a_draft(planned_at=None), 1, NoTimeYet),
        (a_draft(place=""), 1, NoPlaceYet),
        (a_draft(), 0, NothingOnTheAgenda),
        (a_draft(planned_at=at(11, 19)), 1, TimeIsOver),
        (a_draft(planned_at=at(11, 21)), 1, InsideTheNotice),
        (a_draft(state=State.ANNOUNCED), 1, NotADraft),
    ],
)
def test_an_incomplete_draft_is_not_published(draft: Meeting, items: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_complete(draft, items, NOW, SHANGHAI)


def test_a_complete_draft_is_published_for_its_time() -> None:
    assert check_complete(a_draft(), 1, NOW, SHANGHAI) == at(11, 25)


@pytest.mark.parametrize("state", [State.DRAFT, State.OPEN, State.CLOSED, State.CANCELLED])
def test_only_an_announced_meeting_is_moved_or_joined(state: State) -> None:
    with pytest.raises(NotAnnounced):
        check_announced(a_draft(state=state))


@pytest.mark.parametrize(("invited", "needed"), [(291, 15), (48, 3), (60, 3), (61, 4), (2, 2), (0, 0)])
def test_a_building_meeting_needs_one_household_in_twenty_and_at_least_three(
    invited: int, needed: int
) -> None:
    assert BUILDING.quorum.needed(invited) == needed


def test_the_quorum_is_reached_by_the_number_itself() -> None:
    owners = KINDS["owners"].quorum
    assert owners.needed(291) == 194
    assert owners.reached(194, 291)
    assert not owners.reached(193, 291)


def test_the_meeting_of_twenty_one_among_291_households_had_its_quorum() -> None:
    assert BUILDING.quorum.reached(21, 291)


def test_what_was_written_becomes_one_line() -> None:
    assert written("  电动车棚 \n 和充电桩 ", 80) == "电动车棚 和充电桩"


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t"])
def test_an_empty_text_is_refused(nothing: str) -> None:
    with pytest.raises(NothingWritten):
        written(nothing, 80)


def test_a_text_of_5000_characters_is_refused_with_the_limit() -> None:
    with pytest.raises(TextTooLong) as refused:
        written("车" * 5000, 80)
    assert refused.value.facts == {"limit": 80, "length": 5000}
