"""Every step of an explanation has its sentence, in both languages, with nothing left out of it."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.words import LANGUAGES, Words
from rules.counting import Kind, Method
from rules.counting.explain import PARAMETERS

SILENT = {Kind.HANDED_IN}  # told by the heading
VALUES: dict[str, Any] = {
    "tallies": (("甲 花坛", 31), ("乙 长凳", 17)), "to": (("乙 长凳", "0.66666"),), "option": "丙 车位",
    "options": ("甲 花坛", "乙 长凳"), "chosen": ("乙 长凳",), "winner": "甲 花坛", "loser": "丙 车位",
    "winners": ("甲 花坛",), "via": ("乙 长凳",), "via_back": (), "reason": "会挡住消防通道", "about": "drop",
    "carried": False, "seed": "abc",
}  # fmt: skip
SHOWN = {
    Kind.TIE_EARLIER_ROUND: ("甲 花坛", "乙 长凳", "43", "drops out|淘汰"),
    Kind.TIE_SEED: ("甲 花坛", "乙 长凳", "drops out|淘汰"),
    Kind.TIE_MEETING: ("甲 花坛", "乙 长凳"),
    Kind.TIE_OPEN: ("甲 花坛", "乙 长凳", "the meeting decides|由大会再定"),
    Kind.TIE_SUPPORT: ("甲 花坛", "乙 长凳", "supporters|支持"),
    Kind.TIE_COST: ("甲 花坛", "乙 长凳", "cheaper|花钱少"),
    Kind.BEATS: ("甲 花坛", "丙 车位", "乙 长凳"),
    Kind.SHARE_RAISED: ("raised|加到",),
    Kind.SURPLUS: ("丙 车位", "0.66666", "乙 长凳"),
    Kind.DROPPED: ("丙 车位", "0.66666", "乙 长凳", "no next choice|没有写下一位"),
    Kind.ROUND: ("甲 31", "乙 17"),
    Kind.BLOCKED: ("会挡住消防通道",),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in SILENT])
def test_a_step_is_told_with_all_it_speaks_of(kind: Kind, lang: str) -> None:
    facts = {name: VALUES.get(name, 41 + place) for place, name in enumerate(PARAMETERS[kind])}
    if "by_round" in facts:
        facts["by_round"] = 43
    known = {"kind": str(kind), "method": str(Method.STV), "basis": "household", "plainly": True, "asks": ""}
    told = Words().plain(lang, "results.step", **known, **facts)
    assert told
    assert "None" not in told
    for wanted in SHOWN.get(kind, ()):
        assert any(one in told for one in wanted.split("|")), (wanted, told)
