"""The draft of a meeting: a card that shows what was said so far; once published, what may still change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Screen, View, letter
from handlers.ways import ShowMonthly
from rules.calendar import facts
from rules.calling import parts_of
from rules.homes import Building
from rules.kinds import PARTIES
from rules.meetings import Item, Meeting, State, days_left, earliest_day, keeps_notice, may_hurry
from rules.parties import Answer, Invited
from services import outbox
from storage import contacts, homes, meetings
from storage import outbox as letters

routes = Routes()

MOST_CUTS = 2  # keys that cut an item, on one draft


class ChangeTime(Button, code="kt"):
    """Asks for another time, of a draft or of an announced meeting."""

    meeting: int


class ChangePlace(Button, code="kp"):
    """Asks for another place, of a draft or of an announced meeting."""

    meeting: int


class ChooseKind(Button, code="kl"):
    """Offers the kinds of meeting for a draft."""

    meeting: int


class TakeKind(Button, code="kg"):
    """Makes a draft one of this kind."""

    meeting: int
    kind: str


class AddItems(Button, code="ki"):
    """Begins to take in items of the agenda."""

    meeting: int


class AddProposals(Button, code="ko"):
    """Begins to take in proposals for an item; 0 asks which."""

    meeting: int
    item: int


class DropItem(Button, code="kd"):
    """Takes an item off the agenda; 0 asks which."""

    meeting: int
    item: int


class CutItem(Button, code="ku"):
    """Makes an item that names several topics as many items."""

    meeting: int
    item: int


class Publish(Button, code="ky"):
    """Sends the notice out."""

    meeting: int


class Discard(Button, code="kn"):
    """Gives the draft up."""

    meeting: int


class CallOff(Button, code="kc"):
    """Asks whether an announced meeting is really to be cancelled."""

    meeting: int


class Hurry(Button, code="kj"):
    """Asks why a draft is to be held inside its notice period."""

    meeting: int


class WhoKnows(Button, code="kv"):
    """Lists who has not seen the notice."""

    meeting: int


class PrintNotice(Button, code="kf"):
    """Sends the notice for the door."""

    meeting: int


class ShowDraft(Button, code="ks"):
    """Shows the draft (again), leaving whatever was being asked."""

    meeting: int


@routes.card("draft")
async def draw(view: View, about_id: int) -> Screen | None:
    """A draft to be completed, or what its leader can still do once it is announced."""
    meeting = await meetings.get(view.conn, about_id)
    building = await homes.building(view.conn, meeting.building_id)
    text = view.html(f"calling.{_block(meeting)}", **await said_of(view, meeting, building))
    if meeting.state is State.DRAFT:
        other = await _other_draft(view, meeting)
        cuts = cut_keys(view.label, await meetings.items_of(view.conn, meeting.id))
        return Screen(text, (*cuts, *_draft_keys(view, meeting, building, other)))
    if meeting.state is State.ANNOUNCED:
        return Screen(text, _announced_keys(view, meeting))
    return Screen(text, over=meeting.state is not State.OPEN)


def _block(meeting: Meeting) -> str:
    if meeting.state is State.CANCELLED and meeting.published_at is None:
        return "discarded"
    return str(meeting.state)


async def said_of(view: View, meeting: Meeting, building: Building) -> dict[str, Any]:
    """What a card says of a meeting: its time and what that day is, its place and its agenda."""
    agenda = await meetings.items_of(view.conn, meeting.id)
    proposed = await meetings.proposals_of(view.conn, [item.id for item in agenda])
    counts = [(item, [each for each in proposed if each.item_id == item.id]) for item in agenda]
    return {
        "meeting": meeting,
        "building": building,
        "kind": meeting.preset,
        "agenda": counts,
        "zone": building.zone,
        "parties": await _parties(view, meeting),
        **_time_facts(meeting, building, view.now),
    }


async def _parties(view: View, meeting: Meeting) -> list[tuple[str, list[Invited]]]:
    """Each party that the kind invites with its contacts, and what they answered."""
    invited = await contacts.invited_to(view.conn, meeting.id)
    if meeting.state is State.DRAFT:
        known = await contacts.of_building(view.conn, meeting.building_id)
        invited = [Invited(one, Answer.ASKED, "", None) for one in known]
    return [
        (PARTIES[code].en if view.lang == "en" else PARTIES[code].zh, _speaking(code, invited))
        for code in meeting.preset.parties
        if code in PARTIES
    ]


def _speaking(code: str, invited: list[Invited]) -> list[Invited]:
    return [one for one in invited if one.contact.party == code]


def _time_facts(meeting: Meeting, building: Building, now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(building.zone)
    if meeting.planned_at is None:
        return {
            "day_facts": None,
            "days": 0,
            "kept": False,
            "hurries": False,
            "earliest": None,
            "over": False,
        }
    return {
        "day_facts": facts(meeting.planned_at.astimezone(zone).date()),
        "days": days_left(meeting.planned_at, now, zone),
        "kept": keeps_notice(meeting.preset, meeting.planned_at, now, zone),
        "hurries": may_hurry(meeting.preset, meeting.planned_at, now, zone),
        "earliest": earliest_day(meeting.preset, now, zone),
        "over": meeting.planned_at <= now,
    }


def cut_keys(label: Callable[..., str], agenda: Iterable[Item]) -> Keys:
    """A key for each item that names several topics: it makes them items of their own."""
    several = [(item, len(parts_of(item.title))) for item in agenda if parts_of(item.title)]
    return tuple(
        (Key(label("cut_item", item=item, count=count), CutItem(item.meeting_id, item.id)),)
        for item, count in several[:MOST_CUTS]
    )


async def _other_draft(view: View, meeting: Meeting) -> Meeting | None:
    drafts = await meetings.of_building(view.conn, meeting.building_id, State.DRAFT)
    return next((draft for draft in drafts if draft.id != meeting.id), None)


def _draft_keys(view: View, meeting: Meeting, building: Building, other: Meeting | None) -> Keys:
    this, zone = meeting.id, ZoneInfo(building.zone)
    in_time = meeting.planned_at is None or keeps_notice(meeting.preset, meeting.planned_at, view.now, zone)
    keys: list[tuple[Key, ...]] = [
        (Key(view.label("choose_kind", kind=meeting.preset), ChooseKind(this)),),
        _change_keys(view, this),
        (
            Key(view.label("add_items"), AddItems(this)),
            Key(view.label("add_proposals"), AddProposals(this, 0)),
        ),
    ]
    hurries = meeting.planned_at is not None and may_hurry(meeting.preset, meeting.planned_at, view.now, zone)
    if hurries:
        keys.append((Key(view.label("hurry", given=meeting.hurry is not None), Hurry(this)),))
    if in_time or (hurries and meeting.hurry):
        keys.append((Key(view.label("publish"), Publish(this)),))
    keys.append((Key(view.label("drop_item"), DropItem(this, 0)), Key(view.label("discard"), Discard(this))))
    if other is not None:
        keys.append((Key(view.label("other_draft"), ShowDraft(other.id)),))
    return tuple(keys)


def _announced_keys(view: View, meeting: Meeting) -> Keys:
    call_off = Key(view.label("call_off"), CallOff(meeting.id))
    months = Key(view.label("months"), ShowMonthly(meeting.building_id))
    known = Key(view.label("who_knows"), WhoKnows(meeting.id))
    door = Key(view.label("print_notice"), PrintNotice(meeting.id))
    return (_change_keys(view, meeting.id), (known, door), (call_off, months))


def _change_keys(view: View, meeting_id: int) -> tuple[Key, ...]:
    return (
        Key(view.label("change_time"), ChangeTime(meeting_id)),
        Key(view.label("change_place"), ChangePlace(meeting_id)),
    )


async def show_draft(here: Here, meeting: Meeting) -> None:
    """Show the draft where people look: in the message just pressed, else below what was just written."""
    await here.finish()
    card = await letters.card_of(here.unit.conn, here.chat.id, "draft", meeting.id)
    place = await _place_for(here, meeting)
    if card is not None and card.message and card.message != place:
        text = here.words.html(here.lang, "calling.shown_anew")
        await outbox.say(here.unit, here.chat.id, letter(text, edit=card.message))
    await here.show("draft", meeting.id)
    card = await letters.card_of(here.unit.conn, here.chat.id, "draft", meeting.id)
    assert card is not None
    await letters.change_card(here.unit.conn, card.id, message=place, picture=False)


async def _place_for(here: Here, meeting: Meeting) -> str | None:
    """The message just pressed, unless it is another card; None: a message of its own."""
    if here.heard.press is None or here.heard.message is None:
        return None
    shown = await letters.card_on(here.unit.conn, here.chat.id, here.heard.message)
    mine = shown is None or (shown.kind, shown.about_id) == ("draft", meeting.id)
    return here.heard.message if mine else None
