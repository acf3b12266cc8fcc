"""Settings: read from config.toml, secrets from the environment too (config.example.toml explains them)."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.kinds import WrongKind, read_kind
from rules.floor import SPEAKING_TIME
from rules.kinds import Kind
from rules.thresholds import PLAIN_CHARTER, BadTerms, Charter, Threshold, own_threshold

SECRETS = {"token": "LOUYUHUI_TOKEN", "database": "LOUYUHUI_DATABASE"}
WORKER = "LOUYUHUI_WORKER"
WEBHOOK_SECRET = "LOUYUHUI_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
WEBHOOK_URL = "LOUYUHUI_WEBHOOK_URL"
CLAUSE_LIMIT = 200  # characters of the clause on silence
LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(Exception):
    """The settings cannot be used; the message says which key, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens; port 0 is any free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram is to bring updates; without a url they are fetched by long polling."""

    url: str = ""
    listen: Address = Address("127.0.0.1", 8443)
    secret: str = field(default="", repr=False)  # empty: one is derived from the token
    max_connections: int = 100  # deliveries at once: Telegram takes 1 to 100


@dataclass(frozen=True, slots=True)
class Settings:
    """What the program needs to know; each key stands in config.example.toml."""

    token: str = field(repr=False)
    database: str = "sqlite+aiosqlite:///louyuhui.db"
    api: str = "https://api.telegram.org"
    tick: float = 5.0  # seconds between two looks at the schedule
    log_level: str = "info"
    font: Path | None = None
    metrics_listen: Address | None = None  # /metrics, /healthz and /readyz; None: closed
    kinds: tuple[Kind, ...] = ()  # of meeting, beside the presets
    speaking_time: timedelta = SPEAKING_TIME  # how long each has the floor
    worker: str = ""  # what this process is called among several; empty: the machine's name and its number
    deciding: Charter = PLAIN_CHARTER
    webhook: Webhook = Webhook()


def read_settings(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a file, with what the environment says in place of the file's. Raises SettingsError."""
    found = _read_file(path)
    for key, variable in {**SECRETS, "worker": WORKER}.items():
        if environment.get(variable):
            found[key] = environment[variable]
    for key, variable in {"secret": WEBHOOK_SECRET, "url": WEBHOOK_URL}.items():
        if environment.get(variable) and isinstance(found.setdefault("webhook", {}), dict):
            found["webhook"][key] = environment[variable]
    return make_settings(found)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(
            f"没有找到 {path}：请把 config.example.toml 复制成它再填写。"
            f"\n{path} not found: copy config.example.toml to it and fill it in."
        ) from None
    except OSError as error:
        raise SettingsError(f"读不了 {path} / cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} 请存成 UTF-8 编码 / should be saved as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} 写法有误 / is not valid TOML: {error}") from None


def make_settings(found: Mapping[str, Any]) -> Settings:
    """Settings of these values. Raises SettingsError for unknown keys, wrong types and missing ones."""
    known = {item.name: item for item in fields(Settings)}
    for key in found:
        if key not in known:
            raise SettingsError(_unknown(key, list(known)))
    values: dict[str, Any] = {key: _READERS[key](key, value) for key, value in found.items()}
    for key, item in known.items():
        if item.default is MISSING and not values.get(key):
            raise SettingsError(
                f"缺少 {key}（也可以用环境变量 {SECRETS[key]}）。"
                f"\n{key} is missing (or set {SECRETS[key]} in the environment)."
            )
    return Settings(**values)


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.5)
    hint_zh, hint_en = (f"，是不是 {near[0]}？", f"; did you mean {near[0]}?") if near else ("。", ".")
    return f"不认识的设置 {key}{hint_zh}\nUnknown setting {key}{hint_en}"


def _wrong(key: str, zh: str, en: str) -> SettingsError:
    return SettingsError(f"设置 {key} 应该是{zh}。\nThe setting {key} should be {en}.")


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(key, "带引号的文字", "text in quotes")
    return value.strip()


def _url(key: str, value: object) -> str:
    """An address without its last slash, for paths are put behind it."""
    text = _text(key, value)
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _wrong(
            key, "以 http:// 或 https:// 开头的网址", "an address that begins with http:// or https://"
        )
    return text.rstrip("/")


def _seconds(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 60:
        raise _wrong(key, "0.5 到 60 秒的数字", "a number of seconds from 0.5 to 60")
    return float(value)


def _minutes(key: str, value: object) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 60:
        raise _wrong(key, "1 到 60 的整数（分钟）", "a whole number of minutes from 1 to 60")
    return timedelta(minutes=value)


def _log_level(key: str, value: object) -> str:
    level = _text(key, value).lower()
    if level not in LOG_LEVELS:
        raise _wrong(key, f"{'、'.join(LOG_LEVELS)} 之一", f"one of {', '.join(LOG_LEVELS)}")
    return level


def _path(key: str, value: object) -> Path | None:
    text = _text(key, value)
    return Path(text) if text else None


def _address(key: str, value: object) -> Address:
    host, colon, port = _text(key, value).rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) < 65536):
        raise _wrong(key, '"主机:端口"，例如 "127.0.0.1:8443"', '"host:port", for example "127.0.0.1:8443"')
    return Address(host.strip("[]"), int(port))


def _address_or_none(key: str, value: object) -> Address | None:
    return _address(key, value) if _text(key, value) else None


def _url_or_none(key: str, value: object) -> str:
    return _url(key, value) if _text(key, value) else ""


def _webhook_secret(key: str, value: object) -> str:
    secret = _text(key, value)
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise _wrong(
            key, "最多 256 个字母、数字、_ 或 -", "at most 256 letters, digits, underscores and hyphens"
        )
    return secret


def _worker(key: str, value: object) -> str:
    name = _text(key, value)
    if not re.fullmatch(r"[A-Za-z0-9._-]{0,40}", name):
        raise _wrong(
            key,
            "最多 40 个字母、数字、点、_ 或 -",
            "at most 40 letters, digits, dots, underscores and hyphens",
        )
    return name


def _connections(key: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100:
        raise _wrong(key, "1 到 100 的整数", "a whole number from 1 to 100")
    return value


def _webhook(key: str, value: object) -> Webhook:
    """The keys below [webhook]."""
    if not isinstance(value, dict):
        raise _wrong(key, "一节 [webhook]", "a section [webhook]")
    for name in value:
        if name not in _WEBHOOK_READERS:
            raise SettingsError(_unknown(f"{key}.{name}", [f"{key}.{known}" for known in _WEBHOOK_READERS]))
    return Webhook(**{name: _WEBHOOK_READERS[name](f"{key}.{name}", found) for name, found in value.items()})


def _deciding(key: str, value: object) -> Charter:
    """The keys below [deciding]."""
    if not isinstance(value, dict):
        raise _wrong(key, "一节 [deciding]", "a section [deciding]")
    for name in value:
        if name not in _DECIDING_READERS:
            raise SettingsError(_unknown(f"{key}.{name}", [f"{key}.{known}" for known in _DECIDING_READERS]))
    found = {name: _DECIDING_READERS[name](f"{key}.{name}", one) for name, one in value.items()}
    if found.get("silence") and not found.get("silence_clause"):
        raise _wrong(
            f"{key}.silence_clause",
            "议事规则里把没投票的算进多数票的那一条原文（silence = true 时必须写）",
            "the clause, word for word, that counts silence with the majority (needed while silence = true)",
        )
    return Charter(**{_CHARTER[name]: one for name, one in found.items()})


def _yes_or_no(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(key, "true 或 false", "true or false")
    return value


def _clause(key: str, value: object) -> str:
    text = _text(key, value)
    if len(text) > CLAUSE_LIMIT:
        raise _wrong(key, f"最多 {CLAUSE_LIMIT} 个字的原文", f"a text of at most {CLAUSE_LIMIT} characters")
    return text


def _days(key: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 90:
        raise _wrong(key, "1 到 90 的天数", "a number of days from 1 to 90")
    return value


def _thresholds(key: str, value: object) -> tuple[Threshold, ...]:
    """The operator's own, each in a section [[deciding.thresholds]]."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _wrong(key, "几节 [[deciding.thresholds]]", "sections [[deciding.thresholds]]")
    found: list[Threshold] = []
    for number, one in enumerate(value, 1):
        try:
            found.append(own_threshold(one))
        except BadTerms as error:
            raise SettingsError(
                f"设置 {key} 第 {number} 项的 {error.key} {error.zh}。"
                f"\nThe setting {key}, number {number}: {error.key} {error.en}."
            ) from None
    names = [one.name for one in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise _wrong(key, f"不同的名字（{twice} 有两个）", f"of different names ({twice} stands there twice)")
    return tuple(found)


_DECIDING_READERS: Mapping[str, Callable[[str, object], Any]] = {
    "certified": _yes_or_no,
    "publication": _days,
    "owners_publication": _days,
    "silence": _yes_or_no,
    "silence_clause": _clause,
    "thresholds": _thresholds,
}
_CHARTER = {
    "certified": "certified",
    "publication": "days",
    "owners_publication": "owners_days",
    "silence": "silence",
    "silence_clause": "clause",
    "thresholds": "own",
}

_WEBHOOK_READERS: Mapping[str, Callable[[str, object], Any]] = {
    "url": _url_or_none,
    "listen": _address,
    "secret": _webhook_secret,
    "max_connections": _connections,
}


def _kinds(key: str, value: object) -> tuple[Kind, ...]:
    """The kinds of meeting the operator adds; each code once."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _wrong(key, "方括号里一个个 {…}", "a list of {…} in brackets")
    read = []
    for number, section in enumerate(value, 1):
        try:
            read.append(read_kind(section))
        except WrongKind as wrong:
            raise _wrong(f"kinds[{number}].{wrong.key}", wrong.zh, wrong.en) from None
    if len({kind.code for kind in read}) < len(read):
        raise _wrong(f"{key}.code", "各不相同的", "different in each section")
    return tuple(read)


_READERS: Mapping[str, Callable[[str, object], object]] = {
    "token": _text,
    "database": _text,
    "api": _url,
    "tick": _seconds,
    "log_level": _log_level,
    "font": _path,
    "metrics_listen": _address_or_none,
    "speaking_time": _minutes,
    "worker": _worker,
    "deciding": _deciding,
    "webhook": _webhook,
    "kinds": _kinds,
}
