"""The sitting: somebody opens it, people check in, the items come in turn, somebody closes it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from handlers import asking
from handlers.ballots import NewBallot
from handlers.buttons import Button, Key, Keys
from handlers.floor import RaiseHand
from handlers.here import Here
from handlers.order import ShowOrder
from handlers.parties import ShowParties
from handlers.proposals import SeeProposals, show_in_group
from handlers.record import AddTask, hear_statement
from handlers.room import Leave, check_in_by_code, close_cards, go_to, offer_again, show_room
from handlers.routes import Routes
from handlers.speech import Screen, View
from rules import sitting
from rules.homes import Building
from rules.meetings import Item, ItemState, Meeting, State
from rules.minutes import Stage
from rules.minutes_filing import MinutesApproved
from rules.room import read_code
from services import meeting as sittings
from services import minutes, record
from services.outbox import renew
from services.proposals import labelled, renew_cards
from storage import homes, meetings
from storage import proposals as proposed

routes = Routes()

FIGURES = "①②③④⑤⑥⑦⑧⑨"
SHOWN = 8  # proposals on a card; the ballot shows them all
SHORT = 48  # characters of one on a card
ALBUM = 10  # pictures the platform takes in one album


class OpenMeeting(Button, code="mo"):
    """Opens an announced meeting; `sure` once it was asked whether it may begin so early."""

    meeting: int
    sure: int = 0


class CheckIn(Button, code="ci"):
    """Says that one's household is there."""

    meeting: int


class AddPresent(Button, code="ma"):
    """Writes down households that are there without a phone."""

    meeting: int


class NextItem(Button, code="mn"):
    """Opens the item that follows number `after`."""

    meeting: int
    after: int


class CloseMeeting(Button, code="mx"):
    """Closes a meeting; sure: 0 asks, 1 closes, 2 closes and goes on to the time of the next."""

    meeting: int
    sure: int = 0


class KeepMeeting(Button, code="mk"):
    """Does not begin, or does not close, after all."""


@routes.press(OpenMeeting)
async def open_meeting(here: Here, button: OpenMeeting) -> None:
    """Open the meeting, asking once more if it is much too early."""
    await go_to(here, button.meeting)
    building = await here.the_leader("recorder")
    meeting = await sittings.find(here.unit.conn, building, button.meeting)
    if not button.sure and meeting.state is State.ANNOUNCED and sitting.is_early(meeting, here.now):
        keys = (
            (here.key("open_meeting", OpenMeeting(meeting.id, 1)),),
            (here.key("keep_waiting", KeepMeeting()),),
        )
        await here.say("meeting.ask_early", keys=keys, planned=meeting.planned_at)
        return
    await sittings.start(here.unit, building, here.person, meeting.id)
    if button.sure:
        await here.turn("meeting.opened", building=building)
    else:
        await here.tell("meeting.opened_toast")
    await here.show_building(building, "meeting", meeting.id, pinned=True)
    await show_room(here, building, await meetings.get(here.unit.conn, meeting.id))
    await renew(here.unit, "notice", meeting.id)


@routes.command("open", words=("开始开会", "现在开会", "open the meeting"))
async def open_next(here: Here, _rest: str) -> None:
    """Open the meeting that is next."""
    building = await here.the_leader("recorder")
    meeting = await sittings.to_open(here.unit.conn, building)
    await open_meeting(here, OpenMeeting(meeting.id))


@routes.press(CheckIn)
async def check_in(here: Here, button: CheckIn) -> None:
    """Check one's household in; who is no resident yet gets the way to become one."""
    await go_to(here, button.meeting)
    building = here.the_building()
    if here.heard.press and not await homes.homes_of(here.unit.conn, here.person.id, building.id):
        here.toast = {"url": here.link(f"join_b{building.id}")}
        return
    await here.the_resident()
    done = await sittings.check_in(here.unit, building, here.person, button.meeting)
    await here.tell("meeting.checked_in", doors=done.doors, late=done.late)
    for kind in ("meeting", "room"):
        await renew(here.unit, kind, button.meeting)


@routes.command("checkin", words=("签到", "checkin", "check in"))
async def check_in_now(here: Here, rest: str) -> None:
    """Check in to the meeting that is under way, with the code shown in the room if it is said."""
    meeting = await sittings.under_way(here.unit.conn, here.the_building())
    code = read_code(rest)
    if code is not None:
        await check_in_by_code(here, meeting, code)
        return
    await check_in(here, CheckIn(meeting.id))


@routes.press(AddPresent)
async def ask_present(here: Here, button: AddPresent) -> None:
    """Ask which doors are there."""
    building = await here.the_leader("recorder")
    meeting = await sittings.find(here.unit.conn, building, button.meeting)
    sitting.check_open(meeting)
    data = {"meeting": meeting.id}
    await asking.ask(here, "present", "meeting.ask_present", data=data, units=building.units)


@routes.dialogue("present")
async def hear_present(here: Here, data: dict[str, Any]) -> None:
    """Write down the doors that were answered."""
    if await hear_statement(here) or await asking.is_pointless(here, data["meeting"]):
        return
    await _add_present(here, data["meeting"], here.heard.text)
    await asking.finish(here)


@routes.command("present")
async def add_present(here: Here, rest: str) -> None:
    """Write down doors in one line: /present 2-502 2-503."""
    building = await here.the_leader("recorder")
    meeting = await sittings.under_way(here.unit.conn, building)
    if not rest:
        await ask_present(here, AddPresent(meeting.id))
        return
    await _add_present(here, meeting.id, rest)


async def _add_present(here: Here, meeting_id: int, text: str) -> None:
    building = await here.the_leader("recorder")
    added = await sittings.add_present(here.unit, building, meeting_id, text)
    await here.say(
        "meeting.added",
        new=added.new,
        again=added.again,
        unknown=added.unknown,
        keys=((here.key("add_present", AddPresent(meeting_id)),),),
    )
    await renew(here.unit, "meeting", meeting_id)


@routes.press(NextItem)
async def next_item(here: Here, button: NextItem) -> None:
    """End the item under discussion and open the one that follows."""
    building = await here.the_leader("recorder")
    ended, begun = await sittings.next_item(here.unit, building, button.meeting, button.after)
    if ended is not None:
        await renew_cards(here.unit, ended.id)
    for kind in ("meeting", "order", "queue"):
        await renew(here.unit, kind, button.meeting)
    if begun is not None:
        await _show_item(here, building, begun)
        await here.tell("meeting.item_begun", item=begun)
        return
    keys = ((here.key("close_meeting", CloseMeeting(button.meeting)),),)
    await here.say("meeting.agenda_done", keys=keys)


@routes.command("next", words=("下一项", "next item"))
async def go_on(here: Here, _rest: str) -> None:
    """Go on to the next item of the meeting under way."""
    building = await here.the_leader("recorder")
    meeting = await sittings.under_way(here.unit.conn, building)
    after = sitting.last_begun(await meetings.items_of(here.unit.conn, meeting.id))
    await next_item(here, NextItem(meeting.id, after))


async def _show_item(here: Here, building: Building, item: Item) -> None:
    """The pictures of an item's proposals, then its card."""
    proposals = await labelled(here.unit.conn, [item.id], building.lang)
    shown = [(name, one.picture) for name, one in proposals if one.picture]
    for begin in range(0, len(shown), ALBUM):
        part = shown[begin : begin + ALBUM]
        files = [picture for _, picture in part]
        more = {"album": files} if len(files) > 1 else {"picture": {"file": files[0]}}
        facts = {"item": item, "labels": [name for name, _ in part]}
        await here.say_to_building(building, "meeting.pictures", more=more | {"item": item.id}, **facts)
    await show_in_group(here, building, item)
    await here.show_building(building, "item", item.id)


@routes.press(CloseMeeting)
async def close_meeting(here: Here, button: CloseMeeting) -> None:
    """Close the meeting after asking once more; the minutes follow at once."""
    building = await here.the_leader("recorder")
    if not button.sure:
        await _ask_closing(here, building, button.meeting)
        return
    meeting = await sittings.close(here.unit, building, here.person, button.meeting)
    await here.turn("meeting.closed", closed_at=meeting.closed_at)
    await close_cards(here, meeting)
    await here.show_building(building, "minutes", meeting.id)
    await offer_again(here, building, meeting, here.chat.id, here.lang)
    if button.sure == 2:
        await asking.ask(here, "next_time", "meeting.ask_next_time", data={"meeting": meeting.id})


async def _ask_closing(here: Here, building: Building, meeting_id: int) -> None:
    meeting = await sittings.check_closing(here.unit.conn, building, meeting_id)
    left = [
        item
        for item in await meetings.items_of(here.unit.conn, meeting.id)
        if item.state is ItemState.WAITING
    ]
    keys = (
        (here.key("close_meeting", CloseMeeting(meeting.id, 1)),),
        (here.key("close_and_plan", CloseMeeting(meeting.id, 2)),),
        (here.key("keep_meeting", KeepMeeting()),),
    )
    await here.say("meeting.ask_closing", keys=keys, left=left)


@routes.command("close", words=("散会", "close the meeting"))
async def close_now(here: Here, _rest: str) -> None:
    """Close the meeting that is under way, after asking once more."""
    building = await here.the_leader("recorder")
    meeting = await sittings.under_way(here.unit.conn, building)
    await _ask_closing(here, building, meeting.id)


@routes.dialogue("next_time")
async def hear_next_time(here: Here, data: dict[str, Any]) -> None:
    """Write down when the next meeting is to be, unless the minutes were approved meanwhile."""
    building = await here.the_leader("recorder")
    filed = await minutes.filed(here.unit.conn, data["meeting"])
    if filed.stage is Stage.APPROVED:
        await asking.drop(here, MinutesApproved(at=filed.approved_at))
        return
    at = sitting.read_next_time(here.heard.text, here.now.astimezone(ZoneInfo(building.zone)))
    await sittings.plan_next(here.unit, building, data["meeting"], at)
    await asking.finish(here)
    await here.say("meeting.next_planned", at=at)
    await renew(here.unit, "minutes", data["meeting"])


@routes.press(KeepMeeting)
async def keep_meeting(here: Here, _button: KeepMeeting) -> None:
    """Everything stays as it is."""
    await here.the_leader("recorder")
    await here.turn("meeting.as_it_was")


@routes.card("meeting")
async def draw_meeting(view: View, meeting_id: int) -> Screen | None:
    """The meeting as it stands: who is there against the quorum, and how far the agenda is."""
    meeting = await meetings.find(view.conn, meeting_id)
    if meeting is None or meeting.state not in {State.OPEN, State.CLOSED}:
        return None
    building = await homes.building(view.conn, meeting.building_id)
    agenda = await meetings.items_of(view.conn, meeting.id)
    text = view.html(
        "meeting.card",
        building=building,
        meeting=meeting,
        kind=meeting.preset.en if view.lang == "en" else meeting.preset.zh,
        standing=await sittings.count(view.conn, meeting),
        agenda=[(FIGURES[item.number - 1], item) for item in agenda],
        zone=building.zone,
    )
    return Screen(text, _meeting_keys(view, meeting, agenda), over=meeting.state is State.CLOSED)


def _meeting_keys(view: View, meeting: Meeting, agenda: list[Item]) -> Keys:
    if meeting.state is not State.OPEN:
        return ()
    return (
        (
            Key(view.label("check_in"), CheckIn(meeting.id)),
            Key(view.label("leave"), Leave(meeting.id)),
            *_party_key(view, meeting),
        ),
        (*_next_key(view, meeting.id, agenda), Key(view.label("add_present"), AddPresent(meeting.id))),
        (
            Key(view.label("show_order"), ShowOrder(meeting.id)),
            Key(view.label("close_meeting"), CloseMeeting(meeting.id)),
        ),
    )


def _party_key(view: View, meeting: Meeting) -> tuple[Key, ...]:
    return (Key(view.label("parties_here"), ShowParties(meeting.id)),) if meeting.preset.parties else ()


def _next_key(view: View, meeting_id: int, agenda: list[Item]) -> tuple[Key, ...]:
    """The key that leads on in the agenda, as long as there is something to lead on to."""
    if any(item.state is ItemState.WAITING for item in agenda):
        name = "next_item" if sitting.last_begun(agenda) else "first_item"
    elif sitting.open_item(agenda):
        name = "item_done"
    else:
        return ()
    return (Key(view.label(name), NextItem(meeting_id, sitting.last_begun(agenda))),)


@routes.card("item")
async def draw_item(view: View, item_id: int) -> Screen | None:
    """An item of the agenda: what is proposed, and how many statements there are."""
    item = await meetings.find_item(view.conn, item_id)
    if item is None:
        return None
    meeting = await meetings.get(view.conn, item.meeting_id)
    building = await homes.building(view.conn, meeting.building_id)
    proposals = await labelled(view.conn, [item.id], building.lang)
    text = view.html(
        "meeting.item",
        item=item,
        figure=FIGURES[item.number - 1],
        live=meeting.state is State.OPEN and item.state is ItemState.OPEN,
        proposals=proposals[:SHOWN],
        more=max(0, len(proposals) - SHOWN),
        voices=await proposed.count_voices(view.conn, item.id),
        statements=await record.statements(view.conn, item),
        short=SHORT,
    )
    agenda = await meetings.items_of(view.conn, meeting.id)
    said = ((Key(view.label("see_proposals"), SeeProposals(item.id)),),) if proposals else ()
    keys = _item_keys(view, meeting, item, agenda, said)
    return Screen(text, keys, over=meeting.state is State.CLOSED)


def _item_keys(view: View, meeting: Meeting, item: Item, agenda: list[Item], said: Keys) -> Keys:
    if meeting.state is not State.OPEN or item.state is not ItemState.OPEN:
        return ()
    return (
        (
            Key(view.label("vote_on_item"), NewBallot(meeting.id, item.id)),
            Key(view.label("add_task"), AddTask(meeting.id, item.id)),
        ),
        *said,
        (Key(view.label("raise_hand"), RaiseHand(meeting.id)),),
        _next_key(view, meeting.id, agenda),
    )
