"""Chains: the events of an export, each linked by its hash to the one before it in its stream."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.events import HEAD_DIGITS, START
from rules.proof.misfits import Misfit, Wrong
from rules.proof.parts import Part, digest_of

HEAD = re.compile(rf"[0-9a-f]{{{HEAD_DIGITS},64}}")  # at least what the group was shown
FIELDS = ("stream", "number", "at", "kind", "data", "previous")

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of an export; `told` is None where its data is withheld."""

    stream: str
    number: int
    at: datetime
    kind: str
    told: Part | None
    hash: str

    @property
    def place(self) -> str:
        """What it is called when something about it does not fit."""
        return f"{self.stream} #{self.number}"

    @property
    def data(self) -> Part:
        """What it holds. Raises Misfit where that is withheld."""
        if self.told is None:
            raise Misfit(Wrong.WITHHELD, self.place)
        return self.told


def read_streams(export: Part, names: Sequence[str]) -> dict[str, list[Entry]]:
    """The events of an export by stream, each stream whole and in its place.

    Raises Misfit at the first that is changed, missing, doubled or out of order.
    """
    streams: dict[str, list[Entry]] = {name: [] for name in names}
    left = iter(names)
    current = None
    for told in export.parts("events"):
        name = told.get("stream", str)
        while current != name:
            current = next(left, None)
            if current is None:
                raise Misfit(Wrong.STRANGE, f"{name} #{told.get('number', int)}")
        streams[name].append(_following(streams[name], told))
    return streams


def _following(earlier: Sequence[Entry], told: Part) -> Entry:
    """An event, if it is the one that comes after these."""
    entry = _entry(told)
    if entry.number != len(earlier) + 1:
        raise Misfit(Wrong.NUMBER, entry.place)
    if told.get("previous", str) != (earlier[-1].hash if earlier else START):
        raise Misfit(Wrong.LINK, entry.place)
    if entry.told is None:
        may_be = entry.kind == "closed" and entry.stream.startswith("ballot:")
        if not may_be or not _HASH.fullmatch(entry.hash):
            raise Misfit(Wrong.WITHHELD, entry.place)
    elif entry.hash != digest_of([told.values[name] for name in FIELDS]):
        raise Misfit(Wrong.HASH, entry.place)
    return entry


def _entry(told: Part) -> Entry:
    stream, number = told.get("stream", str), told.get("number", int)
    here = Part(f"{stream} #{number}", told.values)
    data = here.maybe("data", dict)
    return Entry(
        stream,
        number,
        here.moment("at"),
        here.get("kind", str),
        None if data is None else Part(here.place, data),
        here.get("hash", str),
    )


def find_head(head: str, streams: Iterable[Sequence[Entry]]) -> Entry:
    """The event whose hash begins so, as it was posted in the group. Raises Misfit where there is none."""
    wanted = "".join(head.split()).lower()
    if HEAD.fullmatch(wanted):
        for stream in streams:
            for entry in stream:
                if entry.hash.startswith(wanted):
                    return entry
    raise Misfit(Wrong.HEAD, head)
