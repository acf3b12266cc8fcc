"""The register (台账) of a building: its meetings, ballots, resolutions and tasks of a month, as rows.

Of a ballot that is open no figure stands in it, and of none what anybody chose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from rules.ballots import Ballot
from rules.ballots import State as BallotState
from rules.events import Event
from rules.kinds import kind_name
from rules.meetings import Meeting
from rules.results import may_show, standings
from rules.tasks import Task

SHEETS = ("meetings", "ballots", "resolutions", "tasks")
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a sheet, with the day it is filed under."""

    sheet: str
    day: date
    row: Row
    about: int  # the meeting, the ballot or the task
    state: str


def of_meeting(meeting: Meeting, events: Sequence[Event], zone: tzinfo, lang: str) -> Entry | None:
    """A meeting by its log: kind, place, time, households, quorum, state; None before its notice."""
    when = meeting.opened_at or meeting.planned_at
    if meeting.published_at is None or when is None:
        return None
    opened = next((event for event in events if event.kind == "opened"), None)
    present = {event.data["household"] for event in events if event.kind == "checked_in"}
    invited = (
        (str(len(present)), str(opened.data["invited"]), str(opened.data["quorum"])) if opened else ("",) * 3
    )
    day = when.astimezone(zone)
    kind = kind_name(meeting.preset.name(lang), lang)
    return Entry(
        "meetings",
        day.date(),
        (str(meeting.id), _moment(when, zone), kind, meeting.place, *invited, str(meeting.state)),
        meeting.id,
        str(meeting.state),
    )


def of_ballot(ballot: Ballot, zone: tzinfo) -> Entry | None:
    """A ballot: question, way, opening, closing, and once it is closed who could vote and who did."""
    if ballot.opened_at is None:
        return None
    over = ballot.state is BallotState.CLOSED
    figures = (str(ballot.eligible), str(ballot.voted)) if over else ("", "")
    times = (_moment(ballot.opened_at, zone), _moment(ballot.closed_at or ballot.closes_at, zone))
    day = ballot.opened_at.astimezone(zone).date()
    row = (
        str(ballot.id),
        str(ballot.meeting_id or ""),
        ballot.question,
        str(ballot.method),
        *times,
        *figures,
    )
    return Entry("ballots", day, (*row, str(ballot.state)), ballot.id, str(ballot.state))


def of_resolution(ballot: Ballot, stands: str, zone: tzinfo) -> Entry | None:
    """What a closed ballot decided; `stands`: "published", "objected" or "over". No figures of very few."""
    if ballot.closed_at is None or ballot.result is None:
        return None
    rows = standings(ballot)
    carried = (
        bool(ballot.result["carried"]) if ballot.result["carried"] is not None else bool(ballot.result["won"])
    )
    won = "、".join(f"{row.option.label} {row.option.text}".strip() for row in rows if row.won)
    shown = may_show(ballot.result)
    figures = "，".join(f"{row.option.label} {row.votes}" for row in rows) if shown else ""
    until = str(ballot.publication_until or "")
    day = ballot.closed_at.astimezone(zone).date()
    outcome = "carried" if carried else "tied" if ballot.result["tied"] else "not_carried"
    row = (str(ballot.id), ballot.question, outcome, won, figures, until, stands)
    return Entry("resolutions", day, row, ballot.id, outcome)


def of_task(task: Task, given: date) -> Entry:
    """A task under the day on which it was given out."""
    row = (str(task.meeting_id), task.who, task.what, str(task.due or ""), str(task.stage))
    return Entry("tasks", given, (*row, "yes" if task.photo else "no"), task.id, str(task.stage))


def of_month(entries: Iterable[Entry], month: str | None) -> dict[str, list[Entry]]:
    """The entries of each sheet of a month (YYYY-MM; None: of all), by day."""
    chosen = [one for one in entries if month is None or f"{one.day:%Y-%m}" == month]
    chosen.sort(key=lambda one: one.day)
    return {sheet: [one for one in chosen if one.sheet == sheet] for sheet in SHEETS}


def touches(meeting: Meeting, month: str, zone: tzinfo) -> bool:
    """Whether anything of a meeting may be filed under a month (YYYY-MM)."""
    begun = meeting.opened_at or meeting.planned_at
    if begun is None:
        return False
    over = meeting.closed_at or (None if meeting.opened_at else begun)
    return _month(begun, zone) <= month and (over is None or month <= _month(over, zone))


def months(meetings: Iterable[Meeting], ballots: Iterable[Ballot], zone: tzinfo) -> tuple[str, str] | None:
    """The first and the last month (YYYY-MM) with an entry; None where there is none."""
    begun = [one.opened_at or one.planned_at for one in meetings if one.published_at is not None]
    moments = [*begun, *(one.opened_at for one in ballots), *(one.closed_at for one in ballots)]
    found = sorted(_month(moment, zone) for moment in moments if moment is not None)
    return (found[0], found[-1]) if found else None


def _month(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m}"


def _moment(at: datetime | None, zone: tzinfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
