"""The pages on counting: every example in them is counted, and both languages tell the same."""

import json
import re
from pathlib import Path

import pytest

from rules.counting import Method
from rules.exchange import tally_text

DOCS = Path(__file__).parents[3] / "docs"
PAGES = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("counting.md", "counting.zh-CN.md")}
BLOCK = re.compile(r"^```(\S+ ?[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples():
    """Each result in the pages with the ballot that stands before it."""
    for name, page in PAGES.items():
        ballot = ""
        for info, text in BLOCK.findall(page):
            if info == "json ballot":
                ballot = text
            elif info.startswith("json result"):
                method = info.removeprefix("json result").strip() or json.loads(ballot)["method"]
                yield pytest.param(ballot, Method(method), json.loads(text), id=f"{name}-{method}")


def missing(part, whole):
    """What of a part is not in the whole, said by its path; nothing when all is."""
    if isinstance(part, dict):
        return [f"{key}.{rest}" for key in part for rest in missing(part[key], whole.get(key, "nothing"))]
    if isinstance(part, list) and isinstance(whole, list) and len(part) == len(whole):
        pairs = enumerate(zip(part, whole, strict=True))
        return [f"{place}.{rest}" for place, pair in pairs for rest in missing(*pair)]
    return [] if part == whole else [f"{part!r} is {whole!r}"]


@pytest.mark.parametrize(("ballot", "method", "result"), list(examples()))
def test_an_example_counts_to_the_result_beside_it(ballot, method, result):
    assert missing(result, tally_text("ballot.json", ballot, method).to_data()) == []


def test_every_method_has_its_example_in_both_languages():
    found = [example.values[1] for example in examples()]
    assert set(found) == set(Method)
    assert found[: len(found) // 2] == found[len(found) // 2 :]


def test_both_languages_have_the_same_examples_sections_and_tables():
    english, chinese = PAGES.values()
    assert BLOCK.findall(english) == BLOCK.findall(chinese)
    for mark in ("## ", "| ", "1. ", "Source: |出处："):
        lines = re.compile(f"^(?:{mark if '：' in mark else re.escape(mark)})", re.MULTILINE)
        assert len(lines.findall(english)) == len(lines.findall(chinese))


def test_links_within_a_page_lead_to_a_heading():
    for page in PAGES.values():
        headings = {anchor(line) for line in re.findall(r"^## (.+)$", page, re.MULTILINE)}
        assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings


def anchor(heading):
    """The anchor a heading gets on the usual hosts: lower case, no punctuation, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
