"""One's own statements: a list in which each is corrected or taken back by a key."""

from __future__ import annotations

from typing import Any

from handlers import asking
from handlers.buttons import Button, Key
from handlers.here import Here
from handlers.room import go_to
from handlers.routes import Routes
from services import statements
from services.outbox import renew

routes = Routes()


class Correct(Button, code="sac"):
    """Words one's statement anew."""

    meeting: int
    event: int


class TakeBack(Button, code="sab"):
    """Takes one's statement back."""

    meeting: int
    event: int


@routes.command("mywords", words=("我的发言", "my words"))
async def show_own(here: Here, _rest: str) -> None:
    """Show what one put on record, each with its keys."""
    building = await here.the_resident()
    meeting, mine = await statements.own(here.unit.conn, building, here.person)
    keys = tuple(
        (
            Key(here.label(here.lang, "correct_own", number=number), Correct(meeting.id, one.event)),
            Key(here.label(here.lang, "take_back", number=number), TakeBack(meeting.id, one.event)),
        )
        for number, one in enumerate(mine, 1)
    )
    await here.say("statements.own", keys=keys, statements=mine)


@routes.press(Correct)
async def ask_words(here: Here, button: Correct) -> None:
    """Ask for the new wording."""
    await go_to(here, button.meeting)
    building = await here.the_resident()
    await statements.check_own(here.unit.conn, building, here.person, button.meeting, button.event)
    data = {"meeting": button.meeting, "event": button.event}
    await asking.ask(here, "reword", "statements.ask_words", data=data)


@routes.dialogue("reword")
async def hear_words(here: Here, data: dict[str, Any]) -> None:
    """Take in the new wording."""
    await go_to(here, data["meeting"])
    building = await here.the_resident()
    words = (data["meeting"], data["event"], here.heard.text, here.heard.picture, here.heard.album)
    await statements.correct(here.unit, building, here.person, *words)
    await asking.finish(here)
    await here.say("statements.corrected")
    await renew(here.unit, "minutes", data["meeting"])


@routes.press(TakeBack)
async def take_back(here: Here, button: TakeBack) -> None:
    """Take it back."""
    await go_to(here, button.meeting)
    building = await here.the_resident()
    await statements.take_back(here.unit, building, here.person, button.meeting, button.event)
    await here.tell("statements.taken_back")
    await renew(here.unit, "minutes", button.meeting)
