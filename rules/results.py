"""Results: what a count means, how much of it is shown, and how long it is open to objection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from rules.ballots import Ballot, Option
from rules.calendar import Deadline, deadline, local
from rules.counting import ABSTAIN, AGAINST, FOR, Amount, Method, Outcome, Question, count
from rules.counting.votes import Vote
from rules.exchange import BallotFile, write_export
from rules.refusals import Refusal
from rules.votes import Choice

PUBLICATION = 7  # days; our own default
OBJECTION_LIMIT = 500  # characters
SHOWN_FROM = 3  # votes; below it no breakdown is shown: it would tell who voted what

_MOTION_KEYS = (FOR, AGAINST, ABSTAIN)


class NoResultYet(Refusal):
    """The ballot is still open: nothing but how many voted is known to anyone."""


class PublicationOver(Refusal):
    """The days for objections are over."""


class AlreadyObjected(Refusal):
    """One's earlier objection is still waiting for its answer."""


class NotYourBallot(Refusal):
    """Who asks neither lives in the building a ballot was held in nor leads it."""


class NoSuchReceipt(Refusal):
    """No vote that was counted has this receipt."""


class NoSuchObjection(Refusal):
    """The objection does not exist, or was answered already."""


def tally(ballot: Ballot, choices: Iterable[Choice]) -> Outcome:
    """Count by the ballot's method; options are keys by their numbers, a tie is the meeting's to decide."""
    return count(question_of(ballot), [vote_of(ballot, choice) for choice in choices])


def question_of(ballot: Ballot) -> Question:
    """What a ballot asks, as far as counting goes."""
    if ballot.method is Method.MOTION:
        return Question(Method.MOTION)
    keys = tuple(str(option.number) for option in ballot.options)
    return Question(ballot.method, keys, seats=ballot.seats, at_most=ballot.at_most)


def vote_of(ballot: Ballot, choice: Choice) -> Vote:
    """A choice as the ballot's method counts it."""
    if ballot.method is Method.MOTION:
        return _MOTION_KEYS[choice[0] - 1]
    if ballot.method is Method.SINGLE:
        return str(choice[0])
    return frozenset(str(number) for number in choice)


def recount_file(ballot: Ballot, choices: Iterable[Choice]) -> str:
    """The votes of a ballot as `louyuhui tally` reads them, so that anyone can count them again."""
    votes: dict[Vote, Amount] = {}
    for choice in choices:
        vote = vote_of(ballot, choice)
        votes[vote] = votes.get(vote, 0) + 1
    named = {str(one.number): f"{one.label} {one.text}".strip() for one in ballot.options}
    labels = {} if ballot.method is Method.MOTION else named
    return write_export(BallotFile(question_of(ballot), votes, labels, ballot.question))


def result_of(ballot: Ballot, outcome: Outcome, *, early: bool) -> dict[str, Any]:
    """The result as it is kept: plain JSON, options by number.

    `won` are those that won outright, `tied` those the meeting has to decide between for `places` places.
    """
    votes = _figures(ballot, outcome)
    tied = sorted(_number(key) for tie in outcome.undecided for key in tie.options)
    won = sorted(_number(key) for key in outcome.winners)
    return {
        "method": str(ballot.method),
        "at_most": ballot.at_most,
        "seats": ballot.seats,
        "eligible": ballot.eligible,
        "voted": ballot.voted,
        "votes": [votes[option.number] for option in ballot.options],
        "won": won,
        "tied": tied,
        "places": ballot.seats - len(won) if tied else 0,
        "carried": outcome.carried,
        "early": early,
    }


def _figures(ballot: Ballot, outcome: Outcome) -> dict[int, int]:
    figures = {_number(key): int(votes) for key, votes in outcome.standings.items()}
    if ballot.method is Method.MOTION:
        figures[3] = int(outcome.abstained)
    return figures


def _number(key: str) -> int:
    return _MOTION_KEYS.index(key) + 1 if key in _MOTION_KEYS else int(key)


@dataclass(frozen=True, slots=True)
class Standing:
    """One option in a result, with the votes it got; `tied` ones wait for the meeting to decide."""

    option: Option
    votes: int
    won: bool
    tied: bool


def standings(ballot: Ballot) -> list[Standing]:
    """The options of a closed ballot, most votes first, a motion's as printed; empty where none is shown."""
    result = ballot.result
    if result is None or not may_show(result):
        return []
    rows = [
        Standing(option, votes, option.number in result["won"], option.number in result["tied"])
        for option, votes in zip(ballot.options, result["votes"], strict=True)
    ]
    return rows if ballot.method is Method.MOTION else sorted(rows, key=lambda row: -row.votes)


def may_show(result: Mapping[str, Any]) -> bool:
    """Whether so many voted that the figures do not tell who voted what."""
    return int(result["voted"]) >= SHOWN_FROM


@dataclass(frozen=True, slots=True)
class Objection:
    """What a resident holds against a result, and the answer; open while there is none."""

    id: int
    about_id: int
    by_id: int
    text: str
    at: datetime
    state: str
    answer: str | None
    answered_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it waits for its answer."""
        return self.state == "open"


def publication(
    closed: datetime, objections: Sequence[Objection], zone: tzinfo, days: int = PUBLICATION
) -> Deadline | None:
    """The last day for objections; None while one is open, for it stops the clock until it is answered.

    The days during which the clock stood are added to the end (domain rule; days by 民法典201, 203).
    """
    if any(objection.open for objection in objections):
        return None
    stood: set[date] = set()
    for objection in objections:
        assert objection.answered_at is not None
        begun, ended = objection.at.astimezone(zone).date(), objection.answered_at.astimezone(zone).date()
        stood |= {begun + timedelta(days=day) for day in range((ended - begun).days)}
    return deadline(closed.astimezone(zone).date(), days + len(stood))


def publication_over(until: date, objections: Sequence[Objection], now: datetime, zone: tzinfo) -> bool:
    """Whether nothing stands against a result any more: its days are over and no objection is open."""
    if any(objection.open for objection in objections):
        return False
    return now >= local(until + timedelta(days=1), time(0), zone)


def check_objection(
    until: date, objections: Sequence[Objection], by_id: int, now: datetime, zone: tzinfo
) -> None:
    """Go on only within the days of publication, and with one objection at a time.

    Raises AlreadyObjected, PublicationOver.
    """
    if any(objection.open and objection.by_id == by_id for objection in objections):
        raise AlreadyObjected
    if publication_over(until, objections, now, zone):
        raise PublicationOver(until=until)
