"""A calendar of buttons: months, days, hours and minutes, for those who would rather press than write.

Days and hours that are over are not offered; holidays and shifted working days are marked.
"""

from __future__ import annotations

from calendar import monthcalendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from handlers.buttons import Button, Key, Keys
from rules.calendar import facts, local
from rules.refusals import Refusal

MONTHS_AHEAD = 12
HOURS = range(7, 23)
MINUTES = (0, 15, 30, 45)
BLANK = "\u2800"  # a label must not be empty; this one shows nothing
_A_ROW = 4

Label = Callable[..., str]


class NotADay(Refusal):
    """A day that no calendar of ours offered."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the keys of a calendar do: pick a day, turn to a month, or explain why a day is not offered."""

    day: Callable[[date], Button]
    month: Callable[[date], Button]
    not_this: Button
    first: date  # the first day that is offered
    label: Label  # label(name, **facts) of a key


def month_keys(month: date, offer: Offer) -> Keys:
    """The keys of a month (its first day): a row to turn the page, the weekdays, the days."""
    weeks = monthcalendar(month.year, month.month)
    days = tuple(tuple(_day_key(month, number, offer) for number in week) for week in weeks)
    return (_turn_keys(month, offer), _weekday_keys(offer), *(row for row in days if _offers(row, offer)))


def _turn_keys(month: date, offer: Offer) -> tuple[Key, ...]:
    first, last = offer.first.replace(day=1), month_after(offer.first, MONTHS_AHEAD)
    back, on = month_after(month, -1), month_after(month, 1)
    return (
        Key("‹", offer.month(back)) if back >= first else Key(BLANK, offer.not_this),
        Key(offer.label("calendar_month", month=month), offer.not_this),
        Key("›", offer.month(on)) if on <= last else Key(BLANK, offer.not_this),
    )


def _weekday_keys(offer: Offer) -> tuple[Key, ...]:
    monday = date(2026, 11, 23)
    names = (offer.label("calendar_weekday", day=monday + timedelta(days=number)) for number in range(7))
    return tuple(Key(name, offer.not_this) for name in names)


def _day_key(month: date, number: int, offer: Offer) -> Key:
    if not number:
        return Key(BLANK, offer.not_this)
    day = month.replace(day=number)
    if day < offer.first:
        return Key("·", offer.not_this)
    known = facts(day)
    label = offer.label(
        "calendar_day", number=number, off=known.holiday is not None, shifted=known.shifted_for is not None
    )
    return Key(label, offer.day(day))


def _offers(row: tuple[Key, ...], offer: Offer) -> bool:
    return any(key.does != offer.not_this for key in row)


def hour_keys(day: date, now: datetime, pick: Callable[[int], Button]) -> Keys:
    """The hours of a day that are still ahead; `now` is in the building's zone."""
    zone = now.tzinfo
    assert zone is not None
    ahead = [hour for hour in HOURS if local(day, time(hour, MINUTES[-1]), zone) > now]
    return rows([Key(f"{hour}:00", pick(hour)) for hour in ahead])


def minute_keys(day: date, hour: int, now: datetime, pick: Callable[[int], Button]) -> Keys:
    """The quarters of an hour that are still ahead; `now` is in the building's zone."""
    zone = now.tzinfo
    assert zone is not None
    ahead = [minute for minute in MINUTES if local(day, time(hour, minute), zone) > now]
    return rows([Key(f"{hour}:{minute:02}", pick(minute)) for minute in ahead])


def rows(keys: list[Key], width: int = _A_ROW) -> Keys:
    """Keys in rows of so many."""
    return tuple(tuple(keys[start : start + width]) for start in range(0, len(keys), width))


def month_after(day: date, months: int) -> date:
    """The first day of the month so many months after that of `day`."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def as_number(day: date) -> int:
    """A day as a button carries it: 20261125."""
    return day.year * 10_000 + day.month * 100 + day.day


def as_day(number: int) -> date:
    """The day in a button, which may be forged. Raises NotADay."""
    try:
        return date(number // 10_000, number // 100 % 100, number % 100)
    except ValueError as unreal:
        raise NotADay from unreal


def as_moment(day: date, hour: int, minute: int, zone: tzinfo) -> datetime:
    """The moment in the buttons pressed one after the other, which may be forged. Raises NotADay."""
    try:
        return local(day, time(hour, minute), zone)
    except (ValueError, OverflowError) as unreal:
        raise NotADay from unreal
