"""Misfits: what can be wrong with an export, and where the first such thing stands."""

from __future__ import annotations

from enum import StrEnum


class Wrong(StrEnum):
    """What does not fit."""

    MALFORMED = "malformed"  # no JSON object, or one in which a key stands twice
    FORMAT = "format"
    SHAPE = "shape"  # a part is missing, or is of another kind than the format says
    STRANGE = "strange"  # an event of nothing that is in the export, or away from its stream
    NUMBER = "number"
    LINK = "link"
    HASH = "hash"
    WITHHELD = "withheld"  # something is withheld that must be told, or told that must be withheld
    HEAD = "head"
    UNLISTED = "unlisted"
    DIFFERS = "differs"  # a figure is not the one in the log
    ROLL = "roll"
    CAST = "cast"
    VOTED = "voted"
    VOTE = "vote"
    COUNT = "count"
    MINUTES = "minutes"
    DIGEST = "digest"
    BESIDE = "beside"  # a file beside the export


class Misfit(Exception):
    """Something in an export does not fit the rest.

    `place` is an event ("ballot:7 #3"), what the export tells of ("ballot:7") or a part of the file
    ("events[3]"); `about` is the name of the part or figure there, where it is about one.
    """

    def __init__(self, wrong: Wrong, place: str, about: str = "") -> None:
        super().__init__(f"{wrong}: {place} {about}".rstrip())
        self.wrong, self.place, self.about = wrong, place, about
