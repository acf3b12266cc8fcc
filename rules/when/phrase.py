"""A time as it stands in the text: its pieces read one after the other, in whatever order people put them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from rules.when import chinese, english
from rules.when.clock import Clock, FromNow, Lasting, Midnight, PartOfDay, Time
from rules.when.days import Checked, Day, Weekday
from rules.when.every import PATTERNS
from rules.when.forms import Match, longest
from rules.when.hours import BARE, CLOCKS, LENGTHS, PARTS
from rules.when.readings import Part, Pattern

_DAYS = (*chinese.DAYS, *english.DAYS)
_ALL = (*_DAYS, *CLOCKS, *PARTS, *LENGTHS, *PATTERNS)
_NOTHING = re.compile("")
_COMMA = re.compile(r"[ ,的(·]{0,4}(?:大约|大概|差不多|约莫)?")
_PREPOSITION = re.compile(r"[ ,]{0,4}(?:at|on|in|of|for) ")
_UNTIL = re.compile(r"\s*(?:到|至|-+|~|to\b|until\b|till\b|and\b)\s*")
_BETWEEN = re.compile(r"\s*(?:to|until|till|and)\b\s*")
_NOT_THEN = re.compile("(?:之|以)?[前后](?![面门边排院台])")  # 五点前 and 国庆后 are no times


@dataclass(frozen=True, slots=True)
class Phrase:
    """What was said of the day and of the hour, and where in the text it ends."""

    end: int
    day: Day | None = None
    last_day: Day | None = None
    start: Time | None = None
    finish: Time | None = None
    part: Part | None = None
    length: timedelta | None = None
    from_now: timedelta | None = None
    pattern: Pattern | None = None
    loose: bool = False

    @property
    def has_day(self) -> bool:
        """Whether a day was said."""
        return self.day is not None or self.pattern is not None or self.from_now is not None

    @property
    def has_hour(self) -> bool:
        """Whether more than a day was said."""
        return self.start is not None or self.part is not None or self.from_now is not None

    @property
    def says_when(self) -> bool:
        """Whether it is a time at all."""
        return self.has_day or self.has_hour


def parse(text: str, position: int) -> Phrase | None:
    """Read the longest time that begins at the position of the folded text."""
    phrase = Phrase(position)
    while True:
        taken = _next(phrase, text, begins=phrase.end == position)
        if taken is None:
            about = phrase.has_hour and text.startswith("前后", phrase.end)
            over = _NOT_THEN.match(text, phrase.end) and not about
            return phrase if phrase.says_when and not over else None
        phrase = taken


def _next(phrase: Phrase, text: str, *, begins: bool) -> Phrase | None:
    """Add the next piece, past the comma, bracket or preposition that joins it."""
    if phrase.from_now is not None:
        return None
    joints = (_NOTHING,) if begins else (_COMMA, _PREPOSITION)
    for joint in joints:
        joined = joint.match(text, phrase.end)
        match = longest(text, joined.end(), _ALL) if joined else None
        taken = _take(phrase, match, text) if match else None
        if joined and taken:
            closed = "(" in joined.group() and text.startswith(")", taken.end)
            return replace(taken, end=taken.end + closed)
    return None


def _take(phrase: Phrase, match: Match, text: str) -> Phrase | None:
    """Add a piece to the phrase; None if it does not belong to it."""
    match match.piece:
        case Clock() | Midnight() as clock:
            return _take_clock(phrase, clock, match.end, text)
        case PartOfDay(part):
            return _take_part(phrase, part, match.end)
        case Lasting(length):
            return _take_length(phrase, length, match.end)
        case FromNow(length):
            return replace(phrase, from_now=length, end=match.end) if not phrase.says_when else None
        case Pattern() as pattern:
            free = phrase.day is None and phrase.pattern is None
            return replace(phrase, pattern=pattern, end=match.end) if free else None
        case day:
            return _take_day(phrase, day, match, text)


def _take_length(phrase: Phrase, length: timedelta, end: int) -> Phrase | None:
    open_ended = phrase.start is not None and phrase.finish is None and phrase.length is None
    return replace(phrase, length=length, end=end) if open_ended else None


def _take_day(phrase: Phrase, day: Day, match: Match, text: str) -> Phrase | None:
    if phrase.pattern is not None:
        return None
    if phrase.day is None:
        taken = replace(phrase, day=day, end=match.end, loose=match.loose)
        return taken if phrase.start is not None else _span_of_days(taken, text)
    if phrase.has_hour or phrase.last_day is not None or isinstance(phrase.day, Checked):
        return None
    return _say_again(phrase, phrase.day, day, match, text)


def _say_again(phrase: Phrase, first: Day, second: Day, match: Match, text: str) -> Phrase | None:
    """Take a weekday beside a date, or a day in brackets, as the same day said again."""
    weekdays = [day for day in (first, second) if isinstance(day, Weekday)]
    bracketed = "(" in text[phrase.end : match.end]
    if len(weekdays) == 2 or not (weekdays or bracketed) or any(len(day.weekdays) > 1 for day in weekdays):
        return None
    day, check = (second, first) if isinstance(first, Weekday) else (first, second)
    return replace(phrase, day=Checked(day, check), end=match.end, loose=False)


def _span_of_days(phrase: Phrase, text: str) -> Phrase:
    until = _UNTIL.match(text, phrase.end)
    last = longest(text, until.end(), _DAYS) if until else None
    if last is None or not isinstance(last.piece, Day):
        return phrase
    return replace(phrase, last_day=last.piece, end=last.end)


def _take_clock(phrase: Phrase, clock: Time, end: int, text: str) -> Phrase | None:
    if phrase.start is not None or phrase.last_day is not None:
        return None
    said = _with_part(clock, phrase.part)
    if said is None:
        return None
    return _finish(replace(phrase, start=said, part=said.part, end=end), text)


def _with_part(clock: Time, part: Part | None) -> Time | None:
    """Put the part of the day said apart to the hour; None if they contradict each other."""
    if part is None or isinstance(clock, Midnight) or clock.part is part or _agrees(clock, part):
        return clock
    if clock.part is not None:
        return None
    joined = replace(clock, part=part)
    return joined if joined.hands() else None


def _take_part(phrase: Phrase, part: Part, end: int) -> Phrase | None:
    if phrase.part is not None or phrase.last_day is not None:
        return None
    if phrase.start is None:
        return replace(phrase, part=part, end=end)
    if phrase.finish is not None and not phrase.finish.certain:
        finish = _with_part(phrase.finish, part)
        return replace(phrase, finish=finish, part=part, end=end) if finish else None
    start = phrase.start if _agrees(phrase.start, part) else _with_part(phrase.start, part)
    return replace(phrase, start=start, part=part, end=end) if start else None


def _agrees(clock: Time, part: Part) -> bool:
    """Tell whether "tonight" after "7 pm" only says it again."""
    return isinstance(clock, Clock) and clock.exact and bool(replace(clock, part=part, exact=False).hands())


def _finish(phrase: Phrase, text: str) -> Phrase:
    """Read 到八点半, or 到周五晚上九点, after an hour."""
    until = _UNTIL.match(text, phrase.end)
    if until is None:
        return phrase
    clock = longest(text, until.end(), CLOCKS)
    if clock is None and _BETWEEN.match(text, phrase.end):
        clock = longest(text, until.end(), BARE)
    if clock is not None and isinstance(clock.piece, Time):
        return replace(phrase, finish=clock.piece, end=clock.end)
    return _finish_on_another_day(phrase, text, until.end())


def _finish_on_another_day(phrase: Phrase, text: str, position: int) -> Phrase:
    day = longest(text, position, _DAYS)
    joint = _COMMA.match(text, day.end) if day else None
    clock = longest(text, joint.end(), CLOCKS) if joint else None
    if day is None or clock is None or phrase.day is None:
        return phrase
    if not isinstance(day.piece, Day) or not isinstance(clock.piece, Time):
        return phrase
    return replace(phrase, last_day=day.piece, finish=clock.piece, end=clock.end)
