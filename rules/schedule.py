"""What comes by itself in a building, one after the other: pure, so that a year of it can be made to run.

The question about the standing meeting is keyed by the day of the meeting ("standing_meeting:1:2026-12-05"),
what comes monthly by its month ("report:1:2026-12").
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from rules.calendar import local, outside_quiet
from rules.habits import Habits, Standing
from rules.homes import Building
from rules.reminders import Kind, Monthly, Reminder, for_month, next_month, of_month

KINDS = (Kind.STANDING_MEETING, Kind.REPORT, Kind.TASKS, Kind.DIGEST)
MONTHLY_AT = time(9)


def first(building: Building, habits: Habits, kind: Kind, now: datetime) -> Reminder | None:
    """The first that is due after now; None when it is switched off."""
    if kind is Kind.STANDING_MEETING:
        return None if habits.standing is None else _first_question(building, habits.standing, now)
    monthly = of_kind(building, habits, kind)
    return None if monthly is None else for_month(kind, building.id, monthly, now)


def _first_question(building: Building, rule: Standing, now: datetime) -> Reminder:
    meeting = rule.following(now, ZoneInfo(building.zone))
    while (question := _question(building, rule, meeting)).due <= now:
        meeting = rule.following(meeting, ZoneInfo(building.zone))
    return question


def _question(building: Building, rule: Standing, meeting: datetime) -> Reminder:
    """The question about a meeting: a week or more ahead on the same clock, not in quiet hours."""
    here = building.local(meeting)
    asked = local(here.date() - rule.asked_before, here.time(), ZoneInfo(building.zone))
    key = f"{Kind.STANDING_MEETING}:{building.id}:{here:%Y-%m-%d}"
    return Reminder(key, Kind.STANDING_MEETING, outside_quiet(asked, building.quiet_hours), building.id)


def after(building: Building, habits: Habits, kind: Kind, key: str) -> Reminder | None:
    """The one after that of a key, even where it should have come by now; None when it is switched off."""
    if kind is Kind.STANDING_MEETING:
        if habits.standing is None:
            return None
        zone = ZoneInfo(building.zone)
        meeting = habits.standing.on(day_of(key), zone)
        return _question(building, habits.standing, habits.standing.following(meeting, zone))
    monthly = of_kind(building, habits, kind)
    return None if monthly is None else of_month(kind, building.id, monthly, next_month(month_of(key)))


def named(building: Building, habits: Habits, kind: Kind, key: str) -> Reminder | None:
    """What a key means by the habits as they are now; None when there is no such thing any more."""
    if kind is Kind.STANDING_MEETING:
        day = day_of(key)
        if habits.standing is None or not habits.standing.falls_on(day):
            return None
        return _question(building, habits.standing, habits.standing.on(day, ZoneInfo(building.zone)))
    monthly = of_kind(building, habits, kind)
    return None if monthly is None else of_month(kind, building.id, monthly, month_of(key))


def of_kind(building: Building, habits: Habits, kind: Kind) -> Monthly | None:
    """When what comes monthly is due; None when it is switched off."""
    days = {Kind.REPORT: habits.report_day, Kind.TASKS: habits.tasks_day, Kind.DIGEST: habits.digest_day}
    if not days[kind]:
        return None
    zone = ZoneInfo(building.zone)
    return Monthly(days[kind], MONTHLY_AT, zone, building.quiet_hours, on_working_days=True)


def day_of(key: str) -> date:
    """The day of the meeting that a key asks about."""
    return date.fromisoformat(key.split(":")[2])


def month_of(key: str) -> date:
    """The month that a key belongs to."""
    return date.fromisoformat(f"{key.split(':')[2]}-01")
