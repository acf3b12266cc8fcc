"""What a press, a word or a link comes to in the code of the handlers, in the order of its lines."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import handlers

HEARD = {
    "press",
    "command",
    "dialogue",
    "link",
}  # what people do; the rest the bot does itself


@dataclass
class Paths:
    """The handlers by name, "order.defer", and what each of them calls."""

    folder: Path = Path(handlers.__path__[0])

    @cached_property
    def functions(self) -> dict[str, ast.AsyncFunctionDef | ast.FunctionDef]:
        """Every function of the handlers."""
        return {
            f"{file.stem}.{node.name}": node
            for file in self.folder.glob("*.py")
            for node in ast.parse(file.read_text("utf-8")).body
            if isinstance(node, (ast.AsyncFunctionDef, ast.FunctionDef))
        }

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """What a name means in each file: "sittings" is "meeting", "go_to" is "room.go_to"."""
        found: dict[str, dict[str, str]] = {}
        for file in self.folder.glob("*.py"):
            meant = found.setdefault(file.stem, {})
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module:
                    above, _, module = node.module.partition(".")
                    for one in node.names if above in {"handlers", "services"} else ():
                        full = f"{module}.{one.name}" if module else one.name
                        meant[one.asname or one.name] = f"{above}:{full}"
        return found

    def roots(self) -> list[str]:
        """The handlers that people reach."""
        return sorted(
            name
            for name, node in self.functions.items()
            for each in node.decorator_list
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in HEARD
        )

    def called(self, name: str) -> Iterator[str]:
        """What a handler calls, as "services:meeting.start", "handlers:room.go_to" or "here.the_leader"."""
        file = name.partition(".")[0]
        calls = [node for node in ast.walk(self.functions[name]) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda one: (one.end_lineno or 0, one.end_col_offset or 0)):
            match call.func:
                case ast.Name(known):
                    own = f"handlers:{file}.{known}"
                    yield self.names[file].get(known, own)
                case ast.Attribute(ast.Name("here"), known):
                    yield f"here.{known}"
                case ast.Attribute(ast.Name(module), known) if module in self.names[file]:
                    yield f"{self.names[file][module]}.{known}"

    def unguarded(self, asking: Collection[str], guards: Collection[str]) -> list[str]:
        """The ways on which people reach one of `asking` before any of `guards` was asked."""
        return [way for root in self.roots() for way in self._walk(root, asking, guards, [])[1]]

    def reaches(self, name: str, guards: Collection[str]) -> bool:
        """Whether any of `guards` is asked in a handler, or in what it calls."""
        return self._walk(name, (), guards, [])[0]

    def _walk(
        self, name: str, asking: Collection[str], guards: Collection[str], way: list[str]
    ) -> tuple[bool, list[str]]:
        """Whether it is guarded after this handler; the ways found in it."""
        guarded = False
        found: list[str] = []
        for call in self.called(name):
            if guarded or call in guards:
                return True, found
            if call in asking:
                found.append(" > ".join([*way, name, call]))
            above, _, known = call.partition(":")
            if above == "handlers" and known in self.functions and known not in way:
                guarded, more = self._walk(known, asking, guards, [*way, name])
                found += more
        return guarded, found
