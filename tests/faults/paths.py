"""What a press, a word or a link comes to in the code of the handlers: what is asked before what.

A way is what may be run one after the other: of an `if` one branch, of a loop nothing, of a `try` its end or
one of its `except`s. What is asked on some of the ways only counts for nothing that comes after.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import handlers

HEARD = {"press", "command", "dialogue", "link"}  # what people do; the rest the bot does itself
Functions = dict[str, ast.AsyncFunctionDef | ast.FunctionDef]


@dataclass
class Paths:
    """The handlers by name, "order.defer", and what each of them calls."""

    folder: Path = Path(handlers.__path__[0])

    @cached_property
    def files(self) -> dict[str, ast.Module]:
        """What is written in each file."""
        return {file.stem: ast.parse(file.read_text("utf-8")) for file in self.folder.glob("*.py")}

    @cached_property
    def functions(self) -> Functions:
        """Every function of the handlers."""
        return {
            f"{file}.{node.name}": node
            for file, module in self.files.items()
            for node in module.body
            if isinstance(node, (ast.AsyncFunctionDef, ast.FunctionDef))
        }

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """What a name means in each file: "sittings" is "meeting", "go_to" is "room.go_to"."""
        found: dict[str, dict[str, str]] = {}
        for file, module in self.files.items():
            meant = found.setdefault(file, {})
            for node in ast.walk(module):
                if isinstance(node, ast.ImportFrom) and node.module:
                    above, _, under = node.module.partition(".")
                    for one in node.names if above in {"handlers", "services"} else ():
                        full = f"{under}.{one.name}" if under else one.name
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

    def meant(self, file: str, node: ast.expr) -> str | None:
        """What is named: "services:meeting.start", "handlers:room.go_to" or "here.the_leader"."""
        match node:
            case ast.Name(known):
                own = f"handlers:{file}.{known}"
                return self.names[file].get(known, own)
            case ast.Attribute(ast.Name("here"), known):
                return f"here.{known}"
            case ast.Attribute(ast.Name(module), known) if module in self.names[file]:
                return f"{self.names[file][module]}.{known}"
        return None

    def unguarded(
        self, asking: Collection[str], guards: Collection[str], scoped: Mapping[str, bool]
    ) -> list[str]:
        """The ways on which people reach one of `asking` before any of `guards` was asked.

        `scoped`: what cannot reach beyond the building it is given, if that is the one of the chat; True
        for what refuses there whatever is another's, and so guards what comes after it.
        """
        walk = Walk(self, frozenset(asking), frozenset(guards), scoped)
        return [" > ".join([root, *way]) for root in self.roots() for way in walk.of(root).ways]

    def asks(self, name: str, guards: Collection[str], scoped: Mapping[str, bool]) -> bool:
        """Whether any of `guards` is asked on every way through a handler."""
        return Walk(self, frozenset(), frozenset(guards), scoped).of(name).guards


@dataclass(slots=True)
class Found:
    """Of a handler: whether whoever comes through it was asked, and the ways to what asks nobody."""

    guards: bool = False
    moves: bool = False  # to another building than that of the chat
    ways: list[tuple[str, ...]] = field(default_factory=list)


@dataclass
class Walk:
    """One walk through the handlers; what was found of each is kept."""

    paths: Paths
    asking: frozenset[str]
    guards: frozenset[str]
    scoped: Mapping[str, bool]
    known: dict[tuple[str, bool], Found] = field(default_factory=dict)

    def of(self, name: str, *, moved: bool = False) -> Found:
        """What is found of a handler that is entered unasked; `moved`: the building is no longer the chat's.

        One that calls itself is asked by its other ways.
        """
        if (name, moved) not in self.known:
            self.known[name, moved] = Found(guards=True)
            way = Way(self, name.partition(".")[0], self.paths.functions[name], moved)
            end = way.through(way.body.body, asked=False)
            ends = [*way.returns, *([] if end is None else [end])]
            self.known[name, moved] = Found(all(ends), way.moved, way.found)
        return self.known[name, moved]


@dataclass
class Way:
    """The ways through the body of one handler. Whether somebody was asked: None where no way goes on."""

    walk: Walk
    file: str
    body: ast.AsyncFunctionDef | ast.FunctionDef
    moved: bool = False
    found: list[tuple[str, ...]] = field(default_factory=list)
    returns: list[bool] = field(default_factory=list)

    def through(self, body: Iterable[ast.stmt], *, asked: bool | None) -> bool | None:
        """Go through statements one after the other."""
        for node in body:
            if asked is None:
                return None
            asked = self._statement(node, asked)
        return asked

    def _statement(self, node: ast.stmt, asked: bool) -> bool | None:
        match node:
            case ast.If(test, body, orelse):
                asked = self._read(test, asked)
                return _both(self.through(body, asked=asked), self.through(orelse, asked=asked))
            case (
                ast.For(iter=over, body=body, orelse=orelse)
                | ast.AsyncFor(iter=over, body=body, orelse=orelse)
            ):
                asked = self._read(over, asked)
                self.through(body, asked=asked)
                return self.through(orelse, asked=asked)
            case ast.While(test, body, orelse):
                asked = self._read(test, asked)
                self.through(body, asked=asked)
                return self.through(orelse, asked=asked)
            case ast.Try():
                return self._try(node, asked)
            case ast.With(items, body) | ast.AsyncWith(items, body):
                return self._with(items, body, asked)
            case ast.Match(subject, cases):
                return self._match(subject, cases, asked)
            case ast.Return(value):
                self.returns.append(self._read(value, asked))
                return None
            case ast.Raise() | ast.Continue() | ast.Break():
                self._read(node, asked)
                return None
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.through(node.body, asked=asked)
                return asked
        asked = self._read(node, asked)
        targets = node.targets if isinstance(node, ast.Assign) else []
        if not asked and any("here.building" in ast.unparse(one) for one in targets):
            self.moved = True
        return asked

    def _try(self, node: ast.Try, asked: bool) -> bool | None:
        end = self.through(node.orelse, asked=self.through(node.body, asked=asked))
        for one in node.handlers:
            end = _both(end, self.through(one.body, asked=asked))
        after = self.through(node.finalbody, asked=asked)
        return None if end is None else end or bool(after and node.finalbody)

    def _with(self, items: list[ast.withitem], body: list[ast.stmt], asked: bool) -> bool | None:
        inside = asked
        for item in items:
            inside = self._read(item.context_expr, inside)
        end = self.through(body, asked=inside)
        if any(_names(item.context_expr, "suppress") for item in items):
            return asked  # a refusal in it goes on after it
        return end

    def _match(self, subject: ast.expr, cases: list[ast.match_case], asked: bool) -> bool | None:
        asked = self._read(subject, asked)
        ends = [self.through(one.body, asked=self._read(one.guard, asked)) for one in cases]
        whole = any(isinstance(one.pattern, ast.MatchAs) and one.pattern.pattern is None for one in cases)
        end: bool | None = None if whole else asked
        for one in ends:
            end = _both(end, one)
        return end

    def _read(self, node: ast.AST | None, asked: bool) -> bool:
        """Go through an expression, in the order in which it is run."""
        match node:
            case None:
                return asked
            case ast.Call():
                return self._call(node, asked)
            case ast.BoolOp(values=[first, *rest]):
                asked = self._read(first, asked)
                self._some(rest, asked)
                return asked
            case ast.IfExp(test, body, orelse):
                asked = self._read(test, asked)
                return all([self._read(body, asked), self._read(orelse, asked)])
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                outer = node.generators[0]
                asked = self._read(outer.iter, asked)
                inner = [one for one in ast.iter_child_nodes(node) if one is not outer]
                self._some([*outer.ifs, *inner], asked)
                return asked
            case ast.Lambda(body=body):
                self._read(body, asked)
                return asked
        for child in ast.iter_child_nodes(node):
            asked = self._read(child, asked)
        return asked

    def _some(self, nodes: Iterable[ast.AST], asked: bool) -> None:
        """What may be run or not, each after the one before."""
        for node in nodes:
            asked = self._read(node, asked)

    def _call(self, call: ast.Call, asked: bool) -> bool:
        asked = self._read(call.func, asked)
        for part in (*call.args, *(one.value for one in call.keywords)):
            asked = self._read(part, asked)
            self._handed(part, asked)
        name = self.walk.paths.meant(self.file, call.func)
        if asked or name is None:
            return asked
        if name in self.walk.scoped and not self.moved and any(self._is_here(one) for one in call.args):
            return self.walk.scoped[name]
        if name in self.walk.asking:
            self.found.append((name,))
        return name in self.walk.guards or self._into(name)

    def _is_here(self, part: ast.expr) -> bool:
        """Whether it is the building of the chat, and nothing else ever."""
        if isinstance(part, ast.Name):
            known = self.assigned.get(part.id, [])
            return bool(known) and all(self._is_here(one) for one in known)
        return isinstance(part, ast.Call) and ast.unparse(part.func) == "here.the_building"

    @cached_property
    def assigned(self) -> dict[str, list[ast.expr]]:
        """What each name of the handler is set to; a parameter to what nobody knows."""
        found: dict[str, list[ast.expr]] = {one.arg: [ast.Constant(None)] for one in self.body.args.args}
        for node in ast.walk(self.body):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                for one in ast.walk(target):
                    if isinstance(one, ast.Name) and isinstance(node, ast.Assign):
                        value = node.value if one is target else ast.Constant(None)
                        found.setdefault(one.id, []).append(value)
        return found

    def _handed(self, part: ast.expr, asked: bool) -> None:
        """A function handed over may be called."""
        if not asked and isinstance(part, (ast.Name, ast.Attribute)):
            self._into(self.walk.paths.meant(self.file, part) or "")

    def _into(self, name: str) -> bool:
        under = name.removeprefix("handlers:")
        if under == name or under not in self.walk.paths.functions:
            return False
        inner = self.walk.of(under, moved=self.moved)
        self.moved = self.moved or inner.moves
        self.found += [(under, *way) for way in inner.ways if (under, *way) not in self.found]
        return inner.guards


def _both(one: bool | None, other: bool | None) -> bool | None:
    """Of two ways: asked only if on both, as far as they go on."""
    if one is None or other is None:
        return other if one is None else one
    return one and other


def _names(node: ast.expr, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))
