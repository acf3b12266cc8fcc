"""Several buildings: in private one is chosen by a key; the one last used is meant until another is."""

from __future__ import annotations

from dataclasses import fields

from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from rules.homes import Building
from rules.people import Chat, Person
from services import choosing
from storage.store import Unit

routes = Routes()


class ChooseBuilding(Button, code="wb"):
    """Says which building is meant from now on."""

    building: int


async def meant(
    unit: Unit, person: Person, chat: Chat, pressed: object
) -> tuple[Building | None, tuple[Building, ...]]:
    """The building a private chat is about, and those it could be.

    A button that names a meeting, a ballot or the like is about the building of that.
    """
    among = await choosing.choices(unit.conn, person)
    building = choosing.last_used(chat, among)
    if len(among) < 2 or not isinstance(pressed, Button):
        return building, among
    for field in fields(pressed):  # type: ignore[arg-type]
        named = await choosing.of_record(unit.conn, field.name, getattr(pressed, field.name))
        if any(one.id == named for one in among):
            return await choosing.choose(unit, chat, person, named or 0), among
    return building, among


@routes.command("building", words=("换楼", "哪栋楼", "building"))
async def ask(here: Here, _rest: str) -> None:
    """Say which building is meant, with a key for each of the others."""
    here.in_private()
    if len(here.among) < 2:
        building = here.the_building()
        await here.say("choosing.only_one", building=building)
        return
    await here.say("choosing.which", building=here.building, keys=keys(here))


def keys(here: Here) -> Keys:
    """A key for each building that could be meant."""
    return tuple((Key(f"🏢 {one.community} {one.name}", ChooseBuilding(one.id)),) for one in here.among)


@routes.press(ChooseBuilding)
async def choose(here: Here, button: ChooseBuilding) -> None:
    """Mean this building from now on."""
    here.in_private()
    here.building = await choosing.choose(here.unit, here.chat, here.person, button.building)
    await here.turn("choosing.chosen", building=here.building)
