"""The leader's 报到: asked for in private on its day, filled in in two minutes, or put off a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.buttons import Button, Key, Keys
from handlers.calendar import NotADay
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Speech
from rules.homes import Building
from rules.people import Person
from services import monthly, reports
from storage import homes, people
from storage.outbox import Due

routes = Routes()

NUMBERS = range(8)  # offered as buttons; any number can be written


class FillReport(Button, code="rf"):
    """Begins the form of a month (202612), or begins it again."""

    building: int
    month: int


class ReportTomorrow(Button, code="rt"):
    """Asks again tomorrow."""

    building: int
    month: int


class ReportNumber(Button, code="rn"):
    """A number of the form."""

    number: int


class SendReport(Button, code="rs"):
    """Hands the form in."""


@routes.due(monthly.REPORT)
async def ask_for_reports(speech: Speech, due: Due) -> None:
    """On the day of the report: ask each leader in private; who is not reached is called in the group."""
    asked = await monthly.due_now(speech.unit, due)
    if asked is None:
        return
    reached = [
        await _ask(speech, asked.building, asked.month, leader, due.key, late=asked.late)
        for leader in await homes.holders(speech.unit.conn, asked.building.id, "leader")
    ]
    if not any(reached):
        building = asked.building
        link = speech.link(f"report_{building.id}_{asked.month:%Y%m}")
        keys = ((Key(speech.label(building.lang, "report_fill"), link=link),),)
        await speech.say_to_building(building, "reporting.ask_in_group", keys=keys, key=due.key)


@routes.due(reports.AGAIN)
async def ask_again(speech: Speech, due: Due) -> None:
    """The day after somebody asked for it: ask once more."""
    again = await reports.again_due(speech.unit, due)
    if again is not None:
        await _ask(speech, again.building, again.month, again.leader, due.key, late=False)


async def _ask(
    speech: Speech, building: Building, month: date, leader: Person, key: str, *, late: bool
) -> bool:
    return await speech.tell_person(
        leader.id,
        "reporting.ask",
        keys=_ask_keys(speech, leader.lang, building, month),
        notice=True,
        key=f"{key}:{leader.id}",
        building=building,
        held=await reports.meetings_before(speech.unit, building, month),
        late=late,
    )


def _ask_keys(speech: Speech, lang: str, building: Building, month: date) -> Keys:
    number = month.year * 100 + month.month
    return (
        (Key(speech.label(lang, "report_fill"), FillReport(building.id, number)),),
        (Key(speech.label(lang, "report_tomorrow"), ReportTomorrow(building.id, number)),),
    )


@routes.link("report")
async def begin_by_link(here: Here, rest: str) -> None:
    """Begin the form for a leader who came from the group."""
    building, _, month = rest.partition("_")
    if not (building.isdigit() and month.isdigit() and len(building) < 10 and len(month) == 6):
        raise NotADay
    await _begin(here, int(building), int(month))


@routes.press(FillReport)
async def begin(here: Here, button: FillReport) -> None:
    """Begin the form."""
    await _begin(here, button.building, button.month)


async def _begin(here: Here, building_id: int, number: int) -> None:
    here.in_private()
    here.building = await monthly.led(here.unit, building_id, here.person.id)
    month = _month(number)
    await reports.check_open(here.unit, here.building, f"{month:%Y-%m}", here.person.id)
    await _go_on(here, reports.start(here.building, month))


async def _go_on(here: Here, form: dict[str, Any]) -> None:
    await here.begin("report", **form)
    if form["step"] in reports.STEPS:
        numbers = tuple(Key(str(number), ReportNumber(number)) for number in NUMBERS)
        await here.turn(f"reporting.ask_{form['step']}", keys=(numbers,))
        return
    again = FillReport(form["building"], int(form["month"].replace("-", "")))
    keys = ((here.key("report_send", SendReport()),), (here.key("report_again", again),))
    await here.turn("reporting.confirm", keys=keys, form=form)


@routes.dialogue("report")
async def hear_number(here: Here, data: dict[str, Any]) -> None:
    """Take in a written number."""
    await _go_on(here, reports.fill(data, here.heard.text))


@routes.press(ReportNumber)
async def press_number(here: Here, button: ReportNumber) -> None:
    """Take in a pressed number."""
    await _go_on(here, reports.fill(await _form(here), str(button.number)))


@routes.press(SendReport)
async def send(here: Here, _button: SendReport) -> None:
    """Hand the form in."""
    form = await _form(here)
    building = await monthly.led(here.unit, form["building"], here.person.id)
    await reports.hand_in(here.unit, building, form, here.person.id)
    await here.finish()
    await here.turn("reporting.handed_in", form=form)


async def _form(here: Here) -> dict[str, Any]:
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is None or dialogue[0] != "report":
        raise reports.NothingToReport
    return dialogue[1]


@routes.press(ReportTomorrow)
async def put_off(here: Here, button: ReportTomorrow) -> None:
    """Ask again tomorrow."""
    here.building = await monthly.led(here.unit, button.building, here.person.id)
    month = f"{_month(button.month):%Y-%m}"
    due_at = await reports.ask_tomorrow(here.unit, here.building, month, here.person.id)
    await here.tell("reporting.tomorrow", due_at=due_at)


def _month(number: int) -> date:
    try:
        return date(number // 100, number % 100, 1)
    except ValueError as unreal:
        raise NotADay from unreal
