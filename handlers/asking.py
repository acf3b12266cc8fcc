"""A question that waits for a written answer, and the key that drops it."""

from __future__ import annotations

from handlers.buttons import Button, Keys
from handlers.here import Here
from handlers.routes import Routes
from rules.sitting import StepIsOver
from storage import people

routes = Routes()

KINDS = {"present", "next_time", "task", "correct"}  # the dialogues of a sitting and its minutes


class StopAsking(Button, code="mq"):
    """Drops the question that waits for this person's answer."""


def stop(here: Here) -> Keys:
    """The keys under a question."""
    return ((here.key("stop_asking", StopAsking()),),)


@routes.press(StopAsking)
async def stop_asking(here: Here, _button: StopAsking) -> None:
    """Drop the question, if it was put to this person."""
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is None or dialogue[0] not in KINDS:
        raise StepIsOver
    await here.finish()
    await here.turn("meeting.dropped")
