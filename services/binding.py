"""Binding a group to its building: once, by an administrator, who becomes its leader."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from rules.homes import Building
from rules.people import Chat, Person
from rules.refusals import Refusal
from rules.when.text import NUMERAL, number
from services import monthly
from storage import homes, log, people
from storage.store import Connection, Unit

NAME_LIMIT = 40
MOST_UNITS = 200
MOST_HOUSEHOLDS = 20_000
DEFAULT_COMMUNITY = "本小区"
DEFAULT_ZONE = "Asia/Shanghai"
_IN_DIGITS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_IN_CHARACTERS = re.compile(rf"[{NUMERAL}百]+")
_DIGITS = 9  # more are no number of households
_GLANCE = 200  # characters in which a number is looked for


class AlreadyBound(Refusal):
    """The group belongs to a building already."""


class BuildingTaken(Refusal):
    """The building has its group already."""


class NotAName(Refusal):
    """A building's name is empty or too long."""


class NotANumber(Refusal):
    """Not a number, or not one between `least` and `most`."""


class NothingToBind(Refusal):
    """The dialogue this button belongs to is over."""


def check_unbound(building: Building | None) -> None:
    """Go on only if the group has no building yet. Raises AlreadyBound."""
    if building is not None:
        raise AlreadyBound(building=building)


async def buildings_to_bind(conn: Connection, person: Person) -> list[Building]:
    """Buildings on file (a roll was imported) without a group, or led by this person and thrown out of it."""
    return [building for building in await homes.buildings_of(conn) if await _is_free(conn, building, person)]


async def _is_free(conn: Connection, building: Building, person: Person) -> bool:
    group = await people.group_of(conn, building.id)
    if group is None:
        return True
    return group.state == "gone" and "leader" in await homes.offices(conn, building.id, person.id)


def answer(plan: dict[str, Any], text: str) -> dict[str, Any]:
    """The plan with one more answer in it. Raises NotAName, NotANumber."""
    match plan["step"]:
        case "name":
            return plan | {"name": _name(text), "step": "units"}
        case "units":
            return plan | {"units": _number(text, MOST_UNITS), "step": "households"}
        case "households":
            return plan | {"households": _number(text, MOST_HOUSEHOLDS), "step": "confirm"}
        case _:
            return plan


def choose_units(plan: dict[str, Any], units: int) -> dict[str, Any]:
    """The plan with the number of units pressed, at once or on second thoughts. Raises NothingToBind."""
    if plan["step"] == "name":
        raise NothingToBind
    return answer(plan | {"step": "units"}, str(units))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > NAME_LIMIT or not any(unicodedata.category(character)[0] in "LNS" for character in name):
        raise NotAName(limit=NAME_LIMIT)
    return name


def _number(text: str, most: int) -> int:
    """The one number in a text: 48, ４８户, 四十八户, about 48."""
    plain = unicodedata.normalize("NFKC", text[:_GLANCE])
    found = _IN_DIGITS.findall(plain) or _IN_CHARACTERS.findall(plain)
    value = number(found[0]) if len(found) == 1 and len(found[0]) <= _DIGITS else None
    if value is None or not 1 <= value <= most:
        raise NotANumber(least=1, most=most)
    return value


async def bind_new(unit: Unit, chat: Chat, person: Person, plan: dict[str, Any]) -> Building:
    """Bind a group to a new building with as many households, their doors unknown until claimed.

    Raises AlreadyBound, NothingToBind.
    """
    if plan.get("step") != "confirm":
        raise NothingToBind
    await _check_chat(unit, chat)
    community = await homes.community(unit.conn, DEFAULT_COMMUNITY)
    building = await homes.add_building(
        unit.conn,
        community_id=community,
        name=await _free_name(unit, community, plan["name"]),
        units=plan["units"],
        zone=DEFAULT_ZONE,
        lang=person.lang,
    )
    rows = ({"building_id": building.id} for _ in range(plan["households"]))
    await homes.add_households(unit.conn, rows)
    await _bind(unit, chat, person, building)
    return building


async def bind_known(unit: Unit, chat: Chat, person: Person, building_id: int) -> Building:
    """Bind a group to a building on file. Raises AlreadyBound, BuildingTaken."""
    await _check_chat(unit, chat)
    known = {building.id: building for building in await buildings_to_bind(unit.conn, person)}
    if building_id not in known:
        raise BuildingTaken
    await people.unbind(unit.conn, building_id)
    await _bind(unit, chat, person, known[building_id])
    return known[building_id]


async def size(unit: Unit, building: Building) -> int:
    """How many households a building has."""
    return await homes.count_households(unit.conn, building.id)


async def _check_chat(unit: Unit, chat: Chat) -> None:
    current = await people.chat(unit.conn, chat.id)
    if current.building_id is not None:
        raise AlreadyBound(building=await homes.building(unit.conn, current.building_id))


async def _free_name(unit: Unit, community: int, name: str) -> str:
    """The name, numbered where the community has another building of that name."""
    taken = {building.name for building in await homes.buildings_of(unit.conn, community)}
    free, number = name, 2
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free


async def _bind(unit: Unit, chat: Chat, person: Person, building: Building) -> None:
    await people.change_chat(unit.conn, chat.id, building_id=building.id)
    await homes.appoint(unit.conn, building.id, person.id, "leader", unit.now)
    await log.append(unit.conn, f"building:{building.id}", "bound", unit.now, chat=chat.id, by=person.id)
    await monthly.begin(unit, building)
