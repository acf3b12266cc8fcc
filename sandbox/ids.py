"""Where new identifiers come from, in the ranges Telegram uses."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

FIRST_BOT = 7_000_000_001
FIRST_PERSON = 100_001
FIRST_GROUP = -4_000_001
FIRST_SUPERGROUP = -1_002_000_000_001


@dataclass(frozen=True, slots=True)
class Ids:
    """One source for each kind of identifier."""

    bots: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_BOT))
    people: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_PERSON))
    groups: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_GROUP, -1))
    supergroups: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_SUPERGROUP, -1))
    moves: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    messages: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    others: Iterator[int] = field(default_factory=lambda: itertools.count(5_000_000_000_000_001))
