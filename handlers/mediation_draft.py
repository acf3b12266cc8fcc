"""The draft of a mediation: its keys, what it still lacks, and how it is asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import asking
from handlers.buttons import Button, Key, Keys
from handlers.calendar import Offer, as_number, hour_keys, month_after, month_keys
from handlers.here import Here
from rules.mediations import LEAST_SIDES, MOST_SIDES, State
from services import mediations
from services.mediations import Case
from storage import homes, people
from storage.store import Connection


class CallMediation(Button, code="ya"):
    """Begins to arrange a mediation, or goes on with it."""


class MyMediations(Button, code="yl"):
    """Lists the mediations that concern oneself."""


class OpenMediation(Button, code="yo"):
    """Shows a mediation anew."""

    mediation: int


class EditMediation(Button, code="ye"):
    """Asks for one part: subject, side, mediator, time, place."""

    mediation: int
    part: str


class NameSide(Button, code="yn"):
    """Names a side: one person of a household, or all of it (0)."""

    mediation: int
    household: int
    person: int


class DropSide(Button, code="yd"):
    """Takes a side off the draft."""

    mediation: int
    side: int


class NameMediator(Button, code="ym"):
    """Says who is to mediate."""

    mediation: int
    person: int


class TurnMediation(Button, code="yu"):
    """Turns the calendar to a month."""

    mediation: int
    month: int


class MediationDay(Button, code="yt"):
    """A day."""

    mediation: int
    day: int


class MediationHour(Button, code="yh"):
    """An hour of a day."""

    mediation: int
    day: int
    hour: int


class MediationTime(Button, code="yq"):
    """The exact time."""

    mediation: int
    day: int
    hour: int
    minute: int


class NoMediationDay(Button, code="yx"):
    """A day that is over, or a heading."""

    mediation: int


class SendMediation(Button, code="yy"):
    """Asks the sides."""

    mediation: int


class DropMediation(Button, code="yz"):
    """Gives the draft up."""

    mediation: int


async def the_draft(here: Here, mediation_id: int) -> Case:
    """A draft, in private and for whoever called it."""
    here.in_private()
    case = await mediations.draft(here.unit.conn, mediation_id, here.person.id)
    here.building = case.building
    return case


async def go_on(here: Here, mediation_id: int) -> None:
    """Ask for what a draft still lacks; when it lacks nothing, show it."""
    case = await the_draft(here, mediation_id)
    mediation = case.mediation
    if not mediation.subject:
        await ask(here, case, "subject")
    elif len(case.sides) < LEAST_SIDES:
        await ask(here, case, "side")
    elif mediation.planned_at is None:
        await ask_day(here, case)
    elif not mediation.place:
        await ask(here, case, "place")
    else:
        await show_draft(here, case)


async def ask(here: Here, case: Case, part: str, keys: Keys = ()) -> None:
    """Ask for one part in writing; `keys`: what can be pressed instead."""
    data = {"mediation": case.mediation.id, "ask": part}
    facts: dict[str, Any] = {"number": len(case.sides) + 1, "mediator": part == "mediator"}
    facts |= {"units": case.building.units, "others": await mediations.around(here.unit.conn, case)}
    question = "mediation.ask_door" if part in {"side", "mediator"} else f"mediation.ask_{part}"
    await asking.ask(here, "mediation", question, data=data, keys=keys, **facts)


async def show_draft(here: Here, case: Case) -> None:
    """Show the draft with all that can still be changed."""
    await asking.finish(here)
    this = case.mediation.id
    sides = await sides_said(here.unit.conn, case)
    keys: list[tuple[Key, ...]] = [
        (_edit(here, this, "subject"), _edit(here, this, "mediator")),
        (_edit(here, this, "time"), _edit(here, this, "place")),
        *((here.key("drop_side", DropSide(this, one["id"]), door=one["door"]),) for one in sides),
    ]
    if len(sides) < MOST_SIDES:
        keys.insert(2, (_edit(here, this, "side"),))
    if len(sides) >= LEAST_SIDES:
        keys.append((here.key("send_mediation", SendMediation(this)),))
    keys.append((here.key("drop_mediation", DropMediation(this)),))
    mediator = await people.get(here.unit.conn, case.mediation.mediator_id)
    facts = {"mediation": case.mediation, "sides": sides, "mediator": mediator.name}
    mine = is_mine(here, case)
    await here.turn("mediation.draft", keys=tuple(keys), kind=case.mediation.preset, mine=mine, **facts)


def _edit(here: Here, mediation_id: int, part: str) -> Key:
    return here.key("edit_mediation", EditMediation(mediation_id, part), part=part)


def is_mine(here: Here, case: Case) -> bool:
    """Whether this person is to mediate."""
    return case.mediation.mediator_id == here.person.id


async def sides_said(conn: Connection, case: Case) -> list[dict[str, Any]]:
    """Each side by its door, in another building with the name of that, and the names of its people.

    A draft does not tell who lives in another building.
    """
    found = []
    for side in case.sides:
        home, names = await homes.household(conn, side.household_id), []
        elsewhere = home.building_id != case.building.id
        if not elsewhere or case.mediation.state is not State.DRAFT:
            names = [(await people.get(conn, one)).name for one in side.people]
        door = await mediations.door_of(conn, case, home)
        found.append({"id": side.id, "door": door, "names": [name for name in names if name]})
    return found


async def movable(here: Here, mediation_id: int) -> Case:
    """A draft, for whoever called it; or one that is to come, for whoever mediates."""
    here.in_private()
    case = await mediations.about(here.unit.conn, mediation_id, here.person.id)
    if case.mediation.state is State.DRAFT:
        return await the_draft(here, mediation_id)
    mediations.check_movable(case)
    here.building = case.building
    return case


def local_now(here: Here, case: Case) -> datetime:
    """The moment on the clock of the building."""
    return here.now.astimezone(ZoneInfo(case.building.zone))


async def ask_day(here: Here, case: Case, month: date | None = None, *, unclear: bool = False) -> None:
    """Ask for the day; `unclear`: what was written was no time."""
    this, today = case.mediation.id, local_now(here, case).date()
    offer = Offer(
        day=lambda day: MediationDay(this, as_number(day)),
        month=lambda other: TurnMediation(this, as_number(other)),
        not_this=NoMediationDay(this),
        first=today,
        label=lambda name, **facts: here.label(here.lang, name, **facts),
    )
    shown = max(today.replace(day=1), month_after(month or today, 0))
    await here.begin("mediation", mediation=this, ask="time")
    keys = (*month_keys(shown, offer), back_row(here, this))
    await here.turn("mediation.ask_time", keys=keys, unclear=unclear)


def back_row(here: Here, mediation_id: int) -> tuple[Key, ...]:
    """The way back from the calendar to how it stands."""
    return (here.key("back_to_draft", OpenMediation(mediation_id)),)


async def ask_hour(here: Here, case: Case, day: date) -> None:
    """Ask for the hour of a day."""
    this, number = case.mediation.id, as_number(day)
    keys = hour_keys(day, local_now(here, case), lambda hour: MediationHour(this, number, hour))
    await here.turn("planning.ask_hour", keys=(*keys, back_row(here, this)), day=day)
