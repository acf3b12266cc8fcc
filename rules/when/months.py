"""Months and quarters, counted from a day."""

from __future__ import annotations

from datetime import date, timedelta


class NoSuchDay(Exception):
    """The day said is in no calendar."""


def month_ahead(today: date, months: int) -> date:
    """Give the first day of the month so many months from today's."""
    counted = today.year * 12 + today.month - 1 + months
    return date(counted // 12, counted % 12 + 1, 1)


def month_said(today: date, months: int | None, month: int | None) -> date:
    """Give the first day of the month said by its distance or its number (this year's unless it is over)."""
    if month is None:
        return month_ahead(today, months or 0)
    if not 1 <= month <= 12:
        raise NoSuchDay
    return date(today.year + (month < today.month), month, 1)


def months_meant(today: date, months: int | None, month: int | None) -> list[date]:
    """Give the first day of the month said; where none was, of this one and of the next."""
    if months is None and month is None:
        return [month_ahead(today, ahead) for ahead in range(2)]
    return [month_said(today, months, month)]


def nth_weekday(first: date, months: int, nth: int, weekday: int) -> date:
    """Give the nth (-1 the last) such weekday of the months that begin on `first`; may raise NoSuchDay."""
    after = month_ahead(first, months)
    found = first + timedelta(days=(weekday - first.weekday()) % 7)
    every = [found + timedelta(days=7 * count) for count in range(5 * months)]
    inside = [day for day in every if day < after]
    if nth > len(inside):
        raise NoSuchDay
    return inside[nth if nth < 0 else nth - 1]
