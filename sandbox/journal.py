"""What was asked and answered: a log of requests for tests, and counters for everybody."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One request to the Bot API and how it was answered; `status` 0 is a dropped connection."""

    bot_id: int
    method: str
    params: JSON
    files: tuple[str, ...]
    status: int
    description: str = ""


class Journal:
    """The latest requests, and how many there were by method and by status."""

    def __init__(self, keep: int = 20_000) -> None:
        self.requests: deque[Request] = deque(maxlen=keep)
        self.methods: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()

    def note(self, request: Request) -> None:
        """Write a request down."""
        self.requests.append(request)
        self.methods[request.method] += 1
        self.statuses[request.status] += 1

    @property
    def too_many(self) -> int:
        """How many requests were answered 429."""
        return self.statuses[429]

    def clear(self) -> None:
        """Begin a new page."""
        self.requests.clear()
        self.methods.clear()
        self.statuses.clear()
