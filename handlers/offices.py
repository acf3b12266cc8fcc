"""Offices: a leader replies to a neighbour's message and appoints them; everybody sees who holds what."""

from __future__ import annotations

from handlers.buttons import Button
from handlers.here import Here
from handlers.routes import Routes
from rules.homes import Building
from rules.refusals import Refusal
from services import offices
from storage import people

routes = Routes()


class Resign(Button, code="resign"):
    """Lays an office down."""

    role: str


class ReplyToSomebody(Refusal):
    """An appointment replies to a message of the one who is appointed."""


@routes.command("leader", words=("设为组长",), admin=True)
async def appoint_leader(here: Here, _rest: str) -> None:
    """Make the one replied to a leader."""
    await _appoint(here, "leader")


@routes.command("recorder", words=("设为记录员",), admin=True)
async def appoint_recorder(here: Here, _rest: str) -> None:
    """Make the one replied to a recorder."""
    await _appoint(here, "recorder")


@routes.command("teller", words=("设为计票人",), admin=True)
async def appoint_teller(here: Here, _rest: str) -> None:
    """Make the one replied to a teller, who enters paper votes."""
    await _appoint(here, "teller")


@routes.command("supervisor", words=("设为监督员",), admin=True)
async def appoint_supervisor(here: Here, _rest: str) -> None:
    """Make the one replied to a supervisor, who answers objections."""
    await _appoint(here, "supervisor")


async def _appoint(here: Here, role: str) -> None:
    here.in_group()
    building = here.the_building()
    quoted = here.heard.quoted
    if quoted is None or quoted.address is None:
        raise ReplyToSomebody(role=role)
    person = await people.meet(here.unit.conn, quoted.address, quoted.name, building.lang, here.now)
    await offices.appoint(here.unit, building, here.person, person, role, admin=bool(here.heard.admin))
    await here.say("offices.appointed", name=person.name, role=role)
    await here.tell_person(person.id, "offices.you_are", building=building, role=role)


@routes.command("leaders", words=("组长", "leaders"))
async def list_holders(here: Here, _rest: str) -> None:
    """Say who leads and who records."""
    await _list(here, here.the_building())


async def _list(here: Here, building: Building) -> None:
    held = await offices.holders(here.unit, building)
    mine = [role for role, holders in held.items() if any(one.id == here.person.id for one in holders)]
    keys = tuple((here.key("resign", Resign(role), role=role),) for role in mine)
    await here.turn("offices.list", building=building, held=held, keys=keys)


@routes.press(Resign)
async def resign(here: Here, button: Resign) -> None:
    """Lay one's own office down."""
    building = here.the_building()
    await offices.resign(here.unit, building, here.person, button.role)
    await here.tell("offices.resigned", role=button.role)
    await here.say_to_building(building, "offices.has_resigned", name=here.person.name, role=button.role)
    await _list(here, building)
