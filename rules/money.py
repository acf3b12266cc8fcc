"""Sums of money as people write them: 3200, 3,200元, 2万, ￥12.50; kept in fen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from rules.refusals import Refusal

MOST = 10**12  # fen; more is a slip of the finger

_SUM = r"[¥￥]?\s*(\d{1,3}(?:[,，]\d{3})+|\d{1,12})(\.\d{1,2})?\s*(万|千|百)?\s*(?:元|块钱|块|圆|rmb|yuan)?"
_WHOLE = re.compile(_SUM, re.IGNORECASE | re.ASCII)
_LINE = re.compile(rf"(.*?)[\s:：,，、|｜]+{_SUM}", re.IGNORECASE | re.ASCII)
_TIMES = {"万": 10_000, "千": 1_000, "百": 100, None: 1}


class NoBudget(Refusal):
    """The sum to share out is no amount of money above nothing."""


class NoCost(Refusal):
    """A line that names a project does not end with what it costs; `line` is its number."""


def read_yuan(text: str) -> int | None:
    """The sum in fen; None where it is none, or nothing."""
    found = _WHOLE.fullmatch(text.strip())
    return _fen(*found.groups()) if found else None


def _fen(whole: str, cents: str | None, times: str | None) -> int | None:
    plain = re.sub(r"[,，]", "", whole) + (cents or "")
    fen = Decimal(plain) * _TIMES[times] * 100
    return int(fen) if 0 < fen <= MOST else None


def read_costs(lines: Iterable[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Projects and what each costs in fen, of lines like "换路灯 3200". Raises NoCost."""
    texts, costs = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        cost = _fen(*found.groups()[1:]) if found else None
        if found is None or cost is None or not found[1].strip():
            raise NoCost(line=number, text=line.strip())
        texts.append(found[1].strip())
        costs.append(cost)
    return tuple(texts), tuple(costs)
