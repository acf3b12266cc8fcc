"""Sharing a budget: greedily by votes, or by equal shares, where every voter has the same to spend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from rules.counting.choice import by_tally
from rules.counting.outcome import Outcome, Phase, Purchase, Round, TieAbout, TieBroken, TieStep
from rules.counting.question import Amount, Completion, Question, Satisfaction, exact
from rules.counting.ties import in_printed_order, settle
from rules.counting.votes import Choices


def count_greedy(question: Question, votes: Mapping[Choices, Amount]) -> Outcome:
    """Projects are funded from the most votes down, each if the money left still pays for all of it.

    A project without a vote is never funded. Source: the usual rule of participatory budgeting; "greedy" in
    Rey and Maly, "The (Computational) Social Choice Take on Indivisible Participatory Budgeting" (2023).
    Tie rule: equal projects that can all be paid are no tie; else the lower cost goes first; then the seed if
    one was published, else the meeting.
    """
    tallies = support(question, votes)
    spree = Spree(question, tallies)
    spree.buy_greedily()
    return spree.outcome(None)


def count_equal_shares(question: Question, votes: Mapping[Choices, Amount]) -> Outcome:
    """Every voter gets the same share of the budget; supporters pay for a project together, evenly.

    In each step the project is funded whose supporters pay least for what it is worth to them: all pay the
    same, or all they have left if that is less. What a project is worth is its cost, or one (`satisfaction`).
    A project without a vote is never funded.

    With completion by add-one the shares are raised by `step` at a time as long as the projects they buy fit
    the true budget and one more would fit; greedy then spends what is left. Where a tie in a raised round
    waits for the meeting, nothing is funded until it has decided.

    Source: Peters, Pierczynski and Skowron, "Proportional Participatory Budgeting with Additive Utilities"
    (2021), completed as in Faliszewski and others, "Participatory Budgeting: Data, Tools, Analysis" (2023).
    Tie rule: more supporters, then the lower cost; then the seed if one was published, else the meeting.
    """
    tallies = support(question, votes)
    if not votes:
        return Spree(question, tallies).outcome(None)
    voters = exact(sum(votes.values()))
    share = Fraction(question.budget) / voters
    spree = buy_by_shares(question, votes, tallies, share)
    while question.completion is Completion.ADD_ONE and not spree.stopped and spree.could_buy_more():
        raised = buy_by_shares(question, votes, tallies, share + question.step)
        if raised.stopped:
            return Spree(question, tallies, ties=raised.ties, stopped=True).outcome(None)
        if raised.left < 0:
            break
        share, spree = share + question.step, raised
    if question.completion is not Completion.NONE and not spree.stopped:
        spree.buy_greedily()
    return spree.outcome(exact(share))


def support(question: Question, votes: Mapping[Choices, Amount]) -> dict[str, Amount]:
    """How many votes name each option."""
    tallies: dict[str, Amount] = dict.fromkeys(question.options, 0)
    for choices, times in votes.items():
        for option in choices:
            tallies[option] += times
    return tallies


@dataclass(slots=True)
class Spree:
    """What has been bought so far, with what; `stopped` when a tie waits for the meeting."""

    question: Question
    tallies: Mapping[str, Amount]
    purchases: list[Purchase] = field(default_factory=list)
    ties: list[TieBroken] = field(default_factory=list)
    stopped: bool = False

    @property
    def left(self) -> Amount:
        """What is left of the true budget; below nothing while shares are raised too far."""
        return self.purchases[-1].left if self.purchases else self.question.budget

    def unbought(self) -> list[str]:
        """Options with support that are not bought."""
        bought = {purchase.option for purchase in self.purchases}
        return [option for option in self.question.options if option not in bought and self.tallies[option]]

    def could_buy_more(self) -> bool:
        """Whether the money left would pay for one more option."""
        return any(self.question.cost(option) <= self.left for option in self.unbought())

    def buy(self, option: str, each_at_most: Amount | None, phase: Phase) -> None:
        """Buy one option."""
        cost = self.question.cost(option)
        number, left = len(self.purchases) + 1, exact(self.left - cost)
        supporters = self.tallies[option]
        self.purchases.append(Purchase(number, option, cost, supporters, each_at_most, left, phase))

    def buy_greedily(self) -> None:
        """Spend what is left on the options with most votes that it still pays for."""
        while payable := [option for option in self.unbought() if self.question.cost(option) <= self.left]:
            most = max(self.tallies[option] for option in payable)
            equal = [option for option in payable if self.tallies[option] == most]
            together = sum(self.question.cost(option) for option in equal)
            chosen = equal if together <= self.left else self.cheapest_of(equal)
            if not chosen:
                break
            for option in chosen:
                self.buy(option, None, Phase.GREEDY)

    def cheapest_of(self, equal: list[str]) -> tuple[str, ...]:
        """The one to buy first among equal options: the cheapest, else whom the tie rule names."""
        lowest = min(self.question.cost(option) for option in equal)
        cheapest = tuple(option for option in equal if self.question.cost(option) == lowest)
        if len(cheapest) == 1:
            self.note(equal, TieStep.COST, cheapest)
            return cheapest
        return self.settle(cheapest)

    def note(self, equal: list[str], rule: TieStep, chosen: tuple[str, ...]) -> None:
        """Remember what settled a tie, if there was one."""
        if len(equal) > 1:
            options = in_printed_order(self.question, equal)
            self.ties.append(TieBroken(options, rule, chosen, TieAbout.WIN, len(self.purchases) + 1))

    def settle(self, equal: Iterable[str]) -> tuple[str, ...]:
        """Pick one of the equal options by the tie rule, and remember it; stop where it stays open."""
        tie = settle(self.question, equal, 1, TieAbout.WIN, len(self.purchases) + 1)
        self.ties.append(tie)
        self.stopped = tie.rule is TieStep.OPEN
        return tie.chosen

    def outcome(self, share: Amount | None) -> Outcome:
        """The result, once nothing more is bought."""
        winners = tuple(purchase.option for purchase in self.purchases)
        standings = {option: self.tallies[option] for option in by_tally(self.question, self.tallies)}
        return Outcome(
            self.question,
            winners,
            standings,
            (Round(1, standings, winners),),
            tuple(self.ties),
            purchases=tuple(self.purchases),
            share=share,
        )


def buy_by_shares(
    question: Question, votes: Mapping[Choices, Amount], tallies: Mapping[str, Amount], share: Fraction
) -> Spree:
    """Equal shares itself, each voter having `share`; its cost may exceed the true budget."""
    spree = Spree(question, tallies)
    purses = Purses.of(votes, share)
    price = dict.fromkeys(spree.unbought(), Fraction(0))  # the least each can have become
    while price and not spree.stopped:
        best, cheapest = _cheapest(question, purses, price)
        if not best:
            break
        option = _one_of(spree, best)
        if option is None:
            break
        each = cheapest if question.satisfaction is Satisfaction.COUNT else cheapest * question.cost(option)
        purses.pay(option, each)
        spree.buy(option, exact(each), Phase.SHARES)
        del price[option]
    return spree


def _cheapest(question: Question, purses: Purses, price: dict[str, Fraction]) -> tuple[list[str], Fraction]:
    """The options with the lowest price, and that price; as none ever falls, old ones are lower bounds."""
    best: list[str] = []
    cheapest: Fraction | None = None
    for option in sorted(price, key=price.__getitem__):
        if cheapest is not None and price[option] > cheapest:
            break
        each = purses.each_pays(option, question.cost(option))
        if each is None:
            del price[option]
            continue
        by_cost = question.satisfaction is Satisfaction.COST
        price[option] = each / question.cost(option) if by_cost else each
        if cheapest is None or price[option] < cheapest:
            best, cheapest = [option], price[option]
        elif price[option] == cheapest:
            best.append(option)
    return best, cheapest or Fraction(0)


def _one_of(spree: Spree, best: list[str]) -> str | None:
    most = max(spree.tallies[option] for option in best)
    equal = [option for option in best if spree.tallies[option] == most]
    if len(equal) == 1:
        spree.note(best, TieStep.SUPPORT, (equal[0],))
        return equal[0]
    chosen = spree.cheapest_of(equal)
    return chosen[0] if chosen else None


@dataclass(slots=True)
class Purses:
    """What voters have left, in whole `unit`ths for speed; those who voted alike share a purse."""

    times: list[Amount]
    money: list[int]
    unit: int
    of_option: dict[str, list[int]]

    @classmethod
    def of(cls, votes: Mapping[Choices, Amount], share: Fraction) -> Purses:
        """Purses with the same share for each voter."""
        of_option: dict[str, list[int]] = {}
        for purse, choices in enumerate(votes):
            for option in choices:
                of_option.setdefault(option, []).append(purse)
        return cls(list(votes.values()), [share.numerator] * len(votes), share.denominator, of_option)

    def each_pays(self, option: str, cost: Amount) -> Fraction | None:
        """The least that pays the cost if each supporter gives it or all they have; None: they cannot."""
        supporters = sorted(self.of_option[option], key=self.money.__getitem__)
        missing = cost * self.unit
        paying = sum(self.times[purse] for purse in supporters)
        for purse in supporters:
            if self.money[purse] * paying >= missing:
                return Fraction(missing) / paying / self.unit
            missing -= self.money[purse] * self.times[purse]
            paying -= self.times[purse]
        return None

    def pay(self, option: str, each: Fraction) -> None:
        """Take `each` from every supporter, or all they have."""
        scale = (each * self.unit).denominator
        self.unit *= scale
        self.money = [money * scale for money in self.money]
        due = (each * self.unit).numerator
        for purse in self.of_option[option]:
            self.money[purse] = max(0, self.money[purse] - due)
