"""Joining a household: the slip's code or a request, the privacy notice, and the leader's answer."""

from __future__ import annotations

from typing import Any

from handlers import claims
from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import number_in
from handlers.ways import Join, WhatICanDo
from rules.homes import Building, Door, read_unit
from rules.people import Person
from services import joining
from services.joining import Arrival
from storage import homes, people

routes = Routes()

MOST_KEYS = 80  # under one message; the platform takes 100
ROW = 4


class JoinBuilding(Button, code="joinb"):
    """Chooses the building."""

    building: int


class JoinUnit(Button, code="joinu"):
    """Chooses the unit: its place in the list of the building's units."""

    building: int
    place: int


class JoinRoom(Button, code="joinr"):
    """Chooses a household of the roll."""

    household: int


class AcceptSlip(Button, code="joins"):
    """Agrees to the privacy notice and joins with a slip; carries the hash of its code."""

    slip: str


class SendClaim(Button, code="joinc"):
    """Agrees to the privacy notice and asks the leader."""


class NotMyHome(Button, code="joinn"):
    """It is another's home, or rather not now."""


# By a slip


@routes.link("h")
async def open_slip(here: Here, code: str) -> None:
    """Somebody scanned a slip: show whose it is and what is stored, and ask."""
    here.in_private()
    await _offer_slip(here, joining.hash_code(joining.read_code(code) or code))


async def heard_code(here: Here) -> bool:
    """Whether what was written in private is a slip's code; then it is taken as one."""
    code = joining.read_code(here.heard.text)
    if code is None:
        return False
    await _offer_slip(here, joining.hash_code(code))
    return True


async def _offer_slip(here: Here, code_hash: str) -> None:
    home = await joining.home_of_slip(here.unit, here.person, code_hash)
    if home is None:
        await _say_wrong_code(here)
        return
    building = await homes.building(here.unit.conn, home.building_id)
    keys = ((here.key("join_agree", AcceptSlip(code_hash)),), (here.key("not_my_home", NotMyHome()),))
    await here.say("joining.consent", building=building, door=home.door, by_slip=True, keys=keys)


async def _say_wrong_code(here: Here) -> None:
    await here.say("joining.wrong_code", keys=((here.key("join", Join()),),))


@routes.press(AcceptSlip)
async def join_by_slip(here: Here, button: AcceptSlip) -> None:
    """Join with the slip, now that the person agreed."""
    here.in_private()
    arrival = await joining.join_by_slip(here.unit, here.person, button.slip)
    if arrival is None:
        await _say_wrong_code(here)
        return
    await here.finish()
    await _welcome(here, arrival)


async def _welcome(here: Here, arrival: Arrival) -> None:
    keys = ((here.key("what", WhatICanDo()),),)
    await here.turn(
        "joining.welcome", building=arrival.building, door=arrival.household.door, by_leader=False, keys=keys
    )
    await _tell_family(here, arrival.others, "joining.family_grew", arrival.household.door, arrival.person)


async def _tell_family(here: Here, family: tuple[Person, ...], said: str, door: str, person: Person) -> None:
    for member in family:
        await here.tell_person(member.id, said, door=door, name=person.name)


# By asking


@routes.press(Join)
async def begin(here: Here, _button: Join) -> None:
    """Ask for the door; from a group it goes on in private."""
    if here.chat.kind == "private":
        await _ask_building(here)
    else:
        here.toast = {"url": here.link(f"join_b{here.the_building().id}")}


@routes.command("join", words=("登记", "加入", "join"))
async def begin_by_word(here: Here, _rest: str) -> None:
    """As by the button; a group is shown the way to the private chat."""
    if here.chat.kind == "private":
        await _ask_building(here)
        return
    link = here.link(f"join_b{here.the_building().id}")
    await here.say("joining.in_private", keys=((here.key("join", link=link),),))


@routes.link("join")
async def begin_by_link(here: Here, rest: str) -> None:
    """Ask for the door in the building named (b12) or in that of a ballot (7)."""
    here.in_private()
    if rest.startswith("b"):
        building = await homes.find_building(here.unit.conn, number_in(rest[1:]))
    else:
        building = await homes.building_of_ballot(here.unit.conn, number_in(rest))
    if building is None:
        await _ask_building(here)
    else:
        await _ask_door(here, building, None)


async def _ask_building(here: Here) -> None:
    """Ask which building, where it is not plain."""
    open_ones = [here.building] if here.building else await homes.buildings_with_a_group(here.unit.conn)
    if not open_ones:
        await here.turn("joining.no_building", keys=((here.key("what", WhatICanDo()),),))
    elif len(open_ones) == 1:
        await _ask_door(here, open_ones[0], None)
    else:
        keys = _rows([Key(one.name, JoinBuilding(one.id)) for one in open_ones[:MOST_KEYS]], 2)
        await here.turn("joining.ask_building", keys=(*keys, (_not_now(here),)))


@routes.press(JoinBuilding)
async def choose_building(here: Here, button: JoinBuilding) -> None:
    """The building, by button."""
    here.in_private()
    await _ask_door(here, await _building(here, button.building), None)


@routes.press(JoinUnit)
async def choose_unit(here: Here, button: JoinUnit) -> None:
    """The unit, by button."""
    here.in_private()
    building = await _building(here, button.building)
    units = await joining.units_of(here.unit, building)
    if not 0 <= button.place < len(units):
        raise joining.NothingToJoin
    await _ask_door(here, building, units[button.place])


async def _ask_door(here: Here, building: Building, chosen: str | None) -> None:
    """Ask for the unit, or for the room where the unit is known or there is but one."""
    units = await joining.units_of(here.unit, building)
    if chosen is None and building.units > 1 and len(units) == 1:
        chosen = units[0]
    await here.begin("join", building=building.id, unit=chosen, room=None)
    if chosen is None and building.units > 1:
        keys = [here.key("unit", JoinUnit(building.id, place), unit=unit) for place, unit in enumerate(units)]
        await _ask_with(here, "joining.ask_unit", keys, building)
    else:
        rooms = await joining.rooms_of(here.unit, building, chosen)
        keys = [Key(home.room or "", JoinRoom(home.id)) for home in rooms]
        await _ask_with(here, "joining.ask_room", keys, building, chosen=chosen)


async def _ask_with(here: Here, asked: str, keys: list[Key], building: Building, **facts: object) -> None:
    """Ask with a key for each answer; where they are too many, it is written."""
    rows = _rows(keys, ROW) if len(keys) <= MOST_KEYS else ()
    await here.turn(asked, building=building, listed=bool(rows), keys=(*rows, (_not_now(here),)), **facts)


@routes.press(JoinRoom)
async def choose_room(here: Here, button: JoinRoom) -> None:
    """The room, by button."""
    here.in_private()
    home = await homes.find_home(here.unit.conn, button.household)
    if home is None or home.room is None:
        raise joining.NothingToJoin
    building = await homes.building(here.unit.conn, home.building_id)
    name = home.unit or ""
    await joining.check_may_ask(here.unit, here.person, building, name, home.room)
    await _ask_consent(here, building, name, home.room)


@routes.dialogue("join")
async def hear_door(here: Here, data: dict[str, Any]) -> None:
    """The door, as somebody writes it; a slip's code is as welcome."""
    if await heard_code(here):
        return
    building = await homes.building(here.unit.conn, data["building"])
    chosen = None if data["unit"] else read_unit(here.heard.text, building.units)
    if building.units > 1 and chosen in await joining.units_of(here.unit, building):
        await _ask_door(here, building, chosen)
        return
    name, room = await joining.find_door(here.unit, here.person, building, here.heard.text, data["unit"])
    await _ask_consent(here, building, name, room)


async def _ask_consent(here: Here, building: Building, name: str, room: str) -> None:
    await here.begin("join", building=building.id, unit=name, room=room)
    keys = ((here.key("join_agree", SendClaim()),), (here.key("not_my_home", NotMyHome()),))
    await here.turn("joining.consent", building=building, door=Door(name, room), by_slip=False, keys=keys)


@routes.press(SendClaim)
async def send_claim(here: Here, _button: SendClaim) -> None:
    """Ask the leader, now that the person agreed."""
    here.in_private()
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is None or dialogue[0] != "join" or dialogue[1]["room"] is None:
        raise joining.NothingToJoin
    data = dialogue[1]
    building = await _building(here, data["building"])
    asked = await joining.ask(here.unit, here.person, building, data["unit"], data["room"])
    await here.finish()
    if isinstance(asked, Arrival):
        await _welcome(here, asked)
        return
    await claims.show_leaders(here, building, asked)
    family = await joining.family_of(here.unit, asked)
    await _tell_family(here, family, "joining.family_asked", asked.door, here.person)
    await here.turn("joining.asked", building=building, door=asked.door)


@routes.press(NotMyHome)
async def not_my_home(here: Here, _button: NotMyHome) -> None:
    """Leave it; nothing was stored, and the way back stays in reach."""
    here.in_private()
    await here.finish()
    await here.turn("joining.not_now", keys=((here.key("join", Join()), here.key("what", WhatICanDo())),))


async def _building(here: Here, building_id: int) -> Building:
    building = await homes.find_building(here.unit.conn, building_id)
    if building is None:
        raise joining.NothingToJoin
    return building


def _rows(keys: list[Key], wide: int) -> Keys:
    return tuple(tuple(keys[start : start + wide]) for start in range(0, len(keys), wide))


def _not_now(here: Here) -> Key:
    return here.key("not_now", NotMyHome())
