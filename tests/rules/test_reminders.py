"""What is due and when: before meetings, during ballots, every month, and after the power was out."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import QuietHours, is_quiet, is_working_day, local
from rules.reminders import (
    BEFORE_A_MEETING,
    Kind,
    Monthly,
    Reminder,
    for_ballot,
    for_meeting,
    for_month,
    is_late,
    label,
    still_makes_sense,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
unhurried = settings(deadline=None)  # the machine may be busy
BERLIN = ZoneInfo("Europe/Berlin")
URUMQI = ZoneInfo("Asia/Urumqi")
EARLIEST = datetime(2026, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
LATEST = datetime(2030, 1, 1)  # noqa: DTZ001
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def on(day, hour, minute=0, month=11, year=2026, zone=SHANGHAI):
    return datetime(year, month, day, hour, minute, tzinfo=zone)


def dues(reminders):
    return {reminder.key: reminder.due for reminder in reminders}


def test_a_meeting_is_reminded_of_three_days_one_day_and_one_hour_before():
    found = for_meeting(12, on(25, 19, 30), announced=on(18, 12))
    assert [reminder.key for reminder in found] == ["meeting:12:3d", "meeting:12:1d", "meeting:12:1h"]
    assert [reminder.due for reminder in found] == [on(22, 19, 30), on(24, 19, 30), on(25, 18, 30)]
    assert {(reminder.kind, reminder.about) for reminder in found} == {(Kind.MEETING, 12)}


def test_reminders_already_past_at_the_announcement_are_left_out():
    found = for_meeting(12, on(25, 19, 30), announced=on(23, 9))
    assert list(dues(found)) == ["meeting:12:1d", "meeting:12:1h"]
    assert for_meeting(12, on(25, 19, 30), announced=on(25, 19)) == ()


def test_early_meetings_are_reminded_of_after_the_quiet_hours_except_for_the_last_hour():
    found = dues(for_meeting(7, on(25, 7), announced=on(18, 12)))
    assert found == {
        "meeting:7:3d": on(22, 8),
        "meeting:7:1d": on(24, 8),
        "meeting:7:1h": on(25, 6),
    }


def test_without_quiet_hours_every_reminder_comes_to_the_minute():
    found = dues(for_meeting(7, on(25, 7), announced=on(18, 12), quiet=None))
    assert found["meeting:7:1d"] == on(24, 7)


def test_what_can_wait_but_not_until_after_the_meeting_comes_the_evening_before():
    found = for_meeting(7, on(25, 7, 30), announced=on(18, 12), before=(9 * HOUR,))
    assert dues(found) == {"meeting:7:9h": on(24, 21, 59)}


def test_a_reminder_brought_forward_to_before_the_announcement_is_left_out():
    assert for_meeting(7, on(25, 7, 30), announced=on(24, 22, 10), before=(9 * HOUR,)) == ()


def test_a_meeting_that_was_moved_is_reminded_of_under_new_keys():
    first = for_meeting(12, on(25, 19, 30), announced=on(18, 12))
    moved = for_meeting(12, on(27, 19, 30), announced=on(19, 12), revision=1)
    assert moved[0].key == "meeting:12:3d:r1"
    assert not set(dues(first)) & set(dues(moved))


def test_a_day_before_is_the_same_hour_though_the_clocks_change():
    starts = datetime(2026, 3, 29, 19, 30, tzinfo=BERLIN)
    found = dues(for_meeting(1, starts, announced=datetime(2026, 3, 1, tzinfo=BERLIN)))
    assert found["meeting:1:1d"].isoformat() == "2026-03-28T19:30:00+01:00"
    assert found["meeting:1:3d"].isoformat() == "2026-03-26T19:30:00+01:00"


def test_an_hour_before_is_an_hour_though_the_clocks_change():
    starts = local(date(2026, 3, 29), time(3, 30), BERLIN)
    found = dues(for_meeting(1, starts, announced=datetime(2026, 3, 1, tzinfo=BERLIN)))
    assert found["meeting:1:1h"].isoformat() == "2026-03-29T01:30:00+01:00"


@unhurried
@given(
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.times(),
    st.integers(0, 20 * 24 * 60),
    st.sampled_from([SHANGHAI, BERLIN, URUMQI]),
)
def test_every_meeting_reminder_comes_after_the_announcement_and_before_the_meeting(
    day, clock, minutes, zone
):
    starts = local(day, clock, zone)
    announced = (starts.astimezone(UTC) - timedelta(minutes=minutes)).astimezone(zone)
    found = for_meeting(1, starts, announced)
    assert len({reminder.key for reminder in found}) == len(found)
    for reminder in found:
        assert announced.astimezone(UTC) < reminder.due.astimezone(UTC) < starts.astimezone(UTC)
        assert reminder.key.endswith("1h") or not is_quiet(reminder.due, QuietHours())


def test_a_ballot_of_a_week_reminds_at_half_time_and_a_day_before_its_end():
    found = for_ballot(5, on(18, 9), on(25, 21))
    assert dues(found) == {"ballot:5:half": on(22, 3).replace(hour=8), "ballot:5:1d": on(24, 21)}
    assert {reminder.kind for reminder in found} == {Kind.BALLOT}


def test_a_ballot_of_two_days_reminds_once():
    assert dues(for_ballot(5, on(18, 9), on(20, 9))) == {"ballot:5:1d": on(19, 9)}


def test_a_ballot_of_an_evening_reminds_at_half_time_alone():
    assert dues(for_ballot(5, on(18, 18), on(18, 21))) == {"ballot:5:half": on(18, 19, 30)}


def test_a_ballot_held_on_the_spot_reminds_nobody():
    assert for_ballot(5, on(18, 19), on(18, 19, 20)) == ()


def test_a_ballot_over_night_reminds_before_the_night():
    assert dues(for_ballot(5, on(18, 18), on(19, 7, 30))) == {"ballot:5:half": on(18, 21, 59)}


@unhurried
@given(
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.times(),
    st.integers(1, 30 * 24 * 60),
    st.sampled_from([SHANGHAI, BERLIN, URUMQI]),
)
def test_every_ballot_reminder_comes_while_it_is_open(day, clock, minutes, zone):
    opens = local(day, clock, zone)
    closes = (opens.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(zone)
    found = for_ballot(1, opens, closes)
    assert len(found) <= 2
    for reminder in found:
        assert opens.astimezone(UTC) < reminder.due.astimezone(UTC) < closes.astimezone(UTC)


def next_monthly(day, at, zone, after):
    return for_month(Kind.REPORT, 1, Monthly(day, at, zone, quiet=None), after).due


@pytest.mark.parametrize(
    ("day", "after", "due"),
    [
        (5, on(21, 12), on(5, 9, month=12)),
        (25, on(21, 12), on(25, 9)),
        (21, on(21, 8, 59), on(21, 9)),
        (21, on(21, 9), on(21, 9, month=12)),
        (31, on(21, 12), on(30, 9)),
        (31, on(30, 9), on(31, 9, month=12)),
        (31, on(31, 23, month=12), on(31, 9, month=1, year=2027)),
        (31, on(31, 23, month=1), on(28, 9, month=2)),
        (31, on(31, 23, month=1, year=2028), on(29, 9, month=2, year=2028)),
    ],
)
def test_monthly_days_are_clamped_and_always_ahead(day, after, due):
    assert next_monthly(day, time(9), SHANGHAI, after) == due


def test_the_month_is_that_of_the_zone():
    after = datetime(2026, 11, 30, 17, tzinfo=UTC)  # December 1st, one in the morning, in Shanghai
    assert next_monthly(31, time(9), SHANGHAI, after) == on(31, 9, month=12)


@unhurried
@given(
    st.integers(1, 31),
    st.times().map(lambda t: t.replace(fold=0)),
    st.sampled_from([SHANGHAI, BERLIN, URUMQI]),
    st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)),
)
def test_twelve_steps_of_a_month_are_twelve_different_months(day, at, zone, after):
    months = set()
    for _ in range(12):
        due = next_monthly(day, at, zone, after)
        assert due.astimezone(UTC) > after.astimezone(UTC)
        assert due.astimezone(UTC) - after.astimezone(UTC) <= timedelta(days=31, hours=1)
        months.add((due.year, due.month))
        after = due
    assert len(months) == 12


def test_a_monthly_reminder_is_keyed_by_its_month():
    found = for_month(Kind.REPORT, 3, Monthly(25, time(9), SHANGHAI), on(21, 12))
    assert found == Reminder("report:3:2026-11", Kind.REPORT, on(25, 9), 3)
    then = for_month(Kind.REPORT, 3, Monthly(25, time(9), SHANGHAI), found.due)
    assert then.key == "report:3:2026-12"


def test_a_monthly_reminder_held_into_the_next_month_keeps_its_key():
    monthly = Monthly(31, time(23), SHANGHAI)
    found = for_month(Kind.STANDING_MEETING, 3, monthly, on(30, 22))
    assert (found.key, found.due) == ("standing_meeting:3:2026-11", on(1, 8, month=12))
    assert for_month(Kind.STANDING_MEETING, 3, monthly, found.due).key == "standing_meeting:3:2026-12"


def test_a_monthly_reminder_can_keep_to_working_days():
    on_the_first = Monthly(1, time(9), SHANGHAI, on_working_days=True)
    found = for_month(Kind.REPORT, 3, on_the_first, on(28, 12, month=9))
    assert (found.key, found.due) == ("report:3:2026-10", on(8, 9, month=10))  # after the National Day
    amid = for_month(Kind.REPORT, 3, on_the_first, on(3, 12, month=10))
    assert amid == found  # on the 3rd it is still to come


@unhurried
@given(
    st.integers(1, 31),
    st.times().map(lambda t: t.replace(fold=0)),
    st.booleans(),
    st.datetimes(EARLIEST, LATEST, timezones=st.just(SHANGHAI)),
)
def test_a_year_of_monthly_reminders_has_one_a_month_and_none_at_night(day, at, working, after):
    keys = []
    for _ in range(12):
        found = for_month(Kind.REPORT, 1, Monthly(day, at, SHANGHAI, on_working_days=working), after)
        assert found.due > after
        assert not is_quiet(found.due, QuietHours())
        assert is_working_day(found.due.date()) or not working
        keys.append(found.key)
        after = found.due
    assert keys == sorted(set(keys))
    assert len(keys) == 12


@pytest.mark.parametrize(
    ("lead", "text"),
    [
        (timedelta(days=3), "3d"),
        (timedelta(hours=36), "36h"),
        (timedelta(hours=24), "1d"),
        (timedelta(minutes=90), "90m"),
        (timedelta(seconds=45), "45s"),
        (timedelta(), "0s"),
    ],
)
def test_spans_are_written_short_in_keys(lead, text):
    assert label(lead) == text


def test_a_reminder_is_late_after_its_grace():
    assert not is_late(on(25, 9), on(25, 9, 15))
    assert is_late(on(25, 9), on(25, 9, 16))
    assert is_late(on(25, 9), on(25, 9, 1), grace=timedelta())


@pytest.mark.parametrize(
    ("kind", "event", "now", "sensible"),
    [
        (Kind.MEETING, on(25, 19), on(25, 18, 59), True),
        (Kind.MEETING, on(25, 19), on(25, 19), False),
        (Kind.BALLOT, on(25, 19), on(25, 18), True),
        (Kind.BALLOT, on(25, 19), on(26, 18), False),
        (Kind.REPORT, None, on(30, 9), True),
        (Kind.REPORT, None, on(20, 9, month=12), False),
        (Kind.REPORT, on(25, 9, month=12), on(20, 9, month=12), True),
        (Kind.STANDING_MEETING, None, on(25, 9), True),
        (Kind.MEETING, None, on(25, 9), False),
    ],
)
def test_a_late_reminder_makes_sense_until_what_it_is_about_is_over(kind, event, now, sensible):
    assert still_makes_sense(kind, on(25, 8), event, now) is sensible


def test_the_default_times_before_a_meeting_are_those_of_the_domain():
    assert BEFORE_A_MEETING == (3 * DAY, DAY, HOUR)
