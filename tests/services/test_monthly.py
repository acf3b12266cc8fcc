"""A year of months with time made to run: each is asked about once, on its day, never at night."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services import monthly
from services.monthly import Asked
from storage import homes, outbox
from storage.outbox import Due
from storage.store import Unit
from tests.services.house import NOW, House
from tests.services.house import house as a_house

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def house(database: str) -> AsyncIterator[House]:
    async with a_house(database, households=3, residents=1) as house:
        yield house


@dataclass(frozen=True)
class Done:
    """What was asked at which moment."""

    kind: str
    at: datetime
    asked: Asked


async def run(house: House, now: datetime, until: datetime) -> list[Done]:
    """Let time pass, doing what is due at its moment (what is overdue, now); what was asked."""
    done = []
    while True:
        async with house.store.unit(now) as unit:
            for due in await outbox.due(unit.conn, now):
                asked = await _act(unit, due)
                await outbox.settle_due(unit.conn, due.key, "done", now)
                if asked is not None:
                    done.append(Done(due.kind, now.astimezone(SHANGHAI), asked))
            following = await outbox.next_due(unit.conn)
        if following is None or following > until:
            return done
        now = max(now, following)


async def _act(unit: Unit, due: Due) -> Asked | None:
    if due.kind == monthly.STANDING:
        return await monthly.standing_due(unit, due)
    return await monthly.report_due(unit, due)


async def settle(house: House, day: int, at: time, report: int) -> None:
    async with house.store.unit(NOW) as unit:
        await monthly.set_standing(unit, house.building, day, at)
        building = await homes.building(unit.conn, house.building.id)
        await monthly.set_report(unit, building, report)


@pytest.mark.parametrize(("day", "at"), [(31, time(19, 30)), (5, time(7)), (29, time(22, 30))])
async def test_a_year_is_asked_about_month_by_month(house: House, day: int, at: time) -> None:
    await settle(house, day, at, report=31)
    done = await run(house, NOW, NOW + timedelta(days=372))
    asked = [each for each in done if each.kind == monthly.STANDING]
    months = [(each.asked.planned.year, each.asked.planned.month) for each in asked]
    assert len(months) == len(set(months)) >= 12
    for each in asked:
        assert time(8) <= each.at.time() < time(22), "never at night"
        gap = each.asked.planned.date() - each.at.date()
        assert gap in {timedelta(days=6), timedelta(days=7)}
        last = (each.asked.planned + timedelta(days=1)).day == 1
        assert each.asked.planned.day == day or (each.asked.planned.day < day and last)
    reports = [each for each in done if each.kind == monthly.REPORT]
    assert [each.at.time() for each in reports] == [time(9)] * len(reports)
    assert all((each.at + timedelta(days=1)).day == 1 for each in reports), "the last day of each month"
    assert len(reports) >= 12


async def test_downtime_skips_the_months_that_are_over_and_asks_late_about_this_one(house: House) -> None:
    await settle(house, 20, time(19, 30), report=1)
    back = datetime(2027, 3, 14, 10, tzinfo=SHANGHAI)
    done = await run(house, back, back)
    asked = {each.kind: each.asked for each in done}
    assert len(done) == len(asked) == 2
    assert {each.month.month for each in asked.values()} == {3}
    assert all(each.late for each in asked.values())
    later = await run(house, back, back + timedelta(days=31))
    assert [(each.kind, each.asked.month.month, each.asked.late) for each in later] == [
        (monthly.REPORT, 4, False),
        (monthly.STANDING, 4, False),
    ]


async def test_a_question_three_days_late_still_makes_sense(house: House) -> None:
    await settle(house, 20, time(19, 30), report=1)
    late = datetime(2026, 12, 16, 10, tzinfo=SHANGHAI)
    done = await run(house, late, late)
    assert [(each.kind, each.asked.late) for each in done] == [(monthly.STANDING, True)]


async def test_switching_it_off_ends_the_chain_and_on_again_resumes_it(house: House) -> None:
    await settle(house, 5, time(19, 30), report=1)
    async with house.store.unit(NOW) as unit:
        building = await monthly.set_standing(unit, house.building, None, None)
        await monthly.set_report(unit, building, None)
    assert await run(house, NOW, NOW + timedelta(days=40)) == []
    back = NOW + timedelta(days=40)
    async with house.store.unit(back) as unit:
        building = await homes.building(unit.conn, house.building.id)
        await monthly.set_standing(unit, building, 5, time(19, 30))
    done = await run(house, back, back + timedelta(days=62))
    assert [each.asked.month.month for each in done] == [2, 3]


async def test_the_clock_is_the_buildings_own(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        await homes.change_building(unit.conn, house.building.id, zone="Asia/Urumqi")
        building = await homes.building(unit.conn, house.building.id)
        await monthly.set_report(unit, building, 1)
        [key] = await outbox.dues_of(unit.conn, monthly.REPORT, building.id)
        due_at = await outbox.next_due(unit.conn)
    assert key == "report:1:2026-12"
    assert due_at == datetime(2026, 12, 1, 3, tzinfo=UTC)  # nine in the morning, two hours behind Shanghai
