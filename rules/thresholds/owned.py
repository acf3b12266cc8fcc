"""The operator's own thresholds and terms, as the settings say them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from rules.floor import SPEAKING_TIME
from rules.thresholds.known import DEFAULTS, OWNERS_DAYS, may_count_silence
from rules.thresholds.terms import (
    BadThreshold,
    Base,
    Condition,
    Name,
    Source,
    Terms,
    Threshold,
    read_condition,
)

_KEYS: Mapping[str, bool] = {  # and whether it must be there
    "name": True,
    "version": True,
    "zh": True,
    "en": True,
    "zh_said": True,
    "en_said": True,
    "source": True,
    "since": False,
    "participation": False,
    "approval": True,
    "area_participation": False,
    "area_approval": False,
}
_LONGEST = 80  # characters of what people read


class BadTerms(ValueError):
    """A threshold in the settings cannot be used: `key` is wrong, or missing, or unknown."""

    def __init__(self, key: str, zh: str, en: str) -> None:
        super().__init__(f"{key}: {en}")
        self.key, self.zh, self.en = key, zh, en


def own_threshold(found: Mapping[str, Any]) -> Threshold:
    """A threshold as the settings write it. Raises BadTerms."""
    for key in found:
        if key not in _KEYS:
            raise BadTerms(key, "不认识", "is unknown")
    for key, needed in _KEYS.items():
        if key != "since" and (needed or key in found):
            _check_text(key, found.get(key))
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,19}", found["name"]) or found["name"] in DEFAULTS:
        raise BadTerms("name", "要用新的小写英文名", "should be a new name of small letters")
    if not re.fullmatch(r"[0-9A-Za-z.-]{1,12}", found["version"]):
        raise BadTerms("version", "要用数字和字母", "should be digits and letters")
    since = found.get("since")
    if since is not None and type(since) is not date:
        raise BadTerms("since", "要写成日期，如 2026-01-01", "should be a date such as 2026-01-01")
    by_area = "area_approval" in found or "area_participation" in found
    return Threshold(
        found["name"],
        found["version"],
        Name(found["zh"], found["zh_said"]),
        Name(found["en"], found["en_said"]),
        Source(found["source"], "", since),
        _terms(found, ""),
        _terms(found, "area_") if by_area else None,
    )


def _check_text(key: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        raise BadTerms(key, f"要写 1 到 {_LONGEST} 个字", f"should be text of 1 to {_LONGEST} characters")


def _terms(found: Mapping[str, Any], prefix: str) -> Terms:
    return Terms(
        _condition(found, f"{prefix}participation", Base.ENTITLED),
        _condition(found, f"{prefix}approval", Base.TAKING_PART),
    )


def _condition(found: Mapping[str, Any], key: str, base: Base) -> Condition | None:
    if key not in found:
        return None
    try:
        condition = read_condition(found[key], base)
    except BadThreshold:
        raise BadTerms(key, "要写成 > 1/2 或 >= 2/3 这样", "should be written like > 1/2 or >= 2/3") from None
    if key.endswith("participation") and condition.base is not Base.ENTITLED:
        raise BadTerms(key, "只能按应投的算", "can be of those entitled alone")
    return condition


@dataclass(frozen=True, slots=True)
class Charter:
    """What the operator laid down: own thresholds, days of publication, the form of votes, time to speak.

    `certified`: the operator answers for it that owners' decisions are held in the form the law asks for.
    `speaking`: how long each has the floor. With `silence` the assembly's own rules count silence with the
    majority, by the `clause` given word for word.
    """

    own: tuple[Threshold, ...] = ()
    certified: bool = False
    days: int = 7
    owners_days: int = OWNERS_DAYS
    speaking: timedelta = SPEAKING_TIME
    silence: bool = False
    clause: str = ""

    def settle(self, threshold: Threshold, *, yes_or_no: bool = False) -> Threshold:
        """The threshold as it is frozen when a ballot opens under this charter.

        A clause on silence goes with a `yes_or_no` alone: nobody can say what the silent would have chosen.
        """
        if threshold.joint:
            spoken = self.silence and yes_or_no and may_count_silence(threshold)
            clause = self.clause if spoken else ""
            return replace(threshold, days=self.owners_days, certified=self.certified, clause=clause)
        return replace(threshold, days=self.days)


PLAIN_CHARTER = Charter()  # where the operator laid nothing down
