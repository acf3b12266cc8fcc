"""Settings: read from config.toml, secrets from the environment too (config.example.toml explains them)."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SECRETS = {"token": "LOUYUHUI_TOKEN", "database": "LOUYUHUI_DATABASE"}
LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(Exception):
    """The settings cannot be used; the message says which key, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the program needs to know; each key stands in config.example.toml."""

    token: str = field(repr=False)
    database: str = "sqlite+aiosqlite:///louyuhui.db"
    api: str = "https://api.telegram.org"
    tick: float = 5.0  # seconds between two looks at the schedule
    log_level: str = "info"
    font: Path | None = None


def read_settings(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a file, with what the environment says in place of the file's. Raises SettingsError."""
    found = _read_file(path)
    for key, variable in SECRETS.items():
        if environment.get(variable):
            found[key] = environment[variable]
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


def _log_level(key: str, value: object) -> str:
    level = _text(key, value).lower()
    if level not in LOG_LEVELS:
        raise _wrong(key, f"{'、'.join(LOG_LEVELS)} 之一", f"one of {', '.join(LOG_LEVELS)}")
    return level


def _path(key: str, value: object) -> Path | None:
    text = _text(key, value)
    return Path(text) if text else None


_READERS: Mapping[str, Callable[[str, object], object]] = {
    "token": _text,
    "database": _text,
    "api": _url,
    "tick": _seconds,
    "log_level": _log_level,
    "font": _path,
}
