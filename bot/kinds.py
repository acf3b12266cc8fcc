"""The operator's own kinds of meeting: read from the `kinds` of the settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from rules.kinds import CALLERS, PARTIES, Decides, Kind, Quorum

MOST_DAYS = 60
TITLES = 8


class WrongKind(Exception):
    """A kind in the settings that cannot be used: the key in it, and what it should be, in two languages."""

    def __init__(self, key: str, zh: str, en: str) -> None:
        super().__init__(key)
        self.key, self.zh, self.en = key, zh, en


def read_kind(found: Mapping[str, Any]) -> Kind:
    """The kind that one {…} describes. Raises WrongKind."""
    for key in found:
        if key not in _READERS:
            known = "、".join(_READERS)
            raise WrongKind(key, f"下面几项之一：{known}", f"one of: {', '.join(_READERS)}")
    for key in ("code", "zh", "en"):
        if key not in found:
            raise WrongKind(key, "写上的（每种会都要有）", "given: every kind needs it")
    read = {key: _READERS[key](key, value) for key, value in found.items()}
    quorum = Quorum(read.pop("share", Fraction(0)), read.pop("least", 1), read.pop("parties_needed", 0))
    if quorum.parties > len(read.get("parties", ())):
        raise WrongKind("parties_needed", "不多于 parties 里的方数", "no more than the parties named")
    return Kind(**{"notice": 3, **read}, quorum=quorum)


def _code(key: str, value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_]{1,19}", value):
        raise WrongKind(key, "2 到 20 个小写字母、数字或 _", "2 to 20 small letters, digits or _")
    return value


def _name(key: str, value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 30:
        raise WrongKind(key, "1 到 30 个字", "1 to 30 characters")
    return value.strip()


def _number(most: int) -> Callable[[str, object], int]:
    def read(key: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise WrongKind(key, f"0 到 {most} 的整数", f"a whole number from 0 to {most}")
        return value

    return read


def _share(key: str, value: object) -> Fraction:
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", value) if isinstance(value, str) else None
    if found is None or not int(found[2]) or int(found[1]) > int(found[2]):
        raise WrongKind(key, '不大于 1 的分数，例如 "2/3"', 'a fraction of at most 1, such as "2/3"')
    return Fraction(int(found[1]), int(found[2]))


def _some_of(known: tuple[str, ...]) -> Callable[[str, object], tuple[str, ...]]:
    def read(key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or any(each not in known for each in value):
            raise WrongKind(key, f"这些里的几个：{'、'.join(known)}", f"some of: {', '.join(known)}")
        return tuple(dict.fromkeys(value))

    return read


def _decides(key: str, value: object) -> Decides:
    if value not in [str(each) for each in Decides]:
        known = [str(each) for each in Decides]
        raise WrongKind(key, f"{'、'.join(known)} 之一", f"one of {', '.join(known)}")
    return Decides(str(value))


def _yes(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongKind(key, "true 或 false", "true or false")
    return value


def _titles(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > TITLES:
        raise WrongKind(key, f"最多 {TITLES} 个议题", f"at most {TITLES} titles")
    return tuple(_title(key, each) for each in value)


def _title(key: str, value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 80:
        raise WrongKind(key, "每个议题 1 到 80 个字", "titles of 1 to 80 characters")
    return value.strip()


_READERS: Mapping[str, Callable[[str, object], Any]] = {
    "code": _code,
    "zh": _name,
    "en": _name,
    "notice": _number(MOST_DAYS),
    "share": _share,
    "least": _number(1000),
    "callers": _some_of(CALLERS),
    "parties": _some_of(tuple(PARTIES)),
    "parties_needed": _number(len(PARTIES)),
    "decides": _decides,
    "hurry": _yes,
    "zh_agenda": _titles,
    "en_agenda": _titles,
}
