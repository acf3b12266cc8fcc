"""A sitting: what may be done from the opening of a meeting to its close."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from rules import when
from rules.meetings import Item, ItemState, Meeting, State, TextTooLong
from rules.refusals import Refusal

EARLY = timedelta(minutes=30)  # before the planned time; earlier than this is asked once more
GRACE = timedelta(minutes=10)  # who checks in later than this after the start is late
STATEMENT_LIMIT = 1000  # characters
TASK_LIMIT = 200
WHO_LIMIT = 40
_BY = re.compile(r"(?:之|以)?前(?=$|[\s,，;；。])|\b(?:by|before)\s", re.IGNORECASE)  # 周五前 is 周五
_JOINTS = re.compile(r"[\s,，;；|｜]+")  # what stands between who, what and when


UNFINISHED = frozenset({ItemState.WAITING, ItemState.OPEN})


class NoMeetingOpen(Refusal):
    """No meeting of this building is under way; `planned` is when the next one begins, if one is known."""


class AnotherMeetingOpen(Refusal):
    """The building is in a meeting already."""


class MeetingNotOpen(Refusal):
    """The meeting has not begun."""


class MeetingIsOver(Refusal):
    """The meeting was closed."""


class ItemMovedOn(Refusal):
    """The key belongs to an item that is over: somebody has opened the next one."""


class NoItemLeft(Refusal):
    """Every item of the agenda was dealt with."""


class NoItemOpen(Refusal):
    """A proposal belongs under an item, and none is open."""


class AlreadyOnRecord(Refusal):
    """The message is in the record."""


class BallotStillOpen(Refusal):
    """A meeting ends after its ballots, so that its minutes hold their results."""


class PhotoNeedsWords(Refusal):
    """A photo on record says in its caption what it shows."""


class NothingToRecord(Refusal):
    """To put something on record one replies to a message that somebody wrote."""


class StepIsOver(Refusal):
    """The question this belongs to was answered, or dropped, or was put to somebody else."""


class DueNotClear(Refusal):
    """No one day can be read as the day by which a task is due."""


class NextTimeNotClear(Refusal):
    """No one hour ahead can be read as the time of the next meeting."""


def is_early(meeting: Meeting, now: datetime) -> bool:
    """Whether it is more than half an hour before the planned time."""
    return meeting.planned_at is not None and now < meeting.planned_at - EARLY


def is_late(meeting: Meeting, now: datetime) -> bool:
    """Whether who comes now is late: ten minutes after the opening, or after the planned time if later."""
    times = [moment for moment in (meeting.opened_at, meeting.planned_at) if moment is not None]
    return bool(times) and now > max(times) + GRACE


def check_open(meeting: Meeting) -> None:
    """Go on only while the meeting is under way. Raises MeetingNotOpen, MeetingIsOver."""
    if meeting.state is State.CLOSED:
        raise MeetingIsOver(closed_at=meeting.closed_at)
    if meeting.state is not State.OPEN:
        raise MeetingNotOpen


def open_item(agenda: list[Item]) -> Item | None:
    """The item under discussion."""
    return next((item for item in agenda if item.state is ItemState.OPEN), None)


def last_begun(agenda: list[Item]) -> int:
    """The number of the item under discussion, or of the last one there was; 0 before the first."""
    return max((item.number for item in agenda if item.state is not ItemState.WAITING), default=0)


def read_due(text: str, now: datetime) -> date:
    """The day by which a task is due, from all that was written; `now` in the building's zone.

    Raises DueNotClear.
    """
    return _day(when.read(_BY.sub(" ", text).strip(), now), text)


def read_next_time(text: str, now: datetime) -> datetime:
    """The day and hour of the next meeting; `now` in the building's zone. Raises NextTimeNotClear."""
    reading = when.read(text, now)
    if not isinstance(reading, when.Moment) or reading.precision is not when.Precision.MINUTE:
        raise NextTimeNotClear(text=text[:40])
    return reading.start


def read_task(text: str, now: datetime) -> tuple[str, str, date | None]:
    """Who does what by when, of "物业 出施工图 下周五"; what is not said is empty.

    `now` in the building's zone. Raises DueNotClear, TextTooLong.
    """
    text = _BY.sub(" ", text)
    found = when.find(text, now)
    due = _day(found.reading, found.phrase) if found else None
    rest = f"{found.before} {found.rest}" if found else text
    words = _JOINTS.sub(" ", rest).split(maxsplit=1)
    who = words[0] if words else ""
    what = " ".join(words[1].split()) if len(words) > 1 else ""
    if len(who) > WHO_LIMIT or len(what) > TASK_LIMIT:
        raise TextTooLong(limit=WHO_LIMIT if len(who) > WHO_LIMIT else TASK_LIMIT, length=len(text))
    return who, what, due


def _day(reading: when.Reading, text: str) -> date:
    if not isinstance(reading, when.Moment):
        raise DueNotClear(text=text[:40])
    return reading.start.date()


def next_item(agenda: list[Item], after: int) -> Item | None:
    """The item that follows the one numbered `after`; None when that was the last and is still open.

    Raises ItemMovedOn where the meeting has gone on since, NoItemLeft at the end of the agenda.
    """
    if last_begun(agenda) != after:
        raise ItemMovedOn(item=open_item(agenda))
    following = next((item for item in agenda if item.state is ItemState.WAITING), None)
    if following is None and open_item(agenda) is None:
        raise NoItemLeft
    return following
