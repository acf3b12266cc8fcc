"""Every month: the leader is asked about the standing meeting a week ahead, and for the 报到 on its day.

What is due plans its successor in the same unit of work, so the chain holds whatever restarts; a month is
asked about once. The keys name the month: "standing_meeting:1:2026-12".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.calendar import day_of_month, local, outside_quiet
from rules.homes import Building
from rules.meetings import Meeting, State
from rules.people import NotTheLeader, Person
from rules.refusals import Refusal
from rules.reminders import Kind, next_monthly, still_makes_sense
from rules.when import Every, Recurrence, find
from services.reminding import comes_late, hold
from storage import homes, log, meetings, outbox
from storage.outbox import Due
from storage.store import Unit

STANDING = str(Kind.STANDING_MEETING)
REPORT = str(Kind.REPORT)
AHEAD = timedelta(days=7)  # the leader is asked about the standing meeting so long before
REPORT_AT = time(9)
REPORT_DAY = 1  # of the month, until the leader sets another


class OnlyADayOfTheMonth(Refusal):
    """A recurrence that is no day of the month with a time."""


class NoSuchMonth(Refusal):
    """A standing meeting whose day is over, or one that is not held any more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Leaders to be asked about a month, and whether they are asked late."""

    building: Building
    month: date
    planned: datetime
    leaders: list[Person]
    late: bool


async def led(unit: Unit, building_id: int, person_id: int) -> Building:
    """A building, for a leader of it. Raises NotTheLeader."""
    if "leader" not in await homes.offices(unit.conn, building_id, person_id):
        raise NotTheLeader
    return await homes.building(unit.conn, building_id)


async def begin(unit: Unit, building: Building) -> None:
    """Ask the leaders of a newly bound building for their monthly report."""
    if building.report_day is None:
        await set_report(unit, building, REPORT_DAY)


def read_standing(text: str, now: datetime) -> tuple[int, time]:
    """The day of the month and the time in 每月5号晚上七点半. Raises OnlyADayOfTheMonth."""
    found = find(text, now)
    reading = found.reading if found else None
    if not isinstance(reading, Recurrence) or reading.at is None:
        raise OnlyADayOfTheMonth
    pattern = reading.pattern
    if pattern.every is not Every.MONTH or pattern.interval != 1 or len(pattern.days) != 1:
        raise OnlyADayOfTheMonth
    day = pattern.days[0]
    return (31 if day == -1 else day), reading.at


async def set_standing(unit: Unit, building: Building, day: int | None, at: time | None) -> Building:
    """Set the day and time of the standing meeting, or that there is none (None)."""
    if day is not None and (not 1 <= day <= 31 or at is None):
        raise OnlyADayOfTheMonth
    clock = None if day is None or at is None else f"{at:%H:%M}"
    await homes.change_building(unit.conn, building.id, standing_day=day, standing_time=clock)
    return await _rescheduled(unit, building)


async def set_report(unit: Unit, building: Building, day: int | None) -> Building:
    """Set the day of the leaders' report, or that they are not asked for one (None)."""
    if day is not None and not 1 <= day <= 31:
        raise OnlyADayOfTheMonth
    await homes.change_building(unit.conn, building.id, report_day=day)
    return await _rescheduled(unit, building)


async def _rescheduled(unit: Unit, building: Building) -> Building:
    changed = await homes.building(unit.conn, building.id)
    await schedule_monthly(unit, changed)
    return changed


async def schedule_monthly(unit: Unit, building: Building) -> None:
    """Schedule what comes next of a building's months; what waits already moves to its new day."""
    for kind in (STANDING, REPORT):
        if not _held(building, kind):
            continue
        for key, state in (await outbox.dues_of(unit.conn, kind, building.id)).items():
            if state == "waiting":
                due_at = _asked_at(building, kind, _month(key))
                await outbox.schedule(unit.conn, key, kind, building.id, due_at)
        month = _following(building, kind, unit.now)
        while _asked_at(building, kind, month) <= unit.now:
            month = _following(building, kind, planned(building, kind, month))
        await _schedule(unit, building, kind, month)


async def _schedule(unit: Unit, building: Building, kind: str, month: date) -> None:
    """Schedule this month, or the first after it that was not asked about yet."""
    known = await outbox.dues_of(unit.conn, kind, building.id)
    while known.get(_key(building, kind, month)) in {"done", "dropped"}:
        month = _following(building, kind, planned(building, kind, month))
    due_at = _asked_at(building, kind, month)
    await outbox.schedule(unit.conn, _key(building, kind, month), kind, building.id, due_at)


async def _schedule_next(unit: Unit, building: Building, kind: str, due: Due) -> None:
    """Schedule the month after the one that is due: if that is over too, it is judged in its turn."""
    this = planned(building, kind, _month(due.key))
    await _schedule(unit, building, kind, _following(building, kind, this))


def _held(building: Building, kind: str) -> bool:
    return (building.standing_day if kind == STANDING else building.report_day) is not None


def _day_and_time(building: Building, kind: str) -> tuple[int, time]:
    if kind == REPORT:
        assert building.report_day is not None
        return building.report_day, REPORT_AT
    assert building.standing_day is not None
    assert building.standing_time is not None
    return building.standing_day, time.fromisoformat(building.standing_time)


def _following(building: Building, kind: str, after: datetime) -> date:
    """The first month whose day comes after `after`."""
    day, at = _day_and_time(building, kind)
    return next_monthly(day, at, ZoneInfo(building.zone), after).date().replace(day=1)


def planned(building: Building, kind: str, month: date) -> datetime:
    """When a month's meeting or report is; in a shorter month on its last day."""
    day, at = _day_and_time(building, kind)
    return local(day_of_month(month.year, month.month, day), at, ZoneInfo(building.zone))


def _asked_at(building: Building, kind: str, month: date) -> datetime:
    when = planned(building, kind, month)
    if kind == REPORT:
        return outside_quiet(when)
    return outside_quiet(local(when.date() - AHEAD, when.time(), ZoneInfo(building.zone)))


def _key(building: Building, kind: str, month: date) -> str:
    return f"{kind}:{building.id}:{month:%Y-%m}"


def _month(key: str) -> date:
    return date.fromisoformat(f"{key.split(':')[2]}-01")


async def standing_due(unit: Unit, due: Due) -> Asked | None:
    """Whom to ask about which standing meeting; None when it is pointless now. Plans the next month."""
    building = await homes.building(unit.conn, due.about_id)
    if not _held(building, STANDING):
        return None
    await _schedule_next(unit, building, STANDING, due)
    month = _month(due.key)
    when = planned(building, STANDING, month)
    if not still_makes_sense(Kind.STANDING_MEETING, due.due_at, when, unit.now):
        return None
    if await meeting_at(unit, building, when) or await hold(unit, due, building.zone):
        return None
    return await _asked(unit, due, building, month, when)


async def report_due(unit: Unit, due: Due) -> Asked | None:
    """Whom to ask for which report; None when it is too late for it. Plans the next month."""
    building = await homes.building(unit.conn, due.about_id)
    if not _held(building, REPORT):
        return None
    await _schedule_next(unit, building, REPORT, due)
    if not still_makes_sense(Kind.REPORT, due.due_at, None, unit.now):
        return None
    if await hold(unit, due, building.zone):
        return None
    return await _asked(unit, due, building, _month(due.key), due.due_at)


async def _asked(unit: Unit, due: Due, building: Building, month: date, when: datetime) -> Asked:
    leaders = await homes.holders(unit.conn, building.id, "leader")
    return Asked(building, month, when, leaders, comes_late(unit, due))


async def meeting_at(unit: Unit, building: Building, when: datetime) -> Meeting | None:
    """The draft or announced meeting of a building at this time, if there is one."""
    known = await meetings.of_building(unit.conn, building.id, State.DRAFT, State.ANNOUNCED)
    return next((meeting for meeting in known if meeting.planned_at == when), None)


def standing_ahead(building: Building, month: date, now: datetime) -> datetime:
    """When the standing meeting of a month is to be. Raises NoSuchMonth once it is over or no longer held."""
    if not _held(building, STANDING):
        raise NoSuchMonth
    when = planned(building, STANDING, month)
    if when <= now:
        raise NoSuchMonth
    return when


async def skip(unit: Unit, building: Building, month: date, by_id: int) -> None:
    """Leave the standing meeting of a month out. Raises NoSuchMonth."""
    standing_ahead(building, month, unit.now)
    stream = f"building:{building.id}"
    await log.append(unit.conn, stream, "standing_skipped", unit.now, month=f"{month:%Y-%m}", by=by_id)


def next_of(building: Building, kind: str, now: datetime) -> datetime | None:
    """When the next one is, if it is held."""
    if not _held(building, kind):
        return None
    return planned(building, kind, _following(building, kind, now))
