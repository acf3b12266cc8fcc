"""Sketches of what is put to the vote: parking places in zones, and a shed for motorcycles on its site.

They are schematic, not to scale, and tell zones apart by a letter in each place as well as by colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from paper.legible import cut_short
from paper.press import print_png
from paper.wording import Words, read_words

LABEL, TITLE, FACT = 8, 60, 120  # characters a sketch shows of each before it cuts with …
MOST_PLACES = 240  # beyond it the sketch is no longer readable on a phone
MOST_POINTS = 40


class Use(StrEnum):
    """Whom a parking zone is for."""

    NIGHT = "night"  # 居民夜间专属区
    VISITOR = "visitor"  # 访客临时区
    CHARGING = "charging"  # 充电


class Site(StrEnum):
    """Where the shed stands."""

    GATE = "gate"  # next to the gate
    BEHIND = "behind"  # behind the building
    WALL = "wall"  # along the wall


class TooMany(ValueError):
    """A sketch was asked to show more than can be read on a phone."""


@dataclass(frozen=True, slots=True)
class Zone:
    """So many parking places for one use."""

    use: Use
    places: int


def parking_picture(
    label: str,
    title: str,
    zones: Sequence[Zone],
    facts: Sequence[str] = (),
    *,
    language: str = "zh",
    font: Path | None = None,
) -> bytes:
    """Sketch parking places in rows of zones as PNG, 1080 pixels wide; `label` is the option's (甲).

    Raises TooMany for more than 240 places, FontMissing.
    """
    total = sum(zone.places for zone in zones)
    if total > MOST_PLACES or any(zone.places < 0 for zone in zones):
        raise TooMany(f"A parking sketch shows 0 to {MOST_PLACES} places, not {total}.")
    words = read_words(language)
    view = _view_head(label, title, facts, words) | {
        "zones": [
            {
                "use": zone.use,
                "letter": words["layout"][f"{zone.use}_letter"],
                "name": words["layout"][zone.use],
                "count": words["layout"]["places"].format(places=zone.places),
                "places": zone.places,
            }
            for zone in zones
        ],
        "total": words["layout"]["total"].format(places=total),
    }
    return print_png("parking", view, font=font)


def shed_picture(
    label: str,
    title: str,
    site: Site,
    places: int,
    points: int,
    facts: Sequence[str] = (),
    *,
    language: str = "zh",
    font: Path | None = None,
) -> bytes:
    """Sketch a shed for `places` motorcycles with `points` charging points as PNG, 1080 pixels wide.

    Raises TooMany for more than 40 charging points, FontMissing.
    """
    if not 0 <= points <= MOST_POINTS:
        raise TooMany(f"A shed's sketch shows 0 to {MOST_POINTS} charging points, not {points}.")
    words = read_words(language)
    say = words["layout"]
    view = _view_head(label, title, facts, words) | {
        "site": site,
        "points": points,
        "shed_legend": say["shed_places"].format(places=places),
        "points_legend": say["points"].format(points=points),
    }
    return print_png("shed", view, font=font)


def _view_head(label: str, title: str, facts: Sequence[str], words: Words) -> dict[str, object]:
    return {
        "language": words["date"]["code"],
        "words": dict(words["layout"]),
        "foot": dict(words["foot"]),
        "label": cut_short(label, LABEL),
        "title": cut_short(title, TITLE),
        "facts": [cut_short(fact, FACT) for fact in facts],
    }
