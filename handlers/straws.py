"""A straw poll: /straw sends the platform's own poll for a quick mood, marked as binding nobody."""

from __future__ import annotations

import re

from handlers.buttons import Button, Key
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Speech
from rules.straws import Mood, Straw
from services import straws
from services.calling import NoGroupYet
from storage import homes, outbox, people
from storage import straws as stored
from storage.outbox import Due

routes = Routes()


class EndStraw(Button, code="swe"):
    """Closes a straw poll now."""

    straw: int


@routes.command("straw", words=("摸底", "straw"))
async def ask(here: Here, rest: str) -> None:
    """Ask for a mood in one line, or list what is asked just now and say how it is done."""
    building = here.the_building()
    if not rest:
        await here.say("straws.list", straws=await stored.of_building(here.unit.conn, building.id))
        return
    group = await people.group_of(here.unit.conn, building.id)
    if group is None or group.state != "here":
        raise NoGroupYet
    question, *texts = re.split(r"[|｜\n]", rest)
    straw = await straws.begin(here.unit, building, group, here.person.id, question, texts)
    marked = here.words.plain(building.lang, "straws.question", straw=straw)
    asked = {"question": marked, "options": list(straw.options), "straw": straw.id}
    keys = ((Key(here.label(building.lang, "straw_end"), EndStraw(straw.id)),),)
    await here.say_in(
        group.id, building.lang, "straws.asked", keys=keys, key=f"straw:{straw.id}", more={"poll": asked}
    )
    if here.chat.id != group.id:
        await here.say("straws.sent")


@routes.press(EndStraw)
async def end(here: Here, button: EndStraw) -> None:
    """Close it now."""
    straw, mood = await straws.end(here.unit, button.straw, here.person.id)
    await _tell(here, straw, mood)


@routes.due(straws.CLOSE)
async def close_in_time(speech: Speech, due: Due) -> None:
    """Close it when its day is over."""
    straw = await stored.find(speech.unit.conn, due.about_id)
    if straw is not None and straw.open:
        await _tell(speech, *await straws.close(speech.unit, straw))


@routes.due(straws.HELD)
async def answer_late(speech: Speech, due: Due) -> None:
    """Note an answer that came before its poll was known."""
    await straws.answer_held(speech.unit, due.key, due.about_id)


async def _tell(speech: Speech, straw: Straw, mood: Mood) -> None:
    """Stop the platform's poll and tell the mood under it."""
    building = await homes.building(speech.unit.conn, straw.building_id)
    message = await outbox.message_of(speech.unit.conn, f"straw:{straw.id}")
    more = {"stop": message, "reply_to": message} if message else {}
    counts = list(zip(straw.options, mood.counts, strict=True))
    await speech.say_in(
        straw.chat_id, building.lang, "straws.result", more=more, straw=straw, mood=mood, counts=counts
    )
