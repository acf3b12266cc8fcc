"""The month: when the standing meeting and the 报到 are, and the question a week before the meeting."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from handlers.buttons import Button, Key, Keys
from handlers.calendar import HOURS, MINUTES, NotADay, rows
from handlers.calling import led_building
from handlers.draft import show_draft
from handlers.here import Here
from handlers.planning import ask_time, go_on
from handlers.routes import Routes
from handlers.speech import Speech
from handlers.ways import ShowMonthly
from rules.homes import Building
from rules.meetings import Meeting
from services import calling, monthly
from storage import meetings
from storage.outbox import Due

routes = Routes()

A_WEEK = 7


class AskStandingDay(Button, code="wsd"):
    """Asks for the day of the standing meeting."""

    building: int


class PickStandingDay(Button, code="wsp"):
    """A day of the month."""

    building: int
    day: int


class PickStandingHour(Button, code="wsh"):
    """A day of the month and an hour."""

    building: int
    day: int
    hour: int


class PickStandingTime(Button, code="wst"):
    """A day of the month and a time."""

    building: int
    day: int
    hour: int
    minute: int


class DropStanding(Button, code="wsx"):
    """No standing meeting any more."""

    building: int


class AskReportDay(Button, code="wrd"):
    """Asks for the day of the report."""

    building: int


class PickReportDay(Button, code="wrp"):
    """A day of the month; 0: no report."""

    building: int
    day: int


class HoldStanding(Button, code="wy"):
    """The standing meeting of a month (202612) is held as usual."""

    building: int
    month: int


class MoveStanding(Button, code="wm"):
    """It is held, but on another day."""

    building: int
    month: int


class SkipStanding(Button, code="wn"):
    """It is left out this month."""

    building: int
    month: int


async def _led(here: Here, building_id: int) -> Building:
    here.building = await monthly.led(here.unit, building_id, here.person.id)
    return here.building


@routes.command("monthly", words=("例会", "报到", "monthly"))
async def show_or_set(here: Here, line: str) -> None:
    """Show what is set for the months; a line like 每月5号晚上七点半 sets the standing meeting."""
    building = await led_building(here)
    if line:
        await _set_by_line(here, building, line)
    else:
        await _show(here, building)


async def _set_by_line(here: Here, building: Building, line: str) -> None:
    day, at = monthly.read_standing(line, here.now.astimezone(ZoneInfo(building.zone)))
    await _show(here, await monthly.set_standing(here.unit, building, day, at))


async def _show(here: Here, building: Building) -> None:
    await here.finish()
    standing_keys = [here.key("standing_day", AskStandingDay(building.id))]
    if building.standing_day is not None:
        standing_keys.append(here.key("standing_off", DropStanding(building.id)))
    report_keys = [here.key("report_day", AskReportDay(building.id))]
    if building.report_day is not None:
        report_keys.append(here.key("report_off", PickReportDay(building.id, 0)))
    await here.turn(
        "monthly.panel",
        keys=(tuple(standing_keys), tuple(report_keys)),
        building=building,
        standing=monthly.next_of(building, monthly.STANDING, here.now),
        report=monthly.next_of(building, monthly.REPORT, here.now),
    )


@routes.press(ShowMonthly)
async def show(here: Here, button: ShowMonthly) -> None:
    """Show what is set for the months."""
    await _show(here, await _led(here, button.building))


@routes.press(AskStandingDay)
async def ask_standing_day(here: Here, button: AskStandingDay) -> None:
    """Ask for the day, by button or in writing."""
    building = await _led(here, button.building)
    await here.begin("monthly", building=building.id)
    days = [Key(str(day), PickStandingDay(building.id, day)) for day in range(1, 32)]
    keys = (*rows(days, A_WEEK), _back(here, building))
    await here.turn("monthly.ask_standing_day", keys=keys, in_group=here.chat.kind == "group")


def _back(here: Here, building: Building) -> tuple[Key, ...]:
    return (here.key("monthly_back", ShowMonthly(building.id)),)


@routes.dialogue("monthly")
async def hear_standing(here: Here, data: dict[str, Any]) -> None:
    """Take in 每月5号晚上七点半."""
    await _set_by_line(here, await _led(here, data["building"]), here.heard.text)


@routes.press(PickStandingDay)
async def pick_standing_day(here: Here, button: PickStandingDay) -> None:
    """Ask for the hour."""
    building = await _led(here, button.building)
    hours = [Key(f"{hour}:00", PickStandingHour(building.id, button.day, hour)) for hour in HOURS]
    keys: Keys = (*rows(hours), _back(here, building))
    await here.turn("monthly.ask_standing_time", keys=keys, day=button.day)


@routes.press(PickStandingHour)
async def pick_standing_hour(here: Here, button: PickStandingHour) -> None:
    """Ask for the quarter of the hour."""
    building, hour = await _led(here, button.building), button.hour
    times = [
        Key(f"{hour}:{minute:02}", PickStandingTime(building.id, button.day, hour, minute))
        for minute in MINUTES
    ]
    await here.turn("monthly.ask_standing_time", keys=(*rows(times), _back(here, building)), day=button.day)


@routes.press(PickStandingTime)
async def pick_standing_time(here: Here, button: PickStandingTime) -> None:
    """Set the standing meeting."""
    building = await _led(here, button.building)
    at = _time(button.hour, button.minute)
    await _show(here, await monthly.set_standing(here.unit, building, button.day, at))


def _time(hour: int, minute: int) -> time:
    try:
        return time(hour, minute)
    except ValueError as unreal:
        raise NotADay from unreal


@routes.press(DropStanding)
async def drop_standing(here: Here, button: DropStanding) -> None:
    """No standing meeting any more."""
    building = await _led(here, button.building)
    await _show(here, await monthly.set_standing(here.unit, building, None, None))


@routes.press(AskReportDay)
async def ask_report_day(here: Here, button: AskReportDay) -> None:
    """Ask for the day of the report."""
    building = await _led(here, button.building)
    days = [Key(str(day), PickReportDay(building.id, day)) for day in range(1, 32)]
    await here.turn("monthly.ask_report_day", keys=(*rows(days, A_WEEK), _back(here, building)))


@routes.press(PickReportDay)
async def pick_report_day(here: Here, button: PickReportDay) -> None:
    """Set the day of the report."""
    building = await _led(here, button.building)
    await _show(here, await monthly.set_report(here.unit, building, button.day or None))


@routes.due(monthly.STANDING)
async def ask_about_standing(speech: Speech, due: Due) -> None:
    """A week before the standing meeting: ask the leaders whether it is held."""
    asked = await monthly.standing_due(speech.unit, due)
    if asked is None:
        return
    building, month = asked.building, asked.month.year * 100 + asked.month.month
    facts = {"building": building, "planned": asked.planned, "late": asked.late}
    reached = False
    for leader in asked.leaders:
        keys = _standing_keys(speech, leader.lang, building.id, month)
        key = f"{due.key}:{leader.id}"
        reached |= await speech.tell_person(
            leader.id, "monthly.ask_standing", keys=keys, notice=True, key=key, zone=building.zone, **facts
        )
    if not reached:
        keys = _standing_keys(speech, building.lang, building.id, month)
        await speech.say_to_building(building, "monthly.ask_standing", keys=keys, key=due.key, **facts)


def _standing_keys(speech: Speech, lang: str, building_id: int, month: int) -> Keys:
    return (
        (Key(speech.label(lang, "standing_yes"), HoldStanding(building_id, month)),),
        (
            Key(speech.label(lang, "standing_other"), MoveStanding(building_id, month)),
            Key(speech.label(lang, "standing_skip"), SkipStanding(building_id, month)),
        ),
    )


@routes.press(HoldStanding)
async def hold_standing(here: Here, button: HoldStanding) -> None:
    """Begin the draft of the standing meeting at its usual time and place."""
    building = await _led(here, button.building)
    when = monthly.standing_ahead(building, _month(button.month), here.now)
    known = await monthly.meeting_at(here.unit, building, when)
    if known is not None:
        await show_draft(here, known)
        return
    draft = await _begin(here, building)
    if draft.planned_at is not None:
        await here.tell("monthly.draft_waits")
        await show_draft(here, draft)
        return
    await calling.set_time(here.unit, draft, when)
    await go_on(here, draft.id)


@routes.press(MoveStanding)
async def move_standing(here: Here, button: MoveStanding) -> None:
    """Begin the draft, and ask for its day."""
    building = await _led(here, button.building)
    monthly.standing_ahead(building, _month(button.month), here.now)
    await ask_time(here, await _begin(here, building))


async def _begin(here: Here, building: Building) -> Meeting:
    """The leader's draft, at the place where the building met last."""
    draft = await calling.begin(here.unit, building, here.person.id)
    places = await calling.earlier_places(here.unit, building)
    if not draft.place and places:
        await calling.set_place(here.unit, draft, places[0])
    return await meetings.get(here.unit.conn, draft.id)


@routes.press(SkipStanding)
async def skip_standing(here: Here, button: SkipStanding) -> None:
    """Leave it out this month."""
    building = await _led(here, button.building)
    month = _month(button.month)
    await monthly.skip(here.unit, building, month, here.person.id)
    await here.turn("monthly.skipped", month=month)


def _month(number: int) -> date:
    try:
        return date(number // 100, number % 100, 1)
    except ValueError as unreal:
        raise NotADay from unreal
