"""Whatever a file holds, it is counted or refused in words; nothing else ever comes out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.counting import Method
from rules.exchange import MalformedFile, UnknownFormat, tally_text, text_of
from rules.refusals import Refusal
from tests.rules.exchange.samples import BUDGET, CATEGORIES, FIRST, SINGLE, TENNESSEE

FILES = {"x.soc": TENNESSEE, "x.cat": CATEGORIES, "x.blt": FIRST, "x.pb": BUDGET, "x.json": SINGLE}


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_counted_or_refused(name, data):
    text = FILES[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    middle = data.draw(st.one_of(st.text(max_size=10), st.text('0123456789,;:{}[]"-=\n', max_size=25)))
    damaged = text[:start] + middle + text[end:]
    method = data.draw(st.one_of(st.none(), st.sampled_from(Method)))
    refused = refusal(name, damaged, method)
    if refused is None:
        report = tally_text(name, damaged, method)
        assert report.outcome.total == sum(report.file.votes.values())
    elif isinstance(refused, MalformedFile):
        assert 1 <= refused.line <= len(damaged.splitlines()) + 1
        assert str(refused).startswith(f"line {refused.line}: ")
    else:
        assert "possible: " in str(refused)


def refusal(name, text, method):
    try:
        tally_text(name, text, method)
    except Refusal as refused:
        return refused


@pytest.mark.parametrize("name", FILES)
def test_an_empty_file_is_refused_at_its_first_line(name):
    with pytest.raises(MalformedFile) as refused:
        tally_text(name, "")
    assert refused.value.line == 1


@pytest.mark.parametrize("name", FILES)
def test_a_byte_order_mark_is_no_part_of_the_text(name):
    assert tally_text(name, "\ufeff" + FILES[name]).outcome == tally_text(name, FILES[name]).outcome


def test_a_file_that_is_not_utf_8_is_refused_at_the_first_wrong_byte():
    assert text_of("\ufeff甲\n乙".encode()) == "甲\n乙"
    with pytest.raises(MalformedFile) as refused:
        text_of(b"a\nb\n" + "甲".encode("gb18030"))
    assert refused.value.line == 3


def test_a_name_with_an_unknown_ending_is_refused_with_the_endings_that_are_known():
    with pytest.raises(UnknownFormat, match=r"\.soc, \.soi, \.toc, \.toi, \.cat, \.blt, \.pb, \.json"):
        tally_text("votes.xls", "")


def test_numbers_too_long_and_lists_too_deep_are_refused():
    for text in ("[" * 100_000, '{"version": ' + "9" * 5000 + "}"):
        with pytest.raises(MalformedFile):
            tally_text("x.json", text)
