"""The terms of a threshold: conditions on who takes part and who approves, by heads and by area."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from rules.events import canonical


class Base(StrEnum):
    """Of whom a share is taken."""

    ENTITLED = "entitled"
    TAKING_PART = "voted"  # who abstains takes part
    DECIDED = "decided"  # for and against: who abstains is left out


class BadThreshold(ValueError):
    """What is written is no threshold."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A share that has to be reached: "> 1/2 voted" or ">= 2/3 entitled".

    "At least" includes the number itself, "more than" does not (民法典1259).
    """

    share: Fraction
    strict: bool
    base: Base

    def needed(self, of: int, against: int = 0) -> int:
        """The smallest whole number that holds it, of so many; never less than one.

        Of those who decided, what is for it has to outweigh what is `against`: exact where the two are known.
        """
        exact = self.share * of
        if self.base is Base.DECIDED and self.share < 1:
            exact = self.share / (1 - self.share) * against
        whole = exact.numerator // exact.denominator
        if self.strict or whole < exact:
            whole += 1
        return max(1, whole)

    def __str__(self) -> str:
        sign = ">" if self.strict else ">="
        return f"{sign} {self.share.numerator}/{self.share.denominator} {self.base}"


_CONDITION = re.compile(r"(>=|>|≥)\s*(\d{1,4})\s*/\s*(\d{1,4})(?:\s+(entitled|voted|decided))?")


def read_condition(text: str, base: Base) -> Condition:
    """A condition as it is written, of `base` where it does not say of whom. Raises BadThreshold."""
    found = _CONDITION.fullmatch(text.strip())
    if found is None or int(found[3]) == 0:
        raise BadThreshold(text)
    share = Fraction(int(found[2]), int(found[3]))
    strict = found[1] == ">"
    if not 0 <= share <= 1 or (strict and share == 1) or (share == 0 and not strict):
        raise BadThreshold(text)
    return Condition(share, strict, Base(found[4] or base))


@dataclass(frozen=True, slots=True)
class Terms:
    """What has to be reached in one dimension: participation, of those entitled, and approval."""

    participation: Condition | None = None
    approval: Condition | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """What people call a threshold and one sentence on what it asks, in a language."""

    title: str
    said: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a threshold stands written, and since when it has been in force.

    `note`: what is not certain about it; said beside the data, and not frozen with a ballot.
    """

    law: str
    article: str
    since: date | None
    note: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Threshold:
    """What it takes to decide.

    `joint`: a joint decision of owners (业主共同决定), never an agreement; `certified` by the operator to
    have been held in the form the law asks for. `days` of publication follow the result.
    """

    name: str
    version: str
    zh: Name
    en: Name
    source: Source
    heads: Terms = Terms()
    area: Terms | None = None
    joint: bool = False
    certified: bool = False
    days: int = 7
    clause: str = ""  # of the assembly's own rules, by which silence counts with the majority

    def named(self, lang: str) -> Name:
        """Its name in a language."""
        return self.en if lang == "en" else self.zh

    @property
    def key(self) -> str:
        """Name and version in one: simple/1."""
        return f"{self.name}/{self.version}"

    @property
    def bare(self) -> bool:
        """Whether it asks for nothing but the count itself."""
        return self.heads == Terms() and self.area is None

    def as_data(self) -> dict[str, Any]:
        """The threshold as plain JSON, whole: it can be judged again with nothing but this."""
        return {
            "name": self.name,
            "version": self.version,
            "zh": [self.zh.title, self.zh.said],
            "en": [self.en.title, self.en.said],
            "source": [self.source.law, self.source.article, str(self.source.since or "")],
            "heads": _told(self.heads),
            "area": None if self.area is None else _told(self.area),
            "joint": self.joint,
            "certified": self.certified,
            "days": self.days,
            **({"clause": self.clause} if self.clause else {}),
        }

    def written(self) -> str:
        """The threshold as one line of text, the same for the same threshold."""
        return canonical(self.as_data()).decode()


def _told(terms: Terms) -> list[str | None]:
    return [None if one is None else str(one) for one in (terms.participation, terms.approval)]


def threshold_of(data: Mapping[str, Any]) -> Threshold:
    """The threshold of its plain JSON. Raises BadThreshold."""
    try:
        law, article, since = data["source"]
        found = Threshold(
            name=data["name"],
            version=data["version"],
            zh=Name(*data["zh"]),
            en=Name(*data["en"]),
            source=Source(law, article, date.fromisoformat(since) if since else None),
            heads=_terms(data["heads"]),
            area=None if data["area"] is None else _terms(data["area"]),
            joint=data["joint"],
            certified=data["certified"],
            days=data["days"],
            clause=data.get("clause", ""),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadThreshold(str(error)) from None
    if type(found.days) is not int or not 0 <= found.days <= 365:
        raise BadThreshold("days")
    if not isinstance(found.clause, str):
        raise BadThreshold("clause")
    return found


def read_threshold(text: str) -> Threshold:
    """The threshold of its line of text, as `written` made it. Raises BadThreshold."""
    return threshold_of(json.loads(text))


def _terms(pair: list[str | None]) -> Terms:
    participation, approval = pair
    return Terms(
        None if participation is None else read_condition(participation, Base.ENTITLED),
        None if approval is None else read_condition(approval, Base.TAKING_PART),
    )
