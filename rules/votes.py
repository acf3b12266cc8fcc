"""Voting: what one press changes. One vote a voter, changeable until closing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.refusals import Refusal
from rules.secrecy import Secrecy
from rules.voters import Basis, Voter
from rules.ways import Choice, Way

PROXY, PAPER = "proxy", "paper"  # how a vote came in, beside "chat"
SECOND_THOUGHT = timedelta(seconds=2)  # sooner than this after the question, a second press is a double tap


class BallotClosed(Refusal):
    """The ballot is over: the vote does not count."""


class BallotNotOpen(Refusal):
    """The ballot has not been opened yet."""


class NotThisBallot(Refusal):
    """The press came from a chat this ballot does not belong to, or names no ballot at all."""


class NotOnTheRoll(Refusal):
    """Neither the person nor a household or an owner they vote for is on the roll of this ballot."""


class PaperVoteStands(Refusal):
    """The voter's paper vote counts; the chat does not change it."""


@dataclass(frozen=True, slots=True)
class OpenBallot:
    """What has to be known of a ballot to decide a press; `labels` by option number from 1."""

    id: int
    building_id: int
    state: str
    closes_at: datetime | None
    way: Way
    labels: Sequence[str]
    zone: str
    basis: Basis = Basis.HOUSEHOLD
    secrecy: Secrecy = Secrecy.CONFIDENTIAL

    @property
    def sealed(self) -> bool:
        """Whether votes go into the urn."""
        return self.secrecy is Secrecy.SEALED


@dataclass(frozen=True, slots=True)
class Vote:
    """The vote of a voter as it stands; `wanted` is what another of the household asked to change it to.

    `reason` is why it blocks, where it does.
    """

    voter_id: int
    choice: Choice
    by_id: int
    receipt: str
    wanted: Choice | None = None
    wanted_by_id: int | None = None
    wanted_at: datetime | None = None
    reason: str = ""
    how: str = "chat"  # "chat", "proxy" or "paper"


@dataclass(frozen=True, slots=True)
class Noted:
    """The vote stands as pressed; `changed` tells whether there was another before."""

    vote: Vote
    changed: bool


@dataclass(frozen=True, slots=True)
class AskFamily:
    """Another member of the household had voted otherwise: pressing the same again changes it."""

    vote: Vote
    choice: Choice


def check_open(ballot: OpenBallot, now: datetime) -> None:
    """Go on only while the ballot is open. Raises BallotNotOpen, BallotClosed."""
    if ballot.state == "draft":
        raise BallotNotOpen
    if ballot.state != "open" or (ballot.closes_at is not None and now >= ballot.closes_at):
        raise BallotClosed(closes_at=ballot.closes_at, zone=ballot.zone)


def cast(
    previous: Vote | None,
    voter_id: int,
    choice: Choice,
    by: int,
    receipt: str,
    now: datetime,
    reason: str = "",
    basis: Basis = Basis.HOUSEHOLD,
    how: str = "chat",
) -> Noted | AskFamily:
    """What a press does to the vote of a voter; `receipt` is used if it is the first.

    Whoever voted last for a household changes it at one press; another member is asked, and changes it by
    pressing the same again. Two quick taps are one press. Who votes for himself, or speaks for an owner, is
    never asked.
    """
    if previous is None:
        return Noted(Vote(voter_id, choice, by, receipt, reason=reason, how=how), changed=False)
    same = previous.choice == choice and previous.reason == reason
    alone = basis is not Basis.HOUSEHOLD or previous.by_id == by or how == PROXY
    if same or alone or _asked_before(previous, choice, by, now):
        return Noted(Vote(voter_id, choice, by, previous.receipt, reason=reason, how=how), changed=not same)
    since = previous.wanted_at if _asks(previous, choice, by) else now
    asking = replace(previous, wanted=choice, wanted_by_id=by, wanted_at=since)
    return AskFamily(asking, choice)


def check_no_paper(mine: Sequence[Voter], standing: Iterable[Vote]) -> list[Voter]:
    """Those of the voters whose vote the chat may change: a paper vote stands. Raises PaperVoteStands."""
    on_paper = {vote.voter_id for vote in standing if vote.how == PAPER}
    free = [voter for voter in mine if voter.id not in on_paper]
    if mine and not free:
        raise PaperVoteStands(door=mine[0].door)
    return free


def _asks(previous: Vote, choice: Choice, by: int) -> bool:
    return previous.wanted == choice and previous.wanted_by_id == by


def _asked_before(previous: Vote, choice: Choice, by: int, now: datetime) -> bool:
    since = previous.wanted_at
    return _asks(previous, choice, by) and since is not None and now - since >= SECOND_THOUGHT
