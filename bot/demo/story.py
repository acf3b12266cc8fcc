"""How a story is told: chapters are written as scripts that say what happens now, then let it happen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from sandbox.page_story import StoryState, Words

Script = Callable[[], AsyncIterator[StoryState]]
READING = 2.5  # seconds a caption stays before what it tells happens, at speed 1


class Told:
    """A story for the sandbox's page: it goes forward only, for what happened in a chat has happened."""

    def __init__(
        self, title: Mapping[str, str], scripts: Mapping[str, tuple[Mapping[str, str], Script]]
    ) -> None:
        self.title: Words = title
        self.chapters: Sequence[tuple[str, Words]] = [(key, words) for key, (words, _) in scripts.items()]
        self.speed = 1.0
        self._scripts = [(key, script) for key, (_, script) in scripts.items()]
        self._running: AsyncIterator[StoryState] | None = None
        self._chapter = -1
        self._state = StoryState()
        self._paused = False

    def state(self) -> StoryState:
        """Where the story is now."""
        return self._state

    def pause(self) -> None:
        """Let `play` return after what it is doing."""
        self._paused = True
        self._mark(playing=False)

    async def play(self, chapter: str | None = None) -> None:
        """Go on until the end or a pause; what lies before a later chapter is done without a wait."""
        self._paused = False
        hurry = chapter is not None and chapter not in self._begun()
        self._mark(playing=True)
        while not self._paused and (told := await self._act()):
            if not hurry:
                await self._look(told)
            self._tell(told)
            hurry = hurry and self._state.chapter != chapter
            if not hurry:
                await self._read()
        self._mark(playing=False)

    async def step(self) -> None:
        """Do the next thing."""
        if told := await self._act():
            await self._look(told)
            self._tell(told)

    async def next(self) -> bool:
        """Let the next thing happen, without a wait; False at the end."""
        if told := await self._act():
            self._tell(told)
        return told is not None

    def _begun(self) -> set[str]:
        return {key for key, _ in self._scripts[: self._chapter + 1]}

    async def _look(self, told: StoryState) -> None:
        """Where the story goes elsewhere now, give time to see what has just happened here."""
        if self._state.chat is not None and told.chat != self._state.chat:
            await self._read()

    async def _read(self) -> None:
        """Give time to read the caption; a pause ends it at once."""
        waited = 0.0
        while waited < READING / self.speed and not self._paused:
            await asyncio.sleep(0.05)
            waited += 0.05

    async def _act(self) -> StoryState | None:
        """Let happen what was told; what is to be told next, None at the end."""
        while True:
            if self._running is None:
                if self._chapter + 1 == len(self._scripts):
                    self._mark(done=True)
                    return None
                self._chapter += 1
                self._running = self._scripts[self._chapter][1]()
            try:
                return await anext(self._running)
            except StopAsyncIteration:
                self._running = None

    def _tell(self, told: StoryState) -> None:
        key = self._scripts[self._chapter][0]
        self._state = StoryState(self._state.playing, key, told.caption, told.person, told.chat)

    def _mark(self, *, playing: bool | None = None, done: bool | None = None) -> None:
        now = self._state
        self._state = StoryState(
            now.playing if playing is None else playing,
            now.chapter,
            now.caption,
            now.person,
            now.chat,
            now.done if done is None else done,
        )
