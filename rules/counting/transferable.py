"""The single transferable vote by the Scottish rules: what a winner does not need goes on, in part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from typing import TypeAlias

from rules.counting.outcome import Outcome, Round, TieAbout, TieBroken, Transfer
from rules.counting.question import Amount, Question, exact
from rules.counting.ties import settle_by_rounds
from rules.counting.votes import Ranking

ONE = 100_000  # a vote, in the smallest part that is counted: the fifth decimal

Paper: TypeAlias = tuple[tuple[str, ...], int]  # who is named from here on, and what it is worth
Pile: TypeAlias = dict[Paper, Amount]


def count_stv(question: Question, votes: Mapping[Ranking, Amount]) -> Outcome:
    """Several places are filled in proportion; each vote ranks options, one a rank.

    The quota is the valid votes over places plus one, cut to a whole number, plus one (rule 46). Who reaches
    it is elected (47). The largest surplus goes first: all papers of that option move on to the next option
    still in, each worth its value times surplus over votes, cut at five decimals (48, 49). Without a surplus
    the last is dropped and its papers move at the value they have (50). When as many are left as places, they
    are elected (52). `standings` gives the votes with which an option was elected or dropped.
    Source: The Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45-52.
    Tie rule: the votes at the latest earlier stage that tells the tied apart (49(2), 51(2)); for the lot that
    then follows, the seed if one was published, else the meeting.
    """
    if not votes:
        return Outcome(question, (), dict.fromkeys(question.options, 0), ())
    election = _Election.of(question, votes)
    while election.next_round():
        pass
    return Outcome(
        question,
        tuple(election.elected),
        dict(election.standings()),
        tuple(election.rounds),
        tuple(election.ties),
    )


@dataclass(slots=True)
class _Election:
    """A count under way; amounts of votes are in hundred-thousandths."""

    question: Question
    quota: int
    piles: dict[str, Pile]
    credits: dict[str, Amount]
    elected: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    surplus_due: list[str] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    ties: list[TieBroken] = field(default_factory=list)
    final: dict[str, Amount] = field(default_factory=dict)
    exhausted: Amount = 0
    lost: Amount = 0

    @classmethod
    def of(cls, question: Question, votes: Mapping[Ranking, Amount]) -> _Election:
        """The first stage: each paper worth one, with the option it names first (rules 45, 46)."""
        quota = (sum(votes.values()) // (question.seats + 1) + 1) * ONE
        piles: dict[str, Pile] = {option: {} for option in question.options}
        for ranking, times in votes.items():
            named = tuple(chain.from_iterable(ranking))
            piles[named[0]][named, ONE] = piles[named[0]].get((named, ONE), 0) + times
        tallies = {option: ONE * sum(pile.values()) for option, pile in piles.items()}
        return cls(question, quota, piles, tallies)

    def next_round(self) -> bool:
        """Elect, then move one surplus or drop one option; false when the count is over."""
        tallies = {option: in_votes(parts) for option, parts in self.credits.items()}
        elected = self._elect()
        over = len(self.elected) == self.question.seats or not self._continuing()
        source = None if over else self._surplus()
        dropped = None if over or source or self._open() else self._drop()
        exhausted, lost = in_votes(self.exhausted), in_votes(self.lost)
        moved: tuple[Transfer, ...] = ()
        if source:
            moved = self._transfer(source, self.credits[source] - self.quota)
        elif dropped:
            self.dropped.append(dropped)
            moved = self._transfer(dropped, None)
        number, needed = len(self.rounds) + 1, self.quota // ONE
        gone = (dropped,) if dropped else ()
        self.rounds.append(Round(number, tallies, elected, gone, moved, exhausted, lost, needed))
        return bool(source or dropped)

    def standings(self) -> list[tuple[str, Amount]]:
        """The elected in order, then those still in by votes, then the dropped, last dropped first."""
        left = sorted(self._continuing(), key=lambda option: -self.credits[option])
        order = [*self.elected, *left, *reversed(self.dropped)]
        return [(option, in_votes(self.final.get(option, self.credits[option]))) for option in order]

    def _continuing(self) -> list[str]:
        settled = {*self.elected, *self.dropped}
        return [option for option in self.question.options if option not in settled]

    def _elect(self) -> tuple[str, ...]:
        reached = [option for option in self._continuing() if self.credits[option] >= self.quota]
        self._seat(reached)
        self.surplus_due += [option for option in reached if self.credits[option] > self.quota]
        rest = self._continuing()
        if len(rest) <= self.question.seats - len(self.elected):
            self._seat(rest)
            reached += rest
            self.surplus_due.clear()
        return tuple(option for option in self.elected if option in reached)

    def _seat(self, options: list[str]) -> None:
        self.elected += sorted(options, key=lambda option: -self.credits[option])
        self.final.update((option, self.credits[option]) for option in options)

    def _surplus(self) -> str | None:
        if not self.surplus_due:
            return None
        most = max(self.credits[option] for option in self.surplus_due)
        largest = [option for option in self.surplus_due if self.credits[option] == most]
        first = self._one_of(largest, TieAbout.SURPLUS)
        if first:
            self.surplus_due.remove(first)
        return first

    def _drop(self) -> str | None:
        continuing = self._continuing()
        fewest = min(self.credits[option] for option in continuing)
        lowest = [option for option in continuing if self.credits[option] == fewest]
        last = self._one_of(lowest, TieAbout.DROP)
        if last:
            self.final[last] = self.credits[last]
        return last

    def _one_of(self, options: list[str], about: TieAbout) -> str | None:
        if len(options) == 1:
            return options[0]
        earlier = [done.tallies for done in self.rounds]
        tie = settle_by_rounds(self.question, options, earlier, about, len(self.rounds) + 1)
        self.ties.append(tie)
        return tie.chosen[0] if tie.chosen else None

    def _open(self) -> bool:
        return bool(self.ties) and not self.ties[-1].chosen

    def _transfer(self, source: str, surplus: Amount | None) -> tuple[Transfer, ...]:
        """Move all papers of the source: at their value, or at their part of the surplus (rules 48, 50)."""
        total = self.credits[source]
        continuing = set(self._continuing())
        moved: dict[str | None, tuple[Amount, Amount]] = {}
        for (named, value), times in self.piles[source].items():
            worth = value if surplus is None else int(surplus * value // total)
            rest = next((named[place:] for place, name in enumerate(named) if name in continuing), ())
            target = rest[0] if rest else None
            votes, papers = moved.get(target, (0, 0))
            moved[target] = votes + worth * times, papers + times
            if target is not None:
                pile = self.piles[target]
                pile[rest, worth] = pile.get((rest, worth), 0) + times
        self.piles[source] = {}
        self._credit(source, moved, total if surplus is None else surplus)
        order = [*self.question.options, None]
        return tuple(
            Transfer(source, to, in_votes(moved[to][0]), moved[to][1]) for to in order if to in moved
        )

    def _credit(self, source: str, moved: Mapping[str | None, tuple[Amount, Amount]], given: Amount) -> None:
        self.credits[source] -= given
        for target, (votes, _) in moved.items():
            given -= votes
            if target is None:
                self.exhausted += votes
            else:
                self.credits[target] += votes
        self.lost += given


def in_votes(parts: Amount) -> Amount:
    """Hundred-thousandths as votes."""
    return exact(Fraction(parts) / ONE)
