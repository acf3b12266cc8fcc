"""Minutes on file: until when corrections are heard, from whom, and what makes the minutes final."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from rules import calendar
from rules.minutes import Stage
from rules.refusals import Refusal

DAYS_TO_OBJECT = (
    3  # our default; the first day is not counted, a holiday at the end moves it (民法典201, 203)
)
CORRECTION_LIMIT = 500  # characters
ADDENDUM = "addendum"
MOST_WAITING = 5  # corrections of one person that wait for an answer


@dataclass(frozen=True, slots=True)
class Filed:
    """Minutes on file; `content` and its sha256 `hash` are there once they are approved."""

    meeting_id: int
    stage: Stage
    drafted_at: datetime
    objections_until: datetime
    approved_at: datetime | None
    content: Mapping[str, Any] | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class Objection:
    """A correction somebody asked for: "open", "accepted" or "declined".

    `about` is "minutes", or "addendum" where they were approved already.
    """

    id: int
    about_id: int
    by_id: int
    text: str
    at: datetime
    state: str
    about: str

    @property
    def is_addendum(self) -> bool:
        """Whether it came after the approval and leaves the minutes as they are."""
        return self.about == ADDENDUM


class NoMinutesYet(Refusal):
    """Minutes are drafted when a meeting is closed."""


class MinutesApproved(Refusal):
    """Approved minutes are not changed any more."""


class TooLateToObject(Refusal):
    """The time for corrections is over."""


class WasNotThere(Refusal):
    """Corrections are for those who attended."""


class TooManyCorrections(Refusal):
    """A person's earlier corrections still wait for their answers."""


class AlreadyDecided(Refusal):
    """The leader has decided this correction."""


class NoSuchCorrection(Refusal):
    """The correction does not exist, or belongs to another building."""


class TooEarlyToApprove(Refusal):
    """The time for corrections is not over yet."""


class CorrectionsOpen(Refusal):
    """Corrections wait for the leader's decision."""


def objections_until(closed_at: datetime, zone: tzinfo) -> datetime:
    """The instant the time for corrections is over: 24:00 of its last day."""
    return calendar.closing(calendar.deadline(closed_at.astimezone(zone).date(), DAYS_TO_OBJECT), zone)


def check_draft(filed: Filed) -> None:
    """Go on only before the approval. Raises MinutesApproved."""
    if filed.stage is Stage.APPROVED:
        raise MinutesApproved(at=filed.approved_at)


def check_may_object(filed: Filed, homes: Collection[int], present: Collection[int], now: datetime) -> None:
    """Go on only for a member of a household that was there: within the time, or after the approval.

    In between nothing is heard. Raises TooLateToObject, WasNotThere.
    """
    if filed.stage is Stage.DRAFT and now >= filed.objections_until:
        raise TooLateToObject(until=filed.objections_until)
    if not set(homes) & set(present):
        raise WasNotThere


def check_may_approve(filed: Filed, waiting: int, now: datetime) -> None:
    """Go on only after the time for corrections, none of them open.

    Raises MinutesApproved, TooEarlyToApprove, CorrectionsOpen.
    """
    check_draft(filed)
    if now < filed.objections_until:
        raise TooEarlyToApprove(until=filed.objections_until)
    if waiting:
        raise CorrectionsOpen(count=waiting)
