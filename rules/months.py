"""A month of a building in figures: what was held, decided and done, and what is still open.

Of a ballot under way no figure stands in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from rules.ballots import Ballot
from rules.events import Event
from rules.meetings import Meeting
from rules.statements import read_statements
from rules.tasks import Stage, Task


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting of the month: how many households came of how many invited."""

    day: date
    kind: str
    present: int
    invited: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A ballot that was closed in the month."""

    question: str
    voted: int
    eligible: int
    carried: bool


@dataclass(frozen=True, slots=True)
class Month:
    """What happened in a month (its first day), and what was open at the end of it."""

    month: date
    held: tuple[Held, ...]
    decided: tuple[Decided, ...]
    done: tuple[str, ...]  # tasks that the leader confirmed
    items: int  # of the agendas that were dealt with
    said: int  # statements on record
    joined: int  # households that registered
    open_tasks: int
    overdue: int
    under_way: int  # ballots
    next_at: datetime | None

    @property
    def settled(self) -> tuple[str, ...]:
        """What came to a good end: what was agreed by vote, and what was done."""
        return (*(one.question for one in self.decided if one.carried), *self.done)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (
            self.held or self.decided or self.done or self.open_tasks or self.under_way or self.next_at
        )


def before(day: date) -> date:
    """The first day of the month before that of a day: what comes monthly tells of a month that is whole."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def is_in(moment: datetime | None, month: date, zone: tzinfo) -> bool:
    """Whether a moment lies in a month on the clock of a zone."""
    return moment is not None and moment.astimezone(zone).date().replace(day=1) == month


def of_meeting(meeting: Meeting, log: Collection[Event], zone: tzinfo) -> tuple[Held, int, int] | None:
    """A meeting by its log, how many items it dealt with, and how much was said; None before it opened."""
    opened = next((event for event in log if event.kind == "opened"), None)
    if opened is None:
        return None
    present = {event.data["household"] for event in log if event.kind == "checked_in"}
    items = {event.data["item"] for event in log if event.kind == "item_opened"}
    said = sum(1 for one in read_statements(log).values() if one.state != "taken_back")
    day = opened.at.astimezone(zone).date()
    return Held(day, meeting.kind, len(present), opened.data["invited"]), len(items), said


def of_ballots(closed: Iterable[Ballot], month: date, zone: tzinfo) -> tuple[Decided, ...]:
    """The ballots that were closed in the month, the first first."""
    found = [ballot for ballot in closed if is_in(ballot.closed_at, month, zone) and ballot.result]
    found.sort(key=lambda ballot: (ballot.closed_at, ballot.id))
    return tuple(
        Decided(ballot.question, ballot.voted, ballot.eligible, bool(ballot.result and ballot.result["won"]))
        for ballot in found
    )


def of_tasks(
    tasks: Iterable[Task], month: date, today: date, zone: tzinfo
) -> tuple[tuple[str, ...], int, int]:
    """What was done in the month, how many are open, and how many of those are overdue."""
    every = list(tasks)
    done = tuple(task.what for task in every if is_in(task.confirmed_at, month, zone))
    left = [task for task in every if task.stage is not Stage.CONFIRMED]
    return done, len(left), sum(task.is_overdue(today) for task in left)
