"""Statements on record: a person may correct or take back their own until the minutes are approved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rules.events import Event
from rules.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody put on record, as it stands; `state` is "said", "corrected" or "taken_back".

    `picture`: the platform's name of the photo it came with, if it did.
    """

    event: int
    person: int
    text: str
    state: str = "said"
    picture: str | None = None


class NotYourStatement(Refusal):
    """Only who said it may correct it or take it back."""


def read_statements(events: Iterable[Event]) -> dict[int, Statement]:
    """The statements of a meeting by the number of their event; the record keeps every wording."""
    found: dict[int, Statement] = {}
    for event in events:
        if event.kind == "said":
            data = event.data
            found[event.number] = Statement(
                event.number, data["person"], data["text"], picture=data.get("picture")
            )
        elif event.kind == "said_corrected":
            about = event.data["statement"]
            picture = event.data.get("picture") or found[about].picture
            found[about] = replace(found[about], text=event.data["text"], state="corrected", picture=picture)
        elif event.kind == "said_taken_back":
            about = event.data["statement"]
            found[about] = replace(found[about], text="—", state="taken_back", picture=None)
    return found
