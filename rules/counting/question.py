"""What is asked and by which rule it is counted: frozen when a ballot opens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from rules.refusals import Refusal

Amount: TypeAlias = int | Fraction

ABSTAIN = "abstain"
FOR, AGAINST = "for", "against"


class Method(StrEnum):
    """The ways of counting; a ballot names one before it opens."""

    MOTION = "motion"
    SINGLE = "single"
    APPROVAL = "approval"
    SCORE = "score"
    SCHULZE = "schulze"
    IRV = "irv"
    STV = "stv"
    EQUAL_SHARES = "equal_shares"
    GREEDY = "greedy"
    CONSENT = "consent"


YES_OR_NO = frozenset({Method.MOTION, Method.CONSENT})
RANKED = frozenset({Method.SCHULZE, Method.IRV, Method.STV})
ONE_PLACE = YES_OR_NO | {Method.IRV}
BUDGETS = frozenset({Method.EQUAL_SHARES, Method.GREEDY})


class TieRule(StrEnum):
    """Who settles a tie that the votes leave: a seed published beforehand, or the meeting."""

    SEED = "seed"
    MEETING = "meeting"


class Completion(StrEnum):
    """What is done with the money that equal shares leaves over; "add one" ends with greedy."""

    NONE = "none"
    GREEDY = "greedy"
    ADD_ONE = "add_one"


class Satisfaction(StrEnum):
    """What equal shares takes a funded project to be worth to a voter: its cost, or simply one."""

    COST = "cost"
    COUNT = "count"


class ImpossibleQuestion(Refusal):
    """A question that no vote could answer or no rule could count.

    `why` is an English sentence, `about` the name of the field of `Question` that it is about.
    """

    def __init__(self, why: str, about: str) -> None:
        super().__init__(why=why, about=about)

    def __str__(self) -> str:
        return str(self.facts["why"])


@dataclass(frozen=True, slots=True)
class Question:
    """A ballot as far as counting goes; options are keys in the order in which they are printed.

    `seats` is how many win; `at_most` how many options one vote may hold (None: all); `top` the highest
    score. `budget`, `costs` (one an option, in the same order) and `spend_at_most` (what the options of one
    vote may cost together) are in any one unit, fen or yuan; `step` is what add-one adds to a voter's share.

    `ties` is MEETING unless a seed was published: then every tie that the votes leave is settled by the
    order of sha256(seed, option). `decided` is the order the meeting named for options found tied.
    """

    method: Method
    options: tuple[str, ...] = ()
    seats: int = 1
    at_most: int | None = None
    ties: TieRule = TieRule.MEETING
    seed: str = ""
    decided: tuple[str, ...] = ()
    top: int = 5
    budget: Amount = 0
    costs: tuple[Amount, ...] = ()
    spend_at_most: Amount | None = None
    completion: Completion = Completion.ADD_ONE
    step: Amount = 1
    satisfaction: Satisfaction = Satisfaction.COST

    def __post_init__(self) -> None:
        """Refuse, as `ImpossibleQuestion`, what cannot be asked."""
        _refuse_bad_options(self)
        _refuse_bad_limits(self)
        if self.ties is TieRule.SEED and not self.seed:
            raise ImpossibleQuestion("Ties by seed need the seed that was published.", "seed")
        if self.method in BUDGETS:
            _refuse_bad_budget(self)

    @property
    def limit(self) -> int:
        """How many options one vote may hold."""
        if self.method is Method.SINGLE:
            return 1
        return len(self.options) if self.at_most is None else self.at_most

    def cost(self, option: str) -> Amount:
        """What one option costs."""
        return self.costs[self.options.index(option)]


def _refuse_bad_options(question: Question) -> None:
    if question.method in YES_OR_NO:
        if question.options:
            raise ImpossibleQuestion(f"A {question.method} has no options of its own.", "options")
        return
    if not question.options:
        raise ImpossibleQuestion("There is nothing to choose from.", "options")
    if len(set(question.options)) < len(question.options):
        raise ImpossibleQuestion("An option is listed twice.", "options")
    if ABSTAIN in question.options or "" in question.options:
        raise ImpossibleQuestion(f'An option may not be called "{ABSTAIN}" or have no name.', "options")


def _refuse_bad_limits(question: Question) -> None:
    if question.seats < 1:
        raise ImpossibleQuestion("At least one place must be filled.", "seats")
    if question.seats > 1 and question.method in ONE_PLACE:
        raise ImpossibleQuestion(f"{question.method} fills one place only.", "seats")
    if question.at_most is not None and question.at_most < 1:
        raise ImpossibleQuestion("A vote must be allowed at least one choice.", "at_most")
    if question.top < 1:
        raise ImpossibleQuestion("The highest score must be at least 1.", "top")


def _refuse_bad_budget(question: Question) -> None:
    if len(question.costs) != len(question.options):
        raise ImpossibleQuestion("Each option needs its cost, and each cost its option.", "costs")
    for name, amounts in (
        ("costs", question.costs),
        ("budget", (question.budget,)),
        ("step", (question.step,)),
    ):
        if any(exact(amount) <= 0 for amount in amounts):
            raise ImpossibleQuestion("Costs, budget and step must be more than nothing.", name)


def exact(amount: object) -> Amount:
    """The number itself, as an int where it is whole; a float or anything else is a TypeError."""
    if isinstance(amount, bool) or not isinstance(amount, int | Fraction):
        raise TypeError(f"Counting takes int and Fraction only, not {amount!r}.")
    if isinstance(amount, Fraction) and amount.denominator == 1:
        return amount.numerator
    return amount
