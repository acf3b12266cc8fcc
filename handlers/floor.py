"""The speakers' list: one card in the group, renewed; the time of a speaker is told to the speaker alone."""

from __future__ import annotations

from datetime import timedelta

from handlers.buttons import Button, Key
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Screen, Speech, View
from rules.meetings import State
from services import floor
from services import meeting as sittings
from services.outbox import Rank, renew
from storage import homes, meetings, people
from storage.outbox import Due

routes = Routes()

SHOWN = 10  # names on the card


class RaiseHand(Button, code="fh"):
    """Puts somebody on the speakers' list, perhaps for a side."""

    meeting: int
    side: str = ""


class LowerHand(Button, code="fl"):
    """Takes oneself off the list, or gives the floor back."""

    meeting: int


class GiveFloor(Button, code="fg"):
    """Gives the floor to the next."""

    meeting: int


class SkipSpeaker(Button, code="fk"):
    """Takes the next off the list, who is not there."""

    meeting: int


class TakeTurns(Button, code="ft"):
    """Has the sides take turns, or no longer."""

    meeting: int


@routes.press(RaiseHand)
async def raise_hand(here: Here, button: RaiseHand) -> None:
    """Wait for one's turn to speak; the first hand brings the card."""
    building = await here.the_resident()
    place = await floor.raise_hand(here.unit, building, here.person, button.meeting, button.side)
    await here.tell("floor.raised", place=place)
    await here.show_building(building, "queue", button.meeting)


@routes.command("hand", words=("举手", "我要发言", "raise hand"))
async def raise_hand_now(here: Here, _rest: str) -> None:
    """Raise one's hand in the meeting that is under way."""
    meeting = await sittings.under_way(here.unit.conn, here.the_building())
    await raise_hand(here, RaiseHand(meeting.id))


@routes.press(LowerHand)
async def lower_hand(here: Here, button: LowerHand) -> None:
    """Speak no more, or not after all."""
    building = await here.the_resident()
    await floor.lower_hand(here.unit, building, here.person, button.meeting)
    await here.tell("floor.lowered")
    await renew(here.unit, "queue", button.meeting)


@routes.press(GiveFloor)
async def give_floor(here: Here, button: GiveFloor) -> None:
    """The next one speaks."""
    building = await here.the_leader("recorder")
    turn = await floor.give_floor(here.unit, building, button.meeting, here.charter.speaking)
    speaker = await people.get(here.unit.conn, turn.person)
    await here.tell("floor.given", name=speaker.name, minutes=in_minutes(turn.time))
    await renew(here.unit, "queue", button.meeting)


@routes.press(SkipSpeaker)
async def skip_speaker(here: Here, button: SkipSpeaker) -> None:
    """The next one is not there."""
    building = await here.the_leader("recorder")
    skipped = await floor.skip(here.unit, building, button.meeting)
    await here.tell("floor.skipped", name=(await people.get(here.unit.conn, skipped)).name)
    await renew(here.unit, "queue", button.meeting)


@routes.press(TakeTurns)
async def take_turns(here: Here, button: TakeTurns) -> None:
    """Let the sides alternate, or no longer."""
    building = await here.the_leader("recorder")
    wanted = await floor.alternate(here.unit, building, button.meeting)
    await here.tell("floor.turns", alternate=wanted)
    await renew(here.unit, "queue", button.meeting)


@routes.due(floor.TIME)
async def watch_time(speech: Speech, due: Due) -> None:
    """Thirty seconds before the end and at the end, tell the speaker; the card shows it to all."""
    found = await floor.time_of(speech.unit, due)
    if found is None:
        return
    turn, over = found
    facts = {"over": over, "minutes": in_minutes(turn.time)}
    await speech.tell_person(turn.person, "floor.time", rank=Rank.URGENT, key=due.key, **facts)
    await renew(speech.unit, "queue", due.about_id)


def in_minutes(time: timedelta) -> int:
    """A speaking time as people say it."""
    return round(time / timedelta(minutes=1))


@routes.card("queue")
async def draw_queue(view: View, meeting_id: int) -> Screen | None:
    """Who speaks, until when, and who waits, in order."""
    meeting = await meetings.find(view.conn, meeting_id)
    if meeting is None:
        return None
    building = await homes.building(view.conn, meeting.building_id)
    now = await floor.read(view.conn, meeting.id)
    live = meeting.state is State.OPEN
    names = {
        one: (await people.get(view.conn, one)).name
        for one in [*(hand.person for hand in now.waiting), *([now.turn.person] if now.turn else [])]
    }
    text = view.html(
        "floor.card",
        live=live,
        turn=now.turn,
        over=now.turn is not None and view.now >= now.turn.until,
        names=names,
        waiting=now.waiting[:SHOWN],
        more=max(0, len(now.waiting) - SHOWN),
        alternate=now.alternate,
        minutes=in_minutes(view.charter.speaking),
        zone=building.zone,
    )
    return Screen(text, _keys(view, meeting.id, alternate=now.alternate) if live else (), over=not live)


def _keys(view: View, meeting: int, *, alternate: bool) -> tuple[tuple[Key, ...], ...]:
    hands: tuple[Key, ...] = (Key(view.label("raise_hand"), RaiseHand(meeting)),)
    if alternate:
        sides = ("for", "against")
        hands = tuple(Key(view.label(f"raise_{side}"), RaiseHand(meeting, side)) for side in sides)
    turns = "turns_off" if alternate else "turns_on"
    return (
        hands,
        (Key(view.label("lower_hand"), LowerHand(meeting)),),
        (Key(view.label("give_floor"), GiveFloor(meeting)), Key(view.label("skip"), SkipSpeaker(meeting))),
        (Key(view.label(turns), TakeTurns(meeting)),),
    )
