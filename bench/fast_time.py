"""Time that runs faster than the wall clock's, alike in the bot's process and in the sandbox's."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from bench.telegram import EPOCH


def fast_clock(speed: float) -> Callable[[], datetime]:
    """A clock so many times as fast; the machine's monotonic clock keeps both processes together."""
    return lambda: datetime.fromtimestamp(EPOCH + time.monotonic() * speed, UTC)
