"""Buildings and households, and how residents write where they live."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from rules.calendar import DEFAULT_QUIET, QuietHours, outside_quiet
from rules.refusals import Refusal
from rules.when.text import number


class Door(str):
    """Where a home is, as neighbours write it: 2单元502, 502 in a building of one unit, ? while unknown."""

    __slots__ = ("english",)
    english: str  # Unit 2, 502

    def __new__(cls, unit: str | None, room: str | None) -> Self:
        """The door of a room in a unit."""
        door = super().__new__(cls, f"{unit}单元{room}" if unit and room else room or "?")
        door.english = f"Unit {unit}, {room}" if unit and room else room or "?"
        return door

    @classmethod
    def named(cls, zh: str, en: str) -> Self:
        """What is no single door, in both languages."""
        door = cls(None, zh)
        door.english = en
        return door

    def in_building(self, name: str) -> Self:
        """The door with the name of its building before it: 5栋2单元502."""
        return self.named(f"{name}{self}", f"{name}, {self.english}")

    def said_in(self, lang: str) -> str:
        """The door in words of a language."""
        return self.english if lang == "en" else str(self)


@dataclass(frozen=True, slots=True)
class Building:
    """A building (or a rural 屋场); `quiet` as it is stored, "22:00-08:00", and None as everywhere."""

    id: int
    community_id: int
    community: str
    name: str
    units: int
    zone: str
    lang: str
    parking_counts: bool = False
    quiet: str | None = None

    @property
    def quiet_hours(self) -> QuietHours:
        """When nothing is sent that can wait."""
        if self.quiet is None:
            return DEFAULT_QUIET
        start, end = self.quiet.split("-")
        return QuietHours(time.fromisoformat(start), time.fromisoformat(end))

    def local(self, moment: datetime) -> datetime:
        """The moment on the clock of the building."""
        return moment.astimezone(ZoneInfo(self.zone))

    def waking(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it lies in, on the clock of the building."""
        return outside_quiet(self.local(moment), self.quiet_hours)


@dataclass(frozen=True, slots=True)
class Household:
    """A home; unit and room stay unknown until claimed, where no roll was imported."""

    id: int
    building_id: int
    unit: str | None
    room: str | None
    area_cm2: int | None
    owner: str | None
    owner_id: int | None = None

    @property
    def door(self) -> Door:
        """How neighbours write it."""
        return Door(self.unit, self.room)


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody asks to be a member of the household at a door; `state`: "asked", "confirmed", "declined"."""

    id: int
    person_id: int
    building_id: int
    unit: str  # empty in a building of one unit
    room: str
    state: str
    decided_by: int | None

    @property
    def door(self) -> Door:
        """How neighbours write it."""
        return Door(self.unit, self.room)


class NotAnAddress(Refusal):
    """What was written is not a unit and a room."""


class NoSuchBuilding(Refusal):
    """A building is named that the community has not."""


_ENGLISH = re.compile(
    r"^unit\s*(\w{1,4})(?:\s*[,;]\s*|\s+)(?:(?:room|flat|no\.?)\s*)?(\w{1,8})$", re.IGNORECASE
)
_UNIT = re.compile(r"^(?:unit)?(\w{1,4}?)(?:单元|门)?$", re.IGNORECASE)
_UNIT_AND_ROOM = re.compile(
    r"^(?:.*?[栋幢座楼])?(\w{1,4})(?:单元|门|unit|[-－—/#])(\w{1,8}?)(?:室|号|户)?$", re.IGNORECASE
)
_ROOM = re.compile(r"^(?:.*?[栋幢座楼])?(?:room)?(\w{1,8}?)(?:室|号|户)?$", re.IGNORECASE)
_BUILDING = re.compile(r"^(\w{1,20}?)号?[栋幢座楼]")
_NUMBERED = re.compile(r"[0-9a-z〇零一二三四五六七八九十]$", re.IGNORECASE)  # 3, Block B: more may follow
_AFTER_NAME = re.compile(r"^(?:号?[栋幢座楼]|[,、]|(?=unit))", re.IGNORECASE)
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def read_unit(text: str, units: int) -> str | None:
    """The unit in a text that names nothing else: 2, 二单元, Unit 2; None where it names more, or none."""
    found = _UNIT.match(_squeezed(text))
    unit = _in_digits(found[1]) if found else ""
    return unit if unit.isdigit() and 1 <= int(unit) <= units else None


def read_door(text: str, units: int, chosen: str | None = None) -> tuple[str, str]:
    """Unit and room of what a resident wrote: 3栋2单元502室, 二单元五〇二, 2-502, Unit 2, 502.

    The unit may be left out if it was chosen before, or if there is but one. Raises NotAnAddress.
    """
    plain = _squeezed(text)
    if found := _ENGLISH.match(text.strip()) or _UNIT_AND_ROOM.match(plain):
        unit, room = _in_digits(found[1]), _in_digits(found[2])
    elif (chosen or units == 1) and (found := _ROOM.match(plain)):
        unit, room = chosen or "1", _in_digits(found[1])
    else:
        raise NotAnAddress(text=text[:40])
    if not any(character.isdigit() for character in room):
        raise NotAnAddress(text=text[:40])
    return unit, room


def read_building(text: str, home: Building, around: Iterable[Building]) -> tuple[Building, str]:
    """The building that is named before a door, else `home`, and the rest of the text: 5栋2单元502.

    `around`: the buildings of the community. Raises NoSuchBuilding.
    """
    plain, known = _squeezed(text), [home, *around]
    for one in sorted(known, key=lambda one: -len(one.name)):
        name = _squeezed(one.name)
        rest = plain[len(name) :]
        ends = not _NUMBERED.search(name) or _AFTER_NAME.match(rest)
        if ends and plain.lower().startswith(name.lower()):
            return one, _AFTER_NAME.sub("", rest)
    named = _BUILDING.match(plain)
    if named is None:
        return home, text
    for one in known:
        own = _BUILDING.match(_squeezed(one.name))
        if own is not None and _in_digits(own[1]) == _in_digits(named[1]):
            return one, plain[named.end() :]
    raise NoSuchBuilding(text=named[0])


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _in_digits(name: str) -> str:
    """二 is 2, 五〇二 is 502, 十二 is 12, 502a is 502A."""
    value = number(name) if "十" in name or "百" in name else None
    return name.translate(_DIGITS).upper() if value is None else str(value)


def mask(name: str) -> str:
    """A name as published: the first character and a star (个人信息保护法: no more than needed)."""
    return f"{name[:1]}*" if name else "*"
