"""A stage on which the bot's own patience passes a hundred times as fast, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import text

from bot.limits import Limits
from bot.program import running
from sandbox.conversations import Conversation
from sandbox.people import Person
from services import outbox
from storage import people, updates
from tests.stage import Stage, unlimited

SPEED = 100.0


class FastStage(Stage):
    """As a Stage; the pauses of what sends are a hundredth of their length."""

    limits: Limits | None = None

    async def start(self) -> None:
        """Start the bot."""
        limits = self.limits or unlimited()
        bot = running(self.settings, lambda: self.now, limits, SPEED)
        self._program = await self._bot.enter_async_context(bot)

    async def faults(self) -> list[str]:
        """The last line of each fault that was recorded."""
        async with self.program.store.glance() as conn:
            return [fault["traceback"].splitlines()[-1] for fault in await updates.list_faults(conn)]

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """What a query gives."""
        async with self.program.store.glance() as conn:
            return [tuple(row) for row in await conn.execute(text(query))]

    async def unsent(self) -> list[tuple[object, ...]]:
        """Letters that were let go, each with why."""
        return await self.rows("SELECT why, payload FROM outbox WHERE state = 'dropped'")


async def notify(stage: Stage, chats: Iterable[Conversation], text: str) -> None:
    """Put a notice for each of some chats into the outbox."""
    async with stage.program.store.unit(datetime.now(UTC)) as unit:
        for chat in chats:
            kind = "private" if chat.state.is_private else "group"
            known = await people.enter(unit.conn, str(chat.id), kind, chat.title)
            await outbox.say(unit, known.id, {"text": text, "keys": []}, notice=True)


def arrivals(person: Person, text: str) -> int:
    """How often a text came in a person's private chat."""
    return sum(seen.text == text for seen in person.private().messages)
