"""Setting what comes by itself in a building; the schedule follows in the same unit of work."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from rules.calendar import QuietHours
from rules.calling import read_call
from rules.habits import Habits, NotARecurrence, Standing, checked, read_agenda, read_quiet
from rules.homes import Building
from rules.kinds import KINDS, NoSuchKind, check_caller
from rules.reminders import Kind
from rules.when import Ambiguous, Pattern, Recurrence
from services import monthly
from storage import habits, homes
from storage.store import Unit

_COLUMNS = {Kind.REPORT: "report_day", Kind.TASKS: "tasks_day", Kind.DIGEST: "digest_day"}


def read_rule(text: str, now: datetime) -> Standing | Pattern:
    """The rule in 每月5号晚上七点半 党小组会; only its days where the hour is not clear.

    `now` is in the building's zone. Raises NotARecurrence.
    """
    call = read_call(text, now)
    match call.reading:
        case Recurrence(at=time()) as reading:
            return Standing.of(reading, call.kind)
        case Recurrence(pattern=pattern) | Ambiguous(readings=[Recurrence(pattern=pattern), *_]):
            return checked(pattern)
        case _:
            raise NotARecurrence


async def set_standing(unit: Unit, building: Building, rule: Standing | None) -> None:
    """Set when the standing meeting is, or that there is none."""
    stored = None if rule is None else rule.to_store()
    await habits.change(unit.conn, building.id, standing_rule=stored)
    await monthly.schedule(unit, building)


async def set_kind(unit: Unit, building: Building, code: str, by_id: int) -> None:
    """Set of which kind the standing meeting is. Raises NoSuchKind, MayNotCall, NotARecurrence."""
    if code not in KINDS:
        raise NoSuchKind
    check_caller(KINDS[code], await homes.offices(unit.conn, building.id, by_id))
    rule = (await habits.of(unit.conn, building.id)).standing
    if rule is None:
        raise NotARecurrence
    await set_standing(unit, building, replace(rule, kind=code))


async def set_agenda(unit: Unit, building: Building, text: str) -> None:
    """Set the titles that stand on each draft of the standing meeting; an empty text takes them off.

    Raises TextTooLong, TooManyStanding.
    """
    titles = read_agenda(text) if text else ()
    await habits.change(unit.conn, building.id, standing_agenda=list(titles))


async def set_day(unit: Unit, building: Building, kind: Kind, day: int) -> None:
    """Set on which day of the month something comes; 0: never. Raises NotARecurrence."""
    if not 0 <= day <= 31 or kind not in _COLUMNS:
        raise NotARecurrence
    await habits.change(unit.conn, building.id, **{_COLUMNS[kind]: day})
    await monthly.schedule(unit, building)


async def set_missing(unit: Unit, building: Building, *, told: bool) -> None:
    """Set whether the community office is told who has not reported."""
    await habits.change(unit.conn, building.id, missing=told)


async def set_quiet(unit: Unit, building: Building, text: str) -> Building:
    """Set the quiet hours by what was written; what waits moves out of them. Raises NotQuietHours."""
    quiet = read_quiet(text)
    await habits.change(unit.conn, building.id, quiet=_stored(quiet))
    changed = await homes.building(unit.conn, building.id)
    await monthly.schedule(unit, changed)
    return changed


def _stored(quiet: QuietHours) -> str:
    return f"{quiet.start:%H:%M}-{quiet.end:%H:%M}"


async def of(unit: Unit, building: Building) -> Habits:
    """What a building has set."""
    return await habits.of(unit.conn, building.id)
