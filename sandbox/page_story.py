"""A story that another program plays in the sandbox, and the page's hold on it."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from sandbox.page_door import Refused

JSON = dict[str, Any]
Words = str | Mapping[str, str]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoryState:
    """Where a story is: whether it plays, in which chapter, what happens now, to whom and in which chat.

    `person` is an account's id and `chat` a chat's key (`Chat.key`); a page that follows goes there.
    Words are one string, or one for each language: {"zh": ..., "en": ...}.
    """

    playing: bool = False
    chapter: str | None = None
    caption: Words = ""
    person: int | None = None
    chat: str | None = None
    done: bool = False


class Story(Protocol):
    """What a program offers so that the page shows play, pause, step and chapters.

    The page asks for `state()` several times a second, so it must be quick and have no effect. `play` acts
    until the story ends or `pause` was called; with a chapter it begins there, after doing without a wait
    whatever that chapter needs. `step` does the next thing and returns. The page runs one `play` or `step`
    at a time: before another it calls `pause` and waits. `speed` 2.0 means twice as fast.
    """

    title: Words
    chapters: Sequence[tuple[str, Words]]
    speed: float

    def state(self) -> StoryState:
        """Return where the story is now."""

    async def play(self, chapter: str | None = None) -> None:
        """Go on from here, or from the beginning of a chapter, until the end or a pause."""

    def pause(self) -> None:
        """Let `play` return after what it is doing."""

    async def step(self) -> None:
        """Do the next thing and return."""


@dataclass(slots=True, eq=False)
class Stage:
    """The story on the page, and the one task that plays it."""

    story: Story
    task: asyncio.Task[None] | None = None
    plays: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def as_json(self) -> JSON:
        """Return the story as the page shows it."""
        chapters = [[key, title] for key, title in self.story.chapters]
        told = {"title": self.story.title, "chapters": chapters, "speed": self.story.speed}
        return told | asdict(self.story.state())

    async def act(self, action: str, wanted: JSON) -> None:
        """Do what a button of the bar asks for: play, pause, step or speed.

        Raises Refused for anything else, an unknown chapter or a speed outside 0.1 to 10.
        """
        if action == "play":
            await self.play(self._chapter(wanted.get("chapter")))
        elif action == "pause":
            self.pause()
        elif action == "step":
            await self.step()
        elif action == "speed":
            self.story.speed = speed(wanted.get("speed"))
        else:
            raise Refused("gone", 404)

    def _chapter(self, key: str | None) -> str | None:
        if key is not None and key not in dict(self.story.chapters):
            raise Refused("gone", 404)
        return key

    async def play(self, chapter: str | None = None) -> None:
        """Begin to play; what plays already goes on, unless another chapter is wanted."""
        async with self.turn:
            if self.busy and self.plays and chapter is None:
                return
            await self.rest()
            self.plays = True
            await self._begin(self.story.play(chapter))

    async def step(self) -> None:
        """Do the next thing, unless something is being done."""
        async with self.turn:
            if not self.busy:
                await self._begin(self.story.step())

    def pause(self) -> None:
        """Let the story come to rest."""
        self.plays = False
        self.story.pause()

    async def rest(self) -> None:
        """Pause, and return when nothing acts any more."""
        if self.task is not None and self.busy:
            self.pause()
            await asyncio.wait([self.task])

    @property
    def busy(self) -> bool:
        """Whether the story acts now."""
        return self.task is not None and not self.task.done()

    async def _begin(self, acting: Coroutine[Any, Any, None]) -> None:
        self.task = asyncio.create_task(acting)
        self.task.add_done_callback(tell)
        await asyncio.sleep(0)  # what has not begun would not hear a pause


def speed(wanted: object) -> float:
    """Return a speed that can be watched."""
    if not isinstance(wanted, int | float) or not 0.1 <= wanted <= 10:
        raise Refused("nonsense")
    return float(wanted)


def tell(task: asyncio.Task[None]) -> None:
    """Write down why a story broke off: nobody awaits it."""
    if not task.cancelled() and (error := task.exception()):
        log.error("the story broke off", exc_info=error)
