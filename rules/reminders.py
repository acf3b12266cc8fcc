"""What people are reminded of, and when: computed from what is known, stored once under a stable key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from rules.calendar import (
    DEFAULT_QUIET,
    QuietHours,
    before_quiet,
    day_of_month,
    is_working_day,
    local,
    outside_quiet,
)

BEFORE_A_MEETING = (timedelta(days=3), timedelta(days=1), timedelta(hours=1))
BEFORE_A_BALLOT_ENDS = timedelta(days=1)
URGENT = timedelta(hours=2)  # what comes this close to its event is not held back by quiet hours
SHORTEST_BALLOT = timedelta(hours=1)  # a shorter one is held among those present and needs no reminder
TOGETHER = timedelta(hours=1)  # two reminders of one ballot closer than this are one
GRACE = timedelta(minutes=15)  # later than this says that it is late
STALE = timedelta(days=14)  # a monthly reminder older than this is left to the next month


class Kind(StrEnum):
    """What a reminder is about."""

    MEETING = "meeting"
    BALLOT = "ballot"  # to those who have not voted, reading only who did
    STANDING_MEETING = "standing_meeting"  # monthly
    REPORT = "report"  # monthly: the leader's 报到
    TASKS = "open_tasks"  # monthly, to the leaders
    DIGEST = "digest"  # monthly, to the group


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to be said once, at `due`; `about` is the id of the meeting, the ballot or the building."""

    key: str
    kind: Kind
    due: datetime
    about: int


@dataclass(frozen=True, slots=True)
class Monthly:
    """A day and time of every month on the clock of a zone, held back as the building wishes.

    In a shorter month it is the last day. Quiet hours hold it to their end, `on_working_days` to the next
    working day; either may take it into the next month.
    """

    day: int
    at: time
    zone: tzinfo
    quiet: QuietHours | None = DEFAULT_QUIET
    on_working_days: bool = False


def for_meeting(
    meeting: int,
    starts: datetime,
    announced: datetime,
    before: Iterable[timedelta] = BEFORE_A_MEETING,
    quiet: QuietHours | None = DEFAULT_QUIET,
    *,
    revision: int = 0,
) -> tuple[Reminder, ...]:
    """List the reminders of a meeting in their order, leaving out those already past when it was announced.

    Whole days before are counted on the clock of the zone of `starts`, hours as they pass. A meeting moved to
    another time counts its revisions: their reminders have keys of their own and are said anew.
    """
    moved = f":r{revision}" if revision else ""
    found = []
    for lead in sorted(set(before), reverse=True):
        planned = _ahead(starts, lead)
        due = _polite(planned, starts, quiet)
        if _later(planned, announced) and _later(due, announced):
            found.append(Reminder(f"meeting:{meeting}:{label(lead)}{moved}", Kind.MEETING, due, meeting))
    return tuple(found)


def for_ballot(
    ballot: int,
    opens: datetime,
    closes: datetime,
    quiet: QuietHours | None = DEFAULT_QUIET,
) -> tuple[Reminder, ...]:
    """List the reminders for those who have not voted: at half time, and one day before the end.

    The zone is that of `closes`. A ballot shorter than an hour has none; where both would come together the
    one a day before the end stands for both.
    """
    if _elapsed(opens, closes) < SHORTEST_BALLOT:
        return ()
    half = (opens.astimezone(UTC) + _elapsed(opens, closes) / 2).astimezone(closes.tzinfo)
    planned = {"half": half, label(BEFORE_A_BALLOT_ENDS): _ahead(closes, BEFORE_A_BALLOT_ENDS)}
    dues = {name: _polite(due, closes, quiet) for name, due in planned.items() if _later(due, opens)}
    if len(dues) == 2 and abs(_elapsed(*dues.values())) < TOGETHER:
        del dues["half"]
    found = [
        Reminder(f"ballot:{ballot}:{name}", Kind.BALLOT, due, ballot)
        for name, due in dues.items()
        if _later(due, opens)
    ]
    return tuple(sorted(found, key=lambda reminder: reminder.due.astimezone(UTC)))


def for_month(kind: Kind, building: int, monthly: Monthly, after: datetime) -> Reminder:
    """Give the next monthly reminder due after `after`, keyed by the month it belongs to."""
    month = _month_before(after.astimezone(monthly.zone).date())
    while not _later(in_month(monthly, month), after):
        month = next_month(month)
    return of_month(kind, building, monthly, month)


def of_month(kind: Kind, building: int, monthly: Monthly, month: date) -> Reminder:
    """Give the monthly reminder of a month, whether it is over or not."""
    return Reminder(f"{kind}:{building}:{month:%Y-%m}", kind, in_month(monthly, month), building)


def label(lead: timedelta) -> str:
    """Write a span as it stands in a key: 3d, 1h, 90m, 45s."""
    seconds = int(lead.total_seconds())
    for size, letter in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def is_late(due: datetime, now: datetime, grace: timedelta = GRACE) -> bool:
    """Tell whether a reminder sent now must say that it is late."""
    return _elapsed(due, now) > grace


def still_makes_sense(kind: Kind, due: datetime, event_time: datetime | None, now: datetime) -> bool:
    """Tell whether a reminder that is due is still worth saying.

    One of a meeting until it starts, one of a ballot until it closes (their `event_time`); a monthly one
    until its own `event_time` if it has one, else for a fortnight.
    """
    if event_time is not None:
        return _later(event_time, now)
    return kind not in {Kind.MEETING, Kind.BALLOT} and _elapsed(due, now) <= STALE


def _polite(planned: datetime, event: datetime, quiet: QuietHours | None) -> datetime:
    """Hold what can wait to the end of the quiet hours; bring it forward where the event would come first."""
    if _elapsed(planned, event) <= URGENT:
        return planned
    held = outside_quiet(planned, quiet)
    return held if _later(event, held) else before_quiet(planned, quiet)


def _ahead(event: datetime, lead: timedelta) -> datetime:
    """Step back by whole days on the clock of the zone, then by the rest as time passes."""
    zone = event.tzinfo or UTC
    same_clock = local(event.date() - timedelta(days=lead.days), event.time(), zone) if lead.days else event
    return (same_clock.astimezone(UTC) - timedelta(seconds=lead.seconds)).astimezone(zone)


def in_month(monthly: Monthly, month: date) -> datetime:
    """Give the moment at which what belongs to a month is due; it may lie in the next."""
    planned = local(day_of_month(month.year, month.month, monthly.day), monthly.at, monthly.zone)
    held = outside_quiet(planned, monthly.quiet)
    while monthly.on_working_days and not is_working_day(held.date()):
        held = local(held.date() + timedelta(days=1), held.time(), monthly.zone)
    return held


def _elapsed(start: datetime, end: datetime) -> timedelta:
    """Measure time as it passes: within one zone Python would subtract the clocks on the wall."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def _later(moment: datetime, than: datetime) -> bool:
    return _elapsed(than, moment) > timedelta()


def next_month(month: date) -> date:
    """Give the first day of the month after that of a day."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
