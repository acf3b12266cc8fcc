"""Settings: read from config.toml, secrets from the environment too (config.example.toml explains them)."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

SECRETS = {"token": "LOUYUHUI_TOKEN", "database": "LOUYUHUI_DATABASE"}


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
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except FileNotFoundError:
        raise SettingsError(
            f"没有找到 {path}：请把 config.example.toml 复制成它再填写。"
            f"\n{path} not found: copy config.example.toml to it and fill it in."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} 写法有误 / is not valid TOML: {error}") from None
    for key, variable in SECRETS.items():
        if environment.get(variable):
            found[key] = environment[variable]
    return make_settings(found)


def make_settings(found: Mapping[str, Any]) -> Settings:
    """Settings of these values. Raises SettingsError for unknown keys, wrong types and missing ones."""
    known = {item.name: item for item in fields(Settings)}
    for key in found:
        if key not in known:
            raise SettingsError(_unknown(key, list(known)))
    missing = [name for name, item in known.items() if item.default is MISSING and not found.get(name)]
    if missing:
        raise SettingsError(
            f"缺少 {', '.join(missing)}（也可以用环境变量 {SECRETS[missing[0]]}）。"
            f"\n{', '.join(missing)} is missing (or set {SECRETS[missing[0]]} in the environment)."
        )
    return Settings(**{key: _typed(key, value) for key, value in found.items()})


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint_zh, hint_en = (f"，是不是 {near[0]}？", f"; did you mean {near[0]}?") if near else ("。", ".")
    return f"不认识的设置 {key}{hint_zh}\nUnknown setting {key}{hint_en}"


def _typed(key: str, value: Any) -> Any:
    """The value as its key wants it. Raises SettingsError."""
    if key == "font":
        if not isinstance(value, str):
            raise SettingsError(_wrong(key, "a path in quotes", "带引号的路径"))
        return Path(value) if value else None
    if key == "tick":
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 60:
            raise SettingsError(_wrong(key, "a number of seconds from 0.5 to 60", "0.5 到 60 秒的数字"))
        return float(value)
    if not isinstance(value, str):
        raise SettingsError(_wrong(key, "text in quotes", "带引号的文字"))
    if key == "log_level" and value not in {"debug", "info", "warning", "error"}:
        raise SettingsError(_wrong(key, "debug, info, warning or error", "debug、info、warning 或 error"))
    return value


def _wrong(key: str, en: str, zh: str) -> str:
    return f"设置 {key} 应该是{zh}。\nThe setting {key} should be {en}."
