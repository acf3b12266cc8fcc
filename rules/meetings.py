"""Meetings: what kinds there are, what each asks for, and what may be done with one in which state.

Kinds are data, never code paths: a rural hamlet's 屋场恳谈会 and an owners' assembly differ by these numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from fractions import Fraction
from math import ceil

from rules.refusals import Refusal

TITLE_LIMIT = 80  # characters of an item's title
PLACE_LIMIT = 60
PROPOSAL_LIMIT = 500
MOST_ITEMS = 9
MOST_PROPOSALS = 40  # of one item: a list of equipment to choose from is long


class State(StrEnum):
    """How far a meeting has come."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """How far an item of the agenda has come."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    DEFERRED = "deferred"  # to the next meeting


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many households must be present: a share of those invited, and never fewer than `least`."""

    share: Fraction
    least: int

    def needed(self, invited: int) -> int:
        """The number of households, at most all of them."""
        return min(invited, max(self.least, ceil(self.share * invited)))

    def reached(self, present: int, invited: int) -> bool:
        """Whether so many present are enough; the number itself is (民法典1259)."""
        return present >= self.needed(invited)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of meeting: its names, its notice period in days and its quorum."""

    code: str
    zh: str
    en: str
    notice: int
    quorum: Quorum


_FEW = Quorum(Fraction(1, 20), 3)  # a deliberation: 21 of 291 households made a good one
KINDS = {
    kind.code: kind
    for kind in (
        Kind("building", "楼宇会", "building meeting", 3, _FEW),
        Kind("bench", "板凳调解会", "bench mediation", 0, Quorum(Fraction(0), 2)),
        Kind("four_party", "四方议事会", "four-party meeting", 3, Quorum(Fraction(0), 4)),
        Kind("courtyard", "屋场恳谈会", "courtyard talk", 3, _FEW),
        Kind("evening", "邻里夜话", "evening talk", 1, Quorum(Fraction(0), 3)),
        Kind("party_group", "党小组会", "party group meeting", 1, Quorum(Fraction(0), 3)),
        # 物业管理条例: 15 days' notice; 民法典278: two thirds take part
        Kind("owners", "业主大会", "owners' assembly", 15, Quorum(Fraction(2, 3), 1)),
    )
}
DEFAULT_KIND = "building"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a building; `planned_at` is unknown while a draft has no time yet."""

    id: int
    building_id: int
    kind: str
    state: State
    place: str
    planned_at: datetime | None
    published_at: datetime | None
    opened_at: datetime | None
    closed_at: datetime | None
    convener_id: int
    sequence: int
    planned_end: datetime | None = None
    mode: str = "both"
    room_key: str | None = None

    @property
    def preset(self) -> Kind:
        """The kind of meeting it is."""
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Item:
    """One point of the agenda; `number` counts from 1, `minutes` are those planned for it.

    One that was not announced was added while the meeting sat.
    """

    id: int
    meeting_id: int
    number: int
    title: str
    state: ItemState
    minutes: int | None = None
    announced: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way an item could be settled: a text and perhaps a picture (the platform's name of it).

    `gone` says why it is put to the vote no more: "withdrawn" or "merged".
    """

    id: int
    item_id: int
    number: int
    text: str
    picture: str | None
    by_id: int
    at: datetime
    gone: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a household answered to the notice."""

    household_id: int
    coming: bool
    by_id: int
    at: datetime


class NoSuchMeeting(Refusal):
    """The meeting does not exist, or belongs to another building."""


class NotADraft(Refusal):
    """The notice has gone out: nothing is decided that was not announced."""


class NotAnnounced(Refusal):
    """The meeting is not waiting to begin: still a draft, under way, over or cancelled."""


class TimeIsOver(Refusal):
    """A meeting cannot begin in the past."""


class InsideTheNotice(Refusal):
    """The day is nearer than the notice period of this kind allows."""


class NoTimeYet(Refusal):
    """A notice without a day and an hour."""


class NoPlaceYet(Refusal):
    """A notice without a place."""


class NothingOnTheAgenda(Refusal):
    """A notice without an item."""


class TooManyItems(Refusal):
    """An agenda longer than one screen."""


class TooManyProposals(Refusal):
    """More ways to settle an item than a list can show."""


class NothingWritten(Refusal):
    """A text of spaces, or none."""


class TextTooLong(Refusal):
    """More characters than what it is for can hold."""


def days_left(planned: datetime, now: datetime, zone: tzinfo) -> int:
    """Full days until a meeting on the building's clock; the first day is not counted (民法典201)."""
    return (planned.astimezone(zone).date() - now.astimezone(zone).date()).days


def keeps_notice(kind: Kind, planned: datetime, now: datetime, zone: tzinfo) -> bool:
    """Whether a notice published now leaves the days this kind asks for."""
    return days_left(planned, now, zone) >= kind.notice


def earliest_day(kind: Kind, now: datetime, zone: tzinfo) -> date:
    """The first day for which a notice published now is in time."""
    return now.astimezone(zone).date() + timedelta(days=kind.notice)


def check_time(kind: Kind, planned: datetime, now: datetime, zone: tzinfo) -> None:
    """Go on only with a time ahead that keeps the notice. Raises TimeIsOver, InsideTheNotice."""
    if planned <= now:
        raise TimeIsOver(planned=planned)
    if not keeps_notice(kind, planned, now, zone):
        left = days_left(planned, now, zone)
        raise InsideTheNotice(kind=kind, days=left, earliest=earliest_day(kind, now, zone))


def check_complete(meeting: Meeting, items: int, now: datetime, zone: tzinfo) -> datetime:
    """The time of a draft that may be published.

    Raises NotADraft, NoTimeYet, NoPlaceYet, NothingOnTheAgenda, TimeIsOver, InsideTheNotice.
    """
    check_draft(meeting)
    if meeting.planned_at is None:
        raise NoTimeYet
    if not meeting.place:
        raise NoPlaceYet
    if not items:
        raise NothingOnTheAgenda
    check_time(meeting.preset, meeting.planned_at, now, zone)
    return meeting.planned_at


def check_draft(meeting: Meeting) -> None:
    """Go on only before the notice went out. Raises NotADraft."""
    if meeting.state is not State.DRAFT:
        raise NotADraft


def check_announced(meeting: Meeting) -> None:
    """Go on only while the meeting is announced and has not begun. Raises NotAnnounced."""
    if meeting.state is not State.ANNOUNCED:
        raise NotAnnounced(state=meeting.state)


def written(text: str, limit: int) -> str:
    """The text on one line without spaces around it. Raises NothingWritten, TextTooLong."""
    line = " ".join(text.split())
    if not line:
        raise NothingWritten
    if len(line) > limit:
        raise TextTooLong(limit=limit, length=len(line))
    return line
