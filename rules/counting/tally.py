"""The one door to counting: sorts out the votes that cannot be read, and hands the rest to the method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from rules.counting.budget import count_equal_shares, count_greedy
from rules.counting.choice import count_approval, count_motion, count_score, count_single
from rules.counting.consent import count_consent
from rules.counting.outcome import Outcome
from rules.counting.question import ABSTAIN, Amount, Method, Question, exact
from rules.counting.runoff import count_irv
from rules.counting.schulze import count_schulze
from rules.counting.transferable import count_stv
from rules.counting.votes import InvalidVote, Stance, Vote, check

COUNTERS: dict[Method, Callable[[Question, Mapping[Any, Amount]], Outcome]] = {
    Method.MOTION: count_motion,
    Method.SINGLE: count_single,
    Method.APPROVAL: count_approval,
    Method.SCORE: count_score,
    Method.SCHULZE: count_schulze,
    Method.IRV: count_irv,
    Method.STV: count_stv,
    Method.EQUAL_SHARES: count_equal_shares,
    Method.GREEDY: count_greedy,
    Method.CONSENT: count_consent,
}


def count(question: Question, votes: Iterable[object] | Mapping[Any, Amount]) -> Outcome:
    """Count votes by the question's method; a mapping says how often each vote was cast.

    Votes are hashable, as `check` returns them. How often may be any exact number above nothing, so a motion
    can be counted by area as by heads. A vote that cannot be read is counted as invalid and never stops the
    count. The order of votes never matters.
    """
    read: dict[Vote, Amount] = {}
    reasons: dict[str, Amount] = {}
    for vote, times in _times(votes).items():
        try:
            seen = check(question, vote)
        except InvalidVote as refusal:
            reason = type(refusal).__name__
            reasons[reason] = reasons.get(reason, 0) + times
        else:
            read[seen] = read.get(seen, 0) + times
    abstained = sum(read.pop(vote) for vote in [vote for vote in read if _abstains(vote)])
    outcome = COUNTERS[question.method](question, read)
    return replace(
        outcome,
        valid=exact(sum(read.values())),
        abstained=exact(abstained),
        invalid=exact(sum(reasons.values())),
        reasons=dict(sorted(reasons.items())),
    )


def _abstains(vote: Vote) -> bool:
    return (vote.choice if isinstance(vote, Stance) else vote) == ABSTAIN


def _times(votes: Iterable[object] | Mapping[Any, Amount]) -> Mapping[Any, Amount]:
    if not isinstance(votes, Mapping):
        return Counter(votes)
    for times in votes.values():
        if exact(times) <= 0:
            raise ValueError(f"A vote cannot have been cast {times} times.")
    return votes
