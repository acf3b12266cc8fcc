"""Meetings: their agenda, and what may be done with one in which state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from rules.kinds import Kind, kind_of
from rules.refusals import Refusal

TITLE_LIMIT = 80  # characters of an item's title
PLACE_LIMIT = 60
HURRY_LIMIT = 120  # of the reason for which a meeting is held inside its notice period
PROPOSAL_LIMIT = 500
MOST_ITEMS = 9
FARTHEST = timedelta(days=400)
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
class Meeting:
    """A meeting of a building; `planned_at` is unknown while a draft has no time yet.

    `hurry` is the reason for which it is held inside the notice period of its kind.
    """

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
    hurry: str | None = None

    @property
    def preset(self) -> Kind:
        """The kind of meeting it is."""
        return kind_of(self.kind)


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


class TooFarAhead(Refusal):
    """A day more than a year away."""


class InsideTheNotice(Refusal):
    """The day is nearer than the notice period of this kind allows, and no reason for that was given."""


class MayNotHurry(Refusal):
    """A meeting of this kind keeps its notice period, whatever the reason."""


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


def check_ahead(planned: datetime, now: datetime) -> None:
    """Go on only with a time within about a year from now. Raises TimeIsOver, TooFarAhead."""
    if planned <= now:
        raise TimeIsOver(planned=planned)
    if planned > now + FARTHEST:
        raise TooFarAhead


def keeps_notice(kind: Kind, planned: datetime, now: datetime, zone: tzinfo) -> bool:
    """Whether a notice published now leaves the days this kind asks for."""
    return days_left(planned, now, zone) >= kind.notice


def earliest_day(kind: Kind, now: datetime, zone: tzinfo) -> date:
    """The first day for which a notice published now is in time."""
    return now.astimezone(zone).date() + timedelta(days=kind.notice)


def may_hurry(kind: Kind, planned: datetime, now: datetime, zone: tzinfo) -> bool:
    """Whether a time lies inside the notice and this kind may be held there for a reason."""
    return kind.hurry and planned > now and not keeps_notice(kind, planned, now, zone)


def check_hurry(kind: Kind) -> None:
    """Go on only with a kind that may be held inside its notice period. Raises MayNotHurry."""
    if not kind.hurry:
        raise MayNotHurry(kind=kind)


def check_time(kind: Kind, planned: datetime, now: datetime, zone: tzinfo, hurry: str | None = None) -> None:
    """Go on only with a time ahead that keeps the notice, or for a reason where the kind allows it.

    Raises TimeIsOver, InsideTheNotice.
    """
    if planned <= now:
        raise TimeIsOver(planned=planned)
    if not keeps_notice(kind, planned, now, zone) and not (kind.hurry and hurry):
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
    check_time(meeting.preset, meeting.planned_at, now, zone, meeting.hurry)
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
