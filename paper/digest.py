"""The picture of a month for the group: four figures, who came, what was settled and what is open."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

from paper.legible import cut_short
from paper.press import print_png
from paper.wording import Words, read_words, say_time
from rules.kinds import kind_of
from rules.months import Held, Month

MOST_MEETINGS, MOST_SETTLED = 5, 5  # lines of each; the rest is counted
TEXT, HEAD = 40, 60  # characters a line shows before it cuts with …


def digest_picture(
    told: Month, zone: tzinfo, *, head: str = "", language: str = "zh", font: Path | None = None
) -> bytes:
    """Paint a month as PNG, 1080 pixels wide; `head` is community and building. Raises FontMissing."""
    words = read_words(language)
    say = words["digest"]
    return print_png(
        "digest",
        {
            "language": words["date"]["code"],
            "foot": dict(words["foot"]),
            "head": cut_short(head, HEAD),
            "title": say["title"].format(
                year=told.month.year, month=words["date"]["months"].split()[told.month.month - 1]
            ),
            "figures": [{"figure": figure, "label": say[name]} for name, figure in _figures(told)],
            "met": {"head": say["met"], "bars": [_bar(held, words) for held in told.held[:MOST_MEETINGS]]},
            "settled": {"head": say["settled_head"], "lines": _settled(told, words)},
            "open": {"head": say["open_head"], "lines": _open(told, zone, words)},
        },
        font=font,
    )


def _figures(told: Month) -> list[tuple[str, str]]:
    invited = sum(held.invited for held in told.held)
    present = sum(held.present for held in told.held)
    turnout = f"{100 * present // invited}%" if invited else "–"
    return [
        ("meetings", str(len(told.held))),
        ("turnout", turnout),
        ("settled", str(len(told.settled))),
        ("open", str(told.open_tasks + told.under_way)),
    ]


def _bar(held: Held, words: Words) -> dict[str, object]:
    kind = kind_of(held.kind).name(words["date"]["code"])
    day = words["digest"]["day"].format(
        month=words["date"]["months"].split()[held.day.month - 1], day=held.day.day
    )
    return {
        "text": cut_short(f"{day} {kind}", TEXT),
        "figure": words["digest"]["homes"].format(present=held.present, invited=held.invited),
        "permille": min(1000, 1000 * held.present // held.invited) if held.invited else 0,
    }


def _settled(told: Month, words: Words) -> list[str]:
    lines = [cut_short(one, TEXT) for one in told.settled[:MOST_SETTLED]]
    rest = len(told.settled) - len(lines)
    return [*lines, words["digest"]["more"].format(count=rest)] if rest else lines


def _open(told: Month, zone: tzinfo, words: Words) -> list[str]:
    say, lines = words["digest"], []
    if told.open_tasks:
        name = "tasks_overdue" if told.overdue else "tasks"
        lines.append(say[name].format(count=told.open_tasks, overdue=told.overdue))
    if told.under_way:
        lines.append(say["under_way"].format(count=told.under_way))
    if told.next_at is not None:
        lines.append(say["next"].format(at=say_time(told.next_at.astimezone(zone), words)))
    return lines
