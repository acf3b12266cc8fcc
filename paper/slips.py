"""Paper slips brought to the doors: with its code a household proves that it lives there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from paper.legible import cut_short
from paper.press import print_pdf
from paper.qr import draw_qr
from paper.wording import LANGUAGES, Words, read_words, say_day

NAME = 24  # characters of a household or community that fit on a slip


@dataclass(frozen=True, slots=True)
class Slip:
    """One household's slip: its name (3栋2单元502), its one-time code, and the deep link that holds it."""

    household: str
    code: str
    link: str


def slips_pdf(
    slips: Sequence[Slip],
    community: str,
    *,
    bot: str = "",
    valid_until: date | None = None,
    language: str = "zh",
    font: Path | None = None,
) -> bytes:
    """Print slips in the order given, eight on a page of A4 with lines to cut; for none, a page that says so.

    `bot` is the bot's name (@louyuhui_bot). What to do stands in `language`, and small in the other one.
    A household names no person: a slip lost on the stairs tells nothing. Raises FontMissing.
    """
    words = read_words(language)
    other = read_words(next(tag for tag in sorted(LANGUAGES, reverse=True) if tag != words["date"]["code"]))
    view = {
        "language": words["date"]["code"],
        "words": dict(words["slip"]),
        "foot": dict(words["foot"]),
        "community": cut_short(community, NAME),
        "steps": _say_steps(words, bot, valid_until),
        "small": _say_steps(other, bot, valid_until),
        "slips": [{"household": cut_short(slip.household, NAME), "code": slip.code} for slip in slips],
    }
    return print_pdf("slips", view, font=font, drawings=[draw_qr(slip.link) for slip in slips])


def _say_steps(words: Words, bot: str, valid_until: date | None) -> list[str]:
    say = words["slip"]
    last = say["keep_until"].format(day=say_day(valid_until, words)) if valid_until else say["keep"]
    return [say["scan"], say["send_to"].format(bot=bot) if bot else say["send"], last]
