"""Calling a meeting: by one line or step by step; publishing it, moving it, calling it off."""

from __future__ import annotations

from handlers import deliveries
from handlers.buttons import Button, Key
from handlers.calendar import rows
from handlers.draft import CallOff, ChooseKind, Discard, Publish, ShowDraft, TakeKind, show_draft
from handlers.here import Here
from handlers.notice import rank_of, tell_cancelled
from handlers.parties import ask_all
from handlers.planning import ask_time, go_on
from handlers.room import CallAgain, go_to
from handlers.routes import Routes
from rules.calling import read_call
from rules.homes import Building
from rules.kinds import CALLERS, kind_of, to_call, to_mediate
from rules.mediations import MediationApart
from rules.meetings import Meeting, State, check_announced
from rules.when import Moment, Precision
from services import calling
from services import room as rooms
from services.outbox import Rank
from storage import homes, meetings

routes = Routes()


class CallMeeting(Button, code="call"):
    """Begins to call a meeting."""


class CallAnother(Button, code="kb"):
    """Begins a draft of one's own beside another leader's."""


class ConfirmCallOff(Button, code="kk"):
    """Cancels an announced meeting."""

    meeting: int


async def led_building(here: Here) -> Building:
    """The building this person leads: the group's; in private, of several, the one last used.

    Raises NotBound, NotTheLeader, WhichBuilding.
    """
    if here.chat.kind == "private":
        led = await homes.led_by(here.unit.conn, here.person.id)
        if len(led) == 1 and here.building not in led:
            here.building = led[0]
    return await here.the_leader(*CALLERS)


@routes.press(CallMeeting)
async def call(here: Here, _button: CallMeeting) -> None:
    """Begin, or go on where the leader left off."""
    await call_by_line(here, "")


@routes.command("meeting", words=("开会", "meeting"))
async def call_by_line(here: Here, line: str) -> None:
    """Call a meeting by a line with its time, place and topics; whatever is missing is asked for."""
    building = await led_building(here)
    told = read_call(line, building.local(here.now))
    if kind_of(told.kind).apart:
        raise MediationApart(link=here.link("mediate"))
    mine = await calling.draft_of(here.unit, building, here.person.id)
    other = await calling.others_draft(here.unit, building, here.person.id)
    if mine is None and other is not None and not line:
        keys = ((here.key("other_draft", ShowDraft(other.id)),), (here.key("call_another", CallAnother()),))
        await here.say("calling.others_draft", keys=keys, meeting=other)
        return
    await _call(here, building, line, unclear=bool(told.unclear))


@routes.press(CallAnother)
async def call_another(here: Here, _button: CallAnother) -> None:
    """Begin a draft beside another leader's."""
    await _call(here, await led_building(here), "")


async def _call(here: Here, building: Building, line: str, *, unclear: bool = False) -> None:
    """Begin or go on with a draft; `unclear`: the line has a time that could not be read."""
    before = await calling.draft_of(here.unit, building, here.person.id)
    draft = before or await calling.begin(here.unit, building, here.person.id)
    if not line:
        if before is None:
            await calling.carry_over(here.unit, building, draft)
        await go_on(here, draft.id)
        return
    reading = await calling.take_line(here.unit, building, draft, line)
    if before is None:
        await calling.carry_over(here.unit, building, draft)
    draft = await meetings.get(here.unit.conn, draft.id)
    exact = isinstance(reading, Moment) and reading.precision is Precision.MINUTE
    if exact or (reading is None and draft.planned_at is not None and not unclear):
        await go_on(here, draft.id)
    else:
        await ask_time(here, draft, reading, heard=unclear)


@routes.press(ShowDraft)
async def show(here: Here, button: ShowDraft) -> None:
    """Show a draft, or what may still be done with an announced meeting."""
    meeting, _ = await calling.led(here.unit, button.meeting, here.person.id)
    await show_draft(here, meeting)


@routes.press(ChooseKind)
async def choose_kind(here: Here, button: ChooseKind) -> None:
    """Offer the kinds that this person may call."""
    draft, building = await calling.led(here.unit, button.meeting, here.person.id)
    held = await homes.offices(here.unit.conn, building.id, here.person.id)
    offered = [*to_call(held), *to_mediate(held)]
    kinds = [Key(kind.name(here.lang), TakeKind(draft.id, kind.code)) for kind in offered]
    keys = (*rows(kinds, 2), (here.key("back_to_draft", ShowDraft(draft.id)),))
    await here.turn("calling.which_kind", keys=keys, kind=draft.preset, kinds=offered)


@routes.press(TakeKind)
async def take_kind(here: Here, button: TakeKind) -> None:
    """Make the draft one of this kind; a mediation is arranged in private, apart from all meetings."""
    if kind_of(button.kind).apart:
        raise MediationApart(link=here.link("mediate"))
    draft, building = await calling.led(here.unit, button.meeting, here.person.id)
    draft = await calling.set_kind(here.unit, building, draft, button.kind, here.person.id)
    await show_draft(here, draft)


@routes.press(Publish)
async def publish(here: Here, button: Publish) -> None:
    """Send the notice out: once, however often it is pressed."""
    draft, here.building = await calling.led(here.unit, button.meeting, here.person.id)
    announced = await calling.publish(here.unit, draft, here.building, here.person.id)
    await _announce(here, announced, here.building)
    await show_draft(here, announced)
    await here.tell("calling.published")


async def _announce(here: Here, meeting: Meeting, building: Building) -> None:
    """The notice is pinned in the group, reaches each resident in private, and asks the parties."""
    rank = min(Rank.CARD, rank_of(meeting))
    await here.show_building(building, "notice", meeting.id, pinned=True, rank=rank)
    await deliveries.send(here, meeting, building)
    await ask_all(here, meeting, building)


@routes.press(CallAgain)
async def call_again(here: Here, button: CallAgain) -> None:
    """Announce what missed its quorum for the same weekday and hour, as soon as the notice allows."""
    await go_to(here, button.meeting)
    building = await here.the_leader()
    again = await rooms.call_again(here.unit, building, here.person, button.meeting)
    await here.turn("room.called_again", meeting=again)
    await _announce(here, again, building)


@routes.press(Discard)
async def discard(here: Here, button: Discard) -> None:
    """Give the draft up."""
    draft, _ = await calling.led(here.unit, button.meeting, here.person.id)
    await calling.discard(here.unit, draft)
    await show_draft(here, await meetings.get(here.unit.conn, draft.id))


@routes.command("change", words=("改期", "取消会议", "change"))
async def change(here: Here, _rest: str) -> None:
    """Show the announced meetings, to move one or to call it off."""
    building = await led_building(here)
    announced = await meetings.of_building(here.unit.conn, building.id, State.ANNOUNCED)
    if not announced:
        await here.say("calling.none_announced", keys=((here.key("call_meeting", CallMeeting()),),))
    elif len(announced) == 1:
        await show_draft(here, announced[0])
    else:
        choices = [
            Key(here.key("moment", moment=one.planned_at, zone=here.zone).label, ShowDraft(one.id))
            for one in announced
        ]
        await here.say("calling.which_announced", keys=rows(choices, 1))


@routes.press(CallOff)
async def ask_call_off(here: Here, button: CallOff) -> None:
    """Ask whether it is meant."""
    meeting, here.building = await calling.led(here.unit, button.meeting, here.person.id)
    check_announced(meeting)
    keys = (
        (here.key("confirm_call_off", ConfirmCallOff(meeting.id)),),
        (here.key("back_to_draft", ShowDraft(meeting.id)),),
    )
    await here.turn("calling.ask_call_off", keys=keys, meeting=meeting, kind=meeting.preset)


@routes.press(ConfirmCallOff)
async def call_off(here: Here, button: ConfirmCallOff) -> None:
    """Cancel it, and tell everybody."""
    meeting, here.building = await calling.led(here.unit, button.meeting, here.person.id)
    cancelled = await calling.cancel(here.unit, meeting, here.person.id)
    await show_draft(here, cancelled)
    await tell_cancelled(here, cancelled, here.building)
