"""The months of a building: one page of what comes by itself, and the rule of the standing meeting."""

from __future__ import annotations

from datetime import time
from typing import Any

from handlers.buttons import Button, Key, Keys
from handlers.calendar import HOURS, MINUTES, NotADay, rows
from handlers.calling import led_building
from handlers.here import Here
from handlers.routes import Routes
from handlers.ways import ShowMonthly
from rules.habits import Habits, Standing, decode, encode
from rules.homes import Building
from rules.kinds import DEFAULT_KIND
from rules.reminders import Kind
from rules.when import Every, Pattern
from services import habits, monthly, standing

routes = Routes()

A_WEEK = 7
_A_ROW = 2  # keys that a phone shows whole
OFTEN = tuple(Pattern(Every.MONTH, 1, (), (day,), nth) for day in (4, 5) for nth in (1, -1))


class AskStanding(Button, code="wsd"):
    """Asks when the standing meeting is."""

    building: int


class PickStandingRule(Button, code="wsr"):
    """The days of a rule."""

    building: int
    rule: str


class PickStandingHour(Button, code="wsi"):
    """The days of a rule and an hour."""

    building: int
    rule: str
    hour: int


class PickStandingTime(Button, code="wsj"):
    """The days of a rule and a time."""

    building: int
    rule: str
    hour: int
    minute: int


class AskStandingKind(Button, code="wsk"):
    """Asks of which kind the standing meeting is."""

    building: int


class PickStandingKind(Button, code="wsl"):
    """The kind of the standing meeting."""

    building: int
    kind: str


class DropStanding(Button, code="wsx"):
    """No standing meeting any more."""

    building: int


class AskAgenda(Button, code="wsa"):
    """Asks for the titles that stand on each agenda."""

    building: int


class DropAgenda(Button, code="wsz"):
    """No titles stand any more."""

    building: int


class AskDay(Button, code="wda"):
    """Asks on which day of the month something comes."""

    building: int
    kind: str


class PickDay(Button, code="wdp"):
    """A day of the month; 0: never."""

    building: int
    kind: str
    day: int


class TellMissing(Button, code="wdm"):
    """Has the community office told who has not reported (1), or not (0)."""

    building: int
    told: int


class AskQuiet(Button, code="wqa"):
    """Asks for the quiet hours."""

    building: int


async def led(here: Here, building_id: int) -> Building:
    """The building of a button, for a leader of it. Raises NotTheLeader."""
    here.building = await monthly.led(here.unit, building_id, here.person.id)
    return here.building


@routes.command("monthly", words=("例会", "报到", "每月安排", "monthly"))
async def show_or_set(here: Here, line: str) -> None:
    """Show what comes by itself; a line like 每月最后一个周五晚上七点半 sets the standing meeting."""
    building = await led_building(here)
    if line:
        await _set_by_line(here, building, line)
    else:
        await show_panel(here, building)


async def _set_by_line(here: Here, building: Building, line: str) -> None:
    rule = habits.read_rule(line, building.local(here.now))
    if isinstance(rule, Pattern):
        await _ask_hour(here, building, rule)
        return
    await habits.set_standing(here.unit, building, rule)
    await show_panel(here, building)


@routes.press(ShowMonthly)
async def show(here: Here, button: ShowMonthly) -> None:
    """Show what comes by itself."""
    await show_panel(here, await led(here, button.building))


async def show_panel(here: Here, building: Building) -> None:
    """Show what comes by itself in a building, with keys that change each of it."""
    await here.finish()
    held = await habits.of(here.unit, building)
    nexts = {str(kind): monthly.next_of(building, held, kind, here.now) for kind in monthly.MONTHLY}
    await here.turn(
        "monthly.panel",
        keys=_panel_keys(here, building, held),
        building=building,
        habits=held,
        standing=held.standing and standing.following(held.standing, building, here.now),
        nexts=nexts,
    )


def _panel_keys(here: Here, building: Building, held: Habits) -> Keys:
    this = building.id
    meeting, more = [here.key("standing_day", AskStanding(this))], []
    if held.standing is not None:
        meeting.append(here.key("standing_off", DropStanding(this)))
        more.append(here.key("standing_agenda", AskAgenda(this)))
        more.append(here.key("choose_kind", AskStandingKind(this), kind=held.standing.preset))
    report = [here.key("report_day", AskDay(this, Kind.REPORT))]
    if held.report_day:
        report.append(here.key("report_off", PickDay(this, Kind.REPORT, 0)))
        report.append(here.key("tell_missing", TellMissing(this, int(not held.missing)), on=held.missing))
    others = [
        here.key("tasks_day", AskDay(this, Kind.TASKS)),
        here.key("digest_day", AskDay(this, Kind.DIGEST)),
        here.key("quiet_hours", AskQuiet(this)),
    ]
    return tuple(row for keys in (meeting, more, report, others) for row in rows(keys, _A_ROW))


@routes.press(AskStanding)
async def ask_standing(here: Here, button: AskStanding) -> None:
    """Ask for the days, by button or in writing."""
    building = await led(here, button.building)
    await here.begin("monthly", building=building.id)
    days = [Key(str(day), _pick(building, Pattern(Every.MONTH, 1, (day,)))) for day in range(1, 32)]
    often = [here.key("recurs", _pick(building, pattern), pattern=pattern) for pattern in OFTEN]
    keys = (*rows(days, A_WEEK), *rows(often, 2), (back(here, building),))
    await here.turn("monthly.ask_standing", keys=keys, in_group=here.chat.kind == "group")


def _pick(building: Building, pattern: Pattern) -> Button:
    return PickStandingRule(building.id, encode(pattern))


def back(here: Here, building: Building) -> Key:
    """The key that leads back to the page."""
    return here.key("monthly_back", ShowMonthly(building.id))


@routes.dialogue("monthly")
async def hear_standing(here: Here, data: dict[str, Any]) -> None:
    """Take in 每月5号晚上七点半."""
    await _set_by_line(here, await led(here, data["building"]), here.heard.text)


@routes.press(PickStandingRule)
async def pick_rule(here: Here, button: PickStandingRule) -> None:
    """Ask for the hour."""
    await _ask_hour(here, await led(here, button.building), decode(button.rule))


async def _ask_hour(here: Here, building: Building, pattern: Pattern) -> None:
    await here.finish()
    rule = encode(pattern)
    hours = [Key(f"{hour}:00", PickStandingHour(building.id, rule, hour)) for hour in HOURS]
    keys = (*rows(hours), (back(here, building),))
    await here.turn("monthly.ask_standing_time", keys=keys, pattern=pattern)


@routes.press(PickStandingHour)
async def pick_hour(here: Here, button: PickStandingHour) -> None:
    """Ask for the quarter of the hour."""
    building, pattern, hour = await led(here, button.building), decode(button.rule), button.hour
    times = [
        Key(f"{hour}:{minute:02}", PickStandingTime(building.id, button.rule, hour, minute))
        for minute in MINUTES
    ]
    keys = (*rows(times), (back(here, building),))
    await here.turn("monthly.ask_standing_time", keys=keys, pattern=pattern)


@routes.press(PickStandingTime)
async def pick_time(here: Here, button: PickStandingTime) -> None:
    """Set the standing meeting."""
    building = await led(here, button.building)
    at = _time(button.hour, button.minute)
    before = (await habits.of(here.unit, building)).standing
    kind = before.kind if before else DEFAULT_KIND
    rule = Standing.begun(decode(button.rule), at, building.local(here.now), kind)
    await habits.set_standing(here.unit, building, rule)
    await show_panel(here, building)


def _time(hour: int, minute: int) -> time:
    try:
        return time(hour, minute)
    except ValueError as unreal:
        raise NotADay from unreal


@routes.press(DropStanding)
async def drop_standing(here: Here, button: DropStanding) -> None:
    """No standing meeting any more."""
    building = await led(here, button.building)
    await habits.set_standing(here.unit, building, None)
    await show_panel(here, building)
