"""A count told step by step, as data; the words for each kind of step are templates elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import TypeAlias

from rules.counting.outcome import BeatPath, Outcome, Phase, Round, TieBroken, TieStep
from rules.counting.question import Amount, Method, exact

Value: TypeAlias = Amount | str | bool | tuple[str, ...] | tuple[tuple[str | None, Amount], ...] | None


class Kind(StrEnum):
    """What a step tells; its parameters are listed in `PARAMETERS`."""

    HANDED_IN = "handed_in"
    MOTION = "motion"
    CONSENT = "consent"
    BLOCKED = "blocked"
    TALLIES = "tallies"
    QUOTA = "quota"
    ROUND = "round"
    ELECTED = "elected"
    LAST_PLACES = "last_places"
    DROPPED = "dropped"
    SURPLUS = "surplus"
    DUEL = "duel"
    BEATS = "beats"
    SHARE = "share"
    SHARE_RAISED = "share_raised"
    FUNDED = "funded"
    FUNDED_GREEDILY = "funded_greedily"
    NOT_FUNDED = "not_funded"
    TIE_EARLIER_ROUND = "tie_earlier_round"
    TIE_SUPPORT = "tie_support"
    TIE_COST = "tie_cost"
    TIE_SEED = "tie_seed"
    TIE_MEETING = "tie_meeting"
    TIE_OPEN = "tie_open"
    WINNERS = "winners"
    NO_WINNER = "no_winner"


_TIE = ("options", "chosen", "about", "round")

PARAMETERS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.HANDED_IN: ("total", "valid", "abstained", "invalid"),
        Kind.MOTION: ("for_", "against", "abstained", "carried"),
        Kind.CONSENT: ("agree", "disagree", "block", "abstained", "carried"),
        Kind.BLOCKED: ("reason",),
        Kind.TALLIES: ("tallies", "seats"),
        Kind.QUOTA: ("quota", "valid", "seats"),
        Kind.ROUND: ("round", "tallies", "needed", "exhausted"),
        Kind.ELECTED: ("round", "option", "votes", "needed"),
        Kind.LAST_PLACES: ("round", "options"),
        Kind.DROPPED: ("round", "option", "votes", "to", "exhausted"),
        Kind.SURPLUS: ("round", "option", "votes", "surplus", "to", "exhausted", "cut"),
        Kind.DUEL: ("winner", "loser", "for_", "against"),
        Kind.BEATS: ("winner", "loser", "strength", "back", "via", "via_back"),
        Kind.SHARE: ("share", "budget", "voters"),
        Kind.SHARE_RAISED: ("share", "from_"),
        Kind.FUNDED: ("option", "cost", "supporters", "each_at_most", "left"),
        Kind.FUNDED_GREEDILY: ("option", "cost", "supporters", "left"),
        Kind.NOT_FUNDED: ("option", "cost", "supporters", "left"),
        Kind.TIE_EARLIER_ROUND: (*_TIE, "by_round"),
        Kind.TIE_SUPPORT: _TIE,
        Kind.TIE_COST: _TIE,
        Kind.TIE_SEED: (*_TIE, "seed"),
        Kind.TIE_MEETING: _TIE,
        Kind.TIE_OPEN: _TIE,
        Kind.WINNERS: ("winners",),
        Kind.NO_WINNER: (),
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of an explanation: its kind and what it speaks of; options are keys, numbers exact."""

    kind: Kind
    params: Mapping[str, Value]


def explain(outcome: Outcome) -> list[Step]:
    """Tell a count from the votes handed in to the winners, so that it can be followed by hand."""
    return [
        _step(Kind.HANDED_IN, outcome.total, outcome.valid, outcome.abstained, outcome.invalid),
        *TELLERS[outcome.question.method](outcome),
        *_ending(outcome),
    ]


def _step(kind: Kind, *values: Value) -> Step:
    return Step(kind, dict(zip(PARAMETERS[kind], values, strict=True)))


def _ending(outcome: Outcome) -> Iterator[Step]:
    if outcome.question.method in (Method.MOTION, Method.CONSENT):
        return
    if outcome.winners:
        yield _step(Kind.WINNERS, outcome.winners)
    elif not outcome.undecided:
        yield _step(Kind.NO_WINNER)


def _tell_motion(outcome: Outcome) -> Iterator[Step]:
    stood = outcome.standings
    yield _step(Kind.MOTION, stood["for"], stood["against"], outcome.abstained, outcome.carried)


def _tell_consent(outcome: Outcome) -> Iterator[Step]:
    stood = (outcome.standings[position] for position in ("agree", "disagree", "block"))
    yield _step(Kind.CONSENT, *stood, outcome.abstained, outcome.carried)
    for reason in outcome.blocks:
        yield _step(Kind.BLOCKED, reason)


def _tell_tallies(outcome: Outcome) -> Iterator[Step]:
    yield _step(Kind.TALLIES, tuple(outcome.standings.items()), outcome.question.seats)
    yield from _ties(outcome, None)


def _ties(outcome: Outcome, number: int | None) -> Iterator[Step]:
    for tie in outcome.ties:
        if number is None or tie.round == number:
            yield _tie(outcome, tie)


def _tie(outcome: Outcome, tie: TieBroken) -> Step:
    values: tuple[Value, ...] = (tie.options, tie.chosen, str(tie.about), tie.round)
    if tie.rule is TieStep.EARLIER_ROUND:
        values = (*values, tie.by_round)
    elif tie.rule is TieStep.SEED:
        values = (*values, outcome.question.seed)
    return _step(Kind(f"tie_{tie.rule}"), *values)


def _tell_rounds(outcome: Outcome) -> Iterator[Step]:
    for done in outcome.rounds:
        yield _step(Kind.ROUND, done.number, tuple(done.tallies.items()), done.needed, done.exhausted)
        yield from _elections(outcome, done)
        yield from _ties(outcome, done.number)
        yield from _movements(done)


def _tell_stv(outcome: Outcome) -> Iterator[Step]:
    if outcome.rounds:
        yield _step(Kind.QUOTA, outcome.rounds[0].needed, outcome.valid, outcome.question.seats)
    yield from _tell_rounds(outcome)


def _elections(outcome: Outcome, done: Round) -> Iterator[Step]:
    needed = done.needed or 0
    if outcome.question.method is Method.IRV:
        reached = done.elected
    else:
        reached = tuple(option for option in done.elected if done.tallies[option] >= needed)
    for option in reached:
        yield _step(Kind.ELECTED, done.number, option, done.tallies[option], needed)
    if rest := tuple(option for option in done.elected if option not in reached):
        yield _step(Kind.LAST_PLACES, done.number, rest)


def _movements(done: Round) -> Iterator[Step]:
    sources = done.eliminated or tuple(dict.fromkeys(transfer.source for transfer in done.transfers))
    for source in sources:
        moved = [transfer for transfer in done.transfers if transfer.source == source]
        to = tuple((transfer.target, transfer.votes) for transfer in moved if transfer.target is not None)
        none_left = sum(transfer.votes for transfer in moved if transfer.target is None)
        votes = done.tallies[source]
        if source in done.eliminated:
            yield _step(Kind.DROPPED, done.number, source, votes, to, none_left)
        else:
            surplus = votes - (done.needed or 0)
            cut = surplus - none_left - sum(number for _, number in to)
            yield _step(Kind.SURPLUS, done.number, source, votes, surplus, to, none_left, cut)


def _tell_schulze(outcome: Outcome) -> Iterator[Step]:
    for duel in outcome.duels:
        ahead = duel.for_first >= duel.for_second
        one, other = (duel.first, duel.second) if ahead else (duel.second, duel.first)
        figures = sorted((duel.for_first, duel.for_second), reverse=True)
        yield _step(Kind.DUEL, one, other, *figures)
    chains = {(path.start, path.end): path for path in outcome.paths}
    for one in _best_first(outcome):
        for other in outcome.standings:
            there, back = chains.get((one, other)), chains.get((other, one))
            if there and there.strength > (back.strength if back else 0):
                yield _beats(there, back)
    yield from _ties(outcome, None)


def _best_first(outcome: Outcome) -> tuple[str, ...]:
    """Those whose chains are told: the winners, or who is tied for it."""
    return outcome.winners or tuple(option for tie in outcome.ties for option in tie.options)


def _beats(there: BeatPath, back: BeatPath | None) -> Step:
    strength, via = (back.strength, back.via) if back else (0, ())
    return _step(Kind.BEATS, there.start, there.end, there.strength, strength, there.via, via)


def _tell_budget(outcome: Outcome) -> Iterator[Step]:
    question = outcome.question
    yield _step(Kind.TALLIES, tuple(outcome.standings.items()), len(outcome.winners))
    if outcome.share is not None:
        start = exact(Fraction(question.budget) / outcome.valid)
        yield _step(Kind.SHARE, start, question.budget, outcome.valid)
        if outcome.share > start:
            yield _step(Kind.SHARE_RAISED, outcome.share, start)
    left: Amount = question.budget
    for purchase in outcome.purchases:
        left = purchase.left
        yield from _ties(outcome, purchase.number)
        bought: tuple[Value, ...] = (purchase.option, purchase.cost, purchase.supporters)
        if purchase.phase is Phase.SHARES:
            yield _step(Kind.FUNDED, *bought, purchase.each_at_most, purchase.left)
        else:
            yield _step(Kind.FUNDED_GREEDILY, *bought, purchase.left)
    yield from _ties(outcome, len(outcome.purchases) + 1)
    for option, votes in outcome.standings.items():
        if option not in outcome.winners:
            yield _step(Kind.NOT_FUNDED, option, question.cost(option), votes, left)


TELLERS: Mapping[Method, Callable[[Outcome], Iterator[Step]]] = MappingProxyType(
    {
        Method.MOTION: _tell_motion,
        Method.CONSENT: _tell_consent,
        Method.SINGLE: _tell_tallies,
        Method.APPROVAL: _tell_tallies,
        Method.SCORE: _tell_tallies,
        Method.SCHULZE: _tell_schulze,
        Method.IRV: _tell_rounds,
        Method.STV: _tell_stv,
        Method.EQUAL_SHARES: _tell_budget,
        Method.GREEDY: _tell_budget,
    }
)
