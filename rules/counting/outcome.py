"""What a count finds, in exact numbers, with all that is needed to follow it by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rules.counting.question import Amount, Question


class TieStep(StrEnum):
    """By what a tie was settled; OPEN: nothing settled it, the meeting decides."""

    EARLIER_ROUND = "earlier_round"
    SUPPORT = "support"
    COST = "cost"
    SEED = "seed"
    MEETING = "meeting"
    OPEN = "open"


class TieAbout(StrEnum):
    """What the tied options were tied for."""

    WIN = "win"
    DROP = "drop"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True)
class TieBroken:
    """Options that stood equal, what settled it, and who came out of it.

    `chosen` are those that won, were dropped, or went first, as `about` says; empty where it is open.
    `round` is the round it happened in, `by_round` the earlier round that settled it (0: none did).
    """

    options: tuple[str, ...]
    rule: TieStep
    chosen: tuple[str, ...]
    about: TieAbout = TieAbout.WIN
    round: int = 1
    by_round: int = 0


@dataclass(frozen=True, slots=True)
class Transfer:
    """Votes that moved, and on how many papers; `target` None: those papers name nobody further.

    `votes` is what the papers are worth to the target; the two differ where a paper is worth less than one.
    """

    source: str
    target: str | None
    votes: Amount
    papers: Amount


@dataclass(frozen=True, slots=True)
class Round:
    """One round: what each option had in it, who was elected or dropped, and what then moved.

    `exhausted` is what named nobody further and `lost` what was cut below the fifth decimal in the rounds
    before; tallies, exhausted and lost add up to the valid votes. `needed` is the quota that must
    be reached, or in a run-off the half that must be passed.
    """

    number: int
    tallies: Mapping[str, Amount]
    elected: tuple[str, ...] = ()
    eliminated: tuple[str, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    exhausted: Amount = 0
    lost: Amount = 0
    needed: Amount | None = None


@dataclass(frozen=True, slots=True)
class Duel:
    """Two options side by side: how many voters rank the first above the second, and the other way."""

    first: str
    second: str
    for_first: Amount
    for_second: Amount


@dataclass(frozen=True, slots=True)
class BeatPath:
    """The strongest chain of won duels from one option to another; `strength` is its weakest link."""

    start: str
    end: str
    strength: Amount
    via: tuple[str, ...]


class Phase(StrEnum):
    """In which part of the rule a project was funded."""

    SHARES = "shares"
    GREEDY = "greedy"


@dataclass(frozen=True, slots=True)
class Purchase:
    """A funded project: its supporters, the most that one of them pays, the money left in all after it."""

    number: int
    option: str
    cost: Amount
    supporters: Amount
    each_at_most: Amount | None
    left: Amount
    phase: Phase


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a count.

    `winners` stand in order of standing or election; `standings` are ordered from best to worst.
    `valid` votes support something; `abstained` take part and support nothing; `invalid` could not be read
    (`reasons` counts them by refusal). The three add up to the votes handed in. `carried` is for motion and
    consent. `share` is what each voter of equal shares had in the end, add-one included.
    """

    question: Question
    winners: tuple[str, ...]
    standings: Mapping[str, Amount]
    rounds: tuple[Round, ...]
    ties: tuple[TieBroken, ...] = ()
    valid: Amount = 0
    abstained: Amount = 0
    invalid: Amount = 0
    reasons: Mapping[str, Amount] = field(default_factory=dict)
    carried: bool | None = None
    blocks: tuple[str, ...] = ()
    duels: tuple[Duel, ...] = ()
    paths: tuple[BeatPath, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    share: Amount | None = None

    @property
    def total(self) -> Amount:
        """All votes handed in."""
        return self.valid + self.abstained + self.invalid

    @property
    def undecided(self) -> tuple[TieBroken, ...]:
        """The ties that wait for the meeting; nobody has the places they are about."""
        return tuple(tie for tie in self.ties if tie.rule is TieStep.OPEN)
