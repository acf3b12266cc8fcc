"""Coming and going: the bot enters a group, is bound to its building, is thrown out; and who is lost."""

from __future__ import annotations

from typing import Any

from handlers import joining
from handlers.buttons import Button, Key, Keys
from handlers.help import keys_for, offer_help
from handlers.here import Here
from handlers.routes import Routes
from handlers.ways import Bind, WhatICanDo
from rules.homes import Building
from rules.people import NotAnAdministrator
from services import binding
from storage import homes, outbox, people

routes = Routes()

MOST_LISTED = 30  # buildings shown as keys


class BindTo(Button, code="bindto"):
    """Binds the group to a building that is on file already."""

    building: int


class BindAnother(Button, code="bindx"):
    """The building is none of those listed."""


class BindUnits(Button, code="bindu"):
    """Says how many units the building has."""

    units: int


class BindConfirm(Button, code="bindy"):
    """What was read back is right."""


class BindCancel(Button, code="bindn"):
    """Leaves it for now."""


async def arrived(here: Here) -> None:
    """The bot was added to a group, or started (again) in private."""
    if here.chat.kind == "private" or here.heard.chat != here.chat.address:
        return
    if here.building is not None:
        await here.say("guests.back", building=here.building)
        return
    keys = ((here.key("bind", Bind()),), (here.key("what", WhatICanDo()),))
    await here.say("guests.hello", keys=keys)


async def left(here: Here) -> None:
    """The bot was removed or blocked; the leaders of a group's building are told.

    Of the group that a supergroup was before it moved, nothing is to be said.
    """
    if here.heard.chat != here.chat.address:
        return
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
    """Something was said that nobody understands: a slip's code is welcome, else offer the way on."""
    if not await joining.heard_code(here):
        await offer_help(here, "guests.lost")


async def unread(here: Here) -> None:
    """Something came that is neither text nor picture: a voice message, a sticker, a file."""
    await here.say("guests.unread")


async def unknown_link(here: Here, _rest: str) -> None:
    """A deep link that is none of ours, or no longer."""
    await offer_help(here, "guests.lost")


@routes.press(Bind, admin=True)
async def begin_binding(here: Here, _button: Bind) -> None:
    """Ask which building this group belongs to."""
    _check_entitled(here)
    binding.check_unbound(here.building)
    known = await binding.buildings_to_bind(here.unit.conn, here.person)
    if not known:
        await _ask_name(here)
        return
    rows = tuple((Key(building.name, BindTo(building.id)),) for building in known[:MOST_LISTED])
    another = here.key("bind_another", BindAnother())
    await here.turn("guests.which_building", keys=(*rows, (another, _cancel(here))))


@routes.press(BindAnother, admin=True)
async def bind_another(here: Here, _button: BindAnother) -> None:
    """The building is none of those on file."""
    _check_entitled(here)
    binding.check_unbound(here.building)
    await _ask_name(here)


@routes.press(BindTo, admin=True)
async def bind_to_known(here: Here, button: BindTo) -> None:
    """Bind the group to a building whose roll was imported."""
    _check_entitled(here)
    building = await binding.bind_known(here.unit, here.chat, here.person, button.building)
    await _say_bound(here, building)


async def _ask_name(here: Here) -> None:
    await here.begin("bind", step="name")
    await here.turn("guests.ask_name", keys=((_cancel(here),),))


@routes.dialogue("bind")
async def go_on_binding(here: Here, data: dict[str, Any]) -> None:
    """Take in the name, the number of units, the number of households, one after the other."""
    binding.check_unbound(here.building)
    plan = binding.answer(data, here.heard.text)
    await here.begin("bind", **plan)
    await _ask_next(here, plan)


@routes.press(BindUnits, admin=True)
async def choose_units(here: Here, button: BindUnits) -> None:
    """The number of units, by button."""
    _check_entitled(here)
    plan = binding.choose_units(await _plan(here), button.units)
    await here.begin("bind", **plan)
    await _ask_next(here, plan)


async def _ask_next(here: Here, plan: dict[str, Any]) -> None:
    keys: Keys = ()
    if plan["step"] == "units":
        keys = (tuple(Key(str(units), BindUnits(units)) for units in range(1, 7)),)
    elif plan["step"] == "confirm":
        keys = ((here.key("yes", BindConfirm()),),)
    facts = {key: plan.get(key) for key in ("name", "units", "households")}
    await here.turn(f"guests.ask_{plan['step']}", keys=(*keys, (_cancel(here),)), **facts)


@routes.press(BindConfirm, admin=True)
async def confirm_binding(here: Here, _button: BindConfirm) -> None:
    """Bind the group to a new building; who binds it leads it."""
    _check_entitled(here)
    binding.check_unbound(here.building)
    building = await binding.bind_new(here.unit, here.chat, here.person, await _plan(here))
    await _say_bound(here, building)


async def _say_bound(here: Here, building: Building) -> None:
    """Say that it is done, and what comes next."""
    await here.finish()
    here.building = building
    facts = {"households": await binding.size(here.unit, building), "trusted": here.heard.trusted}
    await here.turn("guests.bound", building=building, keys=await keys_for(here), **facts)


@routes.press(BindCancel, admin=True)
async def cancel_binding(here: Here, _button: BindCancel) -> None:
    """Leave it; the button to begin again stays in reach."""
    _check_entitled(here)
    binding.check_unbound(here.building)
    await here.finish()
    await here.turn("guests.bind_later", keys=((here.key("bind", Bind()),),))


def _check_entitled(here: Here) -> None:
    """Go on only for an administrator of a group. Raises OnlyInAGroup, NotAnAdministrator."""
    here.in_group()
    if not here.heard.admin:
        raise NotAnAdministrator


def _cancel(here: Here) -> Key:
    return here.key("cancel", BindCancel())


async def _plan(here: Here) -> dict[str, Any]:
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is None or dialogue[0] != "bind":
        raise binding.NothingToBind
    return dialogue[1]
