"""Proposals while they are discussed: amended, merged, withdrawn, and what people say of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.ballots import labels
from rules.meetings import Item, ItemState, Meeting, Proposal, State
from rules.refusals import Refusal
from rules.sitting import ItemMovedOn, check_open

CONCERN_LIMIT = 200  # characters: one line of what somebody says
REASON_LIMIT = 200


class Voice(StrEnum):
    """What somebody says of a proposal."""

    SUPPORT = "support"
    CONCERN = "concern"
    QUESTION = "question"


class MergeState(StrEnum):
    """How far a merger has come; it is over once one of its proposals changed meanwhile."""

    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Concern:
    """What somebody said of a proposal: support, a concern or a question, which the proposer may answer."""

    id: int
    proposal_id: int
    kind: str
    text: str
    by_id: int
    at: datetime
    gone_at: datetime | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """Proposals that are to become one of this text, once those who made them consent."""

    id: int
    item_id: int
    text: str
    by_id: int
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class MergePart:
    """One of the proposals to be merged, and whether the person who made it agreed; None: not answered."""

    merge_id: int
    proposal_id: int
    person_id: int
    agreed: bool | None


class NoSuchProposal(Refusal):
    """The proposal does not exist, belongs to another building, was withdrawn or merged."""


class NotYourProposal(Refusal):
    """Who made a proposal amends it."""


class ProposalsFrozen(Refusal):
    """The item was put to the vote: its proposals and what was said of them stand."""


class ProposalsChanged(Refusal):
    """The proposals are others than those on the draft of the ballot."""


class ProposalTwice(Refusal):
    """The item has a proposal of the same words."""


class SameWording(Refusal):
    """Amended to what it is."""


class NoSuchConcern(Refusal):
    """The words were taken back, or never said."""


class NotYourConcern(Refusal):
    """Who said it takes it back."""


class SupportedAlready(Refusal):
    """A person supports a proposal once."""


class NoQuestion(Refusal):
    """Only a question or a concern that has no answer yet is answered, by who made the proposal."""


class TooFewToMerge(Refusal):
    """It takes two proposals to merge."""


class MergeIsOver(Refusal):
    """The merger was declined, done, or one of its proposals has changed since."""


class NotAskedToMerge(Refusal):
    """Those who made the proposals are asked, each for themselves."""


def label(number: int, most: int, lang: str) -> str:
    """What a proposal is called for life: 甲 乙 丙 by its number; figures where an item had more than ten."""
    return labels(max(number, most), lang)[number - 1]


def check_discussed(meeting: Meeting, item: Item) -> None:
    """Go on only until an item is settled; what people think is heard from the notice on.

    Raises MeetingIsOver, MeetingNotOpen, ItemMovedOn.
    """
    if meeting.state is not State.ANNOUNCED:
        check_open(meeting)
    if item.state in {ItemState.DONE, ItemState.DEFERRED}:
        raise ItemMovedOn(item=None)


def check_changeable(meeting: Meeting, item: Item) -> None:
    """Go on only while the meeting sits: between notice and sitting the proposals are those announced.

    Raises MeetingNotOpen, MeetingIsOver, ItemMovedOn.
    """
    check_open(meeting)
    check_discussed(meeting, item)


def check_amend(proposal: Proposal, text: str, others: Iterable[Proposal], person_id: int) -> None:
    """Go on only for a new wording by who made it. Raises NotYourProposal, SameWording, ProposalTwice."""
    if proposal.by_id != person_id:
        raise NotYourProposal
    if proposal.text == text:
        raise SameWording
    if any(one.text == text for one in others if one.id != proposal.id):
        raise ProposalTwice(text=text)


def check_answer(merge: Merge, parts: Iterable[MergePart], person_id: int) -> list[MergePart]:
    """The parts that a person has still to answer for. Raises MergeIsOver, NotAskedToMerge."""
    mine = [part for part in parts if part.person_id == person_id]
    if not mine:
        raise NotAskedToMerge
    waiting = [part for part in mine if part.agreed is None]
    if merge.state != MergeState.ASKED or not waiting:
        raise MergeIsOver
    return waiting


def wording(proposal: Proposal, name: str, lang: str) -> str:
    """The words of a proposal as an option; one that is a picture alone is told apart by its letter."""
    return proposal.text or (f"see picture {name}" if lang == "en" else f"见图{name}")
