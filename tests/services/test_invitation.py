"""The calendar file of a meeting, read back by the library that calendars use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar, Event

from rules.meetings import Meeting, State
from services.invitation import invitation

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
STARTS = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)
TEXTS = ["活动室, 一楼; 东", "反斜杠 \\ 和\n换行", "<b>粗</b> & 🚲", "END:VEVENT\nBEGIN:VEVENT", "长" * 500]
MEETING = Meeting(7, 1, "building", State.ANNOUNCED, "活动室", STARTS, NOW, None, None, 1, 0)


def read(meeting: Meeting, title: str = "楼宇会", text: str = "", zone: str = "Asia/Shanghai") -> Calendar:
    return Calendar.from_ical(invitation(meeting, zone, "louyuhui_bot", title, text, NOW))


def event_of(calendar: Calendar) -> Event:
    [event] = calendar.walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_the_time_is_the_buildings_and_its_zone_is_described() -> None:
    calendar = read(MEETING)
    event = event_of(calendar)
    assert event.start == MEETING.planned_at
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert event.end - event.start == timedelta(hours=2)
    assert len(calendar.walk("VTIMEZONE")) == 1


@pytest.mark.parametrize(
    "text",
    ["活动室, 一楼; 东", "反斜杠 \\ 和\n换行", "<b>粗</b> & 🚲", "END:VEVENT\nBEGIN:VEVENT", "长" * 500],
)
def test_what_people_write_comes_back_as_written(text: str) -> None:
    event = event_of(read(replace(MEETING, place=text), title=text, text=text))
    assert (event["summary"], event["location"], event["description"]) == (text, text, text)


def test_a_change_keeps_the_uid_and_raises_the_sequence() -> None:
    first, moved = event_of(read(MEETING)), event_of(read(replace(MEETING, sequence=1)))
    assert first["uid"] == moved["uid"] == "meeting-7@louyuhui_bot"
    assert (first["sequence"], moved["sequence"]) == (0, 1)


def test_a_cancelled_meeting_is_taken_out() -> None:
    calendar = read(replace(MEETING, state=State.CANCELLED, sequence=2))
    assert calendar["method"] == "CANCEL"
    assert event_of(calendar)["status"] == "CANCELLED"
    assert calendar.walk("VALARM") == []


def test_no_line_is_longer_than_75_bytes() -> None:
    lines = invitation(MEETING, "Asia/Shanghai", "louyuhui_bot", "会" * 200, "", NOW).split(b"\r\n")
    assert max(map(len, lines)) <= 75
