"""Replays: what a fault stopped is done after all, once its cause is mended; once, under an id of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.limits import Limits
from bot.program import Program, build
from bot.reading import read_update
from bot.settings import Settings
from storage import outbox, updates
from storage.store import Connection, Store, Unavailable


class CannotBeRead(Exception):
    """The library can still not read the recorded update."""


@dataclass(frozen=True, slots=True)
class Replay:
    """How it went: `fault` is the new one, where it failed again; `answer` what a press was to be told."""

    fault: int | None = None
    answer: str | None = None
    found: bool = True  # what was to be done again is still there


Clock = Callable[[], datetime]
_AGAIN: Mapping[str, Callable[[Connection, Any], Awaitable[bool]]] = {
    "due": outbox.wake_due,
    "letter": outbox.send_again,
    "card": outbox.draw_again,
}


def is_update(fault: Mapping[str, Any]) -> bool:
    """Whether it was met while handling an update: the handlers are needed then."""
    return "update_id" in (fault["payload"] or {})


async def put_back(store: Store, fault: Mapping[str, Any], now: datetime) -> Replay:
    """Put a due, a letter or a card back for the running bot, or the next one to run. Raises Unavailable."""
    payload: dict[str, Any] = fault["payload"] or {}
    async with store.unit(now) as unit:
        found = False
        for name in _AGAIN.keys() & payload.keys():
            found = await _AGAIN[name](unit.conn, payload[name])
        await updates.mark_replayed(unit.conn, fault["id"], now)
    return Replay(found=found)


async def replay(settings: Settings, store: Store, fault: Mapping[str, Any], clock: Clock) -> Replay:
    """Do again what a fault stopped. Raises Unavailable, CannotBeRead, TelegramError."""
    if not is_update(fault):
        return await put_back(store, fault, clock())
    program = build(settings, clock, Limits(), 1.0)
    try:
        async with program.application:
            return await handle_again(program, fault, clock())
    finally:
        await program.store.close()


async def handle_again(program: Program, fault: Mapping[str, Any], now: datetime) -> Replay:
    """Hand a recorded update to the handlers again. Raises Unavailable, CannotBeRead.

    Its id is the fault's, negative, which no update of the platform has: killed midway and begun anew,
    it is still done once.
    """
    number = -int(fault["id"])
    try:
        update = read_update({**fault["payload"], "update_id": number}, program.application.bot)
    except Exception as error:
        raise CannotBeRead from error  # whatever the library makes of it
    with program.reception.replying(number) as reply:
        await program.application.process_update(update)
    if reply.turned_away:
        raise Unavailable("the database turned it away")
    async with program.store.unit(now) as unit:
        again = await updates.fault_in(unit.conn, number)
        await updates.mark_replayed(unit.conn, fault["id"], now)
    return Replay(again, (reply.answer or {}).get("text"))
