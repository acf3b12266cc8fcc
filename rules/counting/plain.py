"""Votes as plain data, the way JSON can hold them, and back.

A vote is "abstain", or: a word (motion), a key (single), a list of keys (approval, budgets), an object of
scores (score), a list of lists of keys, best first (ranked), a word or {"choice", "reason"} (consent).
"""

from __future__ import annotations

from typing import TypeAlias

from rules.counting.question import BUDGETS, RANKED, Method
from rules.counting.votes import Choices, NotAVote, Scores, Stance, Vote

Plain: TypeAlias = str | list[str] | list[list[str]] | dict[str, int] | dict[str, str]


def to_plain(vote: Vote) -> Plain:
    """A vote as `check` gives it, as plain data; equal votes give equal data."""
    if isinstance(vote, str):
        return vote
    if isinstance(vote, Stance):
        return {"choice": vote.choice, "reason": vote.reason} if vote.reason else vote.choice
    if isinstance(vote, frozenset):
        return sorted(vote)
    scores = {pair[0]: pair[1] for pair in vote if isinstance(pair, tuple)}
    return scores or [sorted(rank) for rank in vote if isinstance(rank, frozenset)]


def from_plain(method: Method, plain: object) -> Vote:
    """The vote that plain data stands for, for `check` to see; `NotAVote` where the shape is another."""
    if isinstance(plain, str):
        return Stance(plain) if method is Method.CONSENT else plain
    if isinstance(plain, dict) and method is Method.SCORE:
        return _scores(plain)
    if isinstance(plain, dict) and method is Method.CONSENT and set(plain) == {"choice", "reason"}:
        choice, reason = plain["choice"], plain["reason"]
        if isinstance(choice, str) and isinstance(reason, str):
            return Stance(choice, reason)
    if isinstance(plain, list) and method in RANKED:
        return tuple(_keys(method, rank) for rank in plain)
    if method in BUDGETS or method is Method.APPROVAL:
        return _keys(method, plain)
    raise NotAVote(method=method)


def _keys(method: Method, plain: object) -> Choices:
    if not isinstance(plain, list) or not all(isinstance(key, str) for key in plain):
        raise NotAVote(method=method)
    return frozenset(plain)


def _scores(plain: dict[str, object]) -> Scores:
    scores = []
    for option, score in sorted(plain.items()):
        if not isinstance(score, int) or isinstance(score, bool):
            raise NotAVote(method=Method.SCORE)
        scores.append((option, score))
    return tuple(scores)
