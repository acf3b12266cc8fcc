"""The notice in private: sent to each resident, seen by a press; and the list of doors to knock on."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from handlers.buttons import Button, Key, Keys
from handlers.draft import PrintNotice, ShowDraft, WhoKnows, said_of
from handlers.here import Here
from handlers.notice import Come, IntoCalendar, ShowProposals, StayAway, rank_of
from handlers.routes import Routes
from handlers.speech import Made, Speech, View
from paper.notice import Notice, notice_pdf
from rules.deliveries import Reached, count
from rules.homes import Building
from rules.meetings import Meeting, check_announced
from rules.people import OnlyInPrivate
from services import calling, coming, delivering, reminding
from storage import homes, meetings, people

routes = Routes()

MOST_DOORS = 40  # listed in one message


class Known(Button, code="nk"):
    """I know of the meeting."""

    meeting: int


async def send(speech: Speech, meeting: Meeting, building: Building, before: Meeting | None = None) -> None:
    """Send the notice, or its change, to each resident in private; at night it waits for the morning."""
    waking = building.waking(speech.now)
    agenda = await meetings.items_of(speech.unit.conn, meeting.id)
    proposed = await meetings.proposals_of(speech.unit.conn, [item.id for item in agenda])
    facts: dict[str, Any] = {"meeting": meeting, "building": building, "kind": meeting.preset}
    coming_ones = await reminding.people_coming(speech.unit, meeting, only_wanting=False) if before else []
    with_file = {person.id for person in coming_ones}
    for person in await delivering.to_send(speech.unit, meeting):
        document = {"make": "invitation", "about": meeting.id, "lang": person.lang}
        await speech.tell_person(
            person.id,
            "deliveries.notice",
            keys=_keys(speech, person.lang, meeting.id, proposed=bool(proposed)),
            rank=rank_of(meeting),
            notice=True,
            key=f"notice:{meeting.id}:{meeting.sequence}:{person.id}",
            not_before=waking if waking > speech.now else None,
            more={"document": document} if person.id in with_file else None,
            agenda=agenda,
            before=before,
            zone=building.zone,
            **facts,
        )


def _keys(speech: Speech, lang: str, meeting_id: int, *, proposed: bool) -> Keys:
    more = [Key(speech.label(lang, "into_calendar"), IntoCalendar(meeting_id))]
    if proposed:
        more.append(Key(speech.label(lang, "show_proposals"), ShowProposals(meeting_id)))
    return (
        (Key(speech.label(lang, "known"), Known(meeting_id)),),
        (
            Key(speech.label(lang, "come"), Come(meeting_id)),
            Key(speech.label(lang, "stay_away"), StayAway(meeting_id)),
        ),
        tuple(more),
    )


@routes.press(Known)
async def know(here: Here, button: Known) -> None:
    """Write down that this person knows."""
    meeting = await coming.seen(here.unit, button.meeting, here.person.id, None)
    await delivering.know(here.unit, meeting.id, here.person.id)
    await here.tell("deliveries.thanks")


@routes.press(WhoKnows)
async def who_knows(here: Here, button: WhoKnows) -> None:
    """List for the leader alone, door by door, who has not seen the notice. Raises OnlyInPrivate."""
    meeting, building = await calling.led(here.unit, button.meeting, here.person.id)
    states = await delivering.by_home(here.unit.conn, meeting)
    doors = {
        str(state): [home.door for home, each in states if each is state and home.room]
        for state in (Reached.SENT, Reached.UNREACHABLE, Reached.NOBODY)
    }
    told = await here.tell_person(
        here.person.id,
        "deliveries.list",
        keys=((Key(here.label(here.person.lang, "back_to_draft"), ShowDraft(meeting.id)),),),
        building=building,
        counts={str(state): number for state, number in count(each for _, each in states).items()},
        doors={state: found[:MOST_DOORS] for state, found in doors.items()},
        beyond={state: max(0, len(found) - MOST_DOORS) for state, found in doors.items()},
    )
    if not told:
        raise OnlyInPrivate(link=here.link("hello"))
    if here.chat.kind == "group":
        await here.tell("deliveries.listed_in_private")


@routes.press(PrintNotice)
async def print_notice(here: Here, button: PrintNotice) -> None:
    """Send the notice for the door as a PDF, where it was asked for: it is for everybody to read."""
    meeting, building = await calling.led(here.unit, button.meeting, here.person.id)
    check_announced(meeting)
    document = {"make": "notice_pdf", "about": meeting.id, "lang": building.lang}
    await here.say("deliveries.for_the_door", more={"document": document})


@routes.maker("notice_pdf")
async def make_notice(view: View, about_id: int) -> Made:
    """The notice for the door as it stands now."""
    meeting = await meetings.get(view.conn, about_id)
    building = await homes.building(view.conn, meeting.building_id)
    said = await said_of(view, meeting, building)
    zone = ZoneInfo(building.zone)
    assert meeting.planned_at is not None
    households = await homes.count_households(view.conn, building.id)
    parties = [party for party, _ in said["parties"]]
    notice = Notice(
        community=building.community,
        building=building.name,
        kind=meeting.preset.name(view.lang),
        title=view.words.plain(view.lang, "deliveries.title", **said),
        when=meeting.planned_at.astimezone(zone),
        place=meeting.place,
        agenda=tuple(item.title for item, _ in said["agenda"]),
        invited=view.words.plain(
            view.lang, "deliveries.invited", building=building, households=households, parties=parties
        ),
        convener=(await people.get(view.conn, meeting.convener_id)).name,
        posted=view.now.astimezone(zone).date(),
        hurry=meeting.hurry or "",
        link=view.link(f"calendar_{meeting.id}"),
    )
    content = notice_pdf(notice, view.lang, font=view.font)
    return Made(f"{building.name}-{meeting.planned_at:%Y%m%d}.pdf", content)
