"""The minutes of a meeting, as a structure in which every line names the event it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from rules.exchange.amounts import read_amount


class Stage(StrEnum):
    """How far the minutes are."""

    DRAFT = "draft"  # open to objection by those who attended
    APPROVED = "approved"  # immutable; corrections append


@dataclass(frozen=True, slots=True)
class Presence:
    """One person at the meeting, until `left` if it left early.

    `how` is "chat" (by button), "code" (with the code shown in the room), "added" (by the leader) or "proxy".
    """

    event: int
    name: str
    household: str
    how: str
    at: datetime
    late: bool = False
    left: datetime | None = None


@dataclass(frozen=True, slots=True)
class PartyPresence:
    """A party that was there, by whoever spoke for it."""

    event: int
    party: str
    name: str
    at: datetime
    late: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence under an item.

    Its kind is "statement", "proposal", "on_record", "corrected", "taken_back" or of `rules.course`.
    """

    event: int
    kind: str
    who: str
    text: str
    at: datetime
    photo: bool = False  # whether it stands with a photo
    photos: int = 0  # with how many; 0 too where minutes of an earlier form do not say

    @property
    def spoken(self) -> bool:
        """Whether somebody said it, and did not propose it."""
        return self.kind in {"statement", "on_record", "corrected", "taken_back"}


@dataclass(frozen=True, slots=True)
class Count:
    """One option of a ballot with its votes; `label` is 甲 乙 丙 or 赞成 反对 弃权."""

    label: str
    text: str
    votes: int | str  # text where it is no whole number: 12.5
    won: bool


@dataclass(frozen=True, slots=True)
class BallotRecord:
    """A ballot as it was held: what was asked, by which rule, by how many, and what came of it.

    `counts` is empty where so few took part that figures would tell who voted what.
    """

    event: int
    question: str
    method: str  # rules.counting.Method
    at_most: int  # choices a vote may hold
    eligible: int
    voted: int
    counts: tuple[Count, ...]
    carried: bool
    tie: bool
    open_until: date | None  # last day of publication
    level: tuple[str, ...] = ()  # labels of the tied, where figures do not tell who they are
    named: tuple[str, ...] = ()  # who won, where no figures are told
    threshold: Mapping[str, Any] | None = None  # rules.thresholds.Threshold as data
    verdict: Mapping[str, Any] | None = None  # rules.thresholds.Verdict as data
    basis: str = "household"  # rules.voters.Basis

    @property
    def winners(self) -> tuple[Count, ...]:
        """The options that won outright, most votes first."""
        return tuple(count for count in self.counts if count.won)

    @property
    def tied(self) -> tuple[Count, ...]:
        """The options that share the last place: of those that did not win, the ones with most votes."""
        if self.level:
            return tuple(count for count in self.counts if count.label in self.level)
        others = [count for count in self.counts if not count.won]
        if not self.tie or not others:
            return ()
        most = max(read_amount(str(count.votes)) for count in others)
        return tuple(count for count in others if read_amount(str(count.votes)) == most)


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """Who does what by when."""

    event: int
    who: str
    what: str
    due: date | None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the agenda with all that was put on record under it.

    What was said outside the agenda stands in a last item without a title.
    """

    event: int
    number: int
    title: str
    lines: tuple[Line, ...] = ()
    ballots: tuple[BallotRecord, ...] = ()
    tasks: tuple[TaskRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """An objection by one who attended, and what became of it ("open", "accepted" or "declined")."""

    event: int
    who: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Addendum:
    """A correction after the approval, below minutes that stay as they are: who asked, and who decided when.

    `state` is "open", "accepted" or "declined"; `decided` and `by` are empty while it is open.
    """

    event: int
    who: str
    text: str
    asked: datetime
    state: str
    decided: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """All that the minutes say; times are aware, in the building's zone."""

    community: str
    building: str
    kind: str  # a meeting preset, e.g. "楼宇会"
    title: str
    place: str
    planned: datetime
    opened: datetime
    closed: datetime
    chair: str
    recorder: str
    invited: int  # households invited
    quorum: int  # households needed; 0 when the kind needs none
    present: tuple[Presence, ...]
    items: tuple[Item, ...]
    next_meeting: datetime | None
    stage: Stage
    corrections: tuple[Correction, ...]
    head: str  # hash of the last event read, hex
    parties: tuple[PartyPresence, ...] = ()
    parties_needed: int = 0  # where the kind's quorum counts parties
    hurry: str = ""  # why it was held inside the notice period of its kind

    @property
    def households(self) -> int:
        """How many households were present, each counted once."""
        return len({presence.household for presence in self.present})

    @property
    def proxies(self) -> int:
        """How many of them were there by proxy."""
        return len({presence.household for presence in self.present if presence.how == "proxy"})

    @property
    def quorate(self) -> bool:
        """Whether as many households, or parties, were present as the kind of meeting needs."""
        if self.parties_needed:
            return len({presence.party for presence in self.parties}) >= self.parties_needed
        return self.households >= self.quorum
