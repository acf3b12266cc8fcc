"""The minutes are read from events, frozen once approved, and open to corrections in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.events import Event, follow
from rules.minutes import Stage
from rules.minutes_filing import (
    CorrectionsOpen,
    Filed,
    MinutesApproved,
    TooEarlyToApprove,
    TooLateToObject,
    WasNotThere,
    check_may_approve,
    check_may_object,
    objections_until,
)
from rules.minutes_freezing import fingerprint, freeze, thaw
from rules.minutes_reading import Book, NotClosed, read

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)
BOOK = Book(
    community="彩色水泥厂生活小区",
    building="3栋",
    lang="zh",
    zone=ZONE,
    people={1: "组*", 2: "示*", 3: "例*"},
    doors={12: "1单元101", 13: "1单元102", 14: "2单元502"},
    guests={14: "王*"},
)
PUBLISHED = (
    "published",
    {
        "planned": "2026-11-25T11:30:00+00:00",
        "place": "社区活动室",
        "kind": "building",
        "items": [[1, "电动车棚"], [2, "停车位"]],
        "by": 1,
    },
)
OPENED = ("opened", {"by": 1, "chair": 1, "recorder": 2, "invited": 48, "quorum": 3})
CLOSED = ("closed", {"by": 1, "not_reached": [{"item": 6, "number": 2, "title": "停车位"}]})
BALLOT = {
    "ballot": 9,
    "item": 5,
    "question": "车棚建在哪里？",
    "method": "single",
    "at_most": 1,
    "eligible": 48,
    "voted": 20,
    "counts": [
        {"label": "甲", "text": "大门旁", "votes": 6, "won": False},
        {"label": "乙", "text": "楼后空地", "votes": 14, "won": True},
    ],
    "carried": True,
    "tie": False,
    "publication_until": "2026-12-02",
}


def came(household: int, person: int | None, how: str = "chat", *, late: bool = False) -> tuple[str, Any]:
    return "checked_in", {"household": household, "person": person, "how": how, "late": late}


def said(item: int | None, text: str, recorded_by: int | None = None) -> tuple[str, Any]:
    data = {"item": item, "person": 2, "household": 12, "text": text, "recorded_by": recorded_by}
    return "said", data | {"message": None}


def happened(*events: tuple[str, Any]) -> list[Event]:
    found: list[Event] = []
    for count, (kind, data) in enumerate(events):
        last = found[-1] if found else None
        found.append(follow(last, "meeting:1", kind, START + timedelta(minutes=count), data))
    return found


STORY = (
    PUBLISHED,
    ("proposed", {"item": 5, "proposal": 1, "number": 1, "text": "大门旁", "person": 1}),
    OPENED,
    came(12, 2),
    came(14, None, "added", late=True),
    said(None, "先说一句"),
    ("item_opened", {"item": 5, "number": 1, "title": "电动车棚"}),
    said(5, "离楼道远一些"),
    said(5, "要有灭火器", recorded_by=1),
    ("proposed", {"item": 5, "proposal": 2, "number": 2, "text": "楼后空地", "person": 3, "household": 13}),
    ("ballot_closed", BALLOT),
    ("task", {"task": 1, "item": 5, "who": "物业", "what": "出图", "due": "2026-12-04"}),
    ("item_done", {"item": 5}),
    CLOSED,
    ("next_planned", {"at": "2026-12-25T11:30:00+00:00"}),
    ("objected", {"objection": 4, "person": 2, "household": 12, "text": "应为16个充电点"}),
    ("objection_decided", {"objection": 4, "state": "accepted", "by": 1}),
)


def test_every_line_resolves_to_the_event_it_was_read_from() -> None:
    events = happened(*STORY)
    minutes = read(events, BOOK)
    shed = minutes.items[0]
    for line in shed.lines:
        assert events[line.event - 1].data["text"] in line.text
    for presence in minutes.present:
        assert BOOK.doors[events[presence.event - 1].data["household"]] == presence.household
    assert events[shed.ballots[0].event - 1].kind == "ballot_closed"
    assert events[shed.tasks[0].event - 1].data["what"] == shed.tasks[0].what
    assert events[minutes.corrections[0].event - 1].kind == "objected"
    assert minutes.head == events[-1].hash


def test_the_minutes_say_what_happened() -> None:
    minutes = read(happened(*STORY), BOOK)
    assert (minutes.kind, minutes.place, minutes.title) == ("楼宇会", "社区活动室", "电动车棚、停车位")
    assert (minutes.chair, minutes.recorder) == ("组*", "示*")
    assert minutes.opened.isoformat() == "2026-11-25T19:32:00+08:00"
    assert [(one.name, one.how, one.late) for one in minutes.present] == [
        ("示*", "chat", False),
        ("王*", "added", True),
    ]
    assert [(line.kind, line.who, line.text) for line in minutes.items[0].lines] == [
        ("proposal", "组*", "甲 大门旁"),
        ("statement", "示* 1单元101", "离楼道远一些"),
        ("on_record", "示* 1单元101", "要有灭火器"),
        ("proposal", "例* 1单元102", "乙 楼后空地"),
    ]
    assert minutes.corrections[0].state == "accepted"
    assert minutes.next_meeting == datetime(2026, 12, 25, 19, 30, tzinfo=ZONE)


def test_items_not_reached_and_words_beside_the_agenda_are_in_the_minutes_too() -> None:
    minutes = read(happened(*STORY), BOOK)
    assert [(item.number, item.title) for item in minutes.items] == [(1, "电动车棚"), (2, "停车位"), (3, "")]
    assert [line.text for line in minutes.items[2].lines] == ["先说一句"]


def test_changes_of_the_agenda_and_a_lost_quorum_are_in_the_minutes() -> None:
    events = happened(
        *STORY[:-4],
        ("item_added", {"item": 7, "number": 3, "title": "水管爆了", "by": 1}),
        ("items_ordered", {"items": [5, 7, 6]}),
        ("item_deferred", {"item": 7, "number": 2, "title": "水管爆了", "by": 1}),
        ("quorum_lost", {"present": 2, "needed": 3}),
        CLOSED,
        ("inquorate", {"present": 2, "needed": 3, "times": 2}),
        ("passed_up", {"level": "community", "to": "彩色水泥厂生活小区", "why": "inquorate"}),
    )
    lines = read(events, BOOK).items[-1].lines[1:]
    assert [(events[line.event - 1].kind, line.who, line.text) for line in lines] == [
        ("item_added", "组*", "水管爆了"),
        ("items_ordered", "", "电动车棚 → 水管爆了 → 停车位"),
        ("item_deferred", "组*", "水管爆了"),
        ("quorum_lost", "", "2/3"),
        ("inquorate", "", "2/3"),
        ("passed_up", "", "彩色水泥厂生活小区"),
    ]
    assert not any(line.spoken for line in lines)


def test_an_inquorate_meeting_is_said_so() -> None:
    assert not read(happened(*STORY), BOOK).quorate


def test_a_household_counts_once_however_many_came() -> None:
    minutes = read(happened(*STORY), BOOK)
    again = replace(minutes.present[0], name="家*")
    crowded = replace(minutes, present=(*minutes.present, again, again))
    assert (crowded.households, crowded.quorate) == (2, False)


def test_there_are_no_minutes_of_a_meeting_that_is_not_over() -> None:
    for events in ((), (PUBLISHED, OPENED), (PUBLISHED,)):
        with pytest.raises(NotClosed):
            read(happened(*events), BOOK)


def test_a_change_of_place_after_the_notice_counts() -> None:
    moved = ("changed", {"planned": "2026-11-26T11:30:00+00:00", "place": "楼下凉亭"})
    minutes = read(happened(PUBLISHED, moved, OPENED, CLOSED), BOOK)
    assert (minutes.place, minutes.planned.day, minutes.kind) == ("楼下凉亭", 26, "楼宇会")


@given(st.lists(st.sampled_from(STORY[3:13]), max_size=12))
def test_frozen_minutes_thaw_into_what_they_were(middle: list[tuple[str, Any]]) -> None:
    kinds = {kind for kind, _ in middle}
    if "proposed" in kinds:
        middle = [STORY[1], *middle]
    minutes = read(happened(PUBLISHED, OPENED, *middle, *STORY[13:]), BOOK, Stage.APPROVED)
    content = freeze(minutes, "Asia/Shanghai")
    assert thaw(content) == minutes
    assert fingerprint(freeze(thaw(content), "Asia/Shanghai")) == fingerprint(content)


def test_one_changed_word_changes_the_fingerprint() -> None:
    minutes = read(happened(*STORY), BOOK, Stage.APPROVED)
    changed = replace(minutes, place="别处")
    assert fingerprint(freeze(minutes, "Asia/Shanghai")) != fingerprint(freeze(changed, "Asia/Shanghai"))


def filed(stage: Stage = Stage.DRAFT) -> Filed:
    until = objections_until(START, ZONE)
    return Filed(1, stage, START, until, START if stage is Stage.APPROVED else None, None, None)


@pytest.mark.parametrize(
    ("closed", "until"),
    [
        ("2026-11-23T20:45", "2026-11-27T00:00"),  # Monday: Tuesday, Wednesday, Thursday
        ("2026-11-25T20:45", "2026-12-01T00:00"),  # would end on a Saturday: the end of Monday
        ("2026-09-28T20:45", "2026-10-09T00:00"),  # would end on the national holiday, of seven days
    ],
)
def test_the_first_day_is_not_counted_and_a_day_of_rest_moves_the_end(closed: str, until: str) -> None:
    ends = objections_until(datetime.fromisoformat(closed).replace(tzinfo=ZONE), ZONE)
    assert ends == datetime.fromisoformat(until).replace(tzinfo=ZONE)


def test_corrections_are_for_those_present_and_in_time() -> None:
    check_may_object(filed(), [12], [12, 13], START)
    with pytest.raises(WasNotThere):
        check_may_object(filed(), [14], [12, 13], START)
    with pytest.raises(TooLateToObject):
        check_may_object(filed(), [12], [12], filed().objections_until)
    check_may_object(filed(Stage.APPROVED), [12], [12], filed().objections_until)  # an addendum
    with pytest.raises(WasNotThere):
        check_may_object(filed(Stage.APPROVED), [14], [12], START)


def test_minutes_are_approved_after_the_time_and_with_every_correction_decided() -> None:
    after = filed().objections_until
    check_may_approve(filed(), 0, after)
    with pytest.raises(TooEarlyToApprove):
        check_may_approve(filed(), 0, after - timedelta(seconds=1))
    with pytest.raises(CorrectionsOpen):
        check_may_approve(filed(), 1, after)
    with pytest.raises(MinutesApproved):
        check_may_approve(filed(Stage.APPROVED), 0, after)
