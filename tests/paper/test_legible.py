"""What people typed is made fit to print: a glyph for each character, a break in each long run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paper.font import open_font
from paper.legible import BREAK, cut_short, find_mark, make_legible

FONT = open_font()


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_without_a_glyph_is_left(text):
    legible = make_legible(text, FONT)
    assert all(FONT.draws(character) or character in {"\n", BREAK} for character in legible)
    legible.encode()


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)))
def test_chinese_is_left_as_it_is(text):
    assert make_legible(text, FONT) == text


@settings(max_examples=50)
@given(st.text("aW。-！", min_size=19, max_size=400))
def test_a_long_run_only_gains_places_to_break(text):
    legible = make_legible(text, FONT)
    assert legible.replace(BREAK, "") == text
    assert max(map(len, legible.split(BREAK))) <= 8


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("张👩‍👩‍👧‍👦三🎉🎉", "张〓三〓"),
        ("王\u202e四\u200f", "王四"),
        ("a\tb\r\nc\x00", "a b\nc"),
        ("1️⃣号", "1号"),
        ("\U0002b820\ud800字", "〓字"),
        ("🇨🇳", "〓"),
        ("", ""),
    ],
)
def test_what_cannot_be_drawn_is_marked_once_and_the_invisible_is_dropped(text, printed):
    assert make_legible(text, FONT) == printed


def test_the_mark_is_the_compositors_one():
    assert find_mark(FONT) == "〓"


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [("一二三", 3, "一二三"), ("一二三四", 3, "一二…"), (" 一\n 二 ", 9, "一 二"), ("a bcd", 3, "a…")],
)
def test_a_text_is_cut_with_dots(text, most, cut):
    assert cut_short(text, most) == cut
