"""Asking: options as people type them, when a ballot closes."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ballots import (
    MOST_OPTIONS,
    AtMostOutOfRange,
    Closing,
    ClosingNotUnderstood,
    ClosingPast,
    ClosingTooFar,
    ClosingUnclear,
    OptionTwice,
    Plan,
    TooFewOptions,
    TooManyOptions,
    check_plan,
    closings,
    labels,
    options_of,
    read_closing,
    usual_closing,
)
from rules.counting import Method
from rules.meetings import NothingWritten, TextTooLong

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=ZONE)  # a Friday


@pytest.mark.parametrize(
    ("plan", "refusal"),
    [
        (Plan("", Method.MOTION, ()), NothingWritten),
        (Plan("  \n ", Method.SINGLE, ("一", "二")), NothingWritten),
        (Plan("问" * 5000, Method.MOTION, ()), TextTooLong),
        (Plan("问", Method.SINGLE, ()), TooFewOptions),
        (Plan("问", Method.SINGLE, ("一",)), TooFewOptions),
        (Plan("问", Method.SINGLE, ("一", "  ")), TooFewOptions),
        (Plan("问", Method.SINGLE, ("一", "二", "一")), OptionTwice),
        (Plan("问", Method.SINGLE, ("一", " 一 ")), OptionTwice),
        (Plan("问", Method.SINGLE, ("一", "项" * 5000)), TextTooLong),
        (Plan("问", Method.SINGLE, tuple(map(str, range(MOST_OPTIONS + 1)))), TooManyOptions),
        (Plan("问", Method.APPROVAL, ("一", "二"), 1), AtMostOutOfRange),
        (Plan("问", Method.APPROVAL, ("一", "二"), 3), AtMostOutOfRange),
        (Plan("问", Method.APPROVAL, ("一", "二"), -2), AtMostOutOfRange),
    ],
)
def test_what_nobody_could_answer_is_not_asked(plan: Plan, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_plan(plan)


def test_texts_are_tidied_and_a_motion_has_no_options_of_its_own() -> None:
    assert check_plan(Plan(" 停车位\n怎么划 ", Method.SINGLE, (" 一 ", "", "二"))).texts == ("一", "二")
    motion = check_plan(Plan("同意吗", Method.MOTION, ("多余",), 5))
    assert (motion.texts, motion.at_most) == ((), 1)
    assert [label for label, _, _ in options_of(motion, "zh")] == ["赞成", "反对", "弃权"]
    assert [label for label, _, _ in options_of(motion, "en")] == ["For", "Against", "Abstain"]


def test_ten_options_are_called_by_the_heavenly_stems_and_eleven_by_numbers() -> None:
    assert "".join(labels(10, "zh")) == "甲乙丙丁戊己庚辛壬癸"
    assert "".join(labels(3, "en")) == "ABC"
    assert labels(11, "zh") == [str(number) for number in range(1, 12)]


def test_pictures_stay_with_their_options() -> None:
    plan = Plan("怎么划", Method.SINGLE, ("一", "二", "三"), 1, ("p1", None))
    assert options_of(plan, "zh") == [("甲", "一", "p1"), ("乙", "二", None), ("丙", "三", None)]


def test_tonight_is_offered_only_while_it_is_half_an_hour_away() -> None:
    evening = NOW.replace(hour=20, minute=30)
    assert closings(evening, ZONE)[Closing.TONIGHT] == NOW.replace(hour=21)
    late = evening + timedelta(minutes=1)
    assert Closing.TONIGHT not in closings(late, ZONE)
    assert usual_closing(late, ZONE) == NOW.replace(day=21, hour=21)
    assert usual_closing(NOW, ZONE) == NOW.replace(hour=21)


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=366)))
def test_every_time_offered_lies_ahead(later: timedelta) -> None:
    now = NOW + later
    offered = closings(now, ZONE)
    assert all(at - now >= timedelta(minutes=15) for at in offered.values())
    assert sorted(offered.values()) == list(offered.values())


@pytest.mark.parametrize(
    ("text", "closes"),
    [
        ("明天晚上八点", NOW.replace(day=21, hour=20)),
        ("11月25日", NOW.replace(day=25, hour=21)),  # a day alone: its evening, read back before it counts
        ("下周三 19:30", NOW.replace(day=25, hour=19, minute=30)),
    ],
)
def test_a_time_that_is_written_is_understood(text: str, closes: datetime) -> None:
    assert read_closing(text, NOW, ZONE) == closes


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("下下礼拜五半夜里吧", ClosingNotUnderstood),
        ("", ClosingNotUnderstood),
        ("尽快", ClosingNotUnderstood),
        ("昨天晚上八点", ClosingPast),
        ("今天早上八点", ClosingPast),
        ("明天七点", ClosingUnclear),
        ("2027年11月20日 20:00", ClosingTooFar),
    ],
)
def test_a_time_at_which_nothing_can_close_is_refused(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read_closing(text, NOW, ZONE)
