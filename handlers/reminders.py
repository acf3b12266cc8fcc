"""Reminders: before a meeting to the group and to those who come; to those who have not voted."""

from __future__ import annotations

from typing import Any

from handlers.buttons import Key, Keys
from handlers.meeting import OpenMeeting
from handlers.notice import Come, StayAway
from handlers.routes import Routes
from handlers.speech import Speech
from handlers.voting import CastVote
from rules.ballots import Ballot
from rules.counting import Method
from rules.homes import Building
from services import reminding
from services.outbox import Rank
from storage import homes
from storage.outbox import Due

routes = Routes()

FEW = 8  # options that fit under a message as buttons


@routes.due(reminding.MEETING)
async def remind_of_meeting(speech: Speech, due: Due) -> None:
    """Remind the group, and in private those who said they come."""
    reminder = await reminding.meeting_due(speech.unit, due)
    if reminder is None:
        return
    meeting, building = reminder.meeting, reminder.building
    facts = {
        "meeting": meeting,
        "kind": meeting.preset,
        "building": building,
        "days": reminder.days,
        "minutes": reminder.minutes,
        "late": reminder.late,
    }
    keys = (
        (
            Key(speech.label(building.lang, "come"), Come(meeting.id)),
            Key(speech.label(building.lang, "stay_away"), StayAway(meeting.id)),
        ),
    )
    rank = Rank.URGENT if reminder.urgent else Rank.ANSWER
    await speech.say_to_building(
        building, "reminders.meeting", keys=keys, rank=rank, notice=True, key=due.key, **facts
    )
    for person in reminder.coming:
        key = f"{due.key}:{person.id}"
        await speech.tell_person(
            person.id, "reminders.meeting_yours", rank=Rank.BULK, key=key, zone=building.zone, **facts
        )
    if reminder.urgent:
        await _tell_leaders(speech, due, building, facts)


async def _tell_leaders(speech: Speech, due: Due, building: Building, facts: dict[str, Any]) -> None:
    """Hand the key that opens the meeting to those who may press it."""
    for leader in await homes.holders(speech.unit.conn, building.id, "leader"):
        keys = ((Key(speech.label(leader.lang, "open_meeting"), OpenMeeting(due.about_id)),),)
        key = f"{due.key}:{leader.id}:leader"
        await speech.tell_person(
            leader.id, "reminders.meeting_to_open", keys=keys, key=key, zone=building.zone, **facts
        )


@routes.due(reminding.BALLOT_HALF)
@routes.due(reminding.BALLOT_LAST_DAY)
async def remind_voters(speech: Speech, due: Due) -> None:
    """Remind in private the members of households that have not voted."""
    reminder = await reminding.remind_voters(speech.unit, due)
    if reminder is None:
        return
    ballot = reminder.ballot
    for silent in reminder.silent:
        await speech.tell_person(
            silent.person.id,
            "reminders.ballot",
            keys=_vote_keys(speech, ballot, silent.person.lang),
            rank=Rank.BULK,
            key=f"{due.key}:{silent.person.id}",
            zone=reminder.zone,
            ballot=ballot,
            doors=silent.doors,
            late=reminder.late,
        )


def _vote_keys(speech: Speech, ballot: Ballot, lang: str) -> Keys:
    """The options themselves where one is chosen of a few; else the way to the list."""
    if ballot.method in (Method.MOTION, Method.SINGLE) and len(ballot.options) <= FEW:
        keys = [Key(option.label, CastVote(ballot.id, option.number)) for option in ballot.options]
        return tuple((key,) for key in keys)
    return ((Key(speech.label(lang, "vote_now"), link=speech.link(f"b_{ballot.id}")),),)
