"""Straw polls: a quick mood in the platform's own poll. They bind nobody and are never ballots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.ballots import OptionTwice, TooFewOptions, TooManyOptions
from rules.meetings import written
from rules.refusals import Refusal

QUESTION_LIMIT = 200  # characters; the platform takes 300, and the mark stands before it
OPTION_LIMIT = 100  # characters; the platform's own
MOST = 10  # options
LASTS = timedelta(days=1)


class NoSuchStraw(Refusal):
    """The straw poll does not exist, or is another building's."""


class StrawOver(Refusal):
    """The straw poll was closed already."""


@dataclass(frozen=True, slots=True)
class Straw:
    """A straw poll: its question and options, where it is, and until when."""

    id: int
    building_id: int
    chat_id: int
    by_id: int
    question: str
    options: tuple[str, ...]
    state: str
    opened_at: datetime
    closes_at: datetime

    @property
    def open(self) -> bool:
        """Whether answers are still taken."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Mood:
    """What people answered: how many chose each option, and how many of them live in the building."""

    counts: tuple[int, ...]
    people: int
    residents: int


def check_straw(question: str, texts: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Question and options as they are asked.

    Raises NothingWritten, TextTooLong, TooFewOptions, TooManyOptions, OptionTwice.
    """
    question = written(question, QUESTION_LIMIT)
    options = tuple(written(text, OPTION_LIMIT) for text in texts if text.strip())
    if len(options) < 2:
        raise TooFewOptions
    if len(options) > MOST:
        raise TooManyOptions(most=MOST, count=len(options))
    if twice := next((text for text in options if options.count(text) > 1), None):
        raise OptionTwice(text=twice)
    return question, options
