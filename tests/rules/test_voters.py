"""The frozen roll: what its hash covers, and its totals."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from rules.voters import Entry, Roll, roll_hash

HEADS = [Entry(number) for number in range(1, 12)]
OWNERS = [Entry(number, 890_000 + number) for number in range(1, 12)]


@given(st.permutations(HEADS))
def test_the_hash_of_a_roll_depends_on_who_is_on_it_alone(roll: list[Entry]) -> None:
    assert roll_hash(roll) == roll_hash(HEADS)
    assert roll_hash(roll[1:]) != roll_hash(roll)


def test_the_hash_covers_the_areas() -> None:
    larger = [Entry(1, 890_002), *OWNERS[1:]]
    assert len({roll_hash(OWNERS), roll_hash(larger), roll_hash(HEADS)}) == 3


def test_anyone_can_compute_the_hash() -> None:
    assert roll_hash([Entry(2), Entry(1)]) == hashlib.sha256(b"[1,2]").hexdigest()
    assert roll_hash([Entry(2, 30), Entry(1, 40)]) == hashlib.sha256(b"[[1,40],[2,30]]").hexdigest()


def test_a_roll_has_its_totals() -> None:
    assert (Roll(tuple(HEADS)).voters, Roll(tuple(HEADS)).area_cm2) == (11, None)
    assert Roll(tuple(OWNERS)).area_cm2 == 11 * 890_000 + 66
    assert (Roll(()).voters, Roll(()).area_cm2) == (0, None)
