"""Finding a date: the leader writes some times, everybody presses what suits, a button calls the meeting."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.buttons import Button, Key, Keys
from handlers.calendar import NotADay, Offer, as_day, as_moment, as_number, hour_keys, month_after, month_keys
from handlers.calling import led_building
from handlers.here import Here
from handlers.planning import go_on
from handlers.routes import Routes
from handlers.speech import Screen, View
from rules.homes import Building
from rules.refusals import Refusal
from rules.time_polls import State, TimePoll, best
from rules.when import Ambiguous, InThePast, Moment, Precision, find
from services import time_polls
from storage import homes
from storage import time_polls as polls

routes = Routes()


class OfferTime(Button, code="qc"):
    """Opens the calendar at a month for one more time; 0: this month."""

    poll: int
    month: int


class OfferDay(Button, code="qd"):
    """A day of a time to be offered."""

    poll: int
    day: int


class OfferHour(Button, code="qh"):
    """A time to be offered."""

    poll: int
    day: int
    hour: int


class OfferNothing(Button, code="qx"):
    """A day that is over, or a heading."""

    poll: int


class BackToTimes(Button, code="qk"):
    """Leaves the calendar for the times offered so far."""

    poll: int


class LeaveTimes(Button, code="ql"):
    """Gives a question up before it was asked."""

    poll: int


class AskTimes(Button, code="qa"):
    """Asks everybody."""

    poll: int


class ClearTimes(Button, code="qz"):
    """Begins anew."""

    poll: int


class SuitsMe(Button, code="qs"):
    """Turns one's answer to a time: can, if need be, cannot."""

    poll: int
    slot: int


class CallBest(Button, code="qb"):
    """Calls a meeting for the best time."""

    poll: int


class DropTimes(Button, code="qn"):
    """Asks no more."""

    poll: int


class NoTimeUnderstood(Refusal):
    """A line in which no exact time was found."""


@routes.command("when", words=("约时间", "find a date"))
async def begin(here: Here, line: str) -> None:
    """Begin a question when to meet; a line names what it is about."""
    building = await led_building(here)
    poll = await time_polls.begin(here.unit, building, here.person, line)
    await _show(here, building, poll)


async def _show(here: Here, building: Building, poll: TimePoll) -> None:
    await here.begin("times", poll=poll.id)
    slots = await polls.slots_of(here.unit.conn, poll.id)
    keys: list[tuple[Key, ...]] = [(here.key("offer_time", OfferTime(poll.id, 0)),)]
    if len(slots) > 1:
        keys.append((here.key("ask_times", AskTimes(poll.id)),))
    if slots:
        keys.append((here.key("clear_times", ClearTimes(poll.id)),))
    keys.append((here.key("cancel", LeaveTimes(poll.id)),))
    in_group = here.chat.kind == "group"
    zone = building.zone
    await here.turn("times.draft", keys=tuple(keys), poll=poll, slots=slots, in_group=in_group, zone=zone)


@routes.dialogue("times")
async def hear_times(here: Here, data: dict[str, Any]) -> None:
    """Take in times, one a line; a line without an exact time is said to be unclear."""
    poll, building = await time_polls.led(here.unit, data["poll"], here.person, State.DRAFT)
    now = here.now.astimezone(ZoneInfo(building.zone))
    lines = [
        line for line in here.heard.text.replace("；", "\n").replace(";", "\n").splitlines() if line.strip()
    ]
    await time_polls.offer(here.unit, poll, [_moment(line, now) for line in lines])
    await _show(here, building, poll)


def _moment(line: str, now: datetime) -> datetime:
    found = find(line, now)
    reading = found.reading if found else None
    if isinstance(reading, InThePast):
        return reading.reading.start  # which is refused as over
    if not isinstance(reading, Moment) or reading.precision is not Precision.MINUTE:
        raise NoTimeUnderstood(text=line.strip()[:40], half=_leaves_half_open(reading))
    return reading.start


def _leaves_half_open(reading: object) -> bool:
    """Whether all that is open is the half of the day: 明天八点."""
    if not isinstance(reading, Ambiguous):
        return False
    moments = [one for one in reading.readings if isinstance(one, Moment)]
    return len({one.start.date() for one in moments}) == 1 and len(moments) == len(reading.readings)


async def _draft(here: Here, poll_id: int) -> tuple[TimePoll, Building]:
    poll, building = await time_polls.led(here.unit, poll_id, here.person, State.DRAFT)
    here.building = building
    return poll, building


@routes.press(OfferTime)
async def open_calendar(here: Here, button: OfferTime) -> None:
    """Open the calendar."""
    poll, building = await _draft(here, button.poll)
    first = here.now.astimezone(ZoneInfo(building.zone)).date()
    month = max(first.replace(day=1), month_after(as_day(button.month or as_number(first)), 0))
    offer = Offer(
        day=lambda day: OfferDay(poll.id, as_number(day)),
        month=lambda month: OfferTime(poll.id, as_number(month)),
        not_this=OfferNothing(poll.id),
        first=first,
        label=lambda name, **facts: here.label(here.lang, name, **facts),
    )
    await here.turn("times.ask_day", keys=(*month_keys(month, offer), _back_row(here, poll)))


def _back_row(here: Here, poll: TimePoll) -> tuple[Key, ...]:
    return (here.key("back_to_draft", BackToTimes(poll.id)),)


@routes.press(BackToTimes)
async def back(here: Here, button: BackToTimes) -> None:
    """Show the times offered so far."""
    poll, building = await _draft(here, button.poll)
    await _show(here, building, poll)


@routes.press(LeaveTimes)
async def leave(here: Here, button: LeaveTimes) -> None:
    """Ask nobody; the times offered so far are dropped."""
    poll, _ = await _draft(here, button.poll)
    await time_polls.drop(here.unit, poll)
    await here.finish()
    await here.turn("times.left")


@routes.press(OfferNothing)
async def explain(here: Here, button: OfferNothing) -> None:
    """Say which days can be pressed."""
    await _draft(here, button.poll)
    await here.tell("times.only_ahead")


@routes.press(OfferDay)
async def ask_hour(here: Here, button: OfferDay) -> None:
    """Ask for the hour."""
    poll, building = await _draft(here, button.poll)
    now = here.now.astimezone(ZoneInfo(building.zone))
    day = as_day(button.day)
    keys = hour_keys(day, now, lambda hour: OfferHour(poll.id, button.day, hour))
    await here.turn("times.ask_hour", keys=(*keys, _back_row(here, poll)), day=day)


@routes.press(OfferHour)
async def take_time(here: Here, button: OfferHour) -> None:
    """Put the time into the question."""
    poll, building = await _draft(here, button.poll)
    if not 0 <= button.hour <= 23:
        raise NotADay
    at = as_moment(as_day(button.day), button.hour, 0, ZoneInfo(building.zone))
    await time_polls.offer(here.unit, poll, [at])
    await _show(here, building, poll)


@routes.press(ClearTimes)
async def clear(here: Here, button: ClearTimes) -> None:
    """Begin anew."""
    poll, building = await _draft(here, button.poll)
    await polls.drop_slots(here.unit.conn, poll.id)
    await _show(here, building, poll)


@routes.press(AskTimes)
async def ask(here: Here, button: AskTimes) -> None:
    """Ask everybody, by a card in the group."""
    poll, building = await _draft(here, button.poll)
    await time_polls.ask(here.unit, poll)
    await here.finish()
    await here.show_building(building, "time_poll", poll.id)
    await here.turn("times.asked")


@routes.press(SuitsMe)
async def suits(here: Here, button: SuitsMe) -> None:
    """Turn one's answer to a time."""
    group = None if here.chat.kind == "private" else here.the_building().id
    slot, said = await time_polls.answer(here.unit, button.poll, button.slot, here.person, group)
    await here.tell("times.noted", at=slot.at, said=str(said))


@routes.press(CallBest)
async def call(here: Here, button: CallBest) -> None:
    """Call a meeting for the best time: its draft is completed in private or here."""
    poll, here.building = await time_polls.led(here.unit, button.poll, here.person, State.OPEN)
    draft = await time_polls.call(here.unit, poll, here.building, here.person)
    await go_on(here, draft.id)


@routes.press(DropTimes)
async def drop(here: Here, button: DropTimes) -> None:
    """Ask no more."""
    poll, _ = await time_polls.led(here.unit, button.poll, here.person, State.OPEN)
    await time_polls.drop(here.unit, poll)


@routes.card("time_poll")
async def draw(view: View, about_id: int) -> Screen | None:
    """The times with what was said of each, and the best so far."""
    poll = await polls.find(view.conn, about_id)
    if poll is None:
        return None
    building = await homes.building(view.conn, poll.building_id)
    slots = await polls.slots_of(view.conn, poll.id)
    leading = (
        best(slots, view.now).id if any(slot.yes or slot.maybe for slot in slots if slot.at > view.now) else 0
    )
    text = view.html(
        "times.card",
        poll=poll,
        slots=slots,
        leading=leading,
        voters=await polls.count_voters(view.conn, poll.id),
        zone=building.zone,
    )
    over = poll.state is not State.OPEN
    return Screen(text, () if over else _keys(view, poll, slots, building), over=over)


def _keys(view: View, poll: TimePoll, slots: list[Any], building: Building) -> Keys:
    times = tuple(
        (Key(view.label("moment", moment=slot.at, zone=building.zone), SuitsMe(poll.id, slot.id)),)
        for slot in slots
        if slot.at > view.now
    )
    last = (
        Key(view.label("call_best"), CallBest(poll.id)),
        Key(view.label("drop_times"), DropTimes(poll.id)),
    )
    return (*times, last)
