"""Settings: read from config.toml and the environment; an unknown key is an error that names the nearest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """What the program needs to know."""

    token: str
    database: str = "sqlite+aiosqlite:///louyuhui.db"
    api: str = "https://api.telegram.org"
    tick: float = 5.0  # seconds between two looks at the schedule
