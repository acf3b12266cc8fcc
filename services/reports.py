"""The leader's 报到: a form once a month, kept as an event of the building, for the community office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rules import months, reports
from rules.calendar import local
from rules.homes import Building
from rules.months import Month
from rules.people import Person
from rules.refusals import Refusal
from rules.reminders import STALE, Kind, in_month
from rules.reports import MOST, PATIENCE, STEPS
from rules.schedule import MONTHLY_AT, of_kind
from services.months import gather
from services.reminding import comes_late, hold
from storage import contacts, habits, homes, log, outbox, people
from storage.outbox import Due
from storage.store import Connection, Unit

AGAIN = "report_again"
MISSING = "report_missing"
OFFICE = "community"  # of rules.kinds.PARTIES


class ReportIsIn(Refusal):
    """The leader has handed in this month's report already."""


class NothingToReport(Refusal):
    """The form this button belongs to is finished or was left."""


class NotTheOffice(Refusal):
    """Reports are listed for who speaks for the community office."""


@dataclass(frozen=True, slots=True)
class Again:
    """Leaders who are asked again for the report of a month."""

    building: Building
    month: date
    leaders: list[Person]
    late: bool


@dataclass(frozen=True, slots=True)
class Reported:
    """A leader of a building, and the figures they handed in for a month, if they did."""

    building: Building
    leader: Person
    figures: dict[str, int] | None


async def facts(conn: Connection, building: Building, month: date, now: datetime) -> Month:
    """What happened in the month that the report of a month tells of: the one before it."""
    return await gather(conn, building, months.before(month), now)


async def start(unit: Unit, building: Building, month: date, person_id: int) -> dict[str, Any]:
    """The form as it is proposed. Raises ReportIsIn, NothingToReport for a month to come."""
    if month > building.local(unit.now).date():
        raise NothingToReport
    await check_open(unit, building, f"{month:%Y-%m}", person_id)
    told = await facts(unit.conn, building, month, unit.now)
    return {"building": building.id, "month": f"{month:%Y-%m}", **reports.proposed(told)}


def adjust(form: dict[str, Any], step: str, by: int) -> dict[str, Any]:
    """The form with one of its numbers changed, never below nothing. Raises NothingToReport."""
    if step not in STEPS or abs(by) > MOST:
        raise NothingToReport
    return form | {step: min(MOST, max(0, form[step] + by))}


def correct(form: dict[str, Any], line: str) -> dict[str, Any]:
    """The form with the numbers of a line. Raises NotAReport."""
    return form | reports.read_numbers(line)


async def check_open(unit: Unit, building: Building, month: str, person_id: int) -> None:
    """Go on only while somebody's report of this month (YYYY-MM) is still to come. Raises ReportIsIn."""
    if person_id in await _figures(unit.conn, [building.id], month):
        raise ReportIsIn


async def hand_in(unit: Unit, building: Building, form: dict[str, Any], person_id: int) -> list[Person]:
    """Keep the form, once a month for each leader; who is to be told of it. Raises ReportIsIn."""
    await check_open(unit, building, form["month"], person_id)
    figures = {step: form[step] for step in STEPS}
    stream = f"building:{building.id}"
    await log.append(
        unit.conn, stream, "reported", unit.now, month=form["month"], person=person_id, **figures
    )
    return await offices(unit.conn, building)


async def told_of_silence(unit: Unit, building: Building) -> list[Person]:
    """Who is told which leaders of a building have not reported; nobody where that is switched off."""
    wanted = (await habits.of(unit.conn, building.id)).missing
    return await offices(unit.conn, building) if wanted else []


async def offices(conn: Connection, building: Building) -> list[Person]:
    """Who speaks for the community office in a building and is known to the bot."""
    found = [one for one in await contacts.of_building(conn, building.id) if one.party == OFFICE]
    return [await people.get(conn, one.person_id) for one in found if one.person_id is not None]


async def _figures(
    conn: Connection, building_ids: list[int], month: str
) -> dict[int, dict[int, dict[str, int]]]:
    """What was handed in for a month, by leader and building."""
    streams = [f"building:{building_id}" for building_id in building_ids]
    found: dict[int, dict[int, dict[str, int]]] = {}
    for event in await log.of_kind(conn, streams, "reported"):
        if event.data["month"] == month:
            building_id = int(event.stream.partition(":")[2])
            figures = {step: event.data[step] for step in STEPS}
            found.setdefault(event.data["person"], {})[building_id] = figures
    return found


async def ask_tomorrow(unit: Unit, building: Building, month: str, person_id: int) -> datetime:
    """Ask somebody again tomorrow morning, once however often it is pressed. Raises ReportIsIn."""
    await check_open(unit, building, month, person_id)
    here = building.local(unit.now)
    assert here.tzinfo is not None
    due_at = building.waking(local(here.date() + timedelta(days=1), MONTHLY_AT, here.tzinfo))
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
    if leader.id in await _figures(unit.conn, [building.id], month) or await hold(unit, due, building):
        return None
    return Again(building, _first(month), [leader], comes_late(unit, due))


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


async def schedule_lists(unit: Unit, building: Building, month: date) -> None:
    """Schedule the lists of who has not reported, counted from now, when the leaders are asked."""
    for name, moment in zip(("0d", "2d"), reports.lists_at(building.local(unit.now)), strict=True):
        key = f"{MISSING}:{building.id}:{month:%Y-%m}:{name}"
        await outbox.schedule(unit.conn, key, MISSING, building.id, building.waking(moment))


async def missing_due(unit: Unit, due: Due) -> Again | None:
    """Who has not reported by now; None when all have, or when it is held back or came to nothing."""
    building = await homes.building(unit.conn, due.about_id)
    month = _first(due.key.split(":")[2])
    if not (await habits.of(unit.conn, building.id)).report_day or unit.now - due.due_at > STALE:
        return None
    found = await of_buildings(unit.conn, [building.id], month)
    silent = [one.leader for one in found if one.figures is None]
    if not silent or await hold(unit, due, building):
        return None
    return Again(building, month, silent, comes_late(unit, due))


def stage(due: Due) -> str:
    """Which list it is: "0d" on the day itself, when the leaders were asked that morning, or "2d"."""
    return due.key.split(":")[3]


async def of_office(unit: Unit, person_id: int, month: date) -> list[Reported]:
    """What has come in, and what has not, of the buildings somebody is told about. Raises NotTheOffice."""
    mine = set(await contacts.spoken_for(unit.conn, person_id, OFFICE))
    if not mine:
        raise NotTheOffice
    told = [each.building_id for each in await habits.every(unit.conn) if each.building_id in mine]
    return await of_buildings(unit.conn, told, month)


async def silent_of_office(unit: Unit, person_id: int, month: date) -> list[Reported]:
    """Who of those buildings has not reported though they were asked in time, where that is switched on."""
    set_by = {each.building_id: each for each in await habits.every(unit.conn) if each.missing}
    silent = []
    for one in await of_office(unit, person_id, month):
        known = set_by.get(one.building.id)
        when = None if known is None else of_kind(one.building, known, Kind.REPORT)
        if one.figures is None and when is not None and in_month(when, month) + PATIENCE <= unit.now:
            silent.append(one)
    return silent


async def of_buildings(conn: Connection, building_ids: list[int], month: date) -> list[Reported]:
    """The leaders of some buildings with what they handed in for a month."""
    figures = await _figures(conn, building_ids, f"{month:%Y-%m}")
    return [
        Reported(building, leader, figures.get(leader.id, {}).get(building.id))
        for building, leader in await homes.leaders_in(conn, building_ids)
    ]
