"""Arranging a mediation, in private: what it is about, the sides, who mediates, when and where."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import asking
from handlers.buttons import Button, Key
from handlers.calendar import NotADay, as_day, as_moment, as_number, minute_keys, rows
from handlers.calling import led_building
from handlers.here import Here
from handlers.mediation_draft import (
    CallMediation,
    DropMediation,
    DropSide,
    EditMediation,
    MediationDay,
    MediationHour,
    MediationTime,
    MyMediations,
    NameMediator,
    NameSide,
    NoMediationDay,
    OpenMediation,
    SendMediation,
    TurnMediation,
    ask,
    ask_day,
    ask_hour,
    back_row,
    go_on,
    is_mine,
    local_now,
    movable,
    show_draft,
    the_draft,
)
from handlers.polling import show_anew
from handlers.routes import Routes
from rules.kinds import to_mediate
from rules.mediations import MediationMovedOn, Role, SideNotReached, State
from rules.people import OnlyInPrivate
from rules.when import Ambiguous, InThePast, Moment, Precision, find
from services import mediations
from services.mediations import CARD, Case
from storage import homes

routes = Routes()

MOST_LISTED = 8


@routes.command("mediate", words=("调解", "mediation"))
async def show_mine(here: Here, _rest: str) -> None:
    """Show the mediations that concern oneself, or begin one."""
    await _show_mine(here)


@routes.link("mediate")
async def show_by_link(here: Here, _rest: str) -> None:
    """Somebody was sent here from a group."""
    await _show_mine(here)


@routes.press(MyMediations)
async def show_by_key(here: Here, _button: MyMediations) -> None:
    """Show the mediations that concern oneself."""
    await _show_mine(here)


def _in_private(here: Here) -> None:
    if here.chat.kind != "private":
        raise OnlyInPrivate(link=here.link("mediate"))


async def _show_mine(here: Here) -> None:
    _in_private(here)
    mine = (await mediations.of_person(here.unit.conn, here.person.id))[:MOST_LISTED]
    may_call = await _may_call(here)
    if not mine and may_call:
        await _begin(here)
        return
    keys = [
        (here.key("one_mediation", OpenMediation(one.mediation.id), mediation=_listed(one)),) for one in mine
    ]
    if may_call:
        keys.append((here.key("call_mediation", CallMediation()),))
    await here.say("mediation.mine", keys=tuple(keys), count=len(mine), may_call=may_call)


def _listed(case: Case) -> str:
    """What stands on a key: who called it and no more is not told what it is about once it is sent."""
    known = case.role is not Role.CALLER or case.mediation.state is State.DRAFT
    return case.mediation.subject if known else ""


async def _may_call(here: Here) -> bool:
    if here.building is None:
        return False
    held = await homes.offices(here.unit.conn, here.building.id, here.person.id)
    return bool(to_mediate(held))


@routes.press(CallMediation)
async def call(here: Here, _button: CallMediation) -> None:
    """Begin, or go on where one left off."""
    _in_private(here)
    await _begin(here)


async def _begin(here: Here) -> None:
    building = await led_building(here)
    begun = await mediations.begin(here.unit, building, here.person)
    await go_on(here, begun.id)


@routes.press(OpenMediation)
async def open_one(here: Here, button: OpenMediation) -> None:
    """Show it: the draft to whoever began it, else how it stands."""
    _in_private(here)
    case = await mediations.about(here.unit.conn, button.mediation, here.person.id)
    if case.mediation.state is State.DRAFT:
        await show_draft(here, case)
    else:
        await here.finish()
        await show_anew(here, CARD, case.mediation.id)


@routes.press(EditMediation)
async def edit(here: Here, button: EditMediation) -> None:
    """Ask for one part anew."""
    if button.part in {"time", "place"}:
        case = await movable(here, button.mediation)
    else:
        case = await the_draft(here, button.mediation)
    match button.part:
        case "time":
            await ask_day(here, case)
        case "mediator":
            offered = await mediations.may_mediate(here.unit.conn, case)
            keys = [Key(one.name, NameMediator(case.mediation.id, one.id)) for one in offered]
            await ask(here, case, "mediator", rows(keys, 2))
        case "subject" | "side" | "place":
            await ask(here, case, button.part)
        case _:
            raise MediationMovedOn


@routes.dialogue("mediation")
async def hear(here: Here, data: dict[str, Any]) -> None:
    """Take in what was asked for while it is arranged; what is put down later goes its own way."""
    case = await movable(here, data["mediation"])
    text = here.heard.text
    match data.get("ask"):
        case "time":
            await _hear_time(here, case, text)
            return
        case "place" if case.mediation.state is not State.DRAFT:
            await _move(here, case, place=text)
            return
        case "place":
            await mediations.set_place(here.unit, case, text)
        case "subject":
            await mediations.set_subject(here.unit, case, text)
        case "side" | "mediator":
            await _hear_door(here, case, text, mediator=data["ask"] == "mediator")
            return
    await go_on(here, case.mediation.id)


async def _hear_door(here: Here, case: Case, text: str, *, mediator: bool) -> None:
    """Offer whoever lives behind a door."""
    case = await the_draft(here, case.mediation.id)
    this = case.mediation.id
    home, reached = await mediations.household(here.unit.conn, case, text)
    elsewhere = home.building_id != case.building.id
    if mediator and elsewhere:
        raise SideNotReached
    if mediator:
        keys = [Key(one.name, NameMediator(this, one.id)) for one in reached]
    elif elsewhere:
        await _name_side(here, case, home.id, 0)
        return
    elif len(reached) == 1:
        await _name_side(here, case, home.id, reached[0].id)
        return
    else:
        keys = [here.key("whole_household", NameSide(this, home.id, 0))]
        keys += [Key(one.name, NameSide(this, home.id, one.id)) for one in reached]
    await here.say("mediation.which_person", keys=rows(keys, 2), door=home.door, mediator=mediator)


@routes.press(NameSide)
async def name_side(here: Here, button: NameSide) -> None:
    """Name a side."""
    await _name_side(here, await the_draft(here, button.mediation), button.household, button.person)


async def _name_side(here: Here, case: Case, household: int, person: int) -> None:
    await mediations.add_side(here.unit, case, household, person)
    await asking.finish(here)
    await go_on(here, case.mediation.id)


@routes.press(DropSide)
async def drop_side(here: Here, button: DropSide) -> None:
    """Take a side off."""
    await mediations.drop_side(here.unit, await the_draft(here, button.mediation), button.side)
    await show_draft(here, await the_draft(here, button.mediation))


@routes.press(NameMediator)
async def name_mediator(here: Here, button: NameMediator) -> None:
    """Say who is to mediate."""
    case = await the_draft(here, button.mediation)
    await mediations.set_mediator(here.unit, case, button.person)
    await asking.finish(here)
    await go_on(here, case.mediation.id)


@routes.press(TurnMediation)
async def turn_calendar(here: Here, button: TurnMediation) -> None:
    """Turn the calendar."""
    await ask_day(here, await movable(here, button.mediation), as_day(button.month))


@routes.press(NoMediationDay)
async def explain(here: Here, button: NoMediationDay) -> None:
    """Say which days can be pressed."""
    await movable(here, button.mediation)
    await here.tell("times.only_ahead")


@routes.press(MediationDay)
async def pick_day(here: Here, button: MediationDay) -> None:
    """Ask for the hour."""
    await ask_hour(here, await movable(here, button.mediation), as_day(button.day))


@routes.press(MediationHour)
async def pick_hour(here: Here, button: MediationHour) -> None:
    """Ask for the quarter."""
    case = await movable(here, button.mediation)
    day, this = as_day(button.day), button.mediation
    if not 0 <= button.hour <= 23:
        raise NotADay
    picked = (button.day, button.hour)
    keys = minute_keys(day, button.hour, local_now(here, case), lambda at: MediationTime(this, *picked, at))
    await here.turn("planning.ask_minute", keys=(*keys, back_row(here, this)), day=day)


@routes.press(MediationTime)
async def pick_time(here: Here, button: MediationTime) -> None:
    """Take the time."""
    case = await movable(here, button.mediation)
    zone = ZoneInfo(case.building.zone)
    await _take_time(here, case, as_moment(as_day(button.day), button.hour, button.minute, zone))


async def _hear_time(here: Here, case: Case, text: str) -> None:
    found = find(text, local_now(here, case))
    reading = found.reading if found else None
    if isinstance(reading, InThePast):
        await _take_time(here, case, reading.reading.start)  # which is refused as over
    elif isinstance(reading, Ambiguous):
        await _ask_which(here, case, reading)
    elif not isinstance(reading, Moment):
        await ask_day(here, case, unclear=True)
    elif reading.precision is not Precision.MINUTE:
        await ask_hour(here, case, reading.start.date())
    else:
        await _take_time(here, case, reading.start)


async def _ask_which(here: Here, case: Case, reading: Ambiguous) -> None:
    """Offer what was written in each of its meanings: 明天八点 is in the morning or in the evening."""
    this, keys = case.mediation.id, []
    for one in (one for one in reading.readings if isinstance(one, Moment)):
        start = case.building.local(one.start)
        day = as_number(start.date())
        exact = one.precision is Precision.MINUTE
        picked = MediationTime(this, day, start.hour, start.minute) if exact else MediationDay(this, day)
        keys.append((here.key("moment", picked, moment=one.start, zone=case.building.zone),))
    month = TurnMediation(this, as_number(local_now(here, case).date()))
    await here.say("planning.ask_which", keys=(*keys, (here.key("calendar", month),)))


async def _take_time(here: Here, case: Case, planned: datetime) -> None:
    if case.mediation.state is not State.DRAFT:
        await _move(here, case, planned=planned)
        return
    await mediations.set_time(here.unit, case, planned)
    await go_on(here, case.mediation.id)


async def _move(here: Here, case: Case, planned: datetime | None = None, place: str | None = None) -> None:
    """Put it off or elsewhere; its circle is told."""
    moved = await mediations.move(here.unit, case, planned=planned, place=place)
    await asking.finish(here)
    await tell_circle(here, moved, "mediation.moved", mediation=moved.mediation)


async def tell_circle(
    here: Here, case: Case, name: str, also: tuple[str, Button] | None = None, **facts: Any
) -> None:
    """Say something to the sides and the mediator, each in private and with the way to it.

    `also`: the label and the act of one more key.
    """
    for one in await mediations.reached(here.unit.conn, case.circle):
        keys = [Key(here.label(one.lang, "open_mediation"), OpenMediation(case.mediation.id))]
        if also is not None:
            keys.insert(0, Key(here.label(one.lang, also[0]), also[1]))
        zone = case.building.zone
        await here.tell_person(one.id, name, keys=(tuple(keys),), notice=True, zone=zone, **facts)


@routes.press(SendMediation)
async def send(here: Here, button: SendMediation) -> None:
    """Ask the sides and the mediator, each in private."""
    case = await mediations.send(here.unit, await the_draft(here, button.mediation))
    await here.finish()
    await here.turn("mediation.sent", count=len(case.sides), mine=is_mine(here, case))
    for person_id in sorted(case.circle | {case.mediation.caller_id}):
        await here.show_person(person_id, CARD, case.mediation.id)


@routes.press(DropMediation)
async def give_up(here: Here, button: DropMediation) -> None:
    """Give the draft up."""
    await mediations.give_up(here.unit, await the_draft(here, button.mediation))
    await here.finish()
    await here.turn("mediation.given_up")
