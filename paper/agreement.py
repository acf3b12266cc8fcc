"""What the sides of a mediation agreed, on paper for them and whoever mediated to sign; for nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from paper.press import print_pdf
from paper.wording import Words, read_words, say_day, say_time
from rules.kinds import kind_name

FINGERPRINT = 16  # characters of it at the foot


@dataclass(frozen=True, slots=True)
class Party:
    """A side: its door, its people, and who confirmed the text for it, when (as in Agreement)."""

    door: str
    names: tuple[str, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that the paper says; times are aware, in the building's zone."""

    community: str
    building: str
    kind: str  # a meeting preset, e.g. "板凳调解会"
    subject: str
    place: str
    opened: datetime
    agreed: datetime
    mediator: str
    number: int  # of the wording that all confirmed
    text: str
    parties: tuple[Party, ...]
    fingerprint: str  # of the text, hex


def agreement_pdf(agreement: Agreement, language: str = "zh", *, font: Path | None = None) -> bytes:
    """Print the agreement as A4 pages to be signed, a copy for each side and one for the mediator.

    Names stand in full: it goes to those who are named in it and to nobody else. Raises FontMissing.
    """
    words = read_words(language)
    say = words["agreement"]
    return print_pdf(
        "agreement",
        {
            "language": words["date"]["code"],
            "words": dict(say),
            "foot": dict(words["foot"]),
            "community": f"{agreement.community}  {agreement.building}",
            "facts": _view_facts(agreement, words),
            "parties": [_view_party(number, one, words) for number, one in enumerate(agreement.parties)],
            "paragraphs": agreement.text.splitlines(),
            "mediator": agreement.mediator,
            "copies": say["copies"].format(count=len(agreement.parties) + 1),
            "fingerprint": say["fingerprint"].format(
                number=agreement.number, head=agreement.fingerprint[:FINGERPRINT]
            ),
            "day": say_day(agreement.agreed, words),
        },
        font=font,
    )


def _view_facts(agreement: Agreement, words: Words) -> list[tuple[str, str]]:
    say = words["agreement"]
    return [
        (say["subject"], agreement.subject),
        (say["kind"], kind_name(agreement.kind, words["date"]["code"])),
        (say["held"], say_time(agreement.opened, words)),
        (say["place"], agreement.place),
        (say["mediator"], agreement.mediator),
    ]


def _view_party(number: int, party: Party, words: Words) -> dict[str, str]:
    say = words["agreement"]
    return {
        "name": say["party"].format(letter=say["letters"].split()[number]),
        "who": f"{party.door}  {say['between'].join(party.names)}",
        "confirmed": say["confirmed"].format(name=party.by, at=say_time(party.at, words)),
    }
