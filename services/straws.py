"""Straw polls: asked by who may put something to the vote, answered by anyone in the group, never binding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from rules.homes import Building
from rules.meetings import State as MeetingState
from rules.people import Chat
from rules.straws import LASTS, Mood, NoSuchStraw, Straw, StrawOver, check_straw
from services import ballots
from storage import log, meetings, straws
from storage import outbox as schedule
from storage.store import Unit

CLOSE = "straw_close"
HELD = "straw_held"  # an answer to a poll whose name has not been written down yet
_WAIT = timedelta(seconds=5)
_TRIES = 12


async def begin(
    unit: Unit, building: Building, group: Chat, person_id: int, question: str, texts: Iterable[str]
) -> Straw:
    """Ask for a mood in a group, for a day.

    Raises NotTheLeader, NothingWritten, TextTooLong, TooFewOptions, TooManyOptions, OptionTwice.
    """
    await ballots.check_convener(unit.conn, building.id, person_id)
    question, options = check_straw(question, texts)
    straw = await straws.add(
        unit.conn,
        building_id=building.id,
        chat_id=group.id,
        by_id=person_id,
        question=question,
        options=list(options),
        opened_at=unit.now,
        closes_at=unit.now + LASTS,
    )
    await schedule.schedule(unit.conn, f"{CLOSE}:{straw.id}", CLOSE, straw.id, straw.closes_at)
    return straw


async def answer(unit: Unit, poll: str, person_id: int, chosen: Sequence[int]) -> None:
    """Note what a person chose in the platform's poll, counted from 0; nothing takes it back.

    It may come before the platform's name of the poll is stored: then it is held, a minute at most, and the
    last one held counts. An answer to a poll that is none of ours, or over, changes nothing.
    """
    await _drop_held(unit, poll, person_id)
    await _answer(unit, poll, person_id, chosen, _TRIES)


async def answer_held(unit: Unit, key: str, person_id: int) -> None:
    """Note an answer that was held, or hold it again."""
    _, poll, tries, number, _ = key.split(":", 4)
    await _answer(unit, poll, person_id, [int(number)] if number else [], int(tries))


async def _answer(unit: Unit, poll: str, person_id: int, chosen: Sequence[int], tries: int) -> None:
    straw = await straws.by_poll(unit.conn, poll)
    if straw is None:
        if tries:
            number = chosen[0] if chosen else ""
            key = f"{HELD}:{poll}:{tries - 1}:{number}:{person_id} {unit.now.isoformat()}"
            await schedule.schedule(unit.conn, key, HELD, person_id, unit.now + _WAIT)
        return
    if not straw.open or unit.now >= straw.closes_at:
        return
    known = [number + 1 for number in chosen if 0 <= number < len(straw.options)]
    await straws.answer(unit.conn, straw.id, person_id, known[0] if known else None, unit.now)


async def _drop_held(unit: Unit, poll: str, person_id: int) -> None:
    for due in await schedule.waiting(unit.conn, person_id, HELD):
        if due.key.startswith(f"{HELD}:{poll}:"):
            await schedule.settle_due(unit.conn, due.key, "dropped", unit.now)


async def end(unit: Unit, straw_id: int, person_id: int) -> tuple[Straw, Mood]:
    """Close one by hand. Raises NoSuchStraw, NotTheLeader, StrawOver."""
    straw = await straws.find(unit.conn, straw_id)
    if straw is None:
        raise NoSuchStraw
    await ballots.check_convener(unit.conn, straw.building_id, person_id)
    if not straw.open:
        raise StrawOver
    return await close(unit, straw)


async def close(unit: Unit, straw: Straw) -> tuple[Straw, Mood]:
    """Take no more answers; what the mood was. It goes on record as what it is: it binds nobody.

    Under a meeting that sits, else under the building; never among the ballots.
    """
    await straws.close(unit.conn, straw.id, unit.now)
    await schedule.unschedule(unit.conn, straw.id, CLOSE)
    mood = await straws.mood(unit.conn, straw)
    sits = await meetings.of_building(unit.conn, straw.building_id, MeetingState.OPEN)
    stream = f"meeting:{sits[0].id}" if sits else f"building:{straw.building_id}"
    facts = {"straw": straw.id, "question": straw.question, "options": list(straw.options)}
    told = {"counts": list(mood.counts), "people": mood.people, "residents": mood.residents, "binding": False}
    await log.append(unit.conn, stream, "straw_closed", unit.now, **facts, **told)
    return straw, mood
