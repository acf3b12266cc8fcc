"""Time and place: asked for one after the other, answered by buttons or in writing, always read back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import deliveries
from handlers.agenda import ask_items
from handlers.buttons import Button, Key, Keys
from handlers.calendar import (
    NotADay,
    Offer,
    as_day,
    as_moment,
    as_number,
    hour_keys,
    minute_keys,
    month_after,
    month_keys,
    rows,
)
from handlers.draft import ChangePlace, ChangeTime, Hurry, ShowDraft, show_draft
from handlers.here import Here
from handlers.notice import tell_change
from handlers.parties import ask_all
from handlers.routes import Routes
from rules.calling import Timed
from rules.homes import Building
from rules.meetings import (
    HURRY_LIMIT,
    Meeting,
    NotAnnounced,
    State,
    check_draft,
    check_hurry,
    earliest_day,
    written,
)
from rules.when import Ambiguous, InThePast, Moment, NoSuchDate, Precision, Recurrence, find, read
from services import calling
from storage import meetings, outbox, people

routes = Routes()


class TurnTo(Button, code="km"):
    """Turns the calendar to another month."""

    meeting: int
    month: int


class PickDay(Button, code="kday"):
    """A day, 20261125."""

    meeting: int
    day: int


class PickHour(Button, code="kh"):
    """An hour of a day."""

    meeting: int
    day: int
    hour: int


class PickMinute(Button, code="kq"):
    """The exact time."""

    meeting: int
    day: int
    hour: int
    minute: int


class NotOffered(Button, code="kx"):
    """A day that is over or too near; or a heading."""

    meeting: int


class PickPlace(Button, code="kw"):
    """One of the earlier places, by its position."""

    meeting: int
    number: int


class ConfirmChange(Button, code="kz"):
    """Tells everybody of the new time or place."""

    meeting: int


async def go_on(here: Here, meeting_id: int) -> None:
    """Ask for what a new draft still lacks; when it lacks nothing or is in sight already, show it."""
    draft = await meetings.get(here.unit.conn, meeting_id)
    if await outbox.card_of(here.unit.conn, here.chat.id, "draft", draft.id) is not None:
        await show_draft(here, draft)
    elif draft.planned_at is None:
        await ask_time(here, draft)
    elif not draft.place:
        await ask_place(here, draft)
    elif not await meetings.items_of(here.unit.conn, draft.id):
        await ask_items(here, draft)
    else:
        await show_draft(here, draft)


async def ask_time(
    here: Here, meeting: Meeting, reading: Timed | None = None, *, heard: bool = False
) -> None:
    """Ask for the day with a calendar; what was said instead of a clear time gets its own answer first.

    `heard`: something was written that should have been a time.
    """
    await here.begin("planning", meeting=meeting.id, ask="time")
    building = here.the_building()
    zone = ZoneInfo(building.zone)
    now = here.now.astimezone(zone)
    if isinstance(reading, Moment) and reading.precision is not Precision.MINUTE:
        await _ask_hour(here, meeting, reading.start.date())
        return
    if isinstance(reading, Ambiguous | Recurrence):
        await _ask_which(here, meeting, reading, zone)
        return
    first = earliest_day(meeting.preset, now, zone)
    await here.turn(
        f"planning.{_answer_to(reading, heard=heard)}",
        keys=(*month_keys(first.replace(day=1), _offer(here, meeting, first)), _back_row(here, meeting)),
        kind=meeting.preset,
        reading=reading,
        **_where(here),
    )


def _answer_to(reading: Timed | None, *, heard: bool) -> str:
    match reading:
        case InThePast():
            return "ask_day_past"
        case NoSuchDate():
            return "ask_day_none_such"
        case _:
            return "ask_day_not_understood" if heard else "ask_day"


async def _ask_which(here: Here, meeting: Meeting, reading: Ambiguous | Recurrence, zone: ZoneInfo) -> None:
    """Offer the readings of what can be meant in several ways, and the calendar."""
    moments = [reading.first] if isinstance(reading, Recurrence) else _moments(reading)
    choices = [
        Key(here.key("moment", moment=one.start, zone=str(zone)).label, _picked(meeting, one, zone))
        for one in moments
    ]
    first = earliest_day(meeting.preset, here.now, zone)
    calendar = here.key("calendar", TurnTo(meeting.id, as_number(first)))
    name = "ask_once" if isinstance(reading, Recurrence) else "ask_which"
    keys = (*rows(choices, 1), (calendar,), _back_row(here, meeting))
    await here.turn(f"planning.{name}", keys=keys, **_where(here))


def _moments(reading: Ambiguous) -> list[Moment]:
    moments = [one.first if isinstance(one, Recurrence) else one for one in reading.readings]
    return moments[:6]


def _picked(meeting: Meeting, moment: Moment, zone: ZoneInfo) -> Button:
    start = moment.start.astimezone(zone)
    day = as_number(start.date())
    if moment.precision is Precision.MINUTE:
        return PickMinute(meeting.id, day, start.hour, start.minute)
    return PickDay(meeting.id, day)


def _offer(here: Here, meeting: Meeting, first: date) -> Offer:
    return Offer(
        day=lambda day: PickDay(meeting.id, as_number(day)),
        month=lambda month: TurnTo(meeting.id, as_number(month)),
        not_this=NotOffered(meeting.id),
        first=first,
        label=lambda name, **facts: here.label(here.lang, name, **facts),
    )


def _back_row(here: Here, meeting: Meeting) -> tuple[Key, ...]:
    return (here.key("back_to_draft", ShowDraft(meeting.id)),)


def _where(here: Here) -> dict[str, Any]:
    """Whether to ask for a reply: in a group the bot hears only what answers it."""
    return {"in_group": here.chat.kind == "group"}


async def _planned(here: Here, meeting_id: int) -> tuple[Meeting, Building]:
    """The draft or announced meeting whose time or place a leader is about to set."""
    meeting, building = await calling.led(here.unit, meeting_id, here.person.id)
    here.building = building
    if meeting.state not in {State.DRAFT, State.ANNOUNCED}:
        raise NotAnnounced(state=meeting.state)
    return meeting, building


@routes.press(ChangeTime)
async def change_time(here: Here, button: ChangeTime) -> None:
    """Open the calendar."""
    meeting, _ = await _planned(here, button.meeting)
    await ask_time(here, meeting)


@routes.press(TurnTo)
async def turn_calendar(here: Here, button: TurnTo) -> None:
    """Turn the calendar to another month."""
    meeting, building = await _planned(here, button.meeting)
    await here.begin("planning", meeting=meeting.id, ask="time")
    first = earliest_day(meeting.preset, here.now, ZoneInfo(building.zone))
    month = max(first.replace(day=1), month_after(as_day(button.month), 0))
    keys = (*month_keys(month, _offer(here, meeting, first)), _back_row(here, meeting))
    await here.turn("planning.ask_day", keys=keys, kind=meeting.preset, **_where(here))


@routes.press(NotOffered)
async def explain_not_offered(here: Here, button: NotOffered) -> None:
    """Say which day is the first that keeps the notice period."""
    meeting, building = await _planned(here, button.meeting)
    first = earliest_day(meeting.preset, here.now, ZoneInfo(building.zone))
    await here.tell("planning.not_offered", kind=meeting.preset, first=first)


@routes.press(PickDay)
async def pick_day(here: Here, button: PickDay) -> None:
    """Ask for the hour of the day."""
    meeting, _ = await _planned(here, button.meeting)
    await _ask_hour(here, meeting, as_day(button.day))


async def _ask_hour(here: Here, meeting: Meeting, day: date) -> None:
    number = as_number(day)
    now = here.now.astimezone(ZoneInfo(here.zone))
    keys = hour_keys(day, now, lambda hour: PickHour(meeting.id, number, hour))
    other = here.key("other_day", ChangeTime(meeting.id))
    await here.turn("planning.ask_hour", keys=(*keys, (other, *_back_row(here, meeting))), day=day)


@routes.press(PickHour)
async def pick_hour(here: Here, button: PickHour) -> None:
    """Ask for the quarter of the hour."""
    meeting, building = await _planned(here, button.meeting)
    now = here.now.astimezone(ZoneInfo(building.zone))
    day = as_day(button.day)
    if not 0 <= button.hour <= 23:
        raise NotADay
    keys = minute_keys(day, button.hour, now, lambda at: PickMinute(meeting.id, button.day, button.hour, at))
    other = here.key("other_hour", PickDay(meeting.id, button.day))
    await here.turn("planning.ask_minute", keys=(*keys, (other, *_back_row(here, meeting))), day=day)


@routes.press(PickMinute)
async def pick_minute(here: Here, button: PickMinute) -> None:
    """Take the time: a draft has it at once, a change of an announced meeting is read back first."""
    meeting, building = await _planned(here, button.meeting)
    moment = as_moment(as_day(button.day), button.hour, button.minute, ZoneInfo(building.zone))
    await _take_time(here, meeting, moment)


async def _take_time(here: Here, meeting: Meeting, moment: datetime, end: datetime | None = None) -> None:
    if meeting.state is State.ANNOUNCED:
        await _read_back(here, meeting, planned=moment)
        return
    await calling.set_time(here.unit, meeting, moment, end)
    await go_on(here, meeting.id)


@routes.press(ChangePlace)
async def change_place(here: Here, button: ChangePlace) -> None:
    """Ask for the place."""
    meeting, _ = await _planned(here, button.meeting)
    await ask_place(here, meeting)


async def ask_place(here: Here, meeting: Meeting) -> None:
    """Ask where, offering the places met in before."""
    await here.begin("planning", meeting=meeting.id, ask="place")
    known = await calling.earlier_places(here.unit, here.the_building())
    choices = [Key(place, PickPlace(meeting.id, number)) for number, place in enumerate(known)]
    keys: Keys = (*rows(choices, 1), _back_row(here, meeting))
    await here.turn("planning.ask_place", keys=keys, known=bool(known), **_where(here))


@routes.press(PickPlace)
async def pick_place(here: Here, button: PickPlace) -> None:
    """Take one of the earlier places."""
    meeting, building = await _planned(here, button.meeting)
    known = await calling.earlier_places(here.unit, building)
    if not 0 <= button.number < len(known):
        await ask_place(here, meeting)
        return
    await _take_place(here, meeting, known[button.number])


async def _take_place(here: Here, meeting: Meeting, place: str) -> None:
    if meeting.state is State.ANNOUNCED:
        await _read_back(here, meeting, place=place)
        return
    await calling.set_place(here.unit, meeting, place)
    await go_on(here, meeting.id)


@routes.press(Hurry)
async def ask_hurry(here: Here, button: Hurry) -> None:
    """Ask why the notice period cannot be kept."""
    meeting, _ = await _planned(here, button.meeting)
    check_draft(meeting)
    check_hurry(meeting.preset)
    await _ask_hurry(here, meeting)


async def _ask_hurry(here: Here, meeting: Meeting, planned: datetime | None = None) -> None:
    said = None if planned is None else planned.isoformat()
    await here.begin("planning", meeting=meeting.id, ask="hurry", planned=said)
    facts = {"kind": meeting.preset, "planned": planned or meeting.planned_at}
    await here.turn("planning.ask_hurry", keys=(_back_row(here, meeting),), **facts, **_where(here))


async def _hear_hurry(here: Here, meeting: Meeting, planned: datetime | None) -> None:
    """Take in the reason, for the draft or for the new time of an announced meeting."""
    if meeting.state is State.DRAFT:
        await calling.set_hurry(here.unit, meeting, here.heard.text)
        await show_draft(here, meeting)
    else:
        await _read_back(here, meeting, planned=planned, hurry=written(here.heard.text, HURRY_LIMIT))


@routes.dialogue("planning")
async def hear_plan(here: Here, data: dict[str, Any]) -> None:
    """Take in a written time, place or reason; another time instead of a reason is a time."""
    meeting, building = await _planned(here, data["meeting"])
    now = here.now.astimezone(ZoneInfo(building.zone))
    if data["ask"] == "hurry" and not isinstance(read(here.heard.text, now), Moment):
        await _hear_hurry(here, meeting, _moment(data["planned"]))
        return
    if data["ask"] == "place":
        await _take_place(here, meeting, here.heard.text)
        return
    reading = _read_time(here.heard.text, now)
    if isinstance(reading, Moment) and reading.precision is Precision.MINUTE:
        await _take_time(here, meeting, reading.start, reading.end)
    else:
        await ask_time(here, meeting, reading, heard=True)


def _read_time(text: str, now: datetime) -> Timed | None:
    reading = read(text, now)
    if isinstance(reading, Moment | Recurrence | InThePast | NoSuchDate | Ambiguous):
        return reading
    found = find(text, now)
    return found.reading if found else None


async def _read_back(
    here: Here,
    meeting: Meeting,
    planned: datetime | None = None,
    place: str | None = None,
    hurry: str | None = None,
) -> None:
    """Read a change of an announced meeting back before everybody is told."""
    building = here.the_building()
    if not hurry and calling.needs_reason(here.unit, meeting, building, planned):
        await _ask_hurry(here, meeting, planned)
        return
    change = await calling.check_change(here.unit, meeting, building, planned, place, hurry)
    new_time, new_place, reason = change
    said = None if planned is None else planned.isoformat()
    await here.begin("change", meeting=meeting.id, planned=said, place=place, hurry=hurry)
    keys = ((here.key("confirm_change", ConfirmChange(meeting.id)),), _back_row(here, meeting))
    await here.turn(
        "planning.read_back",
        keys=keys,
        meeting=meeting,
        planned=new_time,
        place=new_place,
        hurry=reason,
    )


@routes.dialogue("change")
async def hear_instead(here: Here, data: dict[str, Any]) -> None:
    """Something was written instead of confirming: read the change back again."""
    meeting, _ = await _planned(here, data["meeting"])
    await _read_back(here, meeting, _moment(data["planned"]), data["place"], data.get("hurry"))


@routes.press(ConfirmChange)
async def confirm_change(here: Here, button: ConfirmChange) -> None:
    """Move the meeting, and tell everybody."""
    meeting, building = await _planned(here, button.meeting)
    plan = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if plan is None or plan[0] != "change" or plan[1]["meeting"] != meeting.id:
        raise calling.NothingChanges
    data = plan[1]
    wanted = (_moment(data["planned"]), data["place"], data.get("hurry"))
    changed = await calling.change(here.unit, meeting, building, here.person.id, *wanted)
    await show_draft(here, changed)
    await tell_change(here, changed, building, meeting)
    await deliveries.send(here, changed, building, before=meeting)
    await ask_all(here, changed, building)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
