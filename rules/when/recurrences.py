"""The days on which something recurs, one after the other, without end."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from rules.calendar import local
from rules.when.clock import SPANS
from rules.when.months import NoSuchDay, month_ahead, nth_weekday
from rules.when.readings import Every, Moment, Part, Pattern, Precision, Recurrence

_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3}


def dates(pattern: Pattern, since: date) -> Iterator[date]:
    """The days of the pattern from `since` on; intervals are counted from its week, month or quarter."""
    periods = (_days(pattern, since, step * pattern.interval) for step in count())
    return (day for period in periods for day in period if day >= since)


def next_after(recurrence: Recurrence, after: datetime) -> Moment:
    """The first time the recurrence begins after `after`, not before its own first, in the zone of that."""
    first = recurrence.first.start
    now = max(first, after, key=lambda moment: moment.astimezone(UTC)).astimezone(first.tzinfo)
    days = (day for day in dates(recurrence.pattern, first.date()) if day >= now.date())
    moments = (on(day, recurrence.at, recurrence.until, recurrence.part, now) for day in days)
    return next(moment for moment in moments if moment.start.astimezone(UTC) > after.astimezone(UTC))


def on(day: date, at: time | None, until: time | None, part: Part | None, now: datetime) -> Moment:
    """Place an hour on a day, in the zone of `now`; an `until` that is not after `at` is the next day's."""
    zone = now.tzinfo or UTC
    if at is None:
        begin = time(SPANS[part][0]) if part else time(0)
        return Moment(local(day, begin, zone), None, Precision.PART if part else Precision.DAY, part)
    start = local(day, at, zone)
    if until is None:
        return Moment(start, None, Precision.MINUTE)
    return Moment(start, local(day + timedelta(days=until <= at), until, zone), Precision.MINUTE)


def ahead(moment: Moment, now: datetime) -> bool:
    """Tell whether the moment is ahead: a day not over, a part of the day not over, a minute not yet come."""
    day, zone = moment.start.date(), now.tzinfo or UTC
    if moment.precision is Precision.DAY:
        return day >= now.date()
    if moment.part is not None:
        until = SPANS[moment.part][1]
        over = local(day + timedelta(days=until // 24), time(until % 24), zone)
        return over.astimezone(UTC) > now.astimezone(UTC)
    return moment.start.astimezone(UTC) > now.astimezone(UTC)


def _days(pattern: Pattern, since: date, steps: int) -> list[date]:
    if pattern.every is Every.DAY:
        return [since + timedelta(days=steps)]
    if pattern.every is Every.WEEK:
        monday = since + timedelta(days=7 * steps - since.weekday())
        return [monday + timedelta(days=weekday) for weekday in pattern.weekdays]
    months = _MONTHS[pattern.every]
    first = month_ahead(since, months * steps - (since.month - 1) % months)
    return _within(pattern, first, months)


def _within(pattern: Pattern, first: date, months: int) -> list[date]:
    if pattern.nth is not None:
        try:
            return [nth_weekday(first, months, pattern.nth, pattern.weekdays[0])]
        except NoSuchDay:
            return []  # a month with four Fridays has no fifth
    last = month_ahead(first, months) - timedelta(days=1)
    length = monthrange(first.year, first.month)[1]
    found = {last if day == -1 else first.replace(day=min(day, length)) for day in pattern.days}
    return sorted(found)
