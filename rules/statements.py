"""Statements on record: a person may correct or take back their own until the minutes are approved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.events import Event
from rules.refusals import Refusal

MOST_PHOTOS = 10  # of one statement; an album of the platform has no more
SOON = timedelta(minutes=10)  # a photo without words that follows a statement within this belongs to it


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody put on record, as it stands; `state` is "said", "corrected" or "taken_back".

    `pictures`: the platform's names of the photos that stand with it. `at`: when words or a photo last came.
    `albums`: the platform's names of the albums these came in.
    """

    event: int
    person: int
    text: str
    at: datetime
    state: str = "said"
    pictures: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()


class NotYourStatement(Refusal):
    """Only who said it may correct it or take it back."""


class TooManyPhotos(Refusal):
    """A statement with more photos than an album holds."""


def read_statements(events: Iterable[Event]) -> dict[int, Statement]:
    """The statements of a meeting by the number of their event; the record keeps every wording."""
    found: dict[int, Statement] = {}
    for event in sorted(events, key=lambda event: event.number):
        data = event.data
        about = data.get("statement", 0)
        pictures = (data["picture"],) if data.get("picture") else ()
        albums = (data["album"],) if data.get("album") else ()
        match event.kind:
            case "said":
                person, text = data["person"], data["text"]
                found[event.number] = Statement(
                    event.number, person, text, event.at, pictures=pictures, albums=albums
                )
            case "said_photo":
                before = found[about]
                if before.state != "taken_back":
                    found[about] = replace(before, pictures=(*before.pictures, *pictures), at=event.at)
            case "said_corrected":
                before = found[about]
                found[about] = replace(
                    before,
                    text=data["text"],
                    state="corrected",
                    at=event.at,
                    pictures=pictures or before.pictures,
                    albums=(*before.albums, *albums),
                )
            case "said_taken_back":
                found[about] = replace(found[about], text="—", state="taken_back", pictures=())
    return found


def lately(statements: Iterable[Statement], person: int, now: datetime) -> Statement | None:
    """What somebody said last, if that was just now and stands."""
    mine = [one for one in statements if one.person == person]
    last = max(mine, key=lambda one: one.at, default=None)
    return last if last and last.state != "taken_back" and now - last.at <= SOON else None


def in_album(statements: Iterable[Statement], person: int, album: str) -> Statement | None:
    """The statement of somebody whose words came with a photo of this album."""
    mine = (one for one in statements if one.person == person and one.state != "taken_back")
    return next((one for one in mine if album in one.albums), None)
