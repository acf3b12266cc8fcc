"""How fast a bot may talk: Telegram's limits for all chats together, for each chat and for each group."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages a bot may send or edit, all counted together.

    Source: the Bot FAQ of Telegram ("My bot is hitting limits"): about 30 a second in all, one a second
    in a chat with short bursts, 20 a minute in a group. `enforce=False` counts and lets pass.
    """

    overall: int = 30
    a_chat_burst: int = 4
    a_group_minute: int = 20
    enforce: bool = True


TOLERANCE = 0.98  # of a window: two clocks never agree to the millisecond


class Window:
    """At most so many within so many seconds, at any time one looks."""

    __slots__ = ("most", "seconds", "times")

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds * TOLERANCE
        self.times: deque[float] = deque()

    def wait(self, now: float, count: int) -> float:
        """Return the seconds until so many more fit; 0 if they fit now."""
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        excess = len(self.times) + count - self.most
        if excess <= 0:
            return 0.0
        index = min(excess, len(self.times)) - 1
        return self.times[index] + self.seconds - now if index >= 0 else self.seconds

    def take(self, now: float, count: int) -> None:
        """Count what passed."""
        self.times.extend([now] * count)


class Burst:
    """One a second on average, with a few at once where it was quiet before."""

    __slots__ = ("at", "burst", "spent")

    def __init__(self, burst: int) -> None:
        self.burst = burst
        self.spent = 0.0
        self.at = 0.0

    def wait(self, now: float, count: int) -> float:
        """Return the seconds until so many more fit; an album may exceed the burst, never follow one."""
        spent = max(self.spent - (now - self.at) / TOLERANCE, 0.0)
        return max(spent + min(count, self.burst) - self.burst, 0.0)

    def take(self, now: float, count: int) -> None:
        """Count what passed."""
        self.spent = max(self.spent - (now - self.at) / TOLERANCE, 0.0) + count
        self.at = now


class Meter:
    """What one bot has sent lately, measured against the limits."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.limits = limits
        self.clock = clock
        self.exceeded = 0
        self._overall = Window(limits.overall, 1)
        self._chats: dict[int, list[Window | Burst]] = {}

    def take(self, chat_id: int, count: int = 1) -> int:
        """Count messages to a chat; return 0, or the whole seconds to wait instead."""
        now = self.clock()
        measures = [self._overall, *self._of(chat_id)]
        wait = max(measure.wait(now, count) for measure in measures)
        if wait > 0:
            self.exceeded += 1
            if self.limits.enforce:
                return max(ceil(wait), 1)
        for measure in measures:
            measure.take(now, count)
        return 0

    def _of(self, chat_id: int) -> list[Window | Burst]:
        if chat_id not in self._chats:
            measures: list[Window | Burst] = [Burst(self.limits.a_chat_burst)]
            if chat_id < 0:
                measures.append(Window(self.limits.a_group_minute, 60))
            self._chats[chat_id] = measures
        return self._chats[chat_id]
