"""What comes by itself: the standing meeting, the leaders' 报到, the open tasks and the group's digest.

What is due plans its successor in the same unit of work, so the chain holds whatever restarts; each comes
once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rules import schedule as plan
from rules.habits import Habits
from rules.homes import Building
from rules.people import NotTheLeader
from rules.reminders import Kind, Reminder, still_makes_sense
from services.reminding import HELD, comes_late, hold
from storage import habits, homes, outbox
from storage.outbox import Due
from storage.store import Unit

REPORT, TASKS, DIGEST = str(Kind.REPORT), str(Kind.TASKS), str(Kind.DIGEST)
MONTHLY = (Kind.REPORT, Kind.TASKS, Kind.DIGEST)
REPORT_DAY, TASKS_DAY, DIGEST_DAY = 1, 15, 1  # of the month, until the leader sets others


@dataclass(frozen=True, slots=True)
class MonthDue:
    """What comes now in a building, for which month, and whether it comes late."""

    building: Building
    month: date
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
    waiting = await habits.waiting(unit.conn, [str(kind) for kind in plan.KINDS])
    for each in await habits.every(unit.conn):
        on = [each.standing, each.report_day, each.tasks_day, each.digest_day]
        wanted = [str(kind) for kind, is_on in zip(plan.KINDS, on, strict=True) if is_on]
        if any((kind, each.building_id) not in waiting for kind in wanted):
            await schedule(unit, await homes.building(unit.conn, each.building_id))


async def schedule(unit: Unit, building: Building) -> None:
    """Schedule all that comes next in a building; what waits already moves with what was set."""
    set_by_it = await habits.of(unit.conn, building.id)
    for kind in plan.KINDS:
        for key, state in (await outbox.dues_of(unit.conn, kind, building.id)).items():
            if state == "waiting":
                await _move(unit, plan.named(building, set_by_it, kind, key), key)
        following = plan.first(building, set_by_it, kind, unit.now)
        if following is not None:
            await _schedule(unit, building, set_by_it, following)


async def _move(unit: Unit, moved: Reminder | None, key: str) -> None:
    """Move what waits to its new time; what is switched off, or would have come before now, is dropped."""
    if moved is not None and key.endswith(HELD):
        return
    if moved is None or moved.due <= unit.now:
        await outbox.settle_due(unit.conn, key, "dropped", unit.now)
    else:
        await outbox.schedule(unit.conn, key, moved.kind, moved.about, moved.due)


async def _schedule(unit: Unit, building: Building, set_by_it: Habits, reminder: Reminder) -> None:
    """Schedule this one, or the first after it that has not come yet."""
    while await outbox.is_done(unit.conn, reminder.key):
        following = plan.after(building, set_by_it, reminder.kind, reminder.key)
        assert following is not None, "what is on goes on"
        reminder = following
    await outbox.wake_due(unit.conn, reminder.key)
    await outbox.schedule(unit.conn, reminder.key, reminder.kind, reminder.about, reminder.due)


async def go_on(unit: Unit, due: Due) -> tuple[Building, Habits]:
    """The building in which something is due and what it has set; its successor is scheduled."""
    building = await homes.building(unit.conn, due.about_id)
    set_by_it = await habits.of(unit.conn, building.id)
    following = plan.after(building, set_by_it, Kind(due.kind), due.key)
    if following is not None:
        await _schedule(unit, building, set_by_it, following)
    return building, set_by_it


async def due_now(unit: Unit, due: Due) -> MonthDue | None:
    """What comes now; None when it is switched off, too late for it, or held back. Plans the next month."""
    building, set_by_it = await go_on(unit, due)
    kind = Kind(due.kind)
    if plan.of_kind(building, set_by_it, kind) is None:
        return None
    if not still_makes_sense(kind, due.due_at, None, unit.now) or await hold(unit, due, building):
        return None
    return MonthDue(building, plan.month_of(due.key), comes_late(unit, due))


def next_of(building: Building, set_by_it: Habits, kind: Kind, now: datetime) -> datetime | None:
    """When it comes next; None when it is switched off."""
    following = plan.first(building, set_by_it, kind, now)
    return None if following is None else following.due
