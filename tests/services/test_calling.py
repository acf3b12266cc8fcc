"""Calling a meeting on a real database: what is refused changes nothing, what is done leaves its event."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from rules.events import first_break
from rules.meetings import (
    MOST_ITEMS,
    MOST_PROPOSALS,
    InsideTheNotice,
    MayNotHurry,
    Meeting,
    NoPlaceYet,
    NoSuchMeeting,
    NotADraft,
    NotAnnounced,
    NothingOnTheAgenda,
    NothingWritten,
    NoTimeYet,
    State,
    TextTooLong,
    TimeIsOver,
    TooFarAhead,
    TooManyItems,
    TooManyProposals,
)
from rules.people import NotAResident, NotTheLeader
from services import calling, coming
from storage import homes, log, meetings, outbox, people
from storage.store import Unit
from tests.services.house import NOW, House
from tests.services.house import house as a_house

PLANNED = datetime(2026, 11, 25, 19, 30, tzinfo=NOW.tzinfo)


@pytest.fixture
async def house(database: str) -> AsyncIterator[House]:
    async with a_house(database, households=10, residents=3) as house:
        yield house


async def a_draft(unit: Unit, house: House) -> Meeting:
    """A draft that lacks nothing."""
    draft = await calling.begin(unit, house.building, house.leader_id)
    await calling.take_line(unit, house.building, draft, "下周三晚上七点半 活动室 电动车棚")
    return await meetings.get(unit.conn, draft.id)


async def announced(house: House) -> Meeting:
    async with house.store.unit(NOW) as unit:
        return await calling.publish(unit, await a_draft(unit, house), house.building, house.leader_id)


async def test_a_leader_has_one_draft(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        first = await calling.begin(unit, house.building, house.leader_id)
        again = await calling.begin(unit, house.building, house.leader_id)
        assert first == again
        assert await calling.others_draft(unit, house.building, house.leader_id) is None


async def test_a_line_fills_the_draft(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        draft = await a_draft(unit, house)
        assert (draft.planned_at, draft.place) == (PLANNED, "活动室")
        [item] = await meetings.items_of(unit.conn, draft.id)
        assert (item.number, item.title) == (1, "电动车棚")


async def test_a_draft_that_lacks_something_is_not_announced(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        draft = await calling.begin(unit, house.building, house.leader_id)

        async def publish() -> Meeting:
            now = await meetings.get(unit.conn, draft.id)
            return await calling.publish(unit, now, house.building, house.leader_id)

        with pytest.raises(NoTimeYet):
            await publish()
        await calling.set_time(unit, draft, NOW + timedelta(days=2))
        with pytest.raises(NoPlaceYet):
            await publish()
        await calling.set_place(unit, draft, "活动室")
        with pytest.raises(NothingOnTheAgenda):
            await publish()
        await calling.add_item(unit, draft, "电动车棚")
        with pytest.raises(InsideTheNotice):
            await publish()
        await calling.set_time(unit, draft, PLANNED)
        assert (await publish()).state is State.ANNOUNCED


async def test_a_building_without_a_group_announces_nothing(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        group = await people.group_of(unit.conn, house.building.id)
        assert group is not None
        await people.change_chat(unit.conn, group.id, state="gone")
        with pytest.raises(calling.NoGroupYet):
            await calling.publish(unit, await a_draft(unit, house), house.building, house.leader_id)


async def test_the_notice_is_an_event_with_its_proposals_and_names_nobody(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        draft = await a_draft(unit, house)
        [item] = await meetings.items_of(unit.conn, draft.id)
        await calling.add_proposal(unit, draft, item.id, "东墙边", None, house.leader_id)
        await calling.add_proposal(unit, draft, item.id, "", "photo", house.leader_id)
        await calling.publish(unit, draft, house.building, house.leader_id)
        events = await log.read(unit.conn, f"meeting:{draft.id}")
    assert [event.kind for event in events] == ["published", "proposed", "proposed"]
    assert events[0].data["items"] == [[1, "电动车棚"]]
    assert events[1].data["person"] == house.leader_id
    assert "示例" not in str([event.data for event in events])
    assert first_break(events) is None


async def test_an_announced_agenda_is_frozen(house: House) -> None:
    meeting = await announced(house)
    async with house.store.unit(NOW) as unit:
        [item] = await meetings.items_of(unit.conn, meeting.id)
        for change in (
            calling.add_item(unit, meeting, "又一件"),
            calling.drop_item(unit, meeting, item.id),
            calling.add_proposal(unit, meeting, item.id, "东墙边", None, house.leader_id),
            calling.set_time(unit, meeting, PLANNED),
            calling.set_place(unit, meeting, "凉亭"),
            calling.discard(unit, meeting),
            calling.publish(unit, meeting, house.building, house.leader_id),
        ):
            with pytest.raises(NotADraft):
                await change


async def test_moving_checks_the_notice_period_again(house: House) -> None:
    meeting = await announced(house)
    async with house.store.unit(NOW) as unit:
        with pytest.raises(InsideTheNotice):
            await calling.change(
                unit, meeting, house.building, house.leader_id, NOW + timedelta(days=2), None
            )
        with pytest.raises(TimeIsOver):
            await calling.change(
                unit, meeting, house.building, house.leader_id, NOW - timedelta(days=2), None
            )
        with pytest.raises(TooFarAhead):
            await calling.change(
                unit, meeting, house.building, house.leader_id, NOW + timedelta(days=900), None
            )
        with pytest.raises(calling.NothingChanges):
            await calling.change(unit, meeting, house.building, house.leader_id, PLANNED, "活动室")


async def test_a_reason_for_a_short_notice_is_kept_in_the_log_and_dropped_once_it_is_kept(
    house: House,
) -> None:
    async with house.store.unit(NOW) as unit:
        draft = await a_draft(unit, house)
        await calling.set_hurry(unit, draft, "水管爆了")
        kept = await calling.publish(
            unit, await meetings.get(unit.conn, draft.id), house.building, house.leader_id
        )
        assert kept.hurry is None, "the notice period is kept: there is nothing to explain"
        soon, later = NOW + timedelta(days=1), NOW + timedelta(days=9)
        where = (house.building, house.leader_id)
        assert calling.needs_reason(unit, kept, house.building, soon)
        moved = await calling.change(unit, kept, *where, soon, None, " 水管  爆了 ")
        assert moved.hurry == "水管 爆了"
        assert not calling.needs_reason(unit, moved, house.building, NOW + timedelta(hours=5))
        again = await calling.change(unit, moved, *where, None, "凉亭")
        assert again.hurry == "水管 爆了"
        assert (await calling.change(unit, again, *where, later, None)).hurry is None
        events = await log.read(unit.conn, f"meeting:{draft.id}")
    told = [event.data.get("hurry", "-") for event in events]
    assert told == ["-", "水管 爆了", "水管 爆了", None]


async def test_a_kind_that_keeps_its_notice_hears_of_no_hurry(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        draft = await a_draft(unit, house)
        await calling.set_hurry(unit, draft, "水管爆了")
        draft = await calling.set_kind(unit, house.building, draft, "owners", house.leader_id)
        with pytest.raises(MayNotHurry):
            await calling.set_hurry(unit, draft, "水管爆了")
        with pytest.raises(InsideTheNotice):
            await calling.publish(unit, draft, house.building, house.leader_id)


async def test_the_place_alone_may_change_on_the_last_day(house: House) -> None:
    meeting = await announced(house)
    async with house.store.unit(PLANNED - timedelta(hours=2)) as unit:
        changed = await calling.change(unit, meeting, house.building, house.leader_id, None, "凉亭")
    assert (changed.place, changed.planned_at, changed.sequence) == ("凉亭", PLANNED, 1)


async def test_cancelling_drops_the_reminders(house: House) -> None:
    meeting = await announced(house)
    async with house.store.unit(NOW) as unit:
        known = await outbox.dues_of(unit.conn, "meeting_reminder", meeting.id)
        assert set(known.values()) == {"waiting"}
        assert len(known) == 3
        cancelled = await calling.cancel(unit, meeting, house.leader_id)
        assert cancelled.state is State.CANCELLED
        assert set((await outbox.dues_of(unit.conn, "meeting_reminder", meeting.id)).values()) == {"dropped"}
        with pytest.raises(NotAnnounced):
            await calling.cancel(unit, cancelled, house.leader_id)


async def test_lists_have_an_end(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        draft = await a_draft(unit, house)
        with pytest.raises(TooManyItems):
            await calling.add_items(unit, draft, "\n".join(f"议题{n}" for n in range(MOST_ITEMS)))
        [item, *_] = await meetings.items_of(unit.conn, draft.id)
        for number in range(MOST_PROPOSALS):
            await calling.add_proposal(unit, draft, item.id, f"器材{number}", None, house.leader_id)
        with pytest.raises(TooManyProposals):
            await calling.add_proposal(unit, draft, item.id, "再一件", None, house.leader_id)


async def test_texts_are_neither_empty_nor_endless(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        draft = await a_draft(unit, house)
        [item] = await meetings.items_of(unit.conn, draft.id)
        with pytest.raises(NothingWritten):
            await calling.add_items(unit, draft, " \n ")
        with pytest.raises(NothingWritten):
            await calling.add_proposal(unit, draft, item.id, " ", None, house.leader_id)
        with pytest.raises(TextTooLong):
            await calling.add_proposal(unit, draft, item.id, "长" * 5000, "photo", house.leader_id)
        with pytest.raises(TextTooLong):
            await calling.take_line(unit, house.building, draft, "长" * 5000)


async def test_an_item_of_another_meeting_is_not_touched(house: House) -> None:
    meeting = await announced(house)
    async with house.store.unit(NOW) as unit:
        [foreign] = await meetings.items_of(unit.conn, meeting.id)
        draft = await a_draft(unit, house)
        with pytest.raises(NoSuchMeeting):
            await calling.drop_item(unit, draft, foreign.id)
        with pytest.raises(NoSuchMeeting):
            await calling.add_proposal(unit, draft, foreign.id, "东墙边", None, house.leader_id)


async def test_items_that_follow_a_dropped_one_move_up(house: House) -> None:
    async with house.store.unit(NOW) as unit:
        draft = await a_draft(unit, house)
        second, third = await calling.add_items(unit, draft, "楼道照明\n快递柜")
        await calling.drop_item(unit, draft, second.id)
        agenda = await meetings.items_of(unit.conn, draft.id)
    assert [(item.number, item.title) for item in agenda] == [(1, "电动车棚"), (2, third.title)]


async def test_only_a_leader_of_the_building_leads_its_meeting(house: House) -> None:
    meeting = await announced(house)
    async with house.store.unit(NOW) as unit:
        neighbour = await people.by_address(unit.conn, "0")
        assert neighbour is not None
        with pytest.raises(NotTheLeader):
            await calling.led(unit, meeting.id, neighbour.id)
        with pytest.raises(NoSuchMeeting):
            await calling.led(unit, 99, house.leader_id)


async def test_a_family_has_one_reply_and_the_last_one_counts(house: House) -> None:
    meeting = await announced(house)
    partner = await house.move_in(0, "partner")
    async with house.store.unit(NOW) as unit:
        first = await people.by_address(unit.conn, "0")
        assert first is not None
        home = house.building.id
        said = await coming.answer(unit, meeting.id, first.id, home, "link", coming=True)
        assert said.before is None
        changed = await coming.answer(unit, meeting.id, partner, home, "link", coming=False)
        assert changed.before is True
        [reply] = await meetings.replies_of(unit.conn, meeting.id)
        assert (reply.coming, reply.by_id) == (False, partner)


async def test_who_lives_elsewhere_replies_to_nothing(house: House) -> None:
    meeting = await announced(house)
    async with house.store.unit(NOW) as unit:
        stranger = await people.meet(unit.conn, "stranger", "示例路人", "zh", NOW)
        with pytest.raises(NotAResident):
            await coming.answer(unit, meeting.id, stranger.id, house.building.id, "link", coming=True)
        with pytest.raises(NoSuchMeeting):
            await coming.answer(unit, meeting.id, stranger.id, house.building.id + 1, "link", coming=True)
        with pytest.raises(NotAResident):
            await coming.seen(unit, meeting.id, stranger.id, None)
        assert await homes.homes_of(unit.conn, stranger.id) == []
