"""Logs: key=value entries on standard error, without personal data and without the token."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"\d{6,12}:[\w-]{30,}")


class _Discreet(logging.Formatter):
    """Takes anything that looks like a bot's token out of a line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return _TOKEN.sub("<token>", super().format(record))


def set_up_logs(level: str) -> None:
    """Log to standard error; the libraries only what is worth a look."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Discreet("time=%(asctime)s level=%(levelname)s at=%(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "telegram", "apscheduler", "aiosqlite", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
