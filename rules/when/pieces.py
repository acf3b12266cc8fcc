"""What stands around a time in a line: the place and the topics."""

from __future__ import annotations

import re

EDGES = " \t\n\u00a0\u3000,，;；。.:：·|-()（）"

_COMMAS = re.compile(r"[,，;；。\n|]+")
_PLACE_WORD = re.compile(r"^(?:(?:就|定)?在|于|到|去|at |in |on |about )\s*", re.IGNORECASE)
_PLACE_AND_TOPIC = re.compile(r"[在到去](\S+?)(?:开会|集合)?[,，\s]*(?:讨论|商量|商议|研究)(.+)")
_LEADING = re.compile(r"^(?:开会|集合)?(?:讨论|商量|商议|研究)(?:一下)?|^开会$")
_DANGLING = re.compile(r"\s(?:on|at|from)$|[在于]$|(?<=\S)(?:开会|集合)$", re.IGNORECASE)


def split(text: str, *, spaces: bool = True) -> tuple[str, ...]:
    """The pieces of a text without the words that only join them.

    It is cut at its commas if there are any, else (`spaces`) at the spaces of Chinese text.
    """
    pieces = _COMMAS.split(text)
    if spaces and len(pieces) == 1 and is_chinese(text):
        pieces = text.split()
    named = (part for piece in pieces for part in _place_and_topic(piece.strip(EDGES)))
    return tuple(part for part in named if part)


def is_chinese(text: str) -> bool:
    """Whether a Chinese character stands in it."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _place_and_topic(piece: str) -> tuple[str, ...]:
    """Take 在活动室讨论电动车棚 apart; a piece without such words is itself."""
    if both := _PLACE_AND_TOPIC.fullmatch(piece):
        return both.groups()
    return (_DANGLING.sub("", _LEADING.sub("", _PLACE_WORD.sub("", piece))),)
