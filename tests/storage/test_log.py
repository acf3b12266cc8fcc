"""The event log: what was written stays as it was, and every change to it is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rules.events import START, Event, first_break
from storage import log
from storage.store import Store
from storage.tables import events

NOW = datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))


async def chain(store: Store, length: int = 5, stream: str = "meeting:1") -> list[Event]:
    async with store.unit(NOW) as unit:
        for number in range(length):
            at = NOW + timedelta(minutes=number)
            await log.append(unit.conn, stream, "said", at, text=f'第{number}句 {{"é"}}', person=number)
        return await log.read(unit.conn, stream)


async def test_events_are_read_back_as_they_were_written_and_hold_together(store: Store) -> None:
    written = await chain(store)
    assert [event.number for event in written] == [1, 2, 3, 4, 5]
    assert written[0].previous == START
    assert [event.previous for event in written[1:]] == [event.hash for event in written[:-1]]
    assert written[0].at == NOW
    assert written[0].data == {"text": '第0句 {"é"}', "person": 0}
    assert first_break(written) is None


async def test_the_head_is_the_last_event(store: Store) -> None:
    written = await chain(store)
    async with store.glance() as conn:
        assert await log.head(conn, "meeting:1") == written[-1]
        assert await log.head(conn, "meeting:2") is None


async def test_streams_are_chains_of_their_own(store: Store) -> None:
    one, other = await chain(store, 2), await chain(store, 3, "ballot:1")
    assert other[0].previous == START
    assert first_break(one) is None
    assert first_break(other) is None


def test_no_events_hold_together() -> None:
    assert first_break([]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "proposed"},
        {"data": {"text": "另一句", "person": 2}},
        {"at": NOW},
        {"previous": START},
        {"hash": "f" * 64},
        {"number": 7},
        {"stream": "meeting:2"},
    ],
)
async def test_a_changed_event_is_found(store: Store, change: dict[str, object]) -> None:
    written = await chain(store)
    written[2] = replace(written[2], **change)  # type: ignore[arg-type]
    assert first_break(written) == written[2].number


async def test_a_changed_event_that_was_hashed_anew_is_found_at_the_next(store: Store) -> None:
    written = await chain(store)
    forged = await chain(store, 3, "meeting:9")
    written[2] = replace(written[2], data=forged[2].data, hash=forged[2].hash)
    assert first_break(written) == 3


async def test_a_dropped_event_is_found(store: Store) -> None:
    written = await chain(store)
    assert first_break([*written[:2], *written[3:]]) == 4
    assert first_break(written[1:]) == 2


async def test_a_doubled_event_is_found(store: Store) -> None:
    written = await chain(store)
    assert first_break([*written[:3], written[2], *written[3:]]) == 3


async def test_two_events_in_each_others_place_are_found(store: Store) -> None:
    first, second, third, *rest = await chain(store)
    assert first_break([first, third, second, *rest]) == 3


async def test_an_event_of_another_stream_is_found(store: Store) -> None:
    written, other = await chain(store), await chain(store, 6, "meeting:2")
    assert first_break([*written, other[5]]) == 6


async def test_the_same_moment_in_another_zone_is_the_same_event(store: Store) -> None:
    written = await chain(store)
    assert first_break([replace(event, at=event.at.astimezone(UTC)) for event in written]) is None


async def test_a_number_is_given_once(store: Store) -> None:
    written = await chain(store)
    again = {name: getattr(written[-1], name) for name in Event.__slots__}
    with pytest.raises(IntegrityError, match=r"UNIQUE|unique"):
        async with store.unit(NOW) as unit:
            await unit.conn.execute(events.insert().values(**again))


@pytest.mark.parametrize("statement", ["UPDATE events SET kind = 'x'", "DELETE FROM events"])
async def test_the_database_refuses_to_change_what_was_written(store: Store, statement: str) -> None:
    written = await chain(store)
    with pytest.raises(IntegrityError, match="an event already written"):
        async with store.unit(NOW) as unit:
            await unit.conn.execute(text(statement))
    async with store.glance() as conn:
        assert await log.read(conn, "meeting:1") == written


async def test_a_moment_without_a_zone_is_no_moment(store: Store) -> None:
    with pytest.raises(Exception, match="without a zone"):
        async with store.unit(NOW) as unit:
            await log.append(unit.conn, "meeting:1", "said", NOW.replace(tzinfo=None))
