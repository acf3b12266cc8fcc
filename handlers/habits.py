"""Switches of a building: days, who is told, the hours of quiet, and what the standing meeting is like."""

from __future__ import annotations

from typing import Any

from handlers.buttons import Button, Key
from handlers.calendar import NotADay, rows
from handlers.calling import led_building
from handlers.here import Here
from handlers.monthly import (
    A_WEEK,
    AskAgenda,
    AskDay,
    AskQuiet,
    AskStandingKind,
    DropAgenda,
    PickDay,
    PickStandingKind,
    TellMissing,
    back,
    led,
    show_panel,
)
from handlers.routes import Routes
from rules.homes import Building
from rules.kinds import to_call
from rules.reminders import Kind
from services import habits, monthly
from storage import homes

routes = Routes()

QUIET = ((21, 7), (21, 8), (22, 7), (22, 8), (23, 7), (23, 8))  # offered; any can be written


class PickQuiet(Button, code="wqp"):
    """Quiet hours from an hour to another; the same twice: none."""

    building: int
    start: int
    end: int


def _kind(code: str) -> Kind:
    """What comes monthly, by a code that may be forged. Raises NotADay."""
    if code not in monthly.MONTHLY:
        raise NotADay
    return Kind(code)


@routes.press(AskDay)
async def ask_day(here: Here, button: AskDay) -> None:
    """Ask on which day of the month it comes."""
    building, kind = await led(here, button.building), _kind(button.kind)
    days = [Key(str(day), PickDay(building.id, kind, day)) for day in range(1, 32)]
    never = here.key("never", PickDay(building.id, kind, 0))
    keys = (*rows(days, A_WEEK), (never, back(here, building)))
    await here.turn(f"monthly.ask_{kind}_day", keys=keys)


@routes.press(PickDay)
async def pick_day(here: Here, button: PickDay) -> None:
    """Set the day, or that it does not come."""
    building = await led(here, button.building)
    await habits.set_day(here.unit, building, _kind(button.kind), button.day)
    await show_panel(here, building)


@routes.press(TellMissing)
async def tell_missing(here: Here, button: TellMissing) -> None:
    """Have the community office told who has not reported, or not."""
    building = await led(here, button.building)
    await habits.set_missing(here.unit, building, told=bool(button.told))
    await show_panel(here, building)


@routes.command("quiet", words=("免打扰", "quiet"))
async def ask_or_set_quiet(here: Here, line: str) -> None:
    """Ask for the quiet hours, or set them by a line: 22:00-7:30."""
    building = await led_building(here)
    if line:
        await show_panel(here, await habits.set_quiet(here.unit, building, line))
    else:
        await _ask_quiet(here, building)


@routes.press(AskQuiet)
async def ask_quiet(here: Here, button: AskQuiet) -> None:
    """Ask for the quiet hours, by button or in writing."""
    await _ask_quiet(here, await led(here, button.building))


async def _ask_quiet(here: Here, building: Building) -> None:
    await here.begin("quiet", building=building.id)
    offered = [Key(f"{start}:00–{end}:00", PickQuiet(building.id, start, end)) for start, end in QUIET]
    none = here.key("no_quiet", PickQuiet(building.id, 0, 0))
    keys = (*rows(offered, 2), (none, back(here, building)))
    await here.turn("monthly.ask_quiet", keys=keys, in_group=here.chat.kind == "group")


@routes.dialogue("quiet")
async def hear_quiet(here: Here, data: dict[str, Any]) -> None:
    """Take in 22:00-7:30."""
    building = await led(here, data["building"])
    await show_panel(here, await habits.set_quiet(here.unit, building, here.heard.text))


@routes.press(PickQuiet)
async def pick_quiet(here: Here, button: PickQuiet) -> None:
    """Set the quiet hours."""
    building = await led(here, button.building)
    line = f"{button.start}:00-{button.end}:00"
    await show_panel(here, await habits.set_quiet(here.unit, building, line))


@routes.press(AskStandingKind)
async def ask_kind(here: Here, button: AskStandingKind) -> None:
    """Offer the kinds that this person may call."""
    building = await led(here, button.building)
    kinds = to_call(await homes.offices(here.unit.conn, building.id, here.person.id))
    keys = [Key(kind.name(here.lang), PickStandingKind(building.id, kind.code)) for kind in kinds]
    await here.turn("monthly.ask_kind", keys=(*rows(keys, 2), (back(here, building),)))


@routes.press(PickStandingKind)
async def pick_kind(here: Here, button: PickStandingKind) -> None:
    """Set the kind."""
    building = await led(here, button.building)
    await habits.set_kind(here.unit, building, button.kind, here.person.id)
    await show_panel(here, building)


@routes.press(AskAgenda)
async def ask_agenda(here: Here, button: AskAgenda) -> None:
    """Ask for the titles that stand on each agenda."""
    building = await led(here, button.building)
    await here.begin("standing_agenda", building=building.id)
    held = await habits.of(here.unit, building)
    off = [here.key("agenda_off", DropAgenda(building.id))] if held.agenda else []
    keys = ((*off, back(here, building)),)
    await here.turn("monthly.ask_agenda", keys=keys, habits=held, in_group=here.chat.kind == "group")


@routes.dialogue("standing_agenda")
async def hear_agenda(here: Here, data: dict[str, Any]) -> None:
    """Take in the titles, one a line."""
    building = await led(here, data["building"])
    await habits.set_agenda(here.unit, building, here.heard.text)
    await show_panel(here, building)


@routes.press(DropAgenda)
async def drop_agenda(here: Here, button: DropAgenda) -> None:
    """No titles stand any more."""
    building = await led(here, button.building)
    await habits.set_agenda(here.unit, building, "")
    await show_panel(here, building)
