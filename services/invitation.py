"""The invitation: a meeting as an iCalendar file, which a calendar updates or drops (RFC 5545, 5546)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rules.meetings import Meeting, State

if TYPE_CHECKING:
    from icalendar import Alarm

LASTS = timedelta(hours=2)  # shown in the calendar; a meeting takes the time it takes
ALARM = timedelta(hours=-1)
PRODUCT = "-//louyuhui//meetings//ZH"


def invitation(
    meeting: Meeting, zone: str, sender: str, title: str, description: str, now: datetime
) -> bytes:
    """The .ics file of an announced, moved or cancelled meeting; `sender` tells one bot's meetings apart.

    The same meeting keeps its UID, and its SEQUENCE grows with each change, so that calendars replace it.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415 - a tenth of a second of every start

    assert meeting.planned_at is not None
    cancelled = meeting.state is State.CANCELLED
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    event = Event()
    event.add("uid", f"meeting-{meeting.id}@{sender}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", now)
    starts = meeting.planned_at.astimezone(ZoneInfo(zone))
    event.add("dtstart", starts)
    event.add("dtend", starts + LASTS)
    event.add("summary", title)
    event.add("location", meeting.place)
    event.add("description", description)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if not cancelled:
        event.add_component(_alarm(title))
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _alarm(title: str) -> Alarm:
    from icalendar import Alarm  # noqa: PLC0415 - as above

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", ALARM)
    return alarm
