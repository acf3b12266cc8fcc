"""What a phrase means at a given now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from rules.calendar import local
from rules.when.clock import Hand, Slot, Time, is_likely, slots
from rules.when.days import AnyDay, Day, Round
from rules.when.months import NoSuchDay
from rules.when.phrase import Phrase
from rules.when.readings import (
    Ambiguous,
    Every,
    InThePast,
    Moment,
    NoSuchDate,
    NotUnderstood,
    Part,
    Pattern,
    Precision,
    Reading,
    Recurrence,
)
from rules.when.recurrences import ahead, dates, on


@dataclass(frozen=True, slots=True)
class Option:
    """A moment that can be meant; `likely` unless in the night, when the hour said has another meaning."""

    moment: Moment
    likely: bool


def resolve(phrase: Phrase, text: str, now: datetime) -> Reading:
    """Read the phrase at `now`; `text` is how it was written, for the refusals."""
    if phrase.from_now is not None:
        return _from_now(phrase.from_now, now)
    if phrase.pattern is not None:
        return _recurring(phrase, phrase.pattern, text, now)
    try:
        rounds = [_options(phrase, days, now) for days in (phrase.day or AnyDay()).rounds(now.date())]
    except NoSuchDay:
        return NoSuchDate(text)
    return _choose(rounds, text, now)


def _from_now(length: timedelta, now: datetime) -> Moment:
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    return Moment((minute + length).astimezone(now.tzinfo), None, Precision.MINUTE)


def _choose(rounds: list[list[Option]], text: str, now: datetime) -> Reading:
    """Take the first round with something ahead, by daylight if it can be."""
    for by_daylight in (True, False):
        for options in rounds:
            found = [
                option.moment
                for option in options
                if (option.likely or not by_daylight) and ahead(option.moment, now)
            ]
            if found:
                return _one_or_all(found, text)
    past = [option.moment for options in rounds for option in options]
    return InThePast(past[0]) if past else NotUnderstood(text)


def _one_or_all(found: Sequence[Moment | Recurrence], text: str) -> Reading:
    distinct = tuple(sorted(dict.fromkeys(found), key=_instant))
    return distinct[0] if len(distinct) == 1 else Ambiguous(text, distinct)


def _instant(reading: Moment | Recurrence) -> datetime:
    first = reading.first if isinstance(reading, Recurrence) else reading
    return first.start.astimezone(UTC)


def _options(phrase: Phrase, days: Round, now: datetime) -> list[Option]:
    found = [option for day in days for option in _on_day(phrase, day, now)]
    return sorted(found, key=lambda option: _instant(option.moment))


def _on_day(phrase: Phrase, day: date, now: datetime) -> Iterator[Option]:
    if phrase.start is None:
        whole = on(day, None, None, phrase.part, now)
        last = _last_day(phrase.last_day, day, now) if phrase.last_day else None
        if phrase.last_day is None:
            yield Option(whole, likely=True)
        elif last is not None and last > day and phrase.part is None:
            yield Option(replace(whole, end=local(last, time(0), now.tzinfo or UTC)), likely=True)
    elif phrase.last_day is None:
        for slot in slots(phrase.start, phrase.finish, phrase.length):
            yield Option(_placed(slot, day, now), is_likely(phrase.start, slot))
    else:
        yield from _over_days(phrase, phrase.start, day, now)


def _over_days(phrase: Phrase, start: Time, day: date, now: datetime) -> Iterator[Option]:
    """Place 周三晚上七点到周五晚上九点."""
    last = _last_day(phrase.last_day, day, now) if phrase.last_day else None
    if last is None or phrase.finish is None:
        return
    for begin, _ in slots(start, None, None):
        for finish, _ in slots(phrase.finish, None, None):
            moment = _placed((begin, Hand(finish.days + (last - day).days, finish.at)), day, now)
            likely = is_likely(start, (begin, None)) and is_likely(phrase.finish, (finish, None))
            if moment.end is not None and moment.end > moment.start:
                yield Option(moment, likely)


def _last_day(said: Day, first: date, now: datetime) -> date | None:
    """Give the last day of a span: what comes again is sought from its first day, the rest from today."""
    days = next(said.rounds(first if said.comes_again else now.date()), ())
    return days[0] if len(days) == 1 else None


def _placed(slot: Slot, day: date, now: datetime) -> Moment:
    zone = now.tzinfo or UTC
    start, end = (
        local(day + timedelta(days=hand.days), hand.at, zone) if hand is not None else None for hand in slot
    )
    assert start is not None, "a slot begins"
    return Moment(start, end, Precision.MINUTE)


def _recurring(phrase: Phrase, pattern: Pattern, text: str, now: datetime) -> Reading:
    if phrase.last_day is not None:
        return NotUnderstood(text)
    if phrase.start is None:
        return _first_ahead(pattern, None, None, phrase.part, now)
    found = slots(phrase.start, phrase.finish, phrase.length)
    likely = [slot for slot in found if is_likely(phrase.start, slot)] or found
    placed = [slot for slot in likely if slot[0].days == 0 or pattern.every is Every.DAY]
    if not placed:
        return NotUnderstood(text)
    return _one_or_all(
        [_first_ahead(pattern, start.at, end.at if end else None, None, now) for start, end in placed], text
    )


def _first_ahead(
    pattern: Pattern, at: time | None, until: time | None, part: Part | None, now: datetime
) -> Recurrence:
    coming = dates(replace(pattern, interval=1), now.date())  # an interval is counted from the first one
    moments = (on(day, at, until, part, now) for day in coming)
    first = next(moment for moment in moments if ahead(moment, now))
    return Recurrence(pattern, at, until, part, first)
