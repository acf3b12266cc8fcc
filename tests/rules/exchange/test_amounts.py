"""Exact numbers keep their value as text."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.exchange.amounts import amount_text, read_amount


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (12, "12"),
        (Fraction(1234567, 100000), "12.34567"),
        (Fraction(1, 100000), "0.00001"),
        (Fraction(-5, 4), "-1.25"),
        (Fraction(1, 3), "1/3"),
        (Fraction(10, 5), "2"),
    ],
)
def test_a_number_is_written_as_a_decimal_where_that_ends(amount, text):
    assert amount_text(amount) == text


@given(st.fractions(max_denominator=10**9, min_value=-(10**9), max_value=10**9))
def test_what_is_written_reads_the_same(amount):
    text = amount_text(amount)
    if len(text.partition(".")[2]) <= 18:
        assert read_amount(text) == amount


@pytest.mark.parametrize("text", ["", "1,5", "1e3", "١", "1/0", "0x1", "nan", " 1", "1.", "9" * 40])
def test_other_texts_are_no_numbers(text):
    with pytest.raises(ValueError, match="not a number"):
        read_amount(text)
