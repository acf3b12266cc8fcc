"""Codes of slips: how they are printed, typed and kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.joining import hash_code, read_code


@pytest.mark.parametrize(
    "text",
    [
        "0010 4729",
        "00104729",
        " 0010-4729 ",
        "０010 4729",
        "0010　4729",
        "0010·4729",
        "0 0 1 0 4 7 2 9",
        "0010\n4729",
    ],
)
def test_a_code_is_read_however_it_is_typed(text: str) -> None:
    assert read_code(text) == "00104729"


@pytest.mark.parametrize(
    "text", ["", "0010 472", "0010 47290", "2-502", "编号0010 4729", "٠٠١٠٤٧٢٩", "0010472a", "1" * 5000]
)
def test_anything_else_is_no_code(text: str) -> None:
    assert read_code(text) is None


@given(st.integers(0, 10**8 - 1), st.integers(0, 10**8 - 1))
def test_each_code_has_a_hash_of_its_own_that_fits_a_button(one: int, other: int) -> None:
    hashes = {hash_code(f"{number:08d}") for number in (one, other)}
    assert len(hashes) == len({one, other})
    assert all(len(kept) == 43 and kept.replace("-", "").replace("_", "").isalnum() for kept in hashes)
