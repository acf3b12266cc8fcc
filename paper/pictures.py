"""Pictures for the chat: the card of a result, calm enough to read on a phone at arm's length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from paper.legible import cut_short
from paper.press import print_png
from paper.wording import read_words

TITLE, TEXT, FACT = 120, 80, 120  # characters a card shows of each before it cuts with …
ROOM = 720  # characters of all options together, so that the card is no taller than a photo may be


@dataclass(frozen=True, slots=True)
class Bar:
    """One option on a result card; `figure` is what stands at its right end, `share` from 0 to 1."""

    label: str
    text: str
    figure: str
    share: Fraction
    won: bool = False


def result_picture(
    title: str,
    bars: Sequence[Bar],
    facts: Sequence[str],
    *,
    outcome: str = "",
    head: str = "",
    foot: str = "",
    language: str = "zh",
    font: Path | None = None,
) -> bytes:
    """Paint the card of a result as PNG, 1080 pixels wide and as tall as it needs to be.

    `head` (community and building) stands over the title, `outcome` in colour under it, `foot` small at the
    end. A winner is marked by colour, a tick and a word. Raises FontMissing.
    """
    words = read_words(language)
    most = min(TEXT, ROOM // max(1, len(bars)))
    return print_png(
        "result",
        {
            "language": words["date"]["code"],
            "words": dict(words["picture"]),
            "foot": dict(words["foot"]),
            "head": cut_short(head, FACT),
            "title": cut_short(title, TITLE),
            "outcome": cut_short(outcome, FACT),
            "bars": [_view_bar(bar, most) for bar in bars],
            "facts": [cut_short(fact, FACT) for fact in facts],
            "close": cut_short(foot, FACT),
        },
        font=font,
    )


def _view_bar(bar: Bar, most: int) -> dict[str, object]:
    return {
        "label": cut_short(bar.label, 12),
        "text": cut_short(bar.text, most) if bar.text != bar.label else "",
        "figure": cut_short(bar.figure, 24),
        "permille": max(0, min(1000, int(1000 * bar.share))),
        "won": bar.won,
    }
