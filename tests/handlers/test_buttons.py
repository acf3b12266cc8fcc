"""Buttons: typed values in 64 bytes; whatever is forged is unpacked to nothing or to a typed value."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.all import all_routes
from handlers.buttons import LIMIT, Button, Key, unpack
from handlers.joining import AcceptSlip
from handlers.telegram import Reception
from handlers.ways import WhatICanDo
from services.joining import hash_code
from storage import updates
from tests.scenes import bound_building, say
from tests.stage import Stage

HEARD = list(all_routes().presses)
LARGEST = 2**31 - 1


class Sample(Button, code="sample"):
    """A button of this test."""

    ballot: int
    word: str


def example(kind: type[Button], number: int = LARGEST, text: str = "x") -> Button:
    """A button of a kind with this number and this text in its fields."""
    values: list[Any] = [number if field.type == "int" else text for field in fields(kind)]  # type: ignore[arg-type]
    return kind(*values)


@pytest.mark.parametrize("kind", HEARD, ids=lambda kind: kind.__name__)
def test_every_button_comes_back_as_it_was_packed(kind: type[Button]) -> None:
    packed = example(kind).pack()
    assert len(packed.encode()) <= LIMIT
    assert unpack(packed) == example(kind)


def test_every_button_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in HEARD]
    assert len(codes) == len(set(codes))


def test_the_hash_of_a_slip_fits_a_button() -> None:
    button = AcceptSlip(hash_code("00104729"))
    assert unpack(button.pack()) == button


@given(
    ballot=st.integers(-LARGEST, LARGEST),
    word=st.text(st.characters(codec="utf-8", exclude_characters=":"), max_size=8),
)
def test_any_value_that_fits_comes_back(ballot: int, word: str) -> None:
    button = Sample(ballot, word)
    assert unpack(button.pack()) == button


def test_what_does_not_fit_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError, match="too long"):
        Sample(1, "字" * 30).pack()


@pytest.mark.parametrize(
    "data",
    [
        "",
        ":",
        "sample",
        "sample:1",
        "sample:1:a:b",
        "sample:one:a",
        "sample::a",
        "sample: 1:a",
        "sample:1_0:a",
        "sample:٣:a",
        "sample:²:a",
        "sample:01:a",
        "sample:1.0:a",
        f"sample:{2**31}:a",
        f"sample:-{2**31}:a",
        "sample:" + "9" * 50 + ":a",
        "SAMPLE:1:a",
        "nobody:1:a",
        "__class__:1",
    ],
)
def test_what_is_no_button_of_ours_is_none(data: str) -> None:
    assert unpack(data) is None


@given(st.text(max_size=64))
def test_any_text_is_a_button_or_none(data: str) -> None:
    button = unpack(data)
    assert button is None or button.pack() == data


def test_a_key_carries_a_button_or_a_link() -> None:
    assert Key("帮助", WhatICanDo()).pack() == {"text": "帮助", "data": "what"}
    assert Key("帮助", link="https://t.me/x").pack() == {"text": "帮助", "url": "https://t.me/x"}
    with pytest.raises(AssertionError):
        Key("帮助").pack()


@pytest.mark.parametrize(
    "data", ["", "nobody:1", "what:1", "ci:x", "bindto:99999999999999999999", "\x00", "v:1"]
)
async def test_a_forged_press_is_told_that_the_button_is_no_longer_in_use(stage: Stage, data: str) -> None:
    person = stage.sandbox.people.new("示例路人")
    shown = await say(stage, person, person.private(), "帮助")
    answer = await person.press_forged(shown, data)
    assert "这个按钮已经不用了" in answer.text


@pytest.mark.parametrize("number", [0, -1, LARGEST])
async def test_no_forged_button_breaks_anything(stage: Stage, number: int) -> None:
    """Whoever presses whatever there is, with ids of nothing, is answered and not by an apology."""
    scene = await bound_building(stage)
    stranger = stage.sandbox.people.new("示例路人")
    shown = await say(stage, stranger, stranger.private(), "帮助")
    await stranger.join(scene.group)
    posted = scene.group.messages[-2]
    own = scene.leader.private().messages[-1]
    for kind in HEARD:
        for person, message in (
            (stranger, shown),
            (stranger, posted),
            (scene.leader, own),
            (scene.leader, posted),
        ):
            answer = await person.press_forged(message, example(kind, number).pack())
            assert answer.given, f"{kind.__name__} pressed by {person.name} was not answered"
    await stage.settle()
    assert await faults(stage.program.reception) == []


async def faults(reception: Reception) -> list[str]:
    """The last line of each fault that was written down."""
    async with reception.store.glance() as conn:
        return [fault["traceback"].splitlines()[-1] for fault in await updates.list_faults(conn)]
