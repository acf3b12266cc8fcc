"""Logs: an event a line as key=value, on standard error; without the token, and nothing about people.

What an error says, and what the libraries put into their lines, may quote people: a line names the error
and where it came from. The whole of it, with what was received, is kept in the database: `louyuhui faults`.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb

OURS = ("bot", "handlers", "services", "storage", "paper", "rules")
NOISY = ("httpx", "httpcore", "telegram", "apscheduler", "aiosqlite", "alembic", "uvicorn", "aiohttp")
FRAMES = 5  # of a traceback, the innermost
_TOKEN = re.compile(r"\d{6,12}:[\w-]{30,}")
_NO_NAME = re.compile(r"[^a-z0-9]+")


class _Line(logging.Formatter):
    """time=… level=… at=… event=… said="…", and for an error its kind and where it came from."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        parts = [
            f"time={moment.removesuffix('+00:00')}Z",
            f"level={record.levelname.lower()}",
            f"at={record.name}",
            f"event={event(record)}",
            f"said={_quoted(_said(record))}",
        ]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            parts += [f"error={_kinds(error)}", f"trace={_quoted(_trace(error))}"]
        return _TOKEN.sub("<token>", " ".join(parts))


def event(record: logging.LogRecord) -> str:
    """The name of what happened: the fixed beginning of its sentence, the same each time."""
    fixed = re.split(r"[%:\n]", str(record.msg), maxsplit=1)[0]
    return _NO_NAME.sub("_", fixed.lower()).strip("_")[:60] or "unnamed"


def _said(record: logging.LogRecord) -> str:
    """Our own sentences whole; of the libraries' only what is fixed in them."""
    if record.name.partition(".")[0] in OURS:
        return record.getMessage()
    return str(record.msg).partition("\n")[0]


def _kinds(error: BaseException) -> str:
    """The error and what it came from, by their names."""
    kinds, inner = [type(error).__name__], error.__cause__ or error.__context__
    while inner is not None and len(kinds) < FRAMES:
        kinds.append(type(inner).__name__)
        inner = inner.__cause__ or inner.__context__
    return "<".join(kinds)


def _trace(error: BaseException) -> str:
    frames = extract_tb(error.__traceback__)[-FRAMES:]
    return " > ".join(
        f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def set_up_logs(level: str) -> None:
    """Log to standard error; of the libraries only what is worth a look."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Line())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
