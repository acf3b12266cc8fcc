"""The question a week before the standing meeting, and its answers: call it, move it, skip it."""

from __future__ import annotations

from handlers.buttons import Button, Key, Keys
from handlers.calendar import as_day, as_number
from handlers.draft import show_draft
from handlers.here import Here
from handlers.monthly import led
from handlers.planning import ask_time, go_on
from handlers.routes import Routes
from handlers.speech import Speech
from rules.calendar import facts as day_facts
from services import calling, standing
from storage import homes
from storage.outbox import Due

routes = Routes()


class HoldStanding(Button, code="wy"):
    """The standing meeting of a day (20261205) is held as usual."""

    building: int
    day: int


class MoveStanding(Button, code="wm"):
    """It is held, but at another time."""

    building: int
    day: int


class SkipStanding(Button, code="wn"):
    """It is left out this once."""

    building: int
    day: int


@routes.due(standing.STANDING)
async def ask(speech: Speech, due: Due) -> None:
    """A week before the standing meeting: ask the leaders whether it is held."""
    asked = await standing.question_due(speech.unit, due)
    if asked is None:
        return
    building, day = asked.building, asked.building.local(asked.planned).date()
    facts = {
        "building": building,
        "planned": asked.planned,
        "kind": asked.kind,
        "late": asked.late,
        "day_facts": day_facts(day),
    }
    reached = False
    for leader in asked.leaders:
        keys = _keys(speech, leader.lang, building.id, as_number(day))
        key = f"{due.key}:{leader.id}"
        reached |= await speech.tell_person(
            leader.id, "monthly.ask_meeting", keys=keys, notice=True, key=key, zone=building.zone, **facts
        )
    if not reached:
        keys = _keys(speech, building.lang, building.id, as_number(day))
        await speech.say_to_building(
            building, "monthly.ask_meeting", keys=keys, notice=True, key=due.key, **facts
        )


def _keys(speech: Speech, lang: str, building_id: int, day: int) -> Keys:
    return (
        (
            Key(speech.label(lang, "standing_yes"), HoldStanding(building_id, day)),
            Key(speech.label(lang, "standing_skip"), SkipStanding(building_id, day)),
        ),
        (Key(speech.label(lang, "standing_other"), MoveStanding(building_id, day)),),
    )


@routes.press(HoldStanding)
async def hold(here: Here, button: HoldStanding) -> None:
    """Begin the draft of the standing meeting at its usual time and place."""
    building = await led(here, button.building)
    when = await standing.ahead(here.unit, building, as_day(button.day))
    known = await standing.meeting_at(here.unit, building, when)
    if known is not None:
        await show_draft(here, known)
        return
    draft = await standing.begin(here.unit, building, here.person.id)
    if draft.planned_at is not None:
        await here.tell("monthly.draft_waits")
        await show_draft(here, draft)
        return
    await calling.set_time(here.unit, draft, when)
    await go_on(here, draft.id)


@routes.press(MoveStanding)
async def move(here: Here, button: MoveStanding) -> None:
    """Begin the draft, and ask for its day; the rule stays."""
    building = await led(here, button.building)
    await standing.ahead(here.unit, building, as_day(button.day))
    await ask_time(here, await standing.begin(here.unit, building, here.person.id))


@routes.press(SkipStanding)
async def skip(here: Here, button: SkipStanding) -> None:
    """Leave it out this once; the other leaders are told."""
    building = await led(here, button.building)
    when = await standing.skip(here.unit, building, as_day(button.day), here.person.id)
    after = await standing.next_of(here.unit, building, when)
    await here.turn("monthly.skipped", planned=when, following=after)
    for leader in await homes.holders(here.unit.conn, building.id, "leader"):
        if leader.id != here.person.id:
            await here.tell_person(
                leader.id,
                "monthly.skipped_by",
                name=here.person.name,
                building=building,
                planned=when,
                zone=building.zone,
            )
