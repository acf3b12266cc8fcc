"""The notice: pinned in the group and kept up to date; who is coming, the calendar file, the proposals."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from handlers.buttons import Button, Key, Keys
from handlers.draft import said_of
from handlers.here import Here
from handlers.meeting import OpenMeeting
from handlers.proposals import letter_keys
from handlers.proxies import Entrust
from handlers.routes import Routes
from handlers.speech import Made, Screen, View, number_in
from rules.deliveries import Reached
from rules.homes import Building
from rules.meetings import Item, Meeting, Proposal, State
from services import coming, delivering, proxies, reminding
from services.invitation import invitation
from services.outbox import Rank
from services.proposals import labelled
from storage import homes, meetings, people

routes = Routes()

ALBUM = 10  # pictures at most in one album
PLAIN_LIMIT = 3500  # characters of proposals in one message

Named = tuple[str, Proposal]  # with its letter


class Come(Button, code="ny"):
    """Our household comes."""

    meeting: int


class StayAway(Button, code="nn"):
    """Our household does not come."""

    meeting: int


class IntoCalendar(Button, code="nc"):
    """Sends the calendar file."""

    meeting: int


class ShowProposals(Button, code="np"):
    """Sends the proposals with their pictures."""

    meeting: int


@routes.card("notice")
async def draw(view: View, about_id: int) -> Screen | None:
    """The notice as it stands: who comes, or that the meeting is moved, over or called off."""
    meeting = await meetings.get(view.conn, about_id)
    building = await homes.building(view.conn, meeting.building_id)
    said = await said_of(view, meeting, building)
    replies = await meetings.replies_of(view.conn, meeting.id)
    states = await delivering.by_home(view.conn, meeting)
    text = view.html(
        "notice.card",
        **said,
        known=sum(state is Reached.SEEN for _, state in states),
        households=await homes.count_households(view.conn, building.id),
        coming=sum(reply.coming for reply in replies),
        away=sum(not reply.coming for reply in replies),
    )
    over = meeting.state in {State.CLOSED, State.CANCELLED}
    return Screen(text, _keys(view, meeting, said["agenda"]), over=over)


def _keys(view: View, meeting: Meeting, agenda: list[tuple[Item, list[Proposal]]]) -> Keys:
    proposals = Key(view.label("show_proposals"), ShowProposals(meeting.id))
    some = any(proposed for _, proposed in agenda)
    if meeting.state is not State.ANNOUNCED:
        return ((proposals,),) if some and meeting.state is State.OPEN else ()
    more = [Key(view.label("into_calendar"), IntoCalendar(meeting.id)), *([proposals] if some else [])]
    return (
        (Key(view.label("come"), Come(meeting.id)), Key(view.label("stay_away"), StayAway(meeting.id))),
        tuple(more),
        (Key(view.label("open_meeting"), OpenMeeting(meeting.id)),),
    )


@routes.press(Come)
async def come(here: Here, button: Come) -> None:
    """Our household comes."""
    await _answer(here, button.meeting, coming_now=True)


@routes.press(StayAway)
async def stay_away(here: Here, button: StayAway) -> None:
    """Our household does not come."""
    await _answer(here, button.meeting, coming_now=False)


async def _answer(here: Here, meeting_id: int, *, coming_now: bool) -> None:
    group = _group(here)
    link = here.link(f"join_b{group}" if group else "join")
    replied = await coming.answer(here.unit, meeting_id, here.person.id, group, link, coming=coming_now)
    doors = [home.door for home in replied.homes]
    name = "coming_noted" if coming_now else "away_noted"
    await here.tell(f"notice.{name}", doors=doors, changed=replied.before is (not coming_now))
    if not coming_now and replied.before is not False:
        await _offer_proxy(here, meeting_id)


async def _offer_proxy(here: Here, meeting_id: int) -> None:
    """Who cannot come may name a neighbour for this meeting with one press, in private."""
    about = await proxies.occasion(here.unit.conn, None, meeting_id)
    keys = ((here.key("away_proxy", Entrust(0, meeting_id)),),)
    await here.tell_person(
        here.person.id, "notice.away_proxy", keys=keys, meeting=about.meeting, zone=here.zone
    )


def _group(here: Here) -> int | None:
    """The building of the group a press came from; None in private. A group without one has no meetings."""
    if here.chat.kind == "private":
        return None
    return here.the_building().id


@routes.press(IntoCalendar)
async def into_calendar(here: Here, button: IntoCalendar) -> None:
    """Send the calendar file in private; who has no private chat yet is led there."""
    meeting = await coming.seen(here.unit, button.meeting, here.person.id, _group(here))
    document = {"make": "invitation", "about": meeting.id, "lang": here.person.lang}
    sent = await here.tell_person(here.person.id, "notice.invitation", more={"document": document})
    _sent_in_private(here, f"calendar_{meeting.id}", sent=sent)


@routes.link("calendar")
async def calendar_by_link(here: Here, rest: str) -> None:
    """Send the calendar file to somebody who came from the group."""
    meeting = await coming.seen(here.unit, number_in(rest), here.person.id, None)
    document = {"make": "invitation", "about": meeting.id, "lang": here.lang}
    await here.say("notice.invitation", more={"document": document})


@routes.press(ShowProposals)
async def show_proposals(here: Here, button: ShowProposals) -> None:
    """Send the proposals in private; who has no private chat yet is led there."""
    meeting = await coming.seen(here.unit, button.meeting, here.person.id, _group(here))
    if here.person.reach != "yes" or here.person.address is None:
        _sent_in_private(here, f"plans_{meeting.id}", sent=False)
        return
    chat = await people.enter(here.unit.conn, here.person.address, "private", here.person.name)
    await _say_proposals(here, chat.id, here.person.lang, meeting)
    _sent_in_private(here, f"plans_{meeting.id}", sent=True)


@routes.link("plans")
async def proposals_by_link(here: Here, rest: str) -> None:
    """Send the proposals to somebody who came from the group."""
    meeting = await coming.seen(here.unit, number_in(rest), here.person.id, None)
    await _say_proposals(here, here.chat.id, here.lang, meeting)


async def _say_proposals(here: Here, chat_id: int, lang: str, meeting: Meeting) -> None:
    """Each item's proposals in words, then their pictures in the same order."""
    agenda = {item.id: item for item in await meetings.items_of(here.unit.conn, meeting.id)}
    building = await homes.building(here.unit.conn, meeting.building_id)
    proposed = await labelled(here.unit.conn, list(agenda), building.lang)
    for item_id, group in groupby(proposed, key=lambda pair: pair[1].item_id):
        proposals = list(group)
        for part in _in_parts(proposals):
            facts: dict[str, Any] = {"item": agenda[item_id], "proposals": part}
            await here.say_in(chat_id, lang, "notice.proposals", keys=letter_keys(part), **facts)
        await _say_pictures(here, chat_id, lang, agenda[item_id], proposals)


def _in_parts(proposals: list[Named]) -> list[list[Named]]:
    """As many proposals to a message as fit."""
    parts: list[list[Named]] = []
    length = PLAIN_LIMIT
    for name, proposal in proposals:
        length += len(proposal.text) + 10
        if length > PLAIN_LIMIT:
            parts.append([])
            length = len(proposal.text)
        parts[-1].append((name, proposal))
    return parts


async def _say_pictures(here: Here, chat_id: int, lang: str, item: Item, proposals: list[Named]) -> None:
    pictured = [(name, proposal) for name, proposal in proposals if proposal.picture]
    for start in range(0, len(pictured), ALBUM):
        part = pictured[start : start + ALBUM]
        files = [proposal.picture for _, proposal in part]
        more: dict[str, Any] = {"album": files} if len(files) > 1 else {"picture": {"file": files[0]}}
        await here.say_in(chat_id, lang, "notice.pictures", more=more, item=item, proposals=part)


def _sent_in_private(here: Here, payload: str, *, sent: bool) -> None:
    """Answer a press in the group for something that is sent in private."""
    if here.chat.kind == "private":
        return
    name = "notice.sent_in_private" if sent else "notice.open_private"
    here.toast = {"text": here.words.plain(here.person.lang, name), "alert": False}
    if not sent:
        here.toast["url"] = here.link(payload)


@routes.maker("invitation")
async def make_invitation(view: View, about_id: int) -> Made:
    """The calendar file of a meeting as it stands now."""
    meeting = await meetings.get(view.conn, about_id)
    building = await homes.building(view.conn, meeting.building_id)
    said = await said_of(view, meeting, building)
    title = view.words.plain(view.lang, "notice.calendar_title", **said)
    description = view.words.plain(view.lang, "notice.calendar_text", **said)
    content = invitation(meeting, building.zone, view.bot_name, title, description, view.now)
    assert meeting.planned_at is not None
    return Made(f"{building.name}-{meeting.planned_at:%Y%m%d}.ics", content)


async def tell_change(here: Here, meeting: Meeting, building: Building, before: Meeting) -> None:
    """Tell the group of a new time or place; the private messages are handlers.deliveries'."""
    facts = {"meeting": meeting, "before": before, "building": building, "kind": meeting.preset}
    await here.say_to_building(building, "notice.moved", notice=True, **facts)


async def tell_cancelled(here: Here, meeting: Meeting, building: Building) -> None:
    """Tell the group, and all who had the notice, that it is called off."""
    facts = {"meeting": meeting, "building": building, "kind": meeting.preset}
    await here.say_to_building(building, "notice.called_off", notice=True, **facts)
    await _tell_invited(here, meeting, "notice.called_off", facts | {"zone": building.zone})


def rank_of(meeting: Meeting) -> Rank:
    """How soon those invited hear of a meeting: before all else where it is called in a hurry."""
    return Rank.URGENT if meeting.hurry else Rank.BULK


async def _tell_invited(here: Here, meeting: Meeting, name: str, facts: dict[str, Any]) -> None:
    """Tell each who had the notice; the calendar file goes to those who come."""
    coming = {one.id for one in await reminding.people_coming(here.unit, meeting, only_wanting=False)}
    for person_id in await delivering.had_it(here.unit.conn, meeting):
        lang = (await people.get(here.unit.conn, person_id)).lang
        document = {"make": "invitation", "about": meeting.id, "lang": lang}
        more = {"document": document} if person_id in coming else None
        await here.tell_person(person_id, name, rank=rank_of(meeting), notice=True, more=more, **facts)
