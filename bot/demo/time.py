"""The demo's own time: it runs as fast as told, and jumps when the story says "five days later"."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class StoryTime:
    """A clock for the bot and the sandbox alike; `speed` is how much faster than the wall clock it runs."""

    def __init__(self, start: datetime, speed: float) -> None:
        self.speed = speed
        self.zone = start.tzinfo
        self._start = start.timestamp()
        self._began = time.monotonic()
        self._jumped = 0.0

    def seconds(self) -> float:
        """The present moment in Unix seconds."""
        return self._start + self._jumped + (time.monotonic() - self._began) * self.speed

    def now(self) -> datetime:
        """The present moment."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def jump(self, to: datetime) -> None:
        """Go on to a later moment; an earlier one changes nothing."""
        self._jumped += max(0.0, to.timestamp() - self.seconds())
