"""Tasks after the meeting: who is meant, when they are reminded, and how far a task has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from rules.calendar import DEFAULT_QUIET, QuietHours, local, outside_quiet
from rules.refusals import Refusal

REMIND_AT = time(9)
REMINDED = (("2d", -2), ("0d", 0), ("late", 1))  # days from the day by which it is due


class Stage(StrEnum):
    """How far a task has come."""

    OPEN = "open"
    DONE = "done"  # somebody says so
    CONFIRMED = "confirmed"  # the leader has seen it


@dataclass(frozen=True, slots=True)
class Task:
    """Who does what by when, and what became of it; `photo` is the platform's name of a picture."""

    id: int
    meeting_id: int
    who: str
    what: str
    due: date | None
    done_at: datetime | None
    photo: str | None
    confirmed_at: datetime | None

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.done_at is None:
            return Stage.OPEN
        return Stage.DONE if self.confirmed_at is None else Stage.CONFIRMED

    def is_overdue(self, today: date) -> bool:
        """Whether its day is over and nobody says it is done."""
        return self.stage is Stage.OPEN and self.due is not None and self.due < today


class NoSuchTask(Refusal):
    """There is no such task in this building."""


class NotYourTask(Refusal):
    """Done is said by the one who does it, by the leader or by the recorder."""


class TaskMovedOn(Refusal):
    """The task has been done, confirmed or sent back meanwhile."""


def reminders(
    due: date, zone: tzinfo, now: datetime, quiet: QuietHours = DEFAULT_QUIET
) -> dict[str, datetime]:
    """When a task is reminded of: two days before, on the day, once after it; never what is past by now."""
    planned = {
        name: outside_quiet(local(due + timedelta(days=days), REMIND_AT, zone), quiet)
        for name, days in REMINDED
    }
    return {name: moment for name, moment in planned.items() if moment > now}


def meant(who: str, known: Iterable[tuple[int, Iterable[str]]]) -> list[int]:
    """The ids of those whom `who` names: by their name, their door or their party."""
    wanted = _plain(who)
    return list(dict.fromkeys(key for key, names in known if wanted in map(_plain, names)))


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
