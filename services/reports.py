"""The leader's 报到: a short form once a month, kept as an event of the building."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rules.calendar import local
from rules.homes import Building
from rules.meetings import State
from rules.people import Person
from rules.refusals import Refusal
from services.binding import NotANumber
from services.monthly import AT
from services.reminding import hold
from storage import homes, log, meetings, outbox, people
from storage.outbox import Due
from storage.store import Unit

AGAIN = "report_again"
STEPS = ("visits", "heard", "settled")
MOST = 9999


class ReportIsIn(Refusal):
    """The leader has handed in this month's report already."""


class NothingToReport(Refusal):
    """The form this button belongs to is finished or was left."""


@dataclass(frozen=True, slots=True)
class Again:
    """Somebody who asked to be reminded of the report of a month."""

    building: Building
    month: date
    leader: Person


def start(building: Building, month: date) -> dict[str, Any]:
    """An empty form."""
    return {"building": building.id, "month": f"{month:%Y-%m}", "step": STEPS[0]}


def fill(form: dict[str, Any], text: str) -> dict[str, Any]:
    """The form with one more number in it, and what comes next. Raises NotANumber, NothingToReport."""
    if form["step"] not in STEPS:
        raise NothingToReport
    found = re.search(r"\d+", unicodedata.normalize("NFKC", text))
    if found is None or len(found[0]) > 4:
        raise NotANumber(least=0, most=MOST)
    position = STEPS.index(form["step"])
    following = STEPS[position + 1] if position + 1 < len(STEPS) else "confirm"
    return form | {form["step"]: int(found[0]), "step": following}


async def check_open(unit: Unit, building: Building, month: str, person_id: int) -> None:
    """Go on only while somebody's report of this month (YYYY-MM) is still to come. Raises ReportIsIn."""
    if await _is_in(unit, building, month, person_id):
        raise ReportIsIn


async def hand_in(unit: Unit, building: Building, form: dict[str, Any], person_id: int) -> None:
    """Keep the filled form, once a month for each leader. Raises NothingToReport, ReportIsIn."""
    if form["step"] != "confirm":
        raise NothingToReport
    await check_open(unit, building, form["month"], person_id)
    figures = {step: form[step] for step in STEPS}
    stream = f"building:{building.id}"
    await log.append(
        unit.conn, stream, "reported", unit.now, month=form["month"], person=person_id, **figures
    )


async def _is_in(unit: Unit, building: Building, month: str, person_id: int) -> bool:
    return any(
        event.kind == "reported" and event.data["month"] == month and event.data["person"] == person_id
        for event in await log.read(unit.conn, f"building:{building.id}")
    )


async def meetings_before(unit: Unit, building: Building, month: date) -> int:
    """How many meetings of a building ended in the month before this one."""
    zone = ZoneInfo(building.zone)
    before = (month - timedelta(days=1)).replace(day=1)
    ended = await meetings.of_building(unit.conn, building.id, State.CLOSED)
    return sum(_in_month(meeting.closed_at, before, zone) for meeting in ended)


def _in_month(moment: datetime | None, month: date, zone: ZoneInfo) -> bool:
    return moment is not None and moment.astimezone(zone).date().replace(day=1) == month


async def ask_tomorrow(unit: Unit, building: Building, month: str, person_id: int) -> datetime:
    """Ask somebody again tomorrow morning, once however often it is pressed. Raises ReportIsIn."""
    await check_open(unit, building, month, person_id)
    zone = ZoneInfo(building.zone)
    due_at = local(unit.now.astimezone(zone).date() + timedelta(days=1), AT, zone)
    key = f"{AGAIN}:{building.id}:{month}:{person_id}:{due_at:%Y-%m-%d}"
    await outbox.schedule(unit.conn, key, AGAIN, building.id, due_at)
    return due_at


async def again_due(unit: Unit, due: Due) -> Again | None:
    """Whom to ask again; None once the report is in, or who asked leads no more."""
    _, _, month, person_id, *_ = due.key.split(":")
    building = await homes.building(unit.conn, due.about_id)
    leader = await people.get(unit.conn, int(person_id))
    if "leader" not in await homes.offices(unit.conn, building.id, leader.id):
        return None
    if await _is_in(unit, building, month, leader.id) or await hold(unit, due, building):
        return None
    return Again(building, date.fromisoformat(f"{month}-01"), leader)
