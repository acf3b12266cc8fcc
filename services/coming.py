"""Who is coming: one reply a household, changeable until the meeting begins."""

from __future__ import annotations

from dataclasses import dataclass

from rules.homes import Household
from rules.meetings import Meeting, NoSuchMeeting, Reply, check_announced
from rules.people import NotAResident
from services import outbox
from storage import homes, meetings
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Replied:
    """What was written down, for which homes, and what stood there before (None: nothing, or differing)."""

    homes: list[Household]
    before: bool | None


async def answer(
    unit: Unit, meeting_id: int, person_id: int, building_id: int | None, join_link: str, *, coming: bool
) -> Replied:
    """Write down whether somebody's household comes; `building_id` is that of the group it was pressed in.

    Raises NoSuchMeeting, NotAnnounced, NotAResident.
    """
    meeting = await _meeting_here(unit, meeting_id, building_id)
    check_announced(meeting)
    mine = await homes.homes_of(unit.conn, person_id, meeting.building_id)
    if not mine:
        raise NotAResident(link=join_link)
    known = {reply.household_id: reply for reply in await meetings.replies_of(unit.conn, meeting.id)}
    for home in mine:
        if _differs(known.get(home.id), coming):
            await meetings.reply(unit.conn, meeting.id, home.id, person_id, unit.now, coming=coming)
    await outbox.renew(unit, "notice", meeting.id)
    first = known.get(mine[0].id)
    return Replied(mine, None if first is None else first.coming)


def _differs(reply: Reply | None, coming: bool) -> bool:
    return reply is None or reply.coming is not coming


async def seen(unit: Unit, meeting_id: int, person_id: int, building_id: int | None) -> Meeting:
    """A meeting whose notice somebody may read: a resident or leader, or whoever is in its group.

    Raises NoSuchMeeting, NotAResident.
    """
    meeting = await _meeting_here(unit, meeting_id, building_id)
    if meeting.published_at is None:
        raise NoSuchMeeting
    if building_id is None and not (
        await homes.homes_of(unit.conn, person_id, meeting.building_id)
        or await homes.offices(unit.conn, meeting.building_id, person_id)
    ):
        raise NotAResident
    return meeting


async def _meeting_here(unit: Unit, meeting_id: int, building_id: int | None) -> Meeting:
    meeting = await meetings.find(unit.conn, meeting_id)
    if meeting is None or building_id not in {None, meeting.building_id}:
        raise NoSuchMeeting
    return meeting
