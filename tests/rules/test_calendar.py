"""The days as people here live them, against announced holidays, real clock changes and the lunar tables."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import (
    Holiday,
    LunarDay,
    NoSuchLunarDay,
    QuietHours,
    YearNotKnown,
    before_quiet,
    closing,
    day_of_month,
    deadline,
    facts,
    from_lunar,
    holiday,
    is_quiet,
    is_working_day,
    local,
    lunar_new_year,
    outside_quiet,
    solar_term,
    to_lunar,
    year_known,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
URUMQI = ZoneInfo("Asia/Urumqi")
unhurried = settings(deadline=None)  # the machine may be busy
BERLIN = ZoneInfo("Europe/Berlin")
NATIONAL = Holiday("国庆节", "National Day")


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday worked for the National Day
        (date(2026, 10, 11), False),
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 16), False),
        (date(2026, 11, 21), False),
        (date(2026, 11, 23), True),
    ],
)
def test_working_days_are_the_announced_ones(day, working):
    assert is_working_day(day) is working


def test_a_day_off_names_its_holiday_in_both_languages():
    assert holiday(date(2026, 10, 5)) == NATIONAL
    assert holiday(date(2026, 9, 25)) == Holiday("中秋", "Mid-autumn Festival")
    assert holiday(date(2026, 11, 21)) is None


def test_a_weekend_worked_in_exchange_names_the_holiday_it_pays_for():
    told = facts(date(2026, 10, 10))
    assert told.working
    assert told.shifted_for == NATIONAL
    assert told.holiday is None
    assert told.caveat is None


def test_a_plain_day_is_shifted_for_nothing():
    assert facts(date(2026, 11, 23)).shifted_for is None


@pytest.mark.parametrize(
    ("day", "working", "named"),
    [
        (date(2062, 10, 3), False, "国庆节"),
        (date(2062, 10, 4), True, None),
        (date(2062, 10, 7), False, None),
        (date(2063, 1, 1), False, "元旦"),
        (date(2063, 1, 2), True, None),
        (date(2120, 10, 2), True, None),  # even the lunar tables end before
    ],
)
def test_a_year_not_known_stands_on_weekends_and_the_law_and_says_so(day, working, named):
    told = facts(day)
    assert told.working is working
    assert (told.holiday and told.holiday.zh) == named
    assert told.caveat == YearNotKnown(day.year)
    assert not year_known(day.year)


@pytest.mark.parametrize(
    ("start", "days", "ends", "moved_from"),
    [
        (date(2026, 11, 25), 7, date(2026, 12, 2), None),  # the sketch of the chat: 公示7天（至12月2日）
        (date(2026, 11, 20), 1, date(2026, 11, 23), date(2026, 11, 21)),  # over a weekend
        (date(2026, 9, 24), 7, date(2026, 10, 8), date(2026, 10, 1)),  # over the whole National Day
        (date(2026, 10, 3), 7, date(2026, 10, 10), None),  # the Saturday is worked
        (date(2026, 2, 7), 7, date(2026, 2, 14), None),  # so is this one
        (date(2026, 2, 8), 7, date(2026, 2, 24), date(2026, 2, 15)),  # the long Spring Festival
        (date(2024, 2, 22), 7, date(2024, 2, 29), None),
    ],
)
def test_a_deadline_leaves_out_its_first_day_and_never_ends_at_rest(start, days, ends, moved_from):
    found = deadline(start, days)
    assert (found.ends, found.moved_from, found.caveat) == (ends, moved_from, None)


def test_a_moved_deadline_says_because_of_which_holiday():
    assert deadline(date(2026, 9, 24), 7).because == NATIONAL
    assert deadline(date(2026, 11, 20), 1).because is None


def test_a_deadline_in_a_year_not_known_is_flagged():
    assert deadline(date(2062, 9, 24), 7).caveat == YearNotKnown(2062)


def test_a_deadline_moved_into_a_year_not_known_is_flagged():
    last_known = max(year for year in range(2020, 2100) if year_known(year))
    found = deadline(date(last_known, 12, 24), 8)
    assert found.ends.year == last_known + 1
    assert found.caveat == YearNotKnown(last_known + 1)


def test_a_period_without_a_day_is_refused():
    with pytest.raises(ValueError, match="at least one day"):
        deadline(date(2026, 11, 20), 0)


def test_a_deadline_closes_at_midnight_after_its_last_day():
    assert closing(deadline(date(2026, 11, 25), 7), SHANGHAI) == datetime(2026, 12, 3, tzinfo=SHANGHAI)


@unhurried
@given(st.dates(date(2005, 1, 1), date(2080, 1, 1)), st.integers(1, 60))
def test_every_deadline_ends_on_a_working_day_no_earlier_than_planned(start, days):
    found = deadline(start, days)
    assert is_working_day(found.ends)
    assert found.ends >= start + timedelta(days=days)
    assert not any(is_working_day(start + timedelta(days=n)) for n in range(days, (found.ends - start).days))


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        (2026, 2, 31, date(2026, 2, 28)),
        (2028, 2, 30, date(2028, 2, 29)),
        (2026, 4, 31, date(2026, 4, 30)),
        (2026, 12, 31, date(2026, 12, 31)),
        (2026, 4, 5, date(2026, 4, 5)),
    ],
)
def test_a_day_of_the_month_is_clamped_to_its_last(year, month, day, expected):
    assert day_of_month(year, month, day) == expected


def at(hour, minute=0, day=25, zone=SHANGHAI):
    return datetime(2026, 11, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "quiet", "moved"),
    [
        (at(21, 59), QuietHours(), at(21, 59)),
        (at(22), QuietHours(), at(8, day=26)),
        (at(23, 30), QuietHours(), at(8, day=26)),
        (at(0), QuietHours(), at(8)),
        (at(7, 59), QuietHours(), at(8)),
        (at(8), QuietHours(), at(8)),
        (at(13), QuietHours(time(12), time(14)), at(14)),
        (at(11, 59), QuietHours(time(12), time(14)), at(11, 59)),
        (at(3), None, at(3)),
        (at(3), QuietHours(time(9), time(9)), at(3)),
        (at(23), QuietHours(time(22), time(0)), at(0, day=26)),
        (at(23, zone=URUMQI), QuietHours(), at(8, day=26, zone=URUMQI)),
    ],
)
def test_quiet_hours_hold_a_moment_to_their_end(moment, quiet, moved):
    assert outside_quiet(moment, quiet) == moved


@pytest.mark.parametrize(
    ("moment", "quiet", "moved"),
    [
        (at(22), QuietHours(), at(21, 59)),
        (at(3), QuietHours(), at(21, 59, day=24)),
        (at(13), QuietHours(time(12), time(14)), at(11, 59)),
        (at(12), None, at(12)),
        (at(12), QuietHours(), at(12)),
    ],
)
def test_what_cannot_wait_for_the_end_goes_before_the_beginning(moment, quiet, moved):
    assert before_quiet(moment, quiet) == moved


_clocks = st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0, fold=0))


@unhurried
@given(
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.times(),
    st.sampled_from([SHANGHAI, URUMQI, BERLIN]),
    _clocks,
    _clocks,
)
def test_nothing_moved_out_of_the_quiet_hours_is_in_them_or_early(day, clock, zone, start, end):
    quiet = QuietHours(start, end)
    moment = local(day, clock, zone)
    moved = outside_quiet(moment, quiet)
    assert moved.astimezone(UTC) >= moment.astimezone(UTC)
    assert moved.astimezone(UTC) - moment.astimezone(UTC) <= timedelta(hours=25)
    assert moved == moment or not is_quiet(moved, quiet) or zone is BERLIN
    assert moved.tzinfo is zone


def test_a_time_the_clocks_skip_is_as_much_later_as_was_skipped():
    found = local(date(2026, 3, 29), time(2, 30), BERLIN)
    assert (found.hour, found.minute) == (3, 30)
    assert found.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_the_clocks_show_twice_is_the_first():
    found = local(date(2026, 10, 25), time(2, 30), BERLIN)
    assert found.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    again = local(date(2026, 10, 25), time(2, 30, fold=1), BERLIN)
    assert again.astimezone(UTC) == found.astimezone(UTC)


def test_quiet_hours_end_on_the_new_clock_when_it_changes_in_the_night():
    late = local(date(2026, 3, 28), time(23), BERLIN)
    held = outside_quiet(late, QuietHours())
    assert held.isoformat() == "2026-03-29T08:00:00+02:00"
    assert held.astimezone(UTC) - late.astimezone(UTC) == timedelta(hours=8)


def test_urumqi_is_two_hours_behind_shanghai():
    day = date(2026, 11, 25)
    gap = local(day, time(10), URUMQI).astimezone(UTC) - local(day, time(10), SHANGHAI).astimezone(UTC)
    assert gap == timedelta(hours=2)


@pytest.mark.parametrize(
    ("day", "lunar"),
    [
        (date(2026, 2, 17), LunarDay(2026, 1, 1)),
        (date(2026, 2, 16), LunarDay(2025, 12, 29)),
        (date(2025, 7, 25), LunarDay(2025, 6, 1, leap=True)),
        (date(2026, 9, 25), LunarDay(2026, 8, 15)),
        (date(2027, 2, 6), LunarDay(2027, 1, 1)),
    ],
)
def test_lunar_days_are_those_of_the_almanac(day, lunar):
    assert to_lunar(day) == lunar
    assert from_lunar(lunar) == day


@pytest.mark.parametrize(
    "lunar",
    [
        LunarDay(2025, 12, 30),  # that month has 29 days
        LunarDay(2026, 6, 1, leap=True),  # that year has no leap month
        LunarDay(2026, 13, 1),
        LunarDay(1899, 1, 1),
        LunarDay(2100, 1, 1),
    ],
)
def test_a_lunar_day_that_is_not_there_is_refused(lunar):
    with pytest.raises(NoSuchLunarDay):
        from_lunar(lunar)


@pytest.mark.parametrize("day", [date(1900, 1, 30), date(2100, 2, 9), date(2200, 1, 1)])
def test_a_day_outside_the_lunar_tables_is_refused(day):
    with pytest.raises(NoSuchLunarDay):
        to_lunar(day)


@unhurried
@given(st.dates(date(1900, 1, 31), date(2100, 2, 8)))
def test_every_day_of_the_tables_goes_to_the_lunar_calendar_and_back(day):
    assert from_lunar(to_lunar(day)) == day


def test_the_lunar_new_year_and_the_solar_terms_are_found_by_year():
    assert lunar_new_year(2027) == date(2027, 2, 6)
    assert solar_term("清明", 2026) == date(2026, 4, 5)
    assert solar_term("冬至", 2026) == date(2026, 12, 22)
