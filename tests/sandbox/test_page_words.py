"""The words and colours of the page: complete in both languages, legible in light and dark."""

import re
from pathlib import Path

import pytest

import sandbox

STATIC = Path(sandbox.__file__).parent / "static"
SOURCES = {path.name: path.read_text() for path in STATIC.glob("*.js")}
ENTRY = re.compile(r'^    (\w+): "(.*)",$', re.MULTILINE)


def words(language: str) -> dict[str, str]:
    """Return the words of a language as they stand in words.js."""
    block = SOURCES["words.js"].split(f"  {language}: {{\n")[1].split("\n  },")[0]
    entries = ENTRY.findall(block)
    assert len(entries) == len(block.splitlines()), "each entry is one line"
    return dict(entries)


def test_both_languages_have_the_same_words() -> None:
    assert words("zh").keys() == words("en").keys()


def test_both_languages_fill_in_the_same_names() -> None:
    names = {
        language: {k: set(re.findall(r"\{\w+\}", v)) for k, v in words(language).items()}
        for language in ("zh", "en")
    }
    assert names["zh"] == names["en"]


def test_no_word_is_empty_and_chinese_is_chinese() -> None:
    latin = {"language"}  # says in the other language that one can switch
    assert all(words("zh").values())
    assert all(words("en").values())
    assert {k for k, v in words("zh").items() if not re.search(r"[\u4e00-\u9fff]", v)} <= latin | {
        "languageShort"
    }


def test_every_word_that_the_page_asks_for_exists_and_is_asked_for() -> None:
    others = "".join(source for name, source in SOURCES.items() if name != "words.js")
    asked = set(re.findall(r'\bt\(\s*"(\w+)"', "".join(SOURCES.values())))
    quoted = set(re.findall(r'"(\w+)"', "".join(SOURCES.values())))
    unused = {key for key in words("zh") if key not in quoted and not key.startswith("refused_")}
    assert asked <= words("zh").keys()
    assert unused == set()
    assert "refused_" in others


def test_every_refusal_of_the_page_has_words() -> None:
    folder = Path(sandbox.__file__).parent
    codes = {
        c
        for path in folder.glob("page*.py")
        for c in re.findall(r'Refused\("(\w+)"|"error": "(\w+)"', path.read_text())
    }
    assert {f"refused_{one or other}" for one, other in codes} <= words("zh").keys()


def test_nothing_that_people_write_becomes_markup_or_script() -> None:
    for name, source in SOURCES.items():
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source
        ), name


def test_the_page_loads_nothing_from_elsewhere() -> None:
    for path in STATIC.iterdir():
        loaded = re.findall(
            r'(?:src|href|from|import|url)\s*[=(]?\s*["\'(](https?:[^"\')]*)', path.read_text()
        )
        assert loaded == [], path.name


def test_no_part_of_the_page_is_long() -> None:
    assert {path.name for path in STATIC.iterdir() if len(path.read_text().splitlines()) > 300} == set()


def colours(block: str) -> dict[str, str]:
    """Return the colours that a block of base.css sets."""
    css = (STATIC / "base.css").read_text()
    found = re.search(rf"{re.escape(block)} \{{([^}}]*)\}}", css)
    assert found
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6}|rgb[^;]*);", found[1]))


def light_of(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    darker, lighter = sorted((light_of(one), light_of(other)))
    return (lighter + 0.05) / (darker + 0.05)


LIGHT = colours(":root")
DARK = LIGHT | colours(':root[data-theme="dark"]')
TEXT_ON = [
    *[("ink", ground) for ground in ("paper", "stage", "raised", "hover", "chosen", "own", "key")],
    *[("muted", ground) for ground in ("paper", "raised", "hover", "chosen")],
    *[("key-ink", ground) for ground in ("paper", "raised", "chosen", "own", "key")],
    *[("accent", ground) for ground in ("raised", "own")],
    *[(f"ink-{number}", ground) for number in range(8) for ground in ("raised", "own")],
    ("own-muted", "own"),
    ("accent-ink", "accent"),
    ("bad", "paper"),
]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_all_text_has_the_contrast_of_level_aa(look: str) -> None:
    palette = LIGHT if look == "light" else DARK
    weak = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in TEXT_ON}
    assert {pair: round(ratio, 2) for pair, ratio in weak.items() if ratio < 4.5} == {}


def test_the_signs_of_people_are_legible() -> None:
    assert all(contrast("#ffffff", LIGHT[f"tint-{number}"]) >= 4.5 for number in range(8))


def test_dark_by_choice_and_dark_by_the_system_are_the_same() -> None:
    assert colours(':root[data-theme="dark"]') == colours(":root:not([data-theme])")
