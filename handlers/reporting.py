"""The leader's 报到: a form that is filled in already, corrected in two minutes, and sent to the office."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from handlers.buttons import Button, Key, Keys
from handlers.calendar import NotADay
from handlers.contacts import ShowContacts
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Speech, number_in
from rules.homes import Building
from rules.months import before
from rules.people import Person
from rules.reports import STEPS
from services import monthly, reports
from storage import homes, outbox, people
from storage.outbox import Due

routes = Routes()

BY = (-1, 1, 5)  # any number can be written
MOST_LINES = 30  # of a list for the office


class FillReport(Button, code="rf"):
    """Begins the form of a month (202612), or begins it again."""

    building: int
    month: int


class ReportTomorrow(Button, code="rt"):
    """Asks again tomorrow."""

    building: int
    month: int


class AdjustReport(Button, code="rj"):
    """Changes a number of the form by so many."""

    step: str
    by: int


class SendReport(Button, code="rs"):
    """Hands the form in."""


@routes.due(monthly.REPORT)
async def ask_for_reports(speech: Speech, due: Due) -> None:
    """On the day of the report: ask each leader in private; who is not reached is called in the group."""
    asked = await monthly.due_now(speech.unit, due)
    if asked is None:
        return
    building = asked.building
    leaders = await homes.holders(speech.unit.conn, building.id, "leader")
    reached = [await _ask(speech, building, asked.month, one, due.key, late=asked.late) for one in leaders]
    if not any(reached):
        link = speech.link(f"report_{building.id}_{asked.month:%Y%m}")
        keys = ((Key(speech.label(building.lang, "report_fill"), link=link),),)
        await speech.say_to_building(
            building, "reporting.ask_in_group", keys=keys, notice=True, key=due.key, late=asked.late
        )
    await reports.schedule_lists(speech.unit, building, asked.month)


@routes.due(reports.AGAIN)
async def ask_again(speech: Speech, due: Due) -> None:
    """The day after somebody asked for it: ask once more."""
    asked = await reports.again_due(speech.unit, due)
    if asked is None:
        return
    for leader in asked.leaders:
        await _ask(speech, asked.building, asked.month, leader, due.key, late=asked.late, again=True)


async def _ask(
    speech: Speech,
    building: Building,
    month: date,
    leader: Person,
    key: str,
    *,
    late: bool,
    again: bool = False,
) -> bool:
    return await speech.tell_person(
        leader.id,
        "reporting.ask",
        keys=_ask_keys(speech, leader.lang, building, month),
        notice=True,
        key=f"{key}:{leader.id}",
        building=building,
        told=await reports.facts(speech.unit.conn, building, month, speech.now),
        late=late,
        again=again,
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
    await _begin(here, number_in(building), number_in(month))


@routes.press(FillReport)
async def begin(here: Here, button: FillReport) -> None:
    """Begin the form."""
    await _begin(here, button.building, button.month)


async def _begin(here: Here, building_id: int, number: int) -> None:
    here.in_private()
    here.building = await monthly.led(here.unit, building_id, here.person.id)
    await _show(here, await reports.start(here.unit, here.building, _month(number), here.person.id))


async def _show(here: Here, form: dict[str, Any]) -> None:
    """The form as it stands, with keys that change it."""
    building = await monthly.led(here.unit, form["building"], here.person.id)
    month = date.fromisoformat(f"{form['month']}-01")
    await here.begin("report", **form)
    rows = tuple(
        tuple(here.key(f"report_{step}", AdjustReport(step, by), by=f"{by:+d}") for by in BY)
        for step in STEPS
    )
    again = FillReport(building.id, month.year * 100 + month.month)
    last = ((here.key("report_send", SendReport()),), (here.key("report_again", again),))
    told = await reports.facts(here.unit.conn, building, month, here.now)
    await here.turn("reporting.form", keys=(*rows, *last), building=building, form=form, told=told)


@routes.dialogue("report")
async def hear_numbers(here: Here, data: dict[str, Any]) -> None:
    """Take in a line: 走访12 诉求6 办结5."""
    await _show(here, reports.correct(data, here.heard.text))


@routes.press(AdjustReport)
async def adjust(here: Here, button: AdjustReport) -> None:
    """Change a number."""
    await _show(here, reports.adjust(await _form(here), button.step, button.by))


@routes.press(SendReport)
async def send(here: Here, _button: SendReport) -> None:
    """Hand the form in; the community office gets it."""
    form = await _form(here)
    here.building = building = await monthly.led(here.unit, form["building"], here.person.id)
    told = await reports.hand_in(here.unit, building, form, here.person.id)
    await here.finish()
    sent = [await _tell_office(here, building, form, one) for one in told]
    keys = () if any(sent) else ((here.key("contacts", ShowContacts(building.id)),),)
    await here.turn("reporting.handed_in", keys=keys, form=form, sent=any(sent))


async def _tell_office(here: Here, building: Building, form: dict[str, Any], office: Person) -> bool:
    month = before(date.fromisoformat(f"{form['month']}-01"))
    waking = building.waking(here.now)
    return await here.tell_person(
        office.id,
        "reporting.to_office",
        notice=True,
        key=f"reported:{building.id}:{form['month']}:{here.person.id}:{office.id}",
        not_before=waking if waking > here.now else None,
        building=building,
        name=here.person.name,
        month=month,
        form=form,
    )


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


@routes.due(reports.MISSING)
async def list_missing(speech: Speech, due: Due) -> None:
    """Tell the community office who has not reported; two days later the leaders are asked again."""
    missing = await reports.missing_due(speech.unit, due)
    if missing is None:
        return
    for office in await reports.told_of_silence(speech.unit, missing.building):
        await _list_for(speech, due, missing, office)
    if reports.stage(due) != "0d":
        for leader in missing.leaders:
            await _ask(
                speech, missing.building, missing.month, leader, due.key, late=missing.late, again=True
            )


async def _list_for(speech: Speech, due: Due, missing: reports.Again, office: Person) -> None:
    """One list for all buildings somebody is told about, however many of them are due."""
    today = missing.building.local(speech.now).date()
    key = f"{reports.MISSING}:{office.id}:{missing.month:%Y-%m}:{today}:{reports.stage(due)}"
    if office.reach != "yes" or await outbox.is_in(speech.unit.conn, key):
        return
    silent = await reports.silent_of_office(speech.unit, office.id, missing.month)
    if silent:
        await speech.tell_person(
            office.id,
            "reporting.missing",
            notice=True,
            key=key,
            month=before(missing.month),
            silent=silent[:MOST_LINES],
            rest=max(0, len(silent) - MOST_LINES),
            first=reports.stage(due) == "0d",
            late=missing.late,
        )


@routes.command("reports", words=("报到情况", "reports"))
async def list_reports(here: Here, _rest: str) -> None:
    """What has come in this month, for who speaks for the community office."""
    here.in_private()
    month = here.now.astimezone(ZoneInfo(here.zone)).date().replace(day=1)
    found = await reports.of_office(here.unit, here.person.id, month)
    await here.say(
        "reporting.list",
        month=before(month),
        reported=[one for one in found if one.figures is not None][:MOST_LINES],
        silent=[one for one in found if one.figures is None][:MOST_LINES],
        of=len(found),
    )


def _month(number: int) -> date:
    try:
        return date(number // 100, number % 100, 1)
    except ValueError as unreal:
        raise NotADay from unreal
