"""A question that waits for a written answer, and the key that drops it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.buttons import Button, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import letter
from rules.mediations import MediationDoesNotVote
from rules.meetings import State
from rules.refusals import Refusal
from rules.sitting import MeetingIsOver, StepIsOver
from services import meeting as sittings
from services import outbox
from storage import outbox as letters
from storage import people

routes = Routes()

KINDS = {
    "urgent",
    "reword",
    "present",
    "next_time",
    "task",
    "correct",
    "voice",
    "voice_answer",
    "amend",
    "withdraw",
    "merge",
    "mediation",
    "mediating",
}  # the dialogues of a sitting, its minutes and of a mediation


class StopAsking(Button, code="mq"):
    """Drops the question that waits for this person's answer."""


async def ask(
    here: Here, kind: str, question: str, /, *, data: Mapping[str, Any], keys: Keys = (), **facts: object
) -> None:
    """Put a question to this person; what is written next is heard by the dialogue of its kind."""
    await _answered(here)
    key = f"asked:{here.chat.id}:{here.person.id}:{here.heard.update_id}"
    await here.begin(kind, **{**data, "asked": key})
    stop = here.key("stop_asking", StopAsking())
    await here.say(question, keys=(*keys, (stop,)), key=key, **facts)


async def finish(here: Here) -> None:
    """End a question that was answered."""
    await _answered(here)
    await here.finish()


async def _answered(here: Here) -> None:
    """Leave no keys under the question this person has just answered."""
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    asked = dialogue[1].get("asked") if dialogue else None
    message = await letters.message_of(here.unit.conn, asked) if asked else None
    if message is not None and not (here.heard.press and here.heard.message == message):
        text = here.words.html(here.lang, "meeting.answered")
        await outbox.say(here.unit, here.chat.id, letter(text, edit=message))


async def drop(here: Here, why: Refusal) -> None:
    """End a question that has become pointless, and say why; what is written next is heard afresh."""
    await finish(here)
    await here.say(f"refusals.{why.template()}", **why.facts)


async def check_no_vote(here: Here) -> None:
    """Go on only where nobody is asked for words of a mediation just now. Raises MediationDoesNotVote."""
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is not None and dialogue[0] in {"mediation", "mediating"}:
        raise MediationDoesNotVote


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
