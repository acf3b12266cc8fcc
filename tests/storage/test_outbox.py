"""The outbox, the cards and the schedule, as rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage import homes, marks, outbox, people, privacy, sent, tables
from storage.outbox import Card, Due, Letter
from storage.sent import Message
from storage.store import Store, Unit

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


async def a_chat(unit: Unit, address: str = "-1") -> int:
    return (await people.enter(unit.conn, address, "group", "3栋邻里群")).id


async def put(unit: Unit, text: str, address: str = "-1", **more: Any) -> None:
    usual = {"chat_id": await a_chat(unit, address), "rank": 1, "notice": False, "made_at": NOW}
    await outbox.put(unit.conn, **usual, payload={"text": text, "keys": []}, **more)


async def waiting(unit: Unit, after: int = 0) -> list[Letter]:
    return await outbox.open_letters(unit.conn, after)


async def test_letters_wait_in_the_order_they_were_put_in(store: Store) -> None:
    async with store.unit(NOW) as unit:
        for text in ("一", "二", "三"):
            await put(unit, text)
        letters = await waiting(unit)
        assert [letter.payload["text"] for letter in letters] == ["一", "二", "三"]
        assert await waiting(unit, letters[1].id) == letters[2:]
        assert await outbox.depth(unit.conn) == 3


async def test_a_letter_with_a_key_is_said_once(store: Store) -> None:
    async with store.unit(NOW) as unit:
        await put(unit, "提醒", key="reminder:1")
        await put(unit, "又一次", key="reminder:1")
        (letter,) = await waiting(unit)
        await outbox.change_letters(unit.conn, [letter.id], state="sent")
        await put(unit, "再一次", key="reminder:1")
        assert letter.payload["text"] == "提醒"
        assert await waiting(unit) == []


async def test_sent_and_dropped_letters_wait_no_more_and_one_under_way_does(store: Store) -> None:
    async with store.unit(NOW) as unit:
        for state in ("queued", "sending", "sent", "dropped"):
            await put(unit, state)
            await outbox.change_letters(unit.conn, [(await waiting(unit))[-1].id], state=state)
        assert [letter.state for letter in await waiting(unit)] == ["queued", "sending"]
        assert await outbox.depth(unit.conn) == 2


async def test_what_left_lately_is_known_with_its_chat_and_time(store: Store) -> None:
    """Letters and cards of the last minute; and what may have left, for all that is known."""
    async with store.unit(NOW) as unit:
        for minutes, address in enumerate(["-1", "-1", "-2"]):
            await put(unit, "结果", address)
            letter = (await waiting(unit))[-1].id
            sent_at = NOW + timedelta(minutes=minutes)
            await outbox.change_letters(unit.conn, [letter], state="sent", sent_at=sent_at)
        for seconds, about in enumerate([7, 8]):
            card, at = await want(unit, about, "-3"), NOW + timedelta(seconds=seconds)
            await unit.conn.run_sync(
                lambda conn, card=card, at=at: marks.shown(conn, card, "55", at, picture=False)
            )
        assert set(await sent.letters_since(unit.conn, NOW)) == {
            Message("-1", NOW + timedelta(minutes=1)),
            Message("-2", NOW + timedelta(minutes=2)),
        }
        assert await sent.cards_since(unit.conn, NOW) == [Message("-3", NOW + timedelta(seconds=1))]
        assert await sent.cards_since(unit.conn, NOW + timedelta(seconds=1)) == []
        assert await sent.under_way(unit.conn, NOW) == []
        await put(unit, "通知", "-2")
        await outbox.change_letters(unit.conn, [(await waiting(unit))[-1].id], state="sending")
        await put(unit, "还没走", "-1")
        await want(unit, 8, "-3")
        assert set(await sent.under_way(unit.conn, NOW)) == {Message("-2", NOW), Message("-3", NOW)}


async def test_what_left_lately_is_known_though_more_than_ever_left_wait_behind_it(store: Store) -> None:
    """An album counts as its pictures; what is still queued hides nothing."""
    album = {"text": "", "keys": [], "album": ["a", "b", "c"]}
    async with store.unit(NOW) as unit:
        common = {"chat_id": await a_chat(unit), "rank": 3, "notice": True, "made_at": NOW}
        await outbox.put(unit.conn, **common, payload=album)
        (first,) = await waiting(unit)
        await outbox.change_letters(unit.conn, [first.id], state="sent", sent_at=NOW)
        queued = [common | {"payload": {}, "state": "queued", "attempts": 0} for _ in range(2001)]
        await unit.conn.execute(tables.outbox.insert(), queued)
        assert await sent.letters_since(unit.conn, NOW - timedelta(minutes=1)) == [Message("-1", NOW, 3)]
        asked = "SELECT * FROM outbox WHERE sent_at > '2026-11-20'"
        plan = "EXPLAIN QUERY PLAN" if unit.conn.dialect.name == "sqlite" else "EXPLAIN"
        if unit.conn.dialect.name == "postgresql":
            await unit.conn.execute(text("ANALYZE outbox"))
        found = " ".join(str(row) for row in await unit.conn.execute(text(f"{plan} {asked}")))
        assert "outbox_sent_at" in found


async def test_a_chat_that_is_to_be_left_alone_is_known_until_its_time(store: Store) -> None:
    until = NOW + timedelta(seconds=30)
    async with store.unit(NOW) as unit:
        await people.change_chat(unit.conn, await a_chat(unit), halted_until=until)
        assert await sent.halted(unit.conn, NOW) == [("-1", until)]
        assert await sent.halted(unit.conn, until) == []


async def test_a_card_is_one_row_however_often_it_is_wanted(store: Store) -> None:
    async with store.unit(NOW) as unit:
        card = await want(unit, 7)
        assert card.wanted - card.shown == 1
        await outbox.change_card(unit.conn, card.id, shown=card.wanted, message="55")
        assert await outbox.behind_cards(unit.conn) == []
        again = await want(unit, 7)
        assert (again.id, again.message, again.wanted) == (card.id, "55", card.wanted + 1)
        assert await outbox.behind_cards(unit.conn) == [again]
        assert await outbox.card_on(unit.conn, again.chat_id, "55") == again


async def want(unit: Unit, about: int, address: str = "-1") -> Card:
    card_id = await outbox.want_card(
        unit.conn, chat_id=await a_chat(unit, address), kind="ballot", about_id=about, lang="zh", rank=1
    )
    return await outbox.card(unit.conn, card_id)


async def test_what_has_changed_is_behind_in_every_chat_that_shows_it(store: Store) -> None:
    async with store.unit(NOW) as unit:
        cards = [await want(unit, 7), await want(unit, 7, "-2"), await want(unit, 8)]
        for card in cards:
            await outbox.change_card(unit.conn, card.id, shown=card.wanted)
        await outbox.change_card(unit.conn, cards[1].id, state="gone")
        await outbox.touch_cards(unit.conn, "ballot", 7)
        assert [card.id for card in await outbox.behind_cards(unit.conn)] == [cards[0].id]


async def test_a_chat_that_moved_keeps_what_it_was_to_get_and_its_cards_are_sent_anew(store: Store) -> None:
    async with store.unit(NOW) as unit:
        await put(unit, "通知")
        card = await want(unit, 7)
        await outbox.change_card(unit.conn, card.id, shown=card.wanted, message="55")
        heard_before = await a_chat(unit, "-100")
        await outbox.move_chat(unit.conn, card.chat_id, "-100")
        chat = await people.chat_by_address(unit.conn, "-100")
        assert chat is not None
        assert chat.id == card.chat_id != heard_before
        assert await people.chat_by_address(unit.conn, "-1") == chat, "what comes late from there is its own"
        (behind,) = await outbox.behind_cards(unit.conn)
        assert behind.message is None
        assert len(await waiting(unit)) == 1


async def test_a_move_that_is_known_already_changes_nothing(store: Store) -> None:
    async with store.unit(NOW) as unit:
        card = await want(unit, 7)
        await outbox.move_chat(unit.conn, card.chat_id, "-100")
        await outbox.change_card(unit.conn, card.id, shown=9, wanted=9, message="3")
        late = await people.enter(unit.conn, "-1", "group", "邻里群")
        await outbox.move_chat(unit.conn, late.id, "-100")
        assert await outbox.behind_cards(unit.conn) == []
        shown = await outbox.card(unit.conn, card.id)
        assert shown is not None
        assert shown.message == "3"


async def test_a_group_that_moves_to_where_its_building_is_already_leaves_it_there(store: Store) -> None:
    """Whoever learnt of the move first: the group of the building is never the one that goes."""
    async with store.unit(NOW) as unit:
        community = await homes.community(unit.conn, "示例小区")
        building = await homes.add_building(
            unit.conn, community_id=community, name="3栋", units=2, zone="Asia/Shanghai", lang="zh"
        )
        bound = await people.enter(unit.conn, "-100", "group", "邻里群")
        await people.change_chat(unit.conn, bound.id, building_id=building.id)
        card = await want(unit, 7, "-100")
        await put(unit, "通知", address="-1")
        old = await people.enter(unit.conn, "-1", "group", "邻里群")
        await outbox.move_chat(unit.conn, old.id, "-100")
        (letter,) = await waiting(unit)
        assert letter.chat_id == bound.id
        for address in ("-100", "-1"):
            found = await people.chat_by_address(unit.conn, address)
            assert found is not None
            assert (found.id, found.building_id) == (bound.id, building.id)
        assert await outbox.card(unit.conn, card.id) == card


async def test_the_number_of_an_erased_letter_is_not_given_again(store: Store) -> None:
    async with store.unit(NOW) as unit:
        await put(unit, "再见", address="7")
        (last,) = await waiting(unit)
        await privacy.erase_chat(unit.conn, last.chat_id)
        assert await waiting(unit) == []
        await put(unit, "通知", address="8")
        assert [letter.id for letter in await outbox.open_letters(unit.conn, last.id)] == [last.id + 1]


async def scheduled(unit: Unit, at: datetime) -> list[Due]:
    return await outbox.due(unit.conn, at)


async def test_what_is_due_comes_the_longest_overdue_first(store: Store) -> None:
    async with store.unit(NOW) as unit:
        for name, hours in (("b", 2), ("a", 1), ("c", 3)):
            await outbox.schedule(unit.conn, name, "remind", 1, NOW + timedelta(hours=hours))
        assert await scheduled(unit, NOW) == []
        later = await scheduled(unit, NOW + timedelta(hours=2))
        assert [due.key for due in later] == ["a", "b"]
        assert await outbox.next_due(unit.conn) == NOW + timedelta(hours=1)


async def test_a_waiting_due_is_moved_and_one_that_is_done_is_not_done_again(store: Store) -> None:
    async with store.unit(NOW) as unit:
        await outbox.schedule(unit.conn, "a", "remind", 1, NOW)
        await outbox.schedule(unit.conn, "a", "remind", 1, NOW + timedelta(days=1))
        assert await scheduled(unit, NOW) == []
        await outbox.settle_due(unit.conn, "a", "done", NOW)
        await outbox.schedule(unit.conn, "a", "remind", 1, NOW)
        assert await scheduled(unit, NOW + timedelta(days=2)) == []
        assert await outbox.next_due(unit.conn) is None


@pytest.mark.parametrize(("kinds", "left"), [(("remind",), ["b", "c"]), (("remind", "close"), ["c"])])
async def test_dues_about_something_are_dropped_by_kind(
    store: Store, kinds: tuple[str, ...], left: list[str]
) -> None:
    async with store.unit(NOW) as unit:
        await outbox.schedule(unit.conn, "a", "remind", 1, NOW)
        await outbox.schedule(unit.conn, "b", "close", 1, NOW)
        await outbox.schedule(unit.conn, "c", "remind", 2, NOW)
        await outbox.unschedule(unit.conn, 1, *kinds)
        assert [due.key for due in await scheduled(unit, NOW)] == left
