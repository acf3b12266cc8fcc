"""The notice for the door: what is met about, when and where, who is invited, and how to take part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from paper.press import print_pdf
from paper.qr import draw_qr
from paper.wording import read_words, say_day, say_number, say_time
from rules.kinds import kind_name


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says; `when` is aware, in the building's zone, `link` opens the meeting in the chat."""

    community: str
    building: str
    kind: str  # a meeting preset, e.g. "楼宇会"
    title: str
    when: datetime
    place: str
    agenda: tuple[str, ...]
    invited: str  # e.g. "3栋全体住户，28户"
    convener: str
    posted: date
    hurry: str = ""  # why it is held inside the notice period of its kind
    link: str = ""  # none: the notice has no code and says to ask the convener


def notice_pdf(notice: Notice, language: str = "zh", *, font: Path | None = None) -> bytes:
    """Print the notice for the door, one A4 page unless the agenda is long; raises FontMissing."""
    words = read_words(language)
    say = words["notice"]
    view = {
        "language": words["date"]["code"],
        "words": dict(say),
        "foot": dict(words["foot"]),
        "head": say["head"].format(kind=kind_name(notice.kind, words["date"]["code"])),
        "community": f"{notice.community}  {notice.building}",
        "title": notice.title,
        "facts": [
            (say["when"], say_time(notice.when, words)),
            (say["place"], notice.place),
            (say["invited"], notice.invited),
            *([(say["hurry"], notice.hurry)] if notice.hurry else []),
        ],
        "agenda": [(say_number(n, words), item) for n, item in enumerate(notice.agenda, 1)],
        "join": [say["scan"], say["come"], say["proxy"]]
        if notice.link
        else [say["ask"], say["come"], say["proxy"]],
        "convener": notice.convener,
        "posted": say_day(notice.posted, words),
    }
    drawings = [draw_qr(notice.link)] if notice.link else []
    return print_pdf("notice", view, font=font, drawings=drawings)
