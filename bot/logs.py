"""Logs: an event a line as key=value, on standard error; without the token, and nothing about people.

What an error says, and what the libraries put into their lines, may quote people: a line names the error,
its code where it has one, and where it came from. Of a fault the whole is kept in the database, with what was
received (`louyuhui faults`); of a message the platform would not take, beside that message.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from errno import errorcode
from pathlib import Path
from traceback import extract_tb

from telegram.error import TelegramError

OURS = ("bot", "handlers", "services", "storage", "paper", "rules")
NOISY = ("httpx", "httpcore", "telegram", "apscheduler", "aiosqlite", "alembic", "uvicorn", "aiohttp")
FRAMES = 5  # of a traceback, the innermost
_TOKEN = re.compile(r"\d{6,12}:[\w-]{30,}")
_FIXED = re.compile(r"[A-Za-z][a-z' ]{0,60}")  # how what Telegram says begins: what it quotes comes later
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
    """Our own sentences whole, but for the errors in them; of the libraries' only what is fixed in them."""
    if record.name.partition(".")[0] in OURS:
        facts = record.args if isinstance(record.args, tuple) else ()
        told = tuple(_named(fact) if isinstance(fact, BaseException) else fact for fact in facts)
        return str(record.msg) % told if told else str(record.msg)
    return str(record.msg).partition("\n")[0]


def _named(error: BaseException) -> str:
    """An error by its kind, with what is fixed of the reason: a code, or how Telegram begins."""
    if isinstance(error, TelegramError):
        fixed = _FIXED.match(error.message)
        return f"{type(error).__name__} ({fixed[0].strip()})" if fixed else type(error).__name__
    code = next(filter(None, map(_code, _chain(error))), None)
    return _kinds(error) + (f" ({code})" if code else "")


def _code(error: BaseException) -> str | None:
    """What SQLite, PostgreSQL or the system calls it."""
    number = getattr(error, "errno", None)
    named = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    return named or (errorcode.get(number) if isinstance(number, int) else None)


def _kinds(error: BaseException) -> str:
    """The error and what it came from, by their names."""
    return "<".join(type(one).__name__ for one in _chain(error))


def _chain(error: BaseException) -> list[BaseException]:
    """The error and what it came from, as far as it matters."""
    chain, inner = [error], error.__cause__ or error.__context__
    while inner is not None and len(chain) < FRAMES:
        chain.append(inner)
        inner = inner.__cause__ or inner.__context__
    return chain


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
