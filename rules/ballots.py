"""Ballots: how one is asked, what can be chosen, when it closes, and who is on its roll."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from rules.asked import Asked, settled
from rules.calendar import local
from rules.counting import Completion, Method, TieRule
from rules.counting.question import BUDGETS, YES_OR_NO
from rules.meetings import PROPOSAL_LIMIT, written
from rules.money import NoBudget
from rules.refusals import Refusal
from rules.secrecy import Secrecy
from rules.thresholds import Threshold
from rules.voters import Basis
from rules.ways import ONE_PRESS, Choice, Way, named
from rules.when import Ambiguous, InThePast, Moment, Precision, read

QUESTION_LIMIT = 120  # characters
OPTION_LIMIT = PROPOSAL_LIMIT  # a proposal becomes an option as it stands
MOST_OPTIONS = 60
LONGEST = timedelta(days=60)
SHORTEST = timedelta(minutes=1)
EVENING = time(21)

HEAVENLY_STEMS = "甲乙丙丁戊己庚辛壬癸"
LETTERS = "ABCDEFGHIJ"
ANSWERS: Mapping[Method, Mapping[str, tuple[str, ...]]] = {
    Method.MOTION: {"zh": ("赞成", "反对", "弃权"), "en": ("For", "Against", "Abstain")},
    Method.CONSENT: {
        "zh": ("同意", "弃权", "不同意", "坚决反对"),
        "en": ("Agree", "Abstain", "Disagree", "Block"),
    },
}
ALIKE = (
    (Method.MOTION, Method.CONSENT),
    (Method.SINGLE, Method.APPROVAL, Method.SCORE, Method.SCHULZE, Method.IRV, Method.STV),
    (Method.EQUAL_SHARES, Method.GREEDY),
)
MORE_SEATS = frozenset({Method.STV, Method.SCHULZE, Method.SCORE})  # may fill several places
IN_ROUNDS = BUDGETS | {Method.IRV, Method.STV}


class State(StrEnum):
    """How far a ballot has come."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Option:
    """What can be chosen; `number` counts from 1, `label` is what people call it."""

    ballot_id: int
    number: int
    label: str
    text: str
    picture: str | None
    cost: int | None = None  # fen


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote being held: of a meeting's item, or of a building outside of any meeting."""

    id: int
    building_id: int
    meeting_id: int | None
    item_id: int | None
    question: str
    basis: Basis
    method: Method
    at_most: int
    seats: int
    state: State
    convener_id: int
    opened_at: datetime | None
    closes_at: datetime | None
    closed_at: datetime | None
    eligible: int
    area_cm2: int | None
    parking_counts: bool
    voted: int
    roll_hash: str | None
    seed: str | None
    result: Mapping[str, Any] | None
    publication_until: date | None
    options: tuple[Option, ...] = ()
    budget: int | None = None  # fen
    completion: Completion | None = None
    ties: TieRule = TieRule.MEETING
    threshold: Threshold | None = None  # none: of before there were any
    secrecy: Secrecy = Secrecy.CONFIDENTIAL
    asked: Asked | None = None  # the kind of question, where its convener said it

    @property
    def way(self) -> Way:
        """How people choose in it."""
        costs = tuple(option.cost or 0 for option in self.options)
        return Way(self.method, len(self.options), self.at_most, costs, self.budget or 0)

    def labels_of(self, choice: Choice) -> list[str]:
        """The labels of what was chosen, with their places or stars."""
        return named(self.way, choice, [option.label for option in self.options])

    def names_of(self, choice: Choice, width: int = 40) -> list[str]:
        """What was chosen as people tell it apart: label and text, the text cut to `width` characters.

        A motion's answers and the few lettered plans of a single choice go by their label alone.
        """
        names = [self.name_of(number, width) for number in range(1, len(self.options) + 1)]
        return named(self.way, choice, names)

    def name_of(self, number: int, width: int = 40) -> str:
        """One option as people tell it apart."""
        option = self.options[number - 1]
        if self.method in {Method.MOTION, Method.CONSENT}:
            return option.label
        if self.method is Method.SINGLE and not option.label.isdigit():
            return option.label
        return f"{option.label} {_cut(option.text, width)}"

    def is_open(self, now: datetime) -> bool:
        """Whether a vote would count now."""
        return self.state is State.OPEN and (self.closes_at is None or now < self.closes_at)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


@dataclass(frozen=True, slots=True)
class Plan:
    """A ballot as it is being written: the question, the way of choosing, the options with their pictures."""

    question: str
    method: Method
    texts: tuple[str, ...]
    at_most: int = 1
    pictures: tuple[str | None, ...] = ()
    meeting_id: int | None = None
    item_id: int | None = None
    seats: int = 1
    budget: int | None = None  # fen
    costs: tuple[int, ...] = ()  # fen
    completion: Completion | None = None
    ties: TieRule | None = None
    threshold: Threshold | None = None  # none: the usual one
    labels: tuple[str, ...] = ()  # of proposals, which keep theirs; none: in order
    asked: Asked | None = None
    basis: Basis = Basis.HOUSEHOLD


class TooFewOptions(Refusal):
    """A choice needs two options at least."""


class TooManyOptions(Refusal):
    """More options than a list can show."""


class OptionTwice(Refusal):
    """The same option stands on the ballot twice."""


class AtMostOutOfRange(Refusal):
    """How many may be chosen is no number from 2 to the number of options."""


class SeatsOutOfRange(Refusal):
    """How many are chosen is no number from 1 to one less than there are options."""


class NothingAffordable(Refusal):
    """Every project costs more than there is to share out."""


class OtherOptionsNeeded(Refusal):
    """The way of choosing asks for something else than what the draft holds; it is begun anew."""


class ClosingNotUnderstood(Refusal):
    """What was written is no time at which a ballot could close."""


class ClosingUnclear(Refusal):
    """The time can be meant in several ways."""


class ClosingPast(Refusal):
    """A ballot cannot close before it opened."""


class ClosingTooFar(Refusal):
    """A ballot may not stay open longer than two months."""


class NotADraftBallot(Refusal):
    """The ballot was opened already: it is frozen."""


class BallotAlreadyClosed(Refusal):
    """Somebody, or the clock, closed it first."""


class ThresholdDoesNotFit(Refusal):
    """What it should take to decide does not go with how it is counted, or by whom."""


class MeetingNotOn(Refusal):
    """The item's meeting was not announced, or is over: nothing is put to the vote in it."""


class NoSuchItem(Refusal):
    """The item does not exist, or is another meeting's."""


class BallotStepOver(Refusal):
    """The steps this button belongs to are over."""


class NoSuchBallot(Refusal):
    """The ballot does not exist, belongs to another building, or was dropped."""


def check_plan(plan: Plan) -> Plan:
    """The plan with its texts tidied.

    Raises NothingWritten, TextTooLong, TooFewOptions, TooManyOptions, OptionTwice, AtMostOutOfRange,
    SeatsOutOfRange, NoBudget, NothingAffordable.
    """
    question = written(plan.question, QUESTION_LIMIT)
    if plan.method in YES_OR_NO:
        pictures = plan.pictures[:1] if not plan.texts else ()
        held = Plan(question, plan.method, (), 1, pictures, plan.meeting_id, plan.item_id)
        return replace(held, threshold=plan.threshold, asked=plan.asked, basis=plan.basis)
    texts = check_options(plan.texts)
    plan = settle_way(replace(plan, question=question, texts=texts))
    if plan.method is Method.APPROVAL:
        check_at_most(plan.at_most, len(texts))
    if plan.method not in BUDGETS:
        check_seats(plan.method, plan.seats, len(texts))
        return plan
    if plan.budget is None or plan.budget <= 0 or len(plan.costs) != len(texts) or min(plan.costs) <= 0:
        raise NoBudget
    if min(plan.costs) > plan.budget:
        raise NothingAffordable
    return plan


def settle_way(plan: Plan) -> Plan:
    """The plan with what its method leaves no choice about, and its tie rule and completion named.

    Where rounds follow rounds a tie is settled by the published seed unless somebody says otherwise: the
    meeting could not be asked in the middle of a count.
    """
    several = plan.method is Method.APPROVAL
    at_most = plan.at_most if several else 1 if plan.method in ONE_PRESS else len(plan.texts)
    seats = plan.at_most if several else plan.seats if plan.method in MORE_SEATS else 1
    usual = TieRule.SEED if plan.method in IN_ROUNDS else TieRule.MEETING
    shares = plan.method is Method.EQUAL_SHARES
    return replace(
        plan,
        at_most=at_most,
        seats=seats,
        ties=plan.ties or usual,
        completion=(plan.completion or Completion.ADD_ONE) if shares else None,
        budget=plan.budget if plan.method in BUDGETS else None,
        costs=plan.costs if plan.method in BUDGETS else (),
    )


def check_seats(method: Method, seats: int, options: int) -> None:
    """Go on only where so many places leave something to choose. Raises SeatsOutOfRange."""
    most = options - 1 if method in MORE_SEATS else options
    if not 1 <= seats <= most:
        raise SeatsOutOfRange(least=1, most=most)


def plan_of(ballot: Ballot) -> Plan:
    """A ballot as a plan, so that something of it can be changed while it is a draft."""
    listed = () if ballot.method in YES_OR_NO else ballot.options
    return Plan(
        ballot.question,
        ballot.method,
        tuple(option.text for option in listed),
        ballot.at_most,
        tuple(option.picture for option in listed or ballot.options[:1]),
        ballot.meeting_id,
        ballot.item_id,
        ballot.seats,
        ballot.budget,
        tuple(option.cost or 0 for option in listed),
        ballot.completion,
        ballot.ties,
        ballot.threshold,
        tuple(option.label for option in listed),
        ballot.asked,
        ballot.basis,
    )


def change_method(plan: Plan, method: Method) -> Plan:
    """The plan counted another way, with the tie rule and completion that are usual for it.

    Raises OtherOptionsNeeded, LawAsksMore.
    """
    if method not in alike(plan.method):
        raise OtherOptionsNeeded
    threshold = settled(plan.asked, method, plan.basis)
    most = max(2, plan.at_most if plan.at_most < len(plan.texts) else plan.seats)
    seats = plan.seats if plan.seats < len(plan.texts) else 1
    anew = replace(plan, method=method, at_most=most, seats=seats, ties=None, completion=None)
    return replace(anew, threshold=threshold)


def alike(method: Method) -> tuple[Method, ...]:
    """The methods that can take the place of one on a draft: they ask for the same kind of options."""
    return next(group for group in ALIKE if method in group)


def check_options(texts: Iterable[str]) -> tuple[str, ...]:
    """Options as they will be printed.

    Raises TextTooLong, TooFewOptions, TooManyOptions, OptionTwice.
    """
    tidy = tuple(written(text, OPTION_LIMIT) for text in texts if text.strip())
    if len(tidy) < 2:
        raise TooFewOptions
    if len(tidy) > MOST_OPTIONS:
        raise TooManyOptions(most=MOST_OPTIONS, count=len(tidy))
    if twice := next((text for text in tidy if tidy.count(text) > 1), None):
        raise OptionTwice(text=twice)
    return tidy


def check_at_most(at_most: int, options: int) -> None:
    """Go on only where choosing several is a choice. Raises AtMostOutOfRange."""
    if not 2 <= at_most <= options:
        raise AtMostOutOfRange(least=2, most=options)


def options_of(plan: Plan, lang: str) -> list[tuple[str, str, str | None]]:
    """Label, text and picture of each option; the label of a motion's answer is its whole text.

    What a motion is about is pictured beside its first answer.
    """
    if plan.method in YES_OR_NO:
        answers = ANSWERS[plan.method][lang]
        shown = (*plan.pictures[:1], *(None for _ in answers))
        return [(label, "", picture) for label, picture in zip(answers, shown, strict=False)]
    pictures = (*plan.pictures, *(None for _ in plan.texts))
    names = plan.labels or labels(len(plan.texts), lang)
    return list(zip(names, plan.texts, pictures, strict=False))


def labels(options: int, lang: str) -> list[str]:
    """甲 乙 丙 or A B C; beyond ten, numbers."""
    names = HEAVENLY_STEMS if lang == "zh" else LETTERS
    return list(names[:options]) if options <= len(names) else [str(n) for n in range(1, options + 1)]


class Closing(StrEnum):
    """When a ballot closes, by button."""

    QUARTER = "quarter"  # fifteen minutes from now: those present vote
    TONIGHT = "tonight"
    TOMORROW = "tomorrow"
    THREE_DAYS = "three_days"


def closings(now: datetime, zone: tzinfo) -> dict[Closing, datetime]:
    """The times offered now; "tonight" only while it is at least half an hour away."""
    today = now.astimezone(zone).date()
    offered = {Closing.QUARTER: now + timedelta(minutes=15)}
    tonight = local(today, EVENING, zone)
    if tonight - now >= timedelta(minutes=30):
        offered[Closing.TONIGHT] = tonight
    offered[Closing.TOMORROW] = local(today + timedelta(days=1), EVENING, zone)
    offered[Closing.THREE_DAYS] = local(today + timedelta(days=3), EVENING, zone)
    return offered


def usual_closing(now: datetime, zone: tzinfo) -> datetime:
    """What is proposed until somebody chooses: tonight, or tomorrow once it is late."""
    offered = closings(now, zone)
    return offered.get(Closing.TONIGHT, offered[Closing.TOMORROW])


def read_closing(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The time somebody wrote; a day alone means its evening at nine, and is read back before it counts.

    Raises ClosingNotUnderstood, ClosingUnclear, ClosingPast, ClosingTooFar.
    """
    reading = read(text, now.astimezone(zone))
    if isinstance(reading, InThePast):
        raise ClosingPast
    if isinstance(reading, Ambiguous):
        moments = [one.start for one in reading.readings if isinstance(one, Moment)]
        raise ClosingUnclear(text=text[:40], readings=moments)
    if not isinstance(reading, Moment) or reading.precision is Precision.PART:
        raise ClosingNotUnderstood(text=text[:40])
    whole_day = reading.precision is Precision.DAY
    closes = local(reading.start.date(), EVENING, zone) if whole_day else reading.start
    return check_closing(closes, now)


def check_closing(closes: datetime, now: datetime) -> datetime:
    """The time itself, if a ballot opened now can close then. Raises ClosingPast, ClosingTooFar."""
    if closes - now < SHORTEST:
        raise ClosingPast
    if closes - now > LONGEST:
        raise ClosingTooFar(days=LONGEST.days)
    return closes
