"""The room: the code that is shown in it, who leaves it, and what follows when too few came."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from rules.events import Event
from rules.meetings import Meeting
from rules.refusals import Refusal
from rules.sitting import is_late

WINDOW = timedelta(minutes=10)  # a code is shown so long, and taken as long again
SHOWN_FOR = timedelta(hours=6)  # then it changes only when the leader asks
MOST_WRONG_CODES = 5  # an hour
LONG = timedelta(hours=6)  # a meeting planned for longer closes by itself
MOST_INQUORATE = 2
_CODE = re.compile(r"\d{4}")


class Mode(StrEnum):
    """How people check in: by the key in the chat or the code in the room, or by the code alone."""

    BOTH = "both"
    SITE = "site"


class CodeNeeded(Refusal):
    """This meeting is held on site: who checks in types the code shown in the room."""


class NotPresent(Refusal):
    """Who leaves has to be there first."""


def code_at(meeting: Meeting, at: datetime) -> str:
    """The four digits shown in the room at a moment."""
    return _code(meeting, int(at.timestamp() // WINDOW.total_seconds()))


def _code(meeting: Meeting, window: int) -> str:
    digest = hashlib.sha256(f"{meeting.room_key}:{meeting.id}:{window}".encode()).digest()
    return f"{int.from_bytes(digest[:8]) % 10_000:04}"


def is_code(meeting: Meeting, text: str, now: datetime) -> bool:
    """Whether a text is the code shown now, or the one before it."""
    return meeting.room_key is not None and text in {code_at(meeting, now), code_at(meeting, now - WINDOW)}


def read_code(text: str) -> str | None:
    """The four digits of a text, None where it holds no such."""
    found = _CODE.fullmatch("".join(text.split()))
    return found[0] if found else None


def changes_at(now: datetime) -> datetime:
    """When the code shown now gives way to the next."""
    return now + WINDOW - timedelta(seconds=now.timestamp() % WINDOW.total_seconds())


def closes_by_itself(meeting: Meeting) -> bool:
    """Whether a meeting lasts so long that nobody waits for its end."""
    if meeting.planned_end is None or meeting.planned_at is None:
        return False
    return meeting.planned_end - meeting.planned_at > LONG


def came_late(meeting: Meeting, now: datetime) -> bool:
    """Whether who comes now is late; nobody is late to a meeting that lasts for days."""
    return not closes_by_itself(meeting) and is_late(meeting, now)


def times_inquorate(events: Iterable[Event]) -> int:
    """How many meetings before this one on the same matter did not reach their quorum, from its events."""
    return max((event.data["times"] for event in events if event.kind == "repeats"), default=0)
