"""Exact numbers as text, and back: 12, 12.34567, 1/3."""

from __future__ import annotations

import re
from fractions import Fraction

from rules.counting import Amount

_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18}|/0{0,9}[1-9]\d{0,17})?", re.ASCII)


def amount_text(amount: Amount) -> str:
    """The number in full: as a decimal where that ends, else as a fraction."""
    ratio = Fraction(amount)
    twos, rest = _divide_out(2, ratio.denominator)
    fives, rest = _divide_out(5, rest)
    if rest != 1:
        return str(ratio)
    places = max(twos, fives)
    digits = str(abs(ratio.numerator) * 10**places // ratio.denominator).rjust(places + 1, "0")
    point = len(digits) - places
    decimals = f".{digits[point:]}" if places else ""
    return f"{'-' if ratio < 0 else ''}{digits[:point]}{decimals}"


def _divide_out(prime: int, number: int) -> tuple[int, int]:
    times = 0
    while number % prime == 0:
        times, number = times + 1, number // prime
    return times, number


def read_amount(text: str) -> Amount:
    """The number that a text like 12, 12.5 or 1/3 stands for; a ValueError for any other text."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number like 12, 12.5 or 1/3.")
    ratio = Fraction(text)
    return ratio.numerator if ratio.denominator == 1 else ratio
