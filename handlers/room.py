"""The room: the code the leader shows in it, who leaves, the planned end, a new date when too few came."""

from __future__ import annotations

from handlers.buttons import Button, Key
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Screen, Speech, View
from rules import room, sitting
from rules.attendance import read_arrivals
from rules.homes import Building
from rules.meetings import Meeting, State
from services import meeting as sittings
from services import room as rooms
from services.outbox import renew
from services.proposals import renew_cards
from storage import homes, meetings
from storage.outbox import Due

routes = Routes()


class SetMode(Button, code="rsm"):
    """Says whether only the code shown in the room checks in."""

    meeting: int
    mode: str


class NewCode(Button, code="rsc"):
    """Shows the code of this moment."""

    meeting: int


class Leave(Button, code="rsl"):
    """Says that one's household leaves."""

    meeting: int


class CallAgain(Button, code="rsa"):
    """Announces a meeting to which too few came for another day."""

    meeting: int


async def show_room(here: Here, building: Building, meeting: Meeting) -> None:
    """Make the codes of a meeting that begins, and show them to its leaders in private."""
    await rooms.prepare(here.unit, meeting)
    for leader in await homes.holders(here.unit.conn, building.id, "leader"):
        await here.show_person(leader.id, "room", meeting.id)


@routes.card("room")
async def draw_room(view: View, meeting_id: int) -> Screen | None:
    """The code in large figures, to be shown in the room, and who is there."""
    meeting = await meetings.find(view.conn, meeting_id)
    if meeting is None or meeting.state not in {State.OPEN, State.CLOSED}:
        return None
    building = await homes.building(view.conn, meeting.building_id)
    live = meeting.state is State.OPEN
    text = view.html(
        "room.card",
        meeting=meeting,
        kind=meeting.preset.en if view.lang == "en" else meeting.preset.zh,
        building=building,
        code=" ".join(room.code_at(meeting, view.now)),
        until=room.changes_at(view.now),
        standing=await sittings.count(view.conn, meeting),
        live=live,
        zone=building.zone,
    )
    if not live:
        return Screen(text, over=True)
    name, mode = ("mode_both", room.Mode.BOTH) if meeting.mode == room.Mode.SITE else ("mode_site", "site")
    return Screen(
        text,
        (
            (Key(view.label("new_code"), NewCode(meeting.id)),),
            (Key(view.label(name), SetMode(meeting.id, str(mode))),),
        ),
    )


@routes.due(rooms.CODE)
async def change_code(speech: Speech, due: Due) -> None:
    """The code shown in the room gives way to the next."""
    found = await rooms.ending(speech.unit.conn, due.about_id)
    if found is not None:
        await renew(speech.unit, "room", due.about_id)
        await rooms.next_code(speech.unit, found[0])


@routes.press(NewCode)
async def new_code(here: Here, button: NewCode) -> None:
    """Show the code of this moment."""
    await _led(here, button.meeting)
    await renew(here.unit, "room", button.meeting)


@routes.press(SetMode)
async def set_mode(here: Here, button: SetMode) -> None:
    """Let people check in in the chat too, or in the room alone."""
    building = await _led(here, button.meeting)
    meeting = await rooms.set_mode(here.unit, building, button.meeting, button.mode)
    await here.tell("room.mode", site=meeting.mode == room.Mode.SITE)
    for kind in ("room", "meeting"):
        await renew(here.unit, kind, meeting.id)


async def _led(here: Here, meeting_id: int) -> Building:
    await go_to(here, meeting_id)
    return await here.the_leader("recorder")


async def go_to(here: Here, meeting_id: int) -> None:
    """In private, where more than one building may be one's own, the building is that of the meeting."""
    meeting = await meetings.find(here.unit.conn, meeting_id)
    if here.chat.kind == "private" and meeting is not None:
        here.building = await homes.building(here.unit.conn, meeting.building_id)


async def check_in_by_code(here: Here, meeting: Meeting, code: str) -> None:
    """Check in with the code shown in the room."""
    building = await here.the_resident()
    done = await rooms.check_in_by_code(here.unit, building, here.person, meeting.id, code)
    if done is None:
        await here.say("room.wrong_code")
        return
    await here.tell("meeting.checked_in", doors=done.doors, late=done.late)
    await _count_anew(here, meeting.id)


@routes.command("code", words=("签到码", "code"))
async def hear_code(here: Here, rest: str) -> None:
    """Check in with the code shown in the room: 签到码 1234."""
    meeting = await sittings.under_way(here.unit.conn, here.the_building())
    code = room.read_code(rest)
    if code is None:
        await here.say("room.how_to_code")
        return
    await check_in_by_code(here, meeting, code)


@routes.press(Leave)
async def leave(here: Here, button: Leave) -> None:
    """One's household leaves; it may come back."""
    await go_to(here, button.meeting)
    building = await here.the_resident()
    gone = await rooms.leave(here.unit, building, here.person, button.meeting)
    await here.tell("room.left", doors=[home.door for home in gone])
    await _count_anew(here, button.meeting)


@routes.command("left", words=("我先走了", "离会", "leaving"))
async def send_off(here: Here, rest: str) -> None:
    """One's own household leaves; or those the recorder names, /left 2-502."""
    building = here.the_building()
    meeting = await sittings.under_way(here.unit.conn, building)
    if not rest.strip():
        await leave(here, Leave(meeting.id))
        return
    await here.the_leader("recorder")
    doors = [(one.unit, one.room) for one in read_arrivals(rest, building.units)]
    gone = await rooms.send_off(here.unit, building, here.person, meeting.id, doors)
    await here.tell("room.left", doors=[home.door for home in gone])
    await _count_anew(here, meeting.id)


async def _count_anew(here: Here, meeting_id: int) -> None:
    for kind in ("meeting", "room"):
        await renew(here.unit, kind, meeting_id)


async def offer_again(speech: Speech, building: Building, meeting: Meeting, chat_id: int, lang: str) -> None:
    """When a meeting closes without its quorum: say so, and offer another day or say where it goes."""
    short = await rooms.note_inquorate(speech.unit, building, meeting)
    if short is None:
        return
    key = Key(speech.label(lang, "call_again"), CallAgain(meeting.id))
    await speech.say_in(
        chat_id,
        lang,
        "room.inquorate",
        keys=() if short.level else ((key,),),
        standing=short.standing,
        times=short.times,
        passed=bool(short.level),
        to=building.community,
        at=await rooms.new_date(speech.unit, building, meeting),
        zone=building.zone,
    )


@routes.due(rooms.LAST_DAY)
async def remind_of_the_end(speech: Speech, due: Due) -> None:
    """A meeting of days ends tomorrow: one message, with how far it is."""
    found = await rooms.ending(speech.unit.conn, due.about_id)
    if found is None:
        return
    meeting, building = found
    agenda = await meetings.items_of(speech.unit.conn, meeting.id)
    facts = {"meeting": meeting, "left": [item for item in agenda if item.state in sitting.UNFINISHED]}
    await speech.say_to_building(building, "room.last_day", key=due.key, **facts)


@routes.due(rooms.END)
async def end(speech: Speech, due: Due) -> None:
    """At its planned end a meeting of days closes; of a shorter one the leader is told in private."""
    found = await rooms.ending(speech.unit.conn, due.about_id)
    if found is None:
        return
    meeting, building = found
    if not room.closes_by_itself(meeting):
        for leader in await homes.holders(speech.unit.conn, building.id, "leader"):
            key = f"{due.key}:{leader.id}"
            await speech.tell_person(
                leader.id, "room.time_is_up", key=key, meeting=meeting, zone=building.zone
            )
    elif not await rooms.wait_for_ballots(speech.unit, meeting, due.key):
        await _close(speech, building, meeting)


async def _close(speech: Speech, building: Building, meeting: Meeting) -> None:
    closed = await sittings.close_itself(speech.unit, building, meeting)
    await speech.say_to_building(building, "room.closed_itself", closed_at=closed.closed_at)
    await close_cards(speech, closed)
    await speech.show_building(building, "minutes", closed.id)
    leaders = await homes.holders(speech.unit.conn, building.id, "leader")
    group = await sittings.group_of(speech.unit.conn, building)
    if leaders and group is not None:
        await offer_again(speech, building, closed, group.id, building.lang)


async def close_cards(speech: Speech, meeting: Meeting) -> None:
    """Show on every card of a meeting that it is over."""
    await rooms.finish(speech.unit, meeting.id)
    for kind in ("meeting", "notice", "room", "queue", "order"):
        await renew(speech.unit, kind, meeting.id)
    for item in await meetings.items_of(speech.unit.conn, meeting.id):
        await renew_cards(speech.unit, item.id)
