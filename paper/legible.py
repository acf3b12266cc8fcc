"""What people typed, made fit to print: every character has a glyph, and every long run can break.

Names and statements come with emoji, rare characters and invisible controls. A run of characters that the
font cannot draw becomes one 〓, the mark Chinese compositors set for a character missing from the case: a
reader sees that something stood there. Invisible characters (direction overrides, joiners, variation
selectors) and combining marks without a glyph are dropped.
"""

from __future__ import annotations

import re
import unicodedata

from paper.font import Font

MARKS = "〓□?"
BREAK = "\N{ZERO WIDTH SPACE}"
UNBROKEN = re.compile(r"[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]{19,}")
STRETCH = 8  # characters between two places where a long run may break
SPACES = {"\n", "\t", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"}


def make_legible(text: str, font: Font) -> str:
    """Return the text with a glyph for each character and a place to break in each run of 19 or more."""
    return UNBROKEN.sub(_loosen, _mark(text, font))


def find_mark(font: Font) -> str:
    """Return the mark that stands for what the font cannot draw."""
    return next((mark for mark in MARKS if font.draws(mark)), "")


def cut_short(text: str, most: int) -> str:
    """Return the text on one line, cut with … when it has more than `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _mark(text: str, font: Font) -> str:
    out: list[str] = []
    mark, marked = find_mark(font), False
    for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n")):
        if character in SPACES:
            out.append("\n" if character != "\t" else " ")
            marked = False
        elif _is_invisible(character, font):
            continue
        elif font.draws(character):
            out.append(character)
            marked = False
        elif not marked:
            out.append(mark)
            marked = True
    return "".join(out)


def _is_invisible(character: str, font: Font) -> bool:
    kind = unicodedata.category(character)
    selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return kind in {"Cc", "Cf"} or selector or (kind in {"Mn", "Me"} and not font.draws(character))


def _loosen(run: re.Match[str]) -> str:
    text = run.group()
    return BREAK.join(text[at : at + STRETCH] for at in range(0, len(text), STRETCH))
