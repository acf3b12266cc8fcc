"""The floors: every import falls, and each foreign library stays on its floor."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BELOW = {
    "bot": {"handlers", "services", "storage", "rules", "paper"},
    "handlers": {"services", "storage", "rules", "paper"},
    "services": {"storage", "rules", "paper"},
    "storage": {"rules"},
    "paper": {"rules"},
    "rules": set(),
    "sandbox": set(),
}
ALLOWED = {
    "telegram": {"bot", "handlers/telegram.py"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "starlette": {"sandbox", "bot"},
    "typst": {"paper"},
    "segno": {"paper"},
    "jinja2": {"handlers/words.py"},
    "apscheduler": {"bot/clock.py"},
}
PURE = {"rules/calendar.py": {"chinese_calendar", "lunardate"}}


@cache
def imports() -> frozenset[tuple[str, str]]:
    """Every import of the program, read once."""
    return frozenset(_imports())


def _imports() -> Iterator[tuple[str, str]]:
    """Every import of the program: the file (from the root) and the imported module's first name."""
    for floor in BELOW:
        for path in sorted((ROOT / floor).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from ((name, alias.name.partition(".")[0]) for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                    yield name, node.module.partition(".")[0]


def within(name: str, places: set[str]) -> bool:
    return any(name == place or name.startswith(f"{place}/") for place in places)


@pytest.mark.parametrize("floor", BELOW)
def test_every_import_falls(floor: str) -> None:
    mine = {(name, module) for name, module in imports() if name.startswith(f"{floor}/") and module in BELOW}
    assert mine or floor in {"rules", "sandbox"}
    climbing = {
        (name, module)
        for name, module in mine
        if module not in BELOW[floor] | {floor} and not (module == "sandbox" and within(name, {"bot/demo"}))
    }
    assert not climbing


def test_each_library_stays_on_its_floor() -> None:
    astray = {
        (name, module)
        for name, module in imports()
        if module in ALLOWED and not within(name, ALLOWED[module])
    }
    assert not astray


def test_rules_import_only_the_standard_library() -> None:
    foreign = {
        (name, module)
        for name, module in imports()
        if name.startswith("rules/")
        and module not in sys.stdlib_module_names | {"rules"}
        and module not in PURE.get(name, set())
    }
    assert not foreign
