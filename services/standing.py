"""The standing meeting: a week ahead of each the leaders are asked whether it is held.

To skip or to move one of them leaves the rule as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rules.habits import Standing
from rules.homes import Building
from rules.kinds import Kind
from rules.meetings import Meeting, State
from rules.people import Person
from rules.refusals import Refusal
from rules.reminders import Kind as Reminded
from rules.reminders import still_makes_sense
from rules.schedule import day_of
from services import calling, monthly
from services.reminding import comes_late, hold
from storage import habits, homes, log, meetings
from storage.outbox import Due
from storage.store import Unit

STANDING = str(Reminded.STANDING_MEETING)


class NoSuchStanding(Refusal):
    """A standing meeting whose day is over, or one that is not held any more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Leaders to be asked about one of the meetings, and whether they are asked late."""

    building: Building
    planned: datetime
    kind: Kind
    leaders: list[Person]
    late: bool


async def question_due(unit: Unit, due: Due) -> Asked | None:
    """Whom to ask about which meeting; None when it is pointless now. Plans the next question."""
    building, set_by_it = await monthly.go_on(unit, due)
    rule, day = set_by_it.standing, day_of(due.key)
    if rule is None or not rule.falls_on(day):
        return None
    when = rule.on(day, ZoneInfo(building.zone))
    if not still_makes_sense(Reminded.STANDING_MEETING, due.due_at, when, unit.now):
        return None
    if await meeting_at(unit, building, when) or await hold(unit, due, building):
        return None
    leaders = await homes.holders(unit.conn, building.id, "leader")
    return Asked(building, when, rule.preset, leaders, comes_late(unit, due))


def following(rule: Standing, building: Building, after: datetime) -> datetime:
    """When the first one after a moment is."""
    return rule.following(after, ZoneInfo(building.zone))


async def meeting_at(unit: Unit, building: Building, when: datetime) -> Meeting | None:
    """The draft or announced meeting of a building at this time, if there is one."""
    known = await meetings.of_building(unit.conn, building.id, State.DRAFT, State.ANNOUNCED)
    return next((meeting for meeting in known if meeting.planned_at == when), None)


async def ahead(unit: Unit, building: Building, day: date) -> datetime:
    """When the meeting of a day begins. Raises NoSuchStanding once it is over, or when none is held."""
    rule = (await habits.of(unit.conn, building.id)).standing
    if rule is None or not rule.falls_on(day) or (when := rule.on(day, ZoneInfo(building.zone))) <= unit.now:
        raise NoSuchStanding
    return when


async def next_of(unit: Unit, building: Building, after: datetime) -> datetime | None:
    """When the first one after a moment is; None when none is held."""
    rule = (await habits.of(unit.conn, building.id)).standing
    return None if rule is None else following(rule, building, after)


async def begin(unit: Unit, building: Building, person_id: int) -> Meeting:
    """The leader's draft: where the building met last, with the standing agenda and what comes back."""
    draft = await calling.draft_of(unit, building, person_id)
    if draft is None or draft.planned_at is None:
        draft = await _prepare(unit, building, draft, person_id)
    places = await calling.earlier_places(unit, building)
    if not draft.place and places:
        await calling.set_place(unit, draft, places[0])
    return await meetings.get(unit.conn, draft.id)


async def _prepare(unit: Unit, building: Building, draft: Meeting | None, person_id: int) -> Meeting:
    """A new draft of the standing meeting's kind, or the one begun; what stands on each is put on it."""
    set_by_it = await habits.of(unit.conn, building.id)
    if draft is None:
        draft = await calling.begin(unit, building, person_id)
        if set_by_it.standing is not None and set_by_it.standing.kind != draft.kind:
            draft = await calling.set_kind(unit, building, draft, set_by_it.standing.kind, person_id)
    await calling.carry_over(unit, building, draft, set_by_it.agenda)
    return draft


async def skip(unit: Unit, building: Building, day: date, by_id: int) -> datetime:
    """Leave one of them out; the rule stays. When it would have been. Raises NoSuchStanding."""
    when = await ahead(unit, building, day)
    stream = f"building:{building.id}"
    await log.append(unit.conn, stream, "standing_skipped", unit.now, day=day.isoformat(), by=by_id)
    return when
