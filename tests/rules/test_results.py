"""What a count means, how much is shown of it, and when it stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.ballots import Ballot, Option, State
from rules.counting import Method
from rules.results import (
    AlreadyObjected,
    Objection,
    PublicationOver,
    check_objection,
    may_show,
    publication,
    publication_over,
    result_of,
    standings,
    tally,
)
from rules.voters import Basis
from rules.ways import Cast, Choice

ZONE = ZoneInfo("Asia/Shanghai")
CLOSED = datetime(2026, 11, 20, 21, 0, tzinfo=ZONE)  # a Friday


def closed(method: Method, choices: list[Choice], *, options: int = 3, at_most: int = 1) -> Ballot:
    offered = tuple(Option(1, number, str(number), f"方案{number}", None) for number in range(1, options + 1))
    ballot = Ballot(
        id=1,
        building_id=1,
        meeting_id=None,
        item_id=None,
        question="怎么划",
        basis=Basis.HOUSEHOLD,
        method=method,
        at_most=at_most,
        seats=at_most,
        state=State.CLOSED,
        convener_id=1,
        opened_at=CLOSED - timedelta(hours=1),
        closes_at=CLOSED,
        closed_at=CLOSED,
        eligible=48,
        area_cm2=None,
        parking_counts=False,
        voted=len(choices),
        roll_hash="",
        seed="",
        result=None,
        publication_until=None,
        options=offered,
    )
    result = result_of(ballot, tally(ballot, map(Cast, choices)), early=False)
    return Ballot(**{name: getattr(ballot, name) for name in Ballot.__slots__} | {"result": result})


def test_the_figures_of_the_parking_layout() -> None:
    ballot = closed(Method.SINGLE, [(3,)] * 22 + [(1,)] * 15 + [(2,)] * 11)
    assert ballot.result is not None
    assert ballot.result["won"] == [3]
    assert ballot.result["votes"] == [15, 11, 22]
    assert [(row.option.number, row.votes, row.won) for row in standings(ballot)] == [
        (3, 22, True),
        (1, 15, False),
        (2, 11, False),
    ]


@pytest.mark.parametrize(
    ("choices", "carried"),
    [
        ([(1,)] * 3 + [(2,)] * 2 + [(3,)] * 9, True),
        ([(1,)] * 2 + [(2,)] * 2 + [(3,)], False),
        ([(3,)] * 4, False),
        ([], False),
    ],
)
def test_a_motion_carries_when_more_are_for_than_against(choices: list[Choice], carried: bool) -> None:
    ballot = closed(Method.MOTION, choices)
    assert ballot.result is not None
    assert ballot.result["carried"] is carried
    assert sum(ballot.result["votes"]) == len(choices)


def test_a_tie_is_said_and_left_to_the_meeting() -> None:
    result = closed(Method.SINGLE, [(1,)] * 4 + [(2,)] * 4 + [(3,)]).result
    assert result is not None
    assert (result["won"], result["tied"], result["places"]) == ([], [1, 2], 1)


def test_a_tie_for_the_last_places_leaves_the_winners_before_it() -> None:
    result = closed(Method.APPROVAL, [(1, 2), (1, 3), (1,)], options=4, at_most=2).result
    assert result is not None
    assert (result["won"], result["tied"], result["places"]) == ([1], [2, 3], 1)


def test_sixteen_of_twenty_four_are_chosen_by_most_votes() -> None:
    choices = [tuple(range(first, first + 16)) for first in (1, 1, 1, 2, 9)]
    result = closed(Method.APPROVAL, choices, options=24, at_most=16).result
    assert result is not None
    assert result["won"] == list(range(1, 17))
    assert sum(result["votes"]) == 5 * 16


@pytest.mark.parametrize(("voted", "shown"), [(0, False), (1, False), (2, False), (3, True)])
def test_below_three_votes_no_figures_are_shown(voted: int, shown: bool) -> None:
    ballot = closed(Method.SINGLE, [(1,)] * voted)
    assert ballot.result is not None
    assert may_show(ballot.result) is shown
    assert bool(standings(ballot)) is shown


def objection(at: datetime, answered: datetime | None = None, by: int = 1) -> Objection:
    state, answer = ("open", None) if answered is None else ("answered", "答复")
    return Objection(1, 1, by, "有异议", at, state, answer, answered)


def test_a_result_is_open_to_objection_for_seven_days() -> None:
    end = publication(CLOSED, (), ZONE)
    assert end is not None
    assert end.ends == date(2026, 11, 27)
    midnight = datetime(2026, 11, 28, tzinfo=ZONE)
    assert not publication_over(end.ends, (), midnight - timedelta(seconds=1), ZONE)
    assert publication_over(end.ends, (), midnight, ZONE)


@pytest.mark.parametrize(
    ("closed", "ends", "moved_from", "because"),
    [
        (datetime(2026, 9, 25, 21, tzinfo=ZONE), date(2026, 10, 8), date(2026, 10, 2), "国庆节"),
        (datetime(2026, 2, 11, 21, tzinfo=ZONE), date(2026, 2, 24), date(2026, 2, 18), "春节"),
        (datetime(2026, 11, 21, 21, tzinfo=ZONE), date(2026, 11, 30), date(2026, 11, 28), None),
        (datetime(2026, 9, 13, 21, tzinfo=ZONE), date(2026, 9, 20), None, None),  # a Sunday that is worked
    ],
)
def test_a_publication_that_would_end_on_a_day_of_rest_ends_on_the_next_working_day(
    closed: datetime, ends: date, moved_from: date | None, because: str | None
) -> None:
    end = publication(closed, (), ZONE)
    assert end is not None
    assert (end.ends, end.moved_from) == (ends, moved_from)
    assert (end.because.zh if end.because else None) == because


def test_an_open_objection_stops_the_clock() -> None:
    waiting = [objection(CLOSED + timedelta(days=2))]
    assert publication(CLOSED, waiting, ZONE) is None
    assert not publication_over(date(2026, 11, 27), waiting, CLOSED + timedelta(days=300), ZONE)


def test_an_answer_adds_the_days_the_clock_stood() -> None:
    day = timedelta(days=1)
    answered = [objection(CLOSED + 2 * day, CLOSED + 5 * day)]
    end = publication(CLOSED, answered, ZONE)
    assert end is not None
    assert end.ends == date(2026, 11, 30)
    overlapping = [*answered, objection(CLOSED + 3 * day, CLOSED + 6 * day)]
    longer = publication(CLOSED, overlapping, ZONE)
    assert longer is not None
    assert longer.ends == date(2026, 12, 1)


def test_an_objection_answered_the_same_day_costs_none() -> None:
    end = publication(CLOSED, [objection(CLOSED, CLOSED + timedelta(hours=1))], ZONE)
    assert end is not None
    assert end.ends == date(2026, 11, 27)


def test_one_objects_once_at_a_time_and_within_the_days() -> None:
    until, late = date(2026, 11, 27), datetime(2026, 11, 28, tzinfo=ZONE)
    with pytest.raises(AlreadyObjected):
        check_objection(until, [objection(CLOSED)], 1, CLOSED, ZONE)
    check_objection(until, [objection(CLOSED)], 2, late, ZONE)  # the clock stands
    check_objection(until, [objection(CLOSED, CLOSED)], 1, CLOSED, ZONE)
    with pytest.raises(PublicationOver):
        check_objection(until, (), 1, late, ZONE)
