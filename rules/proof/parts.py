"""Parts: an export as it was read, each asked for with the kind of value that the format says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from rules.events import canonical
from rules.proof.misfits import Misfit, Wrong

T = TypeVar("T")

FILE = "export.json"


def digest_of(value: object) -> str:
    """The sha256 of a value's canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def same(one: object, other: object) -> bool:
    """Whether two values are the same JSON; true is not 1 and 1.0 is not 1."""
    return canonical(one) == canonical(other)


def second(at: datetime | None) -> str | None:
    """A time as the export writes it outside of events."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Part:
    """An object in an export and what it is called when something in it does not fit."""

    place: str
    values: Mapping[str, Any]

    def get(self, name: str, kind: type[T]) -> T:
        """The value of a name. Raises Misfit where it is missing or of another kind."""
        value = self.values.get(name)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise Misfit(Wrong.SHAPE, self.place, name)
        return value

    def maybe(self, name: str, kind: type[T]) -> T | None:
        """The same where null may stand."""
        return None if name in self.values and self.values[name] is None else self.get(name, kind)

    def moment(self, name: str) -> datetime:
        """The time of a name, in UTC. Raises Misfit where it has no zone."""
        try:
            at = datetime.fromisoformat(self.get(name, str))
            in_utc = at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise Misfit(Wrong.SHAPE, self.place, name) from None
        if at.tzinfo is None:
            raise Misfit(Wrong.SHAPE, self.place, name)
        return in_utc

    def numbers(self, name: str) -> list[int]:
        """The list of whole numbers of a name."""
        found = self.get(name, list)
        if not all(isinstance(one, int) and not isinstance(one, bool) for one in found):
            raise Misfit(Wrong.SHAPE, self.place, name)
        return found

    def parts(self, name: str, place: str = "") -> list[Part]:
        """The objects in the list of a name, each known by `place` and its own id, or by where it stands."""
        found = []
        for index, one in enumerate(self.get(name, list)):
            if not isinstance(one, dict):
                raise Misfit(Wrong.SHAPE, self.place, f"{name}[{index}]")
            part = Part(f"{name}[{index}]", one)
            found.append(Part(f"{place}:{part.get('id', int)}", one) if place else part)
        return found

    def part(self, name: str) -> Part:
        """The object of a name."""
        return Part(self.place, self.get(name, dict))

    def expect(self, name: str, value: object) -> None:
        """Go on only if a name has this value. Raises Misfit."""
        if name not in self.values:
            raise Misfit(Wrong.SHAPE, self.place, name)
        if not same(self.values[name], value):
            raise Misfit(Wrong.DIFFERS, self.place, name)


def read_export(content: bytes) -> Part:
    """An export from its file. Raises Misfit where that is no JSON object that reads in one way only."""
    try:
        data = json.loads(content.decode(), object_pairs_hook=_object, parse_constant=_refuse)
        canonical(data)
    except (ValueError, RecursionError):
        raise Misfit(Wrong.MALFORMED, FILE) from None
    if not isinstance(data, dict):
        raise Misfit(Wrong.MALFORMED, FILE)
    return Part(FILE, data)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
