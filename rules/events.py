"""Events: what happened, in an order that cannot be changed unseen (each hash covers the one before)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

START = "0" * 64
HEAD_DIGITS = 16  # of a hash, where people see it


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `number` counts from 1 within its stream, hashes are sha256 in hex."""

    stream: str
    number: int
    at: datetime
    kind: str
    data: Mapping[str, Any]
    previous: str
    hash: str

    @property
    def head(self) -> str:
        """As much of the hash as people are shown."""
        return self.hash[:HEAD_DIGITS]


def follow(last: Event | None, stream: str, kind: str, at: datetime, data: Mapping[str, Any]) -> Event:
    """The event that comes after `last` (None: the stream's first)."""
    number = 1 if last is None else last.number + 1
    previous = START if last is None else last.hash
    return Event(stream, number, at, kind, data, previous, digest(stream, number, at, kind, data, previous))


def digest(stream: str, number: int, at: datetime, kind: str, data: Mapping[str, Any], previous: str) -> str:
    """The sha256 over the canonical JSON of an event, in hex; `at` counts as UTC to the microsecond."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(canonical([stream, number, moment, kind, data, previous])).hexdigest()


def canonical(value: object) -> bytes:
    """The one JSON text of a value: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def first_break(events: Iterable[Event]) -> int | None:
    """The number at which a stream's chain breaks, None when it is whole."""
    last: Event | None = None
    for event in events:
        if event != follow(last, event.stream, event.kind, event.at, event.data):
            return event.number
        if last is not None and event.stream != last.stream:
            return event.number
        last = event
    return None
