"""Words: both languages say the same things, and everything the code says has its words."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import meta, nodes

import bot
import handlers
import rules
import services
import storage
from handlers.words import LANGUAGES, TEMPLATES, Words
from rules.refusals import Refusal

FLOORS = (rules, storage, services, handlers, bot)
FILES = sorted({path.stem for lang in LANGUAGES for path in (TEMPLATES / lang).glob("*.j2")})
SAYING = {"say", "turn", "tell", "say_in", "tell_person", "say_to_building", "html", "plain", "offer_help"}
LABELLING = {"key", "label"}
BY_NAME = {"fault", "unavailable", "button_no_longer_in_use"}  # refusals said without being raised


def blocks(lang: str, file: str) -> dict[str, set[str]]:
    """The blocks of a template, each with the facts it needs."""
    parser = Words()._plain
    tree = parser.parse((TEMPLATES / lang / f"{file}.j2").read_text("utf-8"))
    found = {}
    for block in tree.find_all(nodes.Block):
        body = nodes.Template(block.body, lineno=block.lineno)
        body.set_environment(parser)
        found[block.name] = meta.find_undeclared_variables(body)
    return found


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from refusals(child)


def import_all() -> None:
    for floor in FLOORS:
        for module in pkgutil.walk_packages(floor.__path__, f"{floor.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def calls(names: set[str]) -> Iterator[tuple[str, str]]:
    """Every text that the handlers give to one of these functions, with where."""
    for path in sorted(Path(handlers.__path__[0]).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in names:
                for given in node.args:
                    if isinstance(given, ast.Constant) and isinstance(given.value, str):
                        yield given.value, f"{path.name}:{given.lineno}"


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.parametrize("file", FILES)
def test_both_languages_have_the_same_blocks_with_the_same_facts(file: str) -> None:
    chinese, english = blocks("zh", file), blocks("en", file)
    assert list(chinese) == list(english)
    assert chinese == english


@pytest.mark.parametrize("file", FILES)
def test_no_word_is_left_in_the_other_language(file: str) -> None:
    source = (TEMPLATES / "en" / f"{file}.j2").read_text("utf-8")
    said = source.replace("中文", "")
    chinese = {character for character in said if "一" <= character <= "鿿"}
    assert chinese == set()


@pytest.mark.parametrize("file", FILES)
def test_doors_are_said_in_english_on_english_screens(file: str) -> None:
    text = (TEMPLATES / "en" / f"{file}.j2").read_text("utf-8")
    assert re.findall(r"\{\{ [\w.]*\bdoors?\b(?:\|join[^}]*)? ?\}\}", text) == []


def test_every_refusal_has_its_words() -> None:
    import_all()
    said = set(blocks("zh", "refusals"))
    wanted = {kind.template() for kind in refusals() if kind.__module__.partition(".")[0] != "tests"}
    assert wanted - said == set()


def test_every_word_of_refusal_belongs_to_a_refusal() -> None:
    import_all()
    assert set(blocks("zh", "refusals")) - {kind.template() for kind in refusals()} - BY_NAME == set()


def test_every_label_that_a_key_names_exists() -> None:
    labels = set(blocks("zh", "buttons"))
    assert [
        (name, where)
        for name, where in calls(LABELLING)
        if name.isidentifier() and name not in labels | set(LANGUAGES)
    ] == []


def test_everything_that_is_said_has_its_words() -> None:
    words = Words()
    said = [(name, where) for name, where in calls(SAYING) if name.count(".") == 1 and " " not in name]
    assert len(said) > 50
    assert [(name, where) for name, where in said if not words.has(name)] == []


def test_what_people_wrote_is_escaped_in_messages_and_left_alone_in_toasts() -> None:
    words = Words()
    facts = {"name": "<b>&", "door": "502"}
    assert "&lt;b&gt;&amp;" in words.html("zh", "joining.family_asked", **facts)
    assert "<b>&" in words.plain("zh", "joining.noted_yes", **facts)
