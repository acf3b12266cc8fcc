"""On which line of a JSON text something stands; the standard parser does not say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

_SPACE = re.compile(r"[\s,:]*")
_DECODER = json.JSONDecoder()


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line of the value at a path of keys and places, or of the innermost part of it that is there."""
    return _line(text, _position(text, _skip(text, 0), path))


def line_of_key_twice(text: str) -> int:
    """The line on which a key is given a second value in its object, the first line if none is."""
    return _line(text, _key_twice(text, _skip(text, 0)) or 0)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _position(text: str, at: int, path: Sequence[str | int]) -> int:
    for key, _, value in _members(text, at) if path else ():
        if key == path[0]:
            return _position(text, value, path[1:])
    return at


def _key_twice(text: str, at: int) -> int | None:
    seen = set()
    for key, here, value in _members(text, at):
        if key in seen:
            return here
        seen.add(key)
        if inside := _key_twice(text, value):
            return inside
    return None


def _members(text: str, at: int) -> Iterator[tuple[str | int, int, int]]:
    """The key or place of each member of an object or list, where it is written, and where its value is."""
    if text[at] not in "[{":
        return
    keyed, place = text[at] == "{", 0
    at = _skip(text, at + 1)
    while text[at] not in "]}":
        key, here = place, at
        if keyed:
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, at)
        yield key, here, at
        _, at = _DECODER.raw_decode(text, at)
        at, place = _skip(text, at), place + 1


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
