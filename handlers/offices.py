"""Offices: a leader replies to a neighbour's message and appoints them; everybody sees who holds what."""

from __future__ import annotations

from handlers.buttons import Button
from handlers.here import Here
from handlers.routes import Routes
from handlers.ways import MyData
from rules.refusals import Refusal
from services import offices
from storage import people

routes = Routes()


class Resign(Button, code="resign"):
    """Lays an office of a building down; asks first (0)."""

    building: int
    role: str
    sure: int = 0


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
    """Say who leads, records, tells and supervises."""
    building = here.the_building()
    held = await offices.holders(here.unit, building)
    await here.say("offices.list", building=building, held=held)


@routes.press(Resign)
async def resign(here: Here, button: Resign) -> None:
    """Lay one's own office down, once it is meant; the group is told."""
    here.in_private()
    building = await offices.check_holder(here.unit.conn, button.building, here.person, button.role)
    if not button.sure:
        sure = here.key("resign_sure", Resign(building.id, button.role, 1), role=button.role)
        keys = ((sure,), (here.key("keep_office", MyData()),))
        await here.turn("offices.ask_resign", keys=keys, building=building, role=button.role)
        return
    await offices.resign(here.unit, building, here.person, button.role)
    await here.turn("offices.resigned", role=button.role, keys=((here.key("my_data", MyData()),),))
    await here.say_to_building(building, "offices.has_resigned", name=here.person.name, role=button.role)
