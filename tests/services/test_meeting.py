"""A meeting's use cases on a real database, told from the events they leave."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from rules.attendance import AlreadyPresent, TooManyProxies
from rules.events import first_break
from rules.homes import Building
from rules.meetings import NoSuchMeeting, NotAnnounced
from rules.minutes import Stage as MinutesStage
from rules.people import Person
from rules.sitting import AnotherMeetingOpen, MeetingIsOver
from services import binding, meeting, minutes, record
from storage import homes, log, meetings, people
from storage.engine import open_engine
from storage.store import Store, Unit
from tests.stage import START

PLAN = {"step": "confirm", "name": "3栋", "units": 2, "households": 48}


@dataclass
class House:
    """A building with a leader, and one unit of work in it after the other."""

    store: Store
    building: Building
    leader: Person
    meeting_id: int


@pytest.fixture
async def house(database: str) -> AsyncIterator[House]:
    store = Store(open_engine(database))
    async with store.unit(START) as unit:
        leader = await people.meet(unit.conn, "1", "示例组长", "zh", START)
        chat = await people.enter(unit.conn, "-1", "group", "3栋邻里群")
        building = await binding.bind_new(unit, chat, leader, PLAN)
        meeting_id = await announce(unit, building, leader)
    yield House(store, building, leader, meeting_id)
    await store.close()


async def announce(unit: Unit, building: Building, leader: Person) -> int:
    values = {"building_id": building.id, "kind": "building", "state": "announced"}
    added = await meetings.add(unit.conn, **values, convener_id=leader.id, place="活动室", planned_at=START)
    await meetings.add_item(unit.conn, added.id, "电动车棚")
    facts = {"planned": START.isoformat(), "place": "活动室", "kind": "building", "items": [[1, "电动车棚"]]}
    await log.append(unit.conn, f"meeting:{added.id}", "published", START, **facts, by=leader.id)
    return added.id


async def kinds(house: House) -> list[str]:
    async with house.store.glance() as conn:
        events = await log.read(conn, f"meeting:{house.meeting_id}")
    assert first_break(events) is None
    return [event.kind for event in events]


async def test_a_meeting_leaves_its_events_in_order(house: House) -> None:
    async with house.store.unit(START) as unit:
        await meeting.start(unit, house.building, house.leader, house.meeting_id)
        added = await meeting.add_present(unit, house.building, house.meeting_id, "2-502 2-503")
        assert added.new == ["2单元502", "2单元503"]
        _, item = await meeting.next_item(unit, house.building, house.meeting_id, 0)
        assert item is not None
        await record.say(unit, house.building, house.leader, "好")
        await record.propose(unit, house.building, house.leader, "大门旁", None)
        task = record.Task("物业", "出图", None)
        await record.add_task(unit, house.building, house.meeting_id, None, task)
        await meeting.close(unit, house.building, house.leader, house.meeting_id)
    assert await kinds(house) == [
        "published",
        "opened",
        "checked_in",
        "checked_in",
        "item_opened",
        "said",
        "proposed",
        "task",
        "item_done",
        "closed",
    ]


async def test_no_event_holds_a_name(house: House) -> None:
    async with house.store.unit(START) as unit:
        await meeting.start(unit, house.building, house.leader, house.meeting_id)
        await meeting.add_present(unit, house.building, house.meeting_id, "2-502 王婆婆")
        await record.say(unit, house.building, house.leader, "好")
        events = await log.read(unit.conn, f"meeting:{house.meeting_id}")
    assert not any(name in str(event.data) for event in events for name in ("王婆婆", "示例组长"))


async def test_a_meeting_is_opened_once_and_one_at_a_time(house: House) -> None:
    async with house.store.unit(START) as unit:
        other = await announce(unit, house.building, house.leader)
        await meeting.start(unit, house.building, house.leader, house.meeting_id)
        with pytest.raises(NotAnnounced):
            await meeting.start(unit, house.building, house.leader, house.meeting_id)
        with pytest.raises(AnotherMeetingOpen):
            await meeting.start(unit, house.building, house.leader, other)
        with pytest.raises(NoSuchMeeting):
            await meeting.start(unit, house.building, house.leader, 999)


async def test_somebody_with_two_homes_checks_both_in(house: House) -> None:
    async with house.store.unit(START) as unit:
        await meeting.start(unit, house.building, house.leader, house.meeting_id)
        for room in ("101", "102"):
            place = await homes.unclaimed_place(unit.conn, house.building.id)
            assert place is not None
            await homes.name_household(unit.conn, place.id, "1", room)
            await homes.join(unit.conn, place.id, house.leader.id, "slip", START)
        done = await meeting.check_in(unit, house.building, house.leader, house.meeting_id)
        assert done.doors == ["1单元101", "1单元102"]
        with pytest.raises(AlreadyPresent):
            await meeting.check_in(unit, house.building, house.leader, house.meeting_id)
        opened = await meetings.get(unit.conn, house.meeting_id)
        assert (await meeting.count(unit.conn, opened)).present == 2


async def test_a_household_stands_for_three_others_at_most(house: House) -> None:
    async with house.store.unit(START) as unit:
        await meeting.start(unit, house.building, house.leader, house.meeting_id)
        line = "2-101 2-201 委托 2-101 2-202 委托 2-101 2-301 委托 2-101"
        added = await meeting.add_present(unit, house.building, house.meeting_id, line)
        assert len(added.new) == 4
        with pytest.raises(TooManyProxies):
            await meeting.add_present(unit, house.building, house.meeting_id, "2-302 委托 2-101")


async def test_a_closed_meeting_takes_nothing_more(house: House) -> None:
    async with house.store.unit(START) as unit:
        await meeting.start(unit, house.building, house.leader, house.meeting_id)
        await meeting.close(unit, house.building, house.leader, house.meeting_id)
        for act in (
            meeting.close(unit, house.building, house.leader, house.meeting_id),
            meeting.check_in(unit, house.building, house.leader, house.meeting_id),
            meeting.add_present(unit, house.building, house.meeting_id, "2-502"),
            meeting.next_item(unit, house.building, house.meeting_id, 0),
        ):
            with pytest.raises(MeetingIsOver):
                await act


async def test_the_frozen_minutes_stay_when_a_name_is_forgotten(house: House) -> None:
    async with house.store.unit(START) as unit:
        await meeting.start(unit, house.building, house.leader, house.meeting_id)
        await record.say(unit, house.building, house.leader, "好")
        await meeting.close(unit, house.building, house.leader, house.meeting_id)
        draft = await minutes.load(unit.conn, house.meeting_id)
    async with house.store.unit(START + timedelta(days=8)) as unit:
        filed = await minutes.approve(unit, house.meeting_id, None)
        await people.change(unit.conn, house.leader.id, name="")
        kept = await minutes.load(unit.conn, house.meeting_id)
    assert filed.stage is MinutesStage.APPROVED
    assert (draft.chair, kept.chair) == ("示*", "示*")
    assert kept.stage is MinutesStage.APPROVED
    assert kept.items == draft.items
