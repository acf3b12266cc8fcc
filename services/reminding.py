"""Reminding: when it is time, whether it still makes sense, and whom to tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from rules.ballots import Ballot
from rules.homes import Building
from rules.meetings import Meeting, State, days_left
from rules.people import Person
from rules.reminders import URGENT, Kind, for_ballot, for_meeting, is_late, still_makes_sense
from storage import ballots, homes, meetings, outbox, silence
from storage.outbox import Due
from storage.silence import Silent
from storage.store import Unit

MEETING = "meeting_reminder"
BALLOT_HALF = "ballot_half"
BALLOT_LAST_DAY = "ballot_last_day"
HELD = ":held"  # ends the key of what was put off to the morning


@dataclass(frozen=True, slots=True)
class MeetingReminder:
    """A meeting to be reminded of now; `coming` are those of its people who want to be told in private.

    `days` are counted on the building's clock, `minutes` as they pass, one that has begun as a whole one.
    """

    meeting: Meeting
    building: Building
    coming: list[Person]
    days: int
    minutes: int
    urgent: bool
    late: bool


@dataclass(frozen=True, slots=True)
class BallotReminder:
    """A ballot to be reminded of now, and those whose households have not voted."""

    ballot: Ballot
    zone: str
    silent: list[Silent]
    late: bool


async def schedule_meeting(unit: Unit, meeting: Meeting, building: Building) -> None:
    """Schedule the reminders of an announced meeting; those of its earlier time are dropped."""
    assert meeting.planned_at is not None
    await unschedule_meeting(unit, meeting.id)
    starts, quiet = building.local(meeting.planned_at), building.quiet_hours
    for reminder in for_meeting(meeting.id, starts, unit.now, quiet=quiet, revision=meeting.sequence):
        await outbox.schedule(unit.conn, reminder.key, MEETING, meeting.id, reminder.due)


async def unschedule_meeting(unit: Unit, meeting_id: int) -> None:
    """Remind nobody of a meeting any more."""
    await outbox.unschedule(unit.conn, meeting_id, MEETING)


async def schedule_ballot(unit: Unit, ballot_id: int, closes_at: datetime | None, building: Building) -> None:
    """Schedule the reminders to those who have not voted in a ballot that opens now; none without an end."""
    if closes_at is None:
        return
    for reminder in for_ballot(ballot_id, unit.now, building.local(closes_at), building.quiet_hours):
        kind = BALLOT_HALF if reminder.key.endswith(":half") else BALLOT_LAST_DAY
        await outbox.schedule(unit.conn, reminder.key, kind, ballot_id, reminder.due)


async def unschedule_ballot(unit: Unit, ballot_id: int) -> None:
    """Remind nobody of a ballot any more."""
    await outbox.unschedule(unit.conn, ballot_id, BALLOT_HALF, BALLOT_LAST_DAY)


async def meeting_due(unit: Unit, due: Due) -> MeetingReminder | None:
    """What a reminder of a meeting has to say now; None when it is pointless, or held back for the night."""
    meeting = await meetings.get(unit.conn, due.about_id)
    building = await homes.building(unit.conn, meeting.building_id)
    starts = meeting.planned_at
    if starts is None or meeting.state is not State.ANNOUNCED or await newer_is_due(unit, due):
        return None
    if not still_makes_sense(Kind.MEETING, due.due_at, starts, unit.now):
        return None
    urgent = starts - unit.now <= URGENT
    if not urgent and await hold(unit, due, building):
        return None
    return MeetingReminder(
        meeting,
        building,
        await people_coming(unit, meeting, only_wanting=True),
        days_left(starts, unit.now, ZoneInfo(building.zone)),
        ceil((starts - unit.now) / timedelta(minutes=1)),
        urgent,
        comes_late(unit, due),
    )


async def people_coming(unit: Unit, meeting: Meeting, *, only_wanting: bool) -> list[Person]:
    """Who said they come, with their families, as far as a private message reaches them; each once.

    `only_wanting`: leave out those who switched their reminders off.
    """
    replies = await meetings.replies_of(unit.conn, meeting.id)
    coming = {reply.household_id for reply in replies if reply.coming}
    everyone = await homes.residents(unit.conn, meeting.building_id)
    found = {
        person.id: person
        for person, home in everyone
        if home in coming and person.reach == "yes" and (person.reminders or not only_wanting)
    }
    return list(found.values())


async def remind_voters(unit: Unit, due: Due) -> BallotReminder | None:
    """Whom to remind that they have not voted, reading only who did; None when it is pointless or held."""
    ballot = await ballots.find(unit.conn, due.about_id)
    if ballot is None or ballot.closes_at is None or not ballot.is_open(unit.now):
        return None
    if await newer_is_due(unit, due):
        return None
    building = await homes.building(unit.conn, ballot.building_id)
    if ballot.closes_at - unit.now > URGENT and await hold(unit, due, building):
        return None
    silent = await silence.of_ballot(unit.conn, ballot)
    return BallotReminder(ballot, building.zone, silent, comes_late(unit, due))


async def newer_is_due(unit: Unit, due: Due) -> bool:
    """Whether a later reminder of the same thing is due as well, as after a night without power."""
    return any(
        other.about_id == due.about_id
        and other.key != due.key
        and _family(other) == _family(due)
        and other.due_at > due.due_at
        for other in await outbox.due(unit.conn, unit.now, limit=10_000)
    )


def _family(due: Due) -> str:
    return due.kind.partition("_")[0]


def comes_late(unit: Unit, due: Due) -> bool:
    """Whether what is done now was meant for an earlier time; what was held for the night was."""
    return due.key.endswith(HELD) or is_late(due.due_at, unit.now)


async def hold(unit: Unit, due: Due, building: Building) -> bool:
    """Put what would come in a building's quiet hours off to their end; whether it was."""
    until = building.waking(unit.now)
    if until == unit.now:
        return False
    await outbox.schedule(unit.conn, f"{due.key}{HELD}", due.kind, due.about_id, until)
    return True
