"""A question that waits for a written answer, and the key that drops it."""

from __future__ import annotations

from handlers.buttons import Button, Keys
from handlers.here import Here
from handlers.routes import Routes
from rules.meetings import State
from rules.refusals import Refusal
from rules.sitting import MeetingIsOver, StepIsOver
from services import meeting as sittings
from storage import people

routes = Routes()

KINDS = {"present", "next_time", "task", "correct"}  # the dialogues of a sitting and its minutes


class StopAsking(Button, code="mq"):
    """Drops the question that waits for this person's answer."""


def stop(here: Here) -> Keys:
    """The keys under a question."""
    return ((here.key("stop_asking", StopAsking()),),)


async def drop(here: Here, why: Refusal) -> None:
    """End a question that has become pointless, and say why; what is written next is heard afresh."""
    await here.finish()
    await here.say(f"refusals.{why.template()}", **why.facts)


async def is_pointless(here: Here, meeting_id: int) -> bool:
    """Whether the meeting a question was about is over; the question is dropped then."""
    meeting = await sittings.find(here.unit.conn, here.the_building(), meeting_id)
    if meeting.state is State.OPEN:
        return False
    await drop(here, MeetingIsOver(closed_at=meeting.closed_at))
    return True


@routes.press(StopAsking)
async def stop_asking(here: Here, _button: StopAsking) -> None:
    """Drop the question, if it was put to this person."""
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is None or dialogue[0] not in KINDS:
        raise StepIsOver
    await here.finish()
    await here.turn("meeting.dropped")
