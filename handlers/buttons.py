"""Buttons: typed values, packed into the 64 bytes a platform carries and unpacked in one place.

A press can be forged: unpacking proves nothing but the shape, and every press is authorised where it is
handled.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar, dataclass_transform

LIMIT = 64  # bytes
_SEPARATOR = ":"
_LARGEST = 2**31 - 1  # an id is an integer of four bytes


@dataclass_transform(frozen_default=True)
class Button:
    """The base of every button: subclass it with int and str fields and a code of its own."""

    __slots__ = ()
    code: ClassVar[str]
    _known: ClassVar[dict[str, type[Button]]] = {}

    def __init_subclass__(cls, *, code: str = "", **more: object) -> None:
        """Make the subclass a frozen dataclass and know it by its code."""
        super().__init_subclass__(**more)
        if not code:
            return
        cls.code = code
        dataclass(frozen=True)(cls)
        assert cls._known.setdefault(code, cls).__qualname__ == cls.__qualname__, (
            f"two buttons share {code!r}"
        )

    def pack(self) -> str:
        """Its text of at most 64 bytes."""
        values = [str(getattr(self, field.name)) for field in fields(self)]  # type: ignore[arg-type]
        text = _SEPARATOR.join([self.code, *values])
        assert len(text.encode()) <= LIMIT, f"{text!r} is too long for a button"
        return text


def unpack(text: str) -> Button | None:
    """The button of a text; None where it is none of ours, or no longer."""
    code, *values = text.split(_SEPARATOR)
    kind = Button._known.get(code)
    if kind is None:
        return None
    wanted = fields(kind)  # type: ignore[arg-type]
    if len(values) != len(wanted):
        return None
    try:
        read = [
            _number(value) if field.type == "int" else value
            for field, value in zip(wanted, values, strict=True)
        ]
    except ValueError:
        return None
    return kind(*read)


def _number(text: str) -> int:
    """A number as `pack` writes it, and one that a database takes. Raises ValueError."""
    value = int(text)
    if str(value) != text or not -_LARGEST <= value <= _LARGEST:
        raise ValueError(text)
    return value


@dataclass(frozen=True, slots=True)
class Key:
    """One key under a message: a label, and either a button or a link."""

    label: str
    does: Button | None = None
    link: str | None = None

    def pack(self) -> dict[str, str]:
        """Its JSON in a letter."""
        if self.does is not None:
            return {"text": self.label, "data": self.does.pack()}
        assert self.link is not None, "a key does something"
        return {"text": self.label, "url": self.link}


Keys = tuple[tuple[Key, ...], ...]
