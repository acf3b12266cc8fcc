"""Why a ballot file is not counted."""

from __future__ import annotations

from collections.abc import Iterable

from rules.refusals import Refusal


class MalformedFile(Refusal):
    """A ballot file breaks its format: at `line`, counted from 1, for the reason `why`."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(line=line, why=why)
        self.line = line
        self.why = why

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


class UnknownFormat(Refusal):
    """The file's name ends like none of the formats that can be read; `known` are their endings."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        known = tuple(known)
        super().__init__(name=name, known=known)
        self.known = known

    def __str__(self) -> str:
        return f"{self.facts['name']} is none of {', '.join(self.known)}."


class WrongMethod(Refusal):
    """The votes in the file cannot be counted by the `method` (None: name one), but by those `possible`."""

    def __init__(self, method: str | None, possible: Iterable[str]) -> None:
        possible = tuple(possible)
        super().__init__(method=method, possible=possible)
        self.possible = possible

    def __str__(self) -> str:
        method = self.facts["method"]
        asked = f"These votes cannot be counted by {method}" if method else "A method must be named"
        return f"{asked}; possible: {', '.join(self.possible)}."
