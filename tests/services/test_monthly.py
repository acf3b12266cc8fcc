"""What comes monthly after downtime, switched off and on, moved by a rule, or taken off by a fault."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.habits import Standing
from rules.reminders import Kind
from rules.when import Every, Pattern
from services import habits, monthly, standing
from services.monthly import MonthDue
from services.standing import Asked
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
    asked: Asked | MonthDue

    @property
    def month(self) -> int:
        """The month it is about."""
        return (self.asked.planned if isinstance(self.asked, Asked) else self.asked.month).month


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


async def _act(unit: Unit, due: Due) -> Asked | MonthDue | None:
    if due.kind == standing.STANDING:
        return await standing.question_due(unit, due)
    return await monthly.due_now(unit, due)


async def settle(house: House, day: int, at: time, report: int) -> None:
    async with house.store.unit(NOW) as unit:
        await habits.set_standing(unit, house.building, rule(day, at))
        await habits.set_day(unit, house.building, Kind.REPORT, report)


def rule(day: int, at: time) -> Standing:
    return Standing.begun(Pattern(Every.MONTH, 1, (day,)), at, NOW)


async def test_downtime_skips_the_months_that_are_over_and_asks_late_about_this_one(house: House) -> None:
    await settle(house, 20, time(19, 30), report=1)
    back = datetime(2027, 3, 14, 10, tzinfo=SHANGHAI)
    done = await run(house, back, back)
    asked = {each.kind: each.asked for each in done}
    assert len(done) == len(asked) == 2
    assert {each.month for each in done} == {3}
    assert all(each.late for each in asked.values())
    later = await run(house, back, back + timedelta(days=31))
    assert [(each.kind, each.month, each.asked.late) for each in later] == [
        (monthly.REPORT, 4, False),
        (standing.STANDING, 4, False),
    ]


async def test_a_question_three_days_late_still_makes_sense(house: House) -> None:
    await settle(house, 20, time(19, 30), report=1)
    late = datetime(2026, 12, 16, 10, tzinfo=SHANGHAI)
    done = await run(house, late, late)
    assert [(each.kind, each.asked.late) for each in done] == [(standing.STANDING, True)]


async def test_switching_it_off_ends_the_chain_and_on_again_resumes_it(house: House) -> None:
    await settle(house, 5, time(19, 30), report=1)
    async with house.store.unit(NOW) as unit:
        await habits.set_standing(unit, house.building, None)
        await habits.set_day(unit, house.building, Kind.REPORT, 0)
    assert await run(house, NOW, NOW + timedelta(days=40)) == []
    back = NOW + timedelta(days=40)
    async with house.store.unit(back) as unit:
        await habits.set_standing(unit, house.building, rule(5, time(19, 30)))
    done = await run(house, back, back + timedelta(days=62))
    assert [each.month for each in done] == [2, 3]


async def test_the_clock_is_the_buildings_own(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        await homes.change_building(unit.conn, house.building.id, zone="Asia/Urumqi")
        building = await homes.building(unit.conn, house.building.id)
        await habits.set_day(unit, building, Kind.REPORT, 1)
        [key] = await outbox.dues_of(unit.conn, monthly.REPORT, building.id)
        due_at = await outbox.next_due(unit.conn)
    assert key == "report:1:2026-12"
    assert due_at == datetime(2026, 12, 1, 3, tzinfo=UTC)  # nine in the morning, two hours behind Shanghai


async def test_the_last_day_comes_once_a_month_at_the_same_hour_though_the_clocks_change(
    house: House,
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    async with house.store.unit(NOW) as unit:
        await homes.change_building(unit.conn, house.building.id, zone="Europe/Berlin")
        building = await homes.building(unit.conn, house.building.id)
        await habits.set_day(unit, building, Kind.REPORT, 31)
    done = await run(house, NOW, NOW + timedelta(days=366))
    assert [each.month for each in done] == [11, 12, *range(1, 11)]
    moments = [each.at.astimezone(berlin) for each in done]
    assert {(at.hour, at.minute) for at in moments} == {(9, 0)}
    last = [at for at in moments if (at + timedelta(days=1)).day == 1]
    assert {at.day for at in last} == {30, 31}
    assert {at.weekday() for at in moments if at not in last} == {0}, "a Monday, where that is no working day"


async def test_what_a_fault_took_off_the_schedule_is_put_back(house: House) -> None:
    await settle(house, 5, time(19, 30), report=1)
    async with house.store.unit(NOW) as unit:
        for kind in (monthly.REPORT, standing.STANDING):
            [key] = await outbox.dues_of(unit.conn, kind, house.building.id)
            await outbox.settle_due(unit.conn, key, "dropped", NOW)
        assert await outbox.next_due(unit.conn) is None
    back = datetime(2026, 12, 3, tzinfo=SHANGHAI)
    async with house.store.unit(back) as unit:
        await monthly.wind(unit)
        await monthly.wind(unit)
    done = await run(house, back, back + timedelta(days=33))
    assert [(each.kind, each.month) for each in done] == [(standing.STANDING, 1), (monthly.REPORT, 1)]
