"""Every month: the leaders' 报到, the open tasks and the group's digest, each on its day at nine.

What is due plans its successor in the same unit of work, so the chain holds whatever restarts; each comes
once a month. The keys name the month: "report:1:2026-12". A day of rest puts it off to the next working day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from rules.habits import Habits
from rules.homes import Building
from rules.people import NotTheLeader
from rules.reminders import (
    Kind,
    Monthly,
    Reminder,
    for_month,
    next_month,
    of_month,
    still_makes_sense,
)
from services import standing
from services.reminding import HELD, comes_late, hold
from storage import habits, homes, outbox
from storage.outbox import Due
from storage.store import Unit

REPORT, TASKS, DIGEST = str(Kind.REPORT), str(Kind.TASKS), str(Kind.DIGEST)
MONTHLY = (Kind.REPORT, Kind.TASKS, Kind.DIGEST)
AT = time(9)
REPORT_DAY, TASKS_DAY, DIGEST_DAY = 1, 15, 1  # of the month, until the leader sets others


@dataclass(frozen=True, slots=True)
class MonthDue:
    """What comes now in a building, for which month, and whether it comes late."""

    building: Building
    habits: Habits
    month: date
    due_at: datetime
    late: bool


async def led(unit: Unit, building_id: int, person_id: int) -> Building:
    """A building, for a leader of it. Raises NotTheLeader."""
    if "leader" not in await homes.offices(unit.conn, building_id, person_id):
        raise NotTheLeader
    return await homes.building(unit.conn, building_id)


async def begin(unit: Unit, building: Building) -> None:
    """Let what comes monthly come in a newly bound building; what it has set before stays."""
    if not await habits.begun(unit.conn, building.id):
        days = {"report_day": REPORT_DAY, "tasks_day": TASKS_DAY, "digest_day": DIGEST_DAY}
        await habits.change(unit.conn, building.id, **days)
    await schedule(unit, building)


async def wind(unit: Unit) -> None:
    """Schedule what a building has set and nothing waits for, as after a fault. Changes nothing else."""
    kinds = [standing.STANDING, *map(str, MONTHLY)]
    waiting = await habits.waiting(unit.conn, kinds)
    for each in await habits.every(unit.conn):
        wanted = [str(kind) for kind in MONTHLY if _day(each, kind)]
        wanted += [standing.STANDING] if each.standing else []
        if any((kind, each.building_id) not in waiting for kind in wanted):
            await schedule(unit, await homes.building(unit.conn, each.building_id))


async def schedule(unit: Unit, building: Building) -> None:
    """Schedule all that comes next in a building; what waits already moves to its new day."""
    set_by_it = await habits.of(unit.conn, building.id)
    await standing.schedule(unit, building, set_by_it.standing)
    for kind in MONTHLY:
        monthly = of_kind(building, set_by_it, kind)
        for key, state in (await outbox.dues_of(unit.conn, kind, building.id)).items():
            if state == "waiting":
                await _move(unit, monthly, kind, Due(key, kind, building.id, unit.now))
        if monthly is not None:
            await _schedule(unit, monthly, for_month(kind, building.id, monthly, unit.now))


async def _move(unit: Unit, monthly: Monthly | None, kind: Kind, waiting: Due) -> None:
    """Move what waits to its new day; what is switched off, or would have come before now, is dropped."""
    if waiting.key.endswith(HELD) and monthly is not None:
        return
    moved = None if monthly is None else of_month(kind, waiting.about_id, monthly, _month(waiting.key))
    if moved is None or moved.due <= unit.now:
        await outbox.settle_due(unit.conn, waiting.key, "dropped", unit.now)
    else:
        await outbox.schedule(unit.conn, waiting.key, kind, waiting.about_id, moved.due)


async def _schedule(unit: Unit, monthly: Monthly, reminder: Reminder) -> None:
    """Schedule this one, or the first after it that has not come yet."""
    known = await outbox.dues_of(unit.conn, reminder.kind, reminder.about)
    while known.get(reminder.key) == "done":
        month = next_month(_month(reminder.key))
        reminder = of_month(reminder.kind, reminder.about, monthly, month)
    await outbox.wake_due(unit.conn, reminder.key)
    await outbox.schedule(unit.conn, reminder.key, reminder.kind, reminder.about, reminder.due)


def of_kind(building: Building, set_by_it: Habits, kind: Kind) -> Monthly | None:
    """When it comes in a building; None when it is switched off."""
    day = _day(set_by_it, kind)
    if not day:
        return None
    return Monthly(day, AT, ZoneInfo(building.zone), building.quiet_hours, on_working_days=True)


def _day(set_by_it: Habits, kind: Kind) -> int:
    match kind:
        case Kind.REPORT:
            return set_by_it.report_day
        case Kind.TASKS:
            return set_by_it.tasks_day
        case _:
            return set_by_it.digest_day


def _month(key: str) -> date:
    return date.fromisoformat(f"{key.split(':')[2]}-01")


async def due_now(unit: Unit, due: Due) -> MonthDue | None:
    """What comes now; None when it is switched off, too late for it, or held back. Plans the next month."""
    building = await homes.building(unit.conn, due.about_id)
    set_by_it = await habits.of(unit.conn, building.id)
    kind, month = Kind(due.kind), _month(due.key)
    monthly = of_kind(building, set_by_it, kind)
    if monthly is None:
        return None
    await _schedule(unit, monthly, of_month(kind, building.id, monthly, next_month(month)))
    if not still_makes_sense(kind, due.due_at, None, unit.now) or await hold(unit, due, building):
        return None
    return MonthDue(building, set_by_it, month, due.due_at, comes_late(unit, due))


def next_of(building: Building, set_by_it: Habits, kind: Kind, now: datetime) -> datetime | None:
    """When it comes next; None when it is switched off."""
    monthly = of_kind(building, set_by_it, kind)
    return None if monthly is None else for_month(kind, building.id, monthly, now).due
