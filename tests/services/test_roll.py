"""Taking in a roll changes what the office changed, and nothing of what residents did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from rules.roll import RollLine
from services import roll
from storage import homes, log, people
from storage.engine import open_engine
from storage.store import Store

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
ZONE = "Asia/Shanghai"


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    store = Store(open_engine(database))
    yield store
    await store.close()


def line(room: str, unit: str = "1", building: str = "3栋", area: int | None = 900_000) -> RollLine:
    return RollLine(2, building, unit, room, area, "示例业主")


async def taken(store: Store, *lines: RollLine, community: str = "示例小区") -> list[roll.Taken]:
    async with store.unit(NOW) as unit:
        return await roll.take_in(unit, community, ZONE, lines)


def figures(one: roll.Taken) -> tuple[int, int, int, int]:
    return one.added, one.changed, one.alike, one.unnamed


async def test_a_new_building_has_its_units_and_households(store: Store) -> None:
    (one,) = await taken(store, line("101"), line("102"), line("101", "2"))
    assert figures(one) == (3, 0, 0, 0)
    assert (one.building.name, one.building.units, one.building.zone) == ("3栋", 2, ZONE)
    async with store.glance() as conn:
        doors = [home.door for home in await homes.households_in(conn, one.building.id)]
    assert doors == ["1单元101", "1单元102", "2单元101"]


async def test_several_buildings_come_in_one_file(store: Store) -> None:
    found = await taken(store, line("101"), line("101", building="4栋"), line("102"))
    assert [(one.building.name, one.added) for one in found] == [("3栋", 2), ("4栋", 1)]


async def test_the_same_file_again_changes_nothing(store: Store) -> None:
    await taken(store, line("101"), line("102"))
    (again,) = await taken(store, line("101"), line("102"))
    assert figures(again) == (0, 0, 2, 0)
    async with store.glance() as conn:
        events = await log.read(conn, f"building:{again.building.id}")
    assert [event.data for event in events] == [{"added": 2, "changed": 0}]


async def test_a_new_area_is_taken_over(store: Store) -> None:
    await taken(store, line("101"), line("102"))
    (again,) = await taken(store, line("101", area=950_000), line("102"))
    assert figures(again) == (0, 1, 1, 0)
    async with store.glance() as conn:
        home = await homes.find_household(conn, again.building.id, "1", "101")
    assert home is not None
    assert home.area_cm2 == 950_000


async def test_households_that_the_file_does_not_name_stay_with_their_members(store: Store) -> None:
    (first,) = await taken(store, line("101"), line("102"))
    async with store.unit(NOW) as unit:
        person = await people.meet(unit.conn, "1", "示例住户 1-101", "zh", NOW)
        home = await homes.find_household(unit.conn, first.building.id, "1", "101")
        assert home is not None
        await homes.join(unit.conn, home.id, person.id, "slip", NOW)
    (again,) = await taken(store, line("102"), line("103"))
    assert figures(again) == (1, 0, 1, 1)
    async with store.glance() as conn:
        assert [one.id for one in await homes.members_of(conn, home.id)] == [person.id]


async def test_buildings_of_one_name_in_two_communities_are_two(store: Store) -> None:
    (here,) = await taken(store, line("101"))
    (there,) = await taken(store, line("101"), community="另一个小区")
    assert here.building.id != there.building.id


async def test_progress_is_told_in_lines(store: Store) -> None:
    told: list[int] = []
    lines = [line("101"), line("102"), line("101", building="4栋")]
    async with store.unit(NOW) as unit:
        await roll.take_in(unit, "示例小区", ZONE, lines, told.append)
    assert told == [2, 3]


async def test_a_fault_midway_leaves_nothing_behind(store: Store) -> None:
    def stumble(_done: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        async with store.unit(NOW) as unit:
            await roll.take_in(unit, "示例小区", ZONE, [line("101")], stumble)
    async with store.glance() as conn:
        assert await homes.buildings_of(conn) == []


async def test_households_bound_without_doors_get_the_doors_of_the_file(store: Store) -> None:
    async with store.unit(NOW) as unit:
        community = await homes.community(unit.conn, "示例小区")
        bound = await homes.add_building(
            unit.conn, community_id=community, name="3栋", units=1, zone=ZONE, lang="zh"
        )
        await homes.add_households(unit.conn, [{"building_id": bound.id} for _ in range(3)])
    (one,) = await taken(store, line("101"), line("101", "2"))
    assert (one.building.id, one.added) == (bound.id, 2)
    async with store.glance() as conn:
        doors = [home.door for home in await homes.households_in(conn, bound.id)]
        assert (await homes.building(conn, bound.id)).units == 2
    assert doors == ["1单元101", "2单元101", "?"]


async def test_more_doors_than_were_bound_are_added(store: Store) -> None:
    async with store.unit(NOW) as unit:
        community = await homes.community(unit.conn, "示例小区")
        bound = await homes.add_building(
            unit.conn, community_id=community, name="3栋", units=1, zone=ZONE, lang="zh"
        )
        await homes.add_households(unit.conn, [{"building_id": bound.id}])
    await taken(store, line("101"), line("102"))
    async with store.glance() as conn:
        assert await homes.count_households(conn, bound.id) == 2
