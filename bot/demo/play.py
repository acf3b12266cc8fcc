"""The play: everything on the stage, and the few moves that its scripts are made of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from bot.demo.building import Cast
from bot.demo.time import StoryTime
from bot.demo.transcript import Transcript
from bot.program import Program
from sandbox import Sandbox
from sandbox.conversations import Conversation, Seen
from sandbox.page_story import StoryState
from sandbox.people import Person

AT_ONCE = 30  # people who act at the same time


@dataclass
class Play:
    """Everything on the stage, and the few moves that scripts are made of."""

    sandbox: Sandbox
    program: Program
    time: StoryTime
    cast: Cast
    random: Random
    transcript: Transcript
    kept: Path  # where files that come of the story are kept

    def tell(self, zh: str, en: str, person: Person, chat: Conversation) -> StoryState:
        """What happens now, and where to look."""
        return StoryState(caption={"zh": zh, "en": en}, person=person.id, chat=chat.key)

    async def settle(self) -> None:
        """Wait until all that was said is handled, and all answers have arrived."""
        for _ in range(2):
            await self.sandbox.settled(timeout=60)
            await self.program.quiet()

    async def jump(self, to: datetime) -> None:
        """Go on to a later moment, and let what is due by then happen."""
        self.time.jump(to)
        await self.program.clock.tick()
        await self.settle()

    async def press(self, person: Person, chat: Conversation, label: str) -> Seen:
        """Press the newest button with this label; what came last then."""
        message = newest(chat, label)
        answer = await person.press(message, label)
        self.transcript.answered([(person.name, label, answer.text)])
        await self.settle()
        return message

    async def say(self, person: Person, chat: Conversation, *texts: str) -> None:
        """Say something, and let the bot react."""
        for text in texts:
            await person.say(chat, text)
            await self.settle()

    async def at_once(self, acts: Iterable[Awaitable[None]]) -> None:
        """Let many do something at about the same time."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(act: Awaitable[None]) -> None:
            async with gate:
                await act

        await asyncio.gather(*map(one, acts))
        await self.settle()

    async def close(self, person: Person, chat: Conversation) -> None:
        """End the newest ballot, and read that it is meant."""
        await self.press(person, chat, "截止")
        await self.press(person, chat, "现在截止")

    async def all_press(self, presses: Iterable[tuple[Person, Seen, str]]) -> None:
        """Let many press at about the same time."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(person: Person, message: Seen, label: str) -> tuple[str, str, str]:
            async with gate:
                return person.name, label, (await person.press(message, label)).text

        self.transcript.answered(await asyncio.gather(*(one(*press) for press in presses)))
        await self.settle()


def newest(chat: Conversation, label: str) -> Seen:
    """The newest message of the bot with a button of this label (or one that contains it)."""
    for message in reversed(chat.messages):
        if message.by_bot and not message.deleted and any(label in text for text in message.labels):
            return message
    raise LookupError(f"no button {label} in {chat.title}:\n{chat.transcript(5)}")


def link_of(message: Seen) -> str:
    """Where the first key of a message leads that is a link."""
    rows = message.as_json()["reply_markup"]["inline_keyboard"]
    return str(next(key["url"] for row in rows for key in row if "url" in key))
