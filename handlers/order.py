"""The order of the agenda while a meeting sits: put off, bring forward, add what is urgent."""

from __future__ import annotations

from typing import Any

from handlers import asking
from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.room import go_to
from handlers.routes import Routes
from handlers.speech import Screen, View
from rules import sitting
from rules.homes import Building
from rules.meetings import ItemState, State
from rules.people import OnlyInPrivate
from services import agenda
from services import meeting as sittings
from services.outbox import renew
from storage import homes, meetings

routes = Routes()


class ShowOrder(Button, code="go"):
    """Shows the agenda to the leader in private, to be changed."""

    meeting: int


class Defer(Button, code="gd"):
    """Puts an item off to the next meeting."""

    meeting: int
    item: int


class BringForward(Button, code="gf"):
    """Moves an item up."""

    meeting: int
    item: int


class AddUrgent(Button, code="gu"):
    """Adds an item that was not announced."""

    meeting: int


@routes.press(ShowOrder)
async def show_order(here: Here, button: ShowOrder) -> None:
    """Show the agenda in private, so that the group stays quiet."""
    building = await _led(here, button.meeting)
    sitting.check_open(await sittings.find(here.unit.conn, building, button.meeting))
    if not await here.show_person(here.person.id, "order", button.meeting):
        raise OnlyInPrivate(link=here.link("hello"))
    await here.tell("order.in_private")


async def _led(here: Here, meeting_id: int) -> Building:
    await go_to(here, meeting_id)
    return await here.the_leader("recorder")


@routes.card("order")
async def draw_order(view: View, meeting_id: int) -> Screen | None:
    """The items with their time, and what can be done with those that are not settled."""
    meeting = await meetings.find(view.conn, meeting_id)
    if meeting is None:
        return None
    items = await meetings.items_of(view.conn, meeting.id)
    building = await homes.building(view.conn, meeting.building_id)
    live = meeting.state is State.OPEN
    text = view.html(
        "order.card",
        building=building,
        agenda=items,
        used=await agenda.used(view.conn, meeting.id, meeting.closed_at or view.now),
        live=live,
    )
    if not live:
        return Screen(text, over=True)
    rows: list[tuple[Key, ...]] = []
    for item in items:
        keys = []
        if item.state is ItemState.WAITING and item.number > 1:
            forward = BringForward(meeting.id, item.id)
            keys.append(Key(view.label("bring_forward", number=item.number), forward))
        if item.state in sitting.UNFINISHED:
            keys.append(Key(view.label("defer", number=item.number), Defer(meeting.id, item.id)))
        rows.append(tuple(keys))
    more: Keys = ((Key(view.label("add_urgent"), AddUrgent(meeting.id)),),)
    return Screen(text, (*(row for row in rows if row), *more))


@routes.press(Defer)
async def defer(here: Here, button: Defer) -> None:
    """Put an item off; the next meeting finds it on its agenda."""
    building = await _led(here, button.meeting)
    item = await agenda.defer(here.unit, building, here.person, button.meeting, button.item)
    await here.tell("order.deferred", item=item)
    await _renew(here, button.meeting)


@routes.press(BringForward)
async def bring_forward(here: Here, button: BringForward) -> None:
    """Move an item up."""
    building = await _led(here, button.meeting)
    await agenda.bring_forward(here.unit, building, button.meeting, button.item)
    await _renew(here, button.meeting)


@routes.press(AddUrgent)
async def ask_urgent(here: Here, button: AddUrgent) -> None:
    """Ask what is urgent."""
    building = await _led(here, button.meeting)
    sitting.check_open(await sittings.find(here.unit.conn, building, button.meeting))
    await asking.ask(here, "urgent", "order.ask_urgent", data={"meeting": button.meeting})


@routes.dialogue("urgent")
async def hear_urgent(here: Here, data: dict[str, Any]) -> None:
    """Add what was written."""
    building = await _led(here, data["meeting"])
    if await asking.is_pointless(here, data["meeting"]):
        return
    item = await agenda.add_urgent(here.unit, building, here.person, data["meeting"], here.heard.text)
    await asking.finish(here)
    await here.say("order.added", item=item)
    await _renew(here, data["meeting"])


async def _renew(here: Here, meeting_id: int) -> None:
    for kind in ("order", "meeting"):
        await renew(here.unit, kind, meeting_id)
    for item in await meetings.items_of(here.unit.conn, meeting_id):
        await renew(here.unit, "item", item.id)
