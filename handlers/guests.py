"""Coming and going: the bot enters a group, is bound to its building, is thrown out; and who is lost."""

from __future__ import annotations

from typing import Any

from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from rules.people import NotAnAdministrator
from services import binding
from storage import homes, outbox, people

routes = Routes()


class WhatICanDo(Button, code="what"):
    """Asks what the bot does."""


class Bind(Button, code="bind"):
    """Begins to bind the group to a building."""


class BindTo(Button, code="bindto"):
    """Binds the group to a building that is on file already."""

    building: int


class BindUnits(Button, code="bindu"):
    """Says how many units the building has."""

    units: int


class BindConfirm(Button, code="bindy"):
    """What was read back is right."""


class BindCancel(Button, code="bindn"):
    """Leaves it for now."""


async def arrived(here: Here) -> None:
    """The bot was added to a group, or started (again) in private."""
    if here.chat.kind == "private":
        return
    if here.building is not None:
        await here.say("guests.back", building=here.building)
        return
    keys = ((here.key("bind", Bind()),), (here.key("what", WhatICanDo()),))
    await here.say("guests.hello", keys=keys)


async def left(here: Here) -> None:
    """The bot was removed or blocked; the leaders of a group's building are told."""
    await people.change_chat(here.unit.conn, here.chat.id, state="gone")
    if here.chat.kind == "private":
        await people.change(here.unit.conn, here.person.id, reach="no")
        return
    if here.building is not None:
        for leader in await homes.holders(here.unit.conn, here.building.id, "leader"):
            await here.tell_person(leader.id, "guests.removed", building=here.building)


async def stayed(here: Here) -> None:
    """Only the bot's rights changed: nothing to say."""


async def moved_to(here: Here, address: str) -> None:
    """The group became a supergroup: everything goes on there."""
    await outbox.move_chat(here.unit.conn, here.chat.id, address)


async def lost(here: Here) -> None:
    """Something was said that nobody understands: offer the way on."""
    await here.say("guests.lost", keys=((here.key("what", WhatICanDo()),),))


async def unknown_link(here: Here, _rest: str) -> None:
    """A deep link that is none of ours, or no longer."""
    await lost(here)


@routes.press(Bind, admin=True)
async def begin_binding(here: Here, _button: Bind) -> None:
    """Ask which building this group belongs to."""
    here.in_group()
    if not here.heard.admin:
        raise NotAnAdministrator
    binding.check_unbound(here.building)
    known = await binding.unbound_buildings(here.unit.conn)
    if not known:
        await _ask_name(here)
        return
    rows = tuple((Key(building.name, BindTo(building.id)),) for building in known)
    await here.turn("guests.which_building", keys=(*rows, (here.key("cancel", BindCancel()),)))


@routes.press(BindTo, admin=True)
async def bind_to_known(here: Here, button: BindTo) -> None:
    """Bind the group to a building whose roll was imported."""
    here.in_group()
    if not here.heard.admin:
        raise NotAnAdministrator
    building = await binding.bind_known(here.unit, here.chat, here.person, button.building)
    await here.turn("guests.bound", building=building, households=await binding.size(here.unit, building))


async def _ask_name(here: Here) -> None:
    await here.begin("bind", step="name")
    await here.turn("guests.ask_name", keys=((here.key("cancel", BindCancel()),),))


@routes.dialogue("bind")
async def go_on_binding(here: Here, data: dict[str, Any]) -> None:
    """Take in the name, the number of units, the number of households, one after the other."""
    plan = binding.answer(data, here.heard.text)
    await here.begin("bind", **plan)
    await _ask_next(here, plan)


@routes.press(BindUnits, admin=True)
async def choose_units(here: Here, button: BindUnits) -> None:
    """The number of units, by button."""
    data = await _plan(here)
    plan = binding.answer(data | {"step": "units"}, str(button.units))
    await here.begin("bind", **plan)
    await _ask_next(here, plan)


async def _ask_next(here: Here, plan: dict[str, Any]) -> None:
    keys: Keys = ()
    if plan["step"] == "units":
        keys = (tuple(Key(str(units), BindUnits(units)) for units in range(1, 7)),)
    elif plan["step"] == "confirm":
        keys = ((here.key("yes", BindConfirm()),),)
    keys = (*keys, (here.key("cancel", BindCancel()),))
    facts = {key: plan.get(key) for key in ("name", "units", "households")}
    await here.turn(f"guests.ask_{plan['step']}", keys=keys, **facts)


@routes.press(BindConfirm, admin=True)
async def confirm_binding(here: Here, _button: BindConfirm) -> None:
    """Bind the group to a new building; who binds it leads it."""
    here.in_group()
    if not here.heard.admin:
        raise NotAnAdministrator
    plan = await _plan(here)
    building = await binding.bind_new(here.unit, here.chat, here.person, plan)
    await here.finish()
    await here.turn("guests.bound", building=building, households=plan["households"])


@routes.press(BindCancel)
async def cancel_binding(here: Here, _button: BindCancel) -> None:
    """Leave it; the button to begin again stays in reach."""
    await here.finish()
    await here.turn("guests.bind_later", keys=((here.key("bind", Bind()),),))


async def _plan(here: Here) -> dict[str, Any]:
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is None or dialogue[0] != "bind":
        raise binding.NothingToBind
    return dialogue[1]
