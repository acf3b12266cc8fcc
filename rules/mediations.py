"""Mediation: neighbours at odds sit down with somebody both trust; nothing of it leaves that circle.

It is held only with the consent of every side, and any side may end it (人民调解法 23). Nothing is voted on.
What it comes to is a text that each side confirms; a text that is changed is asked of all of them anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from rules.events import Event
from rules.kinds import Kind, kind_of
from rules.refusals import Refusal

SUBJECT_LIMIT = 120  # characters
AGREEMENT_LIMIT = 1500
NOTE_LIMIT = 500
REASON_LIMIT = 200
LEAST_SIDES = 2
MOST_SIDES = 6


class State(StrEnum):
    """How far a mediation has come."""

    DRAFT = "draft"
    ASKED = "asked"  # the sides are asked whether they consent
    SET = "set"  # all have consented
    OPEN = "open"
    CLOSED = "closed"
    DECLINED = "declined"  # one did not consent
    LAPSED = "lapsed"  # its time came before all had answered
    STOPPED = "stopped"  # somebody ended it, as each may at any time
    DROPPED = "dropped"  # a draft that was given up


ALIVE = {State.DRAFT, State.ASKED, State.SET, State.OPEN}
ASKING = {State.ASKED, State.SET}  # announced to its sides, and not begun


class Answer(StrEnum):
    """What one who is asked to take part has said."""

    ASKED = "asked"
    YES = "yes"
    NO = "no"


class Wording(StrEnum):
    """How far the text of an agreement has come."""

    ASKED = "asked"
    CHANGED = "changed"  # another text came in its place
    IN_FORCE = "in_force"  # every side has confirmed it
    LAPSED = "lapsed"  # the mediation ended without it


class Role(StrEnum):
    """What somebody has to do with a mediation."""

    CALLER = "caller"  # and no more: whoever called it and lets another mediate
    MEDIATOR = "mediator"
    SIDE = "side"


@dataclass(frozen=True, slots=True)
class Mediation:
    """A mediation; `salt` goes into the fingerprints of its words, empty once those were erased."""

    id: int
    building_id: int
    kind: str
    state: State
    subject: str
    place: str
    planned_at: datetime | None
    caller_id: int
    mediator_id: int
    mediator_answer: Answer
    salt: str
    moves: int  # how often it was put off
    opened_at: datetime | None
    closed_at: datetime | None

    @property
    def preset(self) -> Kind:
        """The kind of meeting it is."""
        return kind_of(self.kind)


@dataclass(frozen=True, slots=True)
class Side:
    """One side: the people of a household, as they were when it was named, any of whom speaks for it."""

    id: int
    mediation_id: int
    household_id: int
    answer: Answer
    by_id: int | None
    at: datetime | None
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """The text of an agreement; `number` counts the wordings of one mediation from 1."""

    id: int
    mediation_id: int
    number: int
    text: str
    by_id: int
    at: datetime
    state: Wording


@dataclass(frozen=True, slots=True)
class AgreementAnswer:
    """What a side said of a wording, the last of which counts; `reason`: what it wants changed."""

    id: int
    agreement_id: int
    side_id: int
    agreed: bool
    reason: str
    by_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody put down while it was held."""

    id: int
    mediation_id: int
    text: str
    by_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the private minutes; `true`: its words are those that were put down then.

    `text` is None where the words were erased.
    """

    event: int
    at: datetime
    kind: str
    person: int | None
    text: str | None = None
    true: bool = True
    agreed: bool | None = None
    number: int | None = None


class NoSuchMediation(Refusal):
    """There is none, or none of this person's business: both are answered alike."""


class MediationApart(Refusal):
    """A mediation is no meeting of the building: it is arranged in private, and no group hears of it."""


class MediationDoesNotVote(Refusal):
    """In a mediation nothing is put to the vote."""


class MediationMovedOn(Refusal):
    """The mediation has come further since, or is over."""


class NotYoursToAnswer(Refusal):
    """Each side answers for itself, the mediator for none."""


class NotTheMediator(Refusal):
    """Whoever mediates does this."""


class TooFewSides(Refusal):
    """It takes two sides."""


class TooManySides(Refusal):
    """More sides than one table holds."""


class SideTwice(Refusal):
    """Somebody is on a side already."""


class MediatorIsASide(Refusal):
    """Who mediates lives with none of the sides."""


class SideNotReached(Refusal):
    """Nobody of this side can be asked in private."""


class NothingToMediate(Refusal):
    """A mediation without a word of what it is about."""


class SameAgreement(Refusal):
    """The text is what it was."""


class AgreementMovedOn(Refusal):
    """The text was changed, or is in force."""


class NothingAgreed(Refusal):
    """There is no text that every side has confirmed, or its words were erased."""


class AnsweredAgreement(Refusal):
    """The side has said this already."""


def fingerprint(salt: str, text: str) -> str:
    """What an event says instead of words that may have to be erased one day: sha256 in hex."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def role_of(mediation: Mediation, sides: Iterable[Side], person_id: int) -> Role:
    """What a person has to do with it. Raises NoSuchMediation for everybody else."""
    asked = mediation.state not in {State.DRAFT, State.DROPPED}
    if asked and person_id == mediation.mediator_id and mediation.mediator_answer is not Answer.NO:
        return Role.MEDIATOR
    if asked and any(person_id in side.people for side in sides):
        return Role.SIDE
    if person_id == mediation.caller_id:
        return Role.CALLER
    raise NoSuchMediation


def side_of(sides: Iterable[Side], person_id: int) -> Side:
    """The side a person is on. Raises NotYoursToAnswer."""
    mine = next((side for side in sides if person_id in side.people), None)
    if mine is None:
        raise NotYoursToAnswer
    return mine


def check_new_side(sides: Collection[Side], people: Collection[int], neutral: Collection[int]) -> None:
    """Go on only with somebody who is on no side yet; `neutral`: the mediator with their household.

    Raises TooManySides, SideNotReached, SideTwice, MediatorIsASide.
    """
    if len(sides) >= MOST_SIDES:
        raise TooManySides(most=MOST_SIDES)
    if not people:
        raise SideNotReached
    if any(set(people) & set(side.people) for side in sides):
        raise SideTwice
    check_neutral(people, neutral)


def check_neutral(people: Iterable[int], neutral: Collection[int]) -> None:
    """Go on only where none of the people lives with the mediator. Raises MediatorIsASide."""
    if not set(people).isdisjoint(neutral):
        raise MediatorIsASide


def check_complete(mediation: Mediation, sides: Collection[Side]) -> None:
    """Go on only with a subject and two sides. Raises NothingToMediate, TooFewSides."""
    if not mediation.subject:
        raise NothingToMediate
    if len(sides) < LEAST_SIDES:
        raise TooFewSides(least=LEAST_SIDES)


def check_state(mediation: Mediation, *states: State) -> None:
    """Go on only in one of these states. Raises MediationMovedOn."""
    if mediation.state not in states:
        raise MediationMovedOn


def all_consent(mediation: Mediation, sides: Iterable[Side]) -> bool:
    """Whether everybody who was asked has said yes."""
    answers = [mediation.mediator_answer, *(side.answer for side in sides)]
    return all(answer is Answer.YES for answer in answers)


def check_answer(
    agreement: Agreement, answers: Iterable[AgreementAnswer], side: Side, *, agreed: bool
) -> None:
    """Go on only with a new answer to the text that stands. Raises AgreementMovedOn, AnsweredAgreement."""
    if agreement.state is not Wording.ASKED:
        raise AgreementMovedOn
    last = latest(answers).get(side.id)
    if last is not None and last.agreed and agreed:
        raise AnsweredAgreement


def latest(answers: Iterable[AgreementAnswer]) -> dict[int, AgreementAnswer]:
    """What each side said last, by side; `answers` as they came."""
    return {one.side_id: one for one in answers}


def all_agree(sides: Iterable[Side], answers: Iterable[AgreementAnswer]) -> bool:
    """Whether every side has confirmed the text."""
    agreed = {side for side, one in latest(answers).items() if one.agreed}
    return all(side.id in agreed for side in sides)


WORDS_IN_EVENTS = {"noted": "note", "worded": "agreement", "answered": "answer"}


def read_minutes(events: Sequence[Event], salt: str, words: Mapping[tuple[str, int], str]) -> list[Line]:
    """The private minutes, a line for each event; `words` by what they are and their id."""
    return [_line(event, salt, words) for event in events]


def _line(event: Event, salt: str, words: Mapping[tuple[str, int], str]) -> Line:
    data: Mapping[str, Any] = event.data
    kind = WORDS_IN_EVENTS.get(event.kind)
    text = None if kind is None or not salt else words.get((kind, data[kind]))
    return Line(
        event.number,
        event.at,
        event.kind,
        data.get("person"),
        text,
        text is None or fingerprint(salt, text) == data["words"],
        data.get("agreed"),
        data.get("number"),
    )
