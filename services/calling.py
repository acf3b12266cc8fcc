"""Calling a meeting: a draft that leaders complete, its notice, and what may still change after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from rules.calling import NotToBeCut, Timed, items_in, parts_of, read_call
from rules.homes import Building
from rules.kinds import (
    DEFAULT_KIND,
    KINDS,
    NoSuchKind,
    check_caller,
    check_parties,
    to_call,
)
from rules.mediations import MediationApart
from rules.meetings import (
    HURRY_LIMIT,
    MOST_ITEMS,
    MOST_PROPOSALS,
    PLACE_LIMIT,
    PROPOSAL_LIMIT,
    TITLE_LIMIT,
    Item,
    Meeting,
    NoSuchMeeting,
    NothingWritten,
    Proposal,
    State,
    TooManyItems,
    TooManyProposals,
    check_ahead,
    check_announced,
    check_complete,
    check_draft,
    check_hurry,
    check_time,
    may_hurry,
    written,
)
from rules.people import NotTheLeader
from rules.refusals import Refusal
from rules.urgent import read_minutes
from rules.when import Moment, Precision
from services import carried, outbox, parties, reminding
from storage import contacts, homes, log, meetings, people
from storage.store import Unit

MOST_PLACES = 5  # offered as buttons


class NoGroupYet(Refusal):
    """The building has no group chat to which a notice could go."""


class NothingChanges(Refusal):
    """The time and the place asked for are those announced already."""


async def led(unit: Unit, meeting_id: int, person_id: int) -> tuple[Meeting, Building]:
    """A meeting and its building, for a leader or one who may call this kind of meeting.

    Raises NoSuchMeeting, NotTheLeader.
    """
    meeting = await meetings.find(unit.conn, meeting_id)
    if meeting is None:
        raise NoSuchMeeting
    held = await homes.offices(unit.conn, meeting.building_id, person_id)
    if held.isdisjoint({"leader", *meeting.preset.callers}):
        raise NotTheLeader
    return meeting, await homes.building(unit.conn, meeting.building_id)


async def draft_of(unit: Unit, building: Building, person_id: int) -> Meeting | None:
    """The draft a leader has of a building, if any."""
    drafts = await meetings.of_building(unit.conn, building.id, State.DRAFT)
    return next((draft for draft in drafts if draft.convener_id == person_id), None)


async def others_draft(unit: Unit, building: Building, person_id: int) -> Meeting | None:
    """A draft that another leader of the building has begun."""
    drafts = await meetings.of_building(unit.conn, building.id, State.DRAFT)
    return next((draft for draft in drafts if draft.convener_id != person_id), None)


async def begin(unit: Unit, building: Building, person_id: int) -> Meeting:
    """The leader's draft: the one begun earlier, or a new one."""
    return await draft_of(unit, building, person_id) or await _new_draft(unit, building, person_id)


async def _new_draft(unit: Unit, building: Building, person_id: int) -> Meeting:
    held = await homes.offices(unit.conn, building.id, person_id)
    mine = [kind.code for kind in to_call(held)] or [DEFAULT_KIND]
    return await meetings.add(
        unit.conn,
        building_id=building.id,
        kind=mine[0],
        state=State.DRAFT,
        convener_id=person_id,
        place="",
        sequence=0,
    )


async def carry_over(unit: Unit, building: Building, draft: Meeting, standing: Iterable[str] = ()) -> None:
    """Put what comes back, and what stands on each agenda, on a draft behind what it is called for."""
    have = {item.title for item in await meetings.items_of(unit.conn, draft.id)}
    coming = [title for title in await carried.gather(unit.conn, building, standing) if title not in have]
    for title in coming[: MOST_ITEMS - len(have)]:
        await add_item(unit, draft, title)


async def take_line(unit: Unit, building: Building, draft: Meeting, line: str) -> Timed | None:
    """Put what a line says into a draft; the time as it was read, None if the line has none.

    A time that is not exact is not put in: it is for the leader to say.
    Raises TextTooLong, TooManyItems.
    """
    known = await meetings.places(unit.conn, building.id, most=50)
    call = read_call(line, unit.now.astimezone(ZoneInfo(building.zone)), known)
    if call.kind != DEFAULT_KIND:
        draft = await set_kind(unit, building, draft, call.kind, draft.convener_id)
    if call.place:
        await set_place(unit, draft, call.place)
    have = {item.title for item in await meetings.items_of(unit.conn, draft.id)}
    for topic in call.topics:
        if topic not in have:
            await add_item(unit, draft, topic)
    if isinstance(call.reading, Moment) and call.reading.precision is Precision.MINUTE:
        await set_time(unit, draft, call.reading.start, call.reading.end)
    return call.reading


async def set_kind(unit: Unit, building: Building, draft: Meeting, code: str, by_id: int) -> Meeting:
    """Make a draft one of another kind; what the former kind began with goes, what this begins with comes.

    Raises NotADraft, NoSuchKind, MediationApart, MayNotCall, TooManyItems.
    """
    check_draft(draft)
    if code not in KINDS:
        raise NoSuchKind
    if KINDS[code].apart:
        raise MediationApart
    check_caller(KINDS[code], await homes.offices(unit.conn, building.id, by_id))
    await _drop_template(unit, draft, draft.preset.agenda(building.lang))
    await meetings.change(unit.conn, draft.id, kind=code)
    for title in KINDS[code].agenda(building.lang):
        await add_item(unit, draft, title)
    await outbox.renew(unit, "draft", draft.id)
    return await meetings.get(unit.conn, draft.id)


async def _drop_template(unit: Unit, draft: Meeting, titles: Iterable[str]) -> None:
    """Take off what the kind put on, unless something was proposed for it."""
    for item in await meetings.items_of(unit.conn, draft.id):
        if item.title in titles and not await meetings.proposals_of(unit.conn, [item.id]):
            await meetings.drop_item(unit.conn, item.id)


async def set_time(unit: Unit, draft: Meeting, planned: datetime, end: datetime | None = None) -> None:
    """Set the time of a draft; inside the notice period it may stand there, but is not published.

    Without an end it lasts as long as was said before.

    Raises NotADraft, TimeIsOver, TooFarAhead.
    """
    check_draft(draft)
    check_ahead(planned, unit.now)
    until = end or _moved_end(draft, planned)
    await meetings.change(unit.conn, draft.id, planned_at=planned, planned_end=until)
    await outbox.renew(unit, "draft", draft.id)


def _moved_end(meeting: Meeting, planned: datetime) -> datetime | None:
    """The planned end of a meeting that begins at another time and lasts as long."""
    if meeting.planned_at is None or meeting.planned_end is None:
        return None
    return planned + (meeting.planned_end - meeting.planned_at)


async def set_place(unit: Unit, draft: Meeting, place: str) -> None:
    """Set the place of a draft. Raises NotADraft, NothingWritten, TextTooLong."""
    check_draft(draft)
    await meetings.change(unit.conn, draft.id, place=written(place, PLACE_LIMIT))
    await outbox.renew(unit, "draft", draft.id)


async def set_hurry(unit: Unit, draft: Meeting, reason: str) -> None:
    """Say why a draft is to be held inside its notice period: everybody is told.

    Raises NotADraft, MayNotHurry, NothingWritten, TextTooLong.
    """
    check_draft(draft)
    check_hurry(draft.preset)
    await meetings.change(unit.conn, draft.id, hurry=written(reason, HURRY_LIMIT))
    await outbox.renew(unit, "draft", draft.id)


async def earlier_places(unit: Unit, building: Building) -> list[str]:
    """Where the building met before, a few of them, the latest first."""
    return await meetings.places(unit.conn, building.id, MOST_PLACES)


async def add_items(unit: Unit, draft: Meeting, text: str) -> list[Item]:
    """Put items on a draft's agenda, one a line or with ； between them.

    Raises NotADraft, NothingWritten, TextTooLong, TooManyItems.
    """
    titles = items_in(text)
    if not titles:
        raise NothingWritten
    return [await add_item(unit, draft, title) for title in titles]


async def add_item(unit: Unit, draft: Meeting, title: str) -> Item:
    """Put an item on a draft's agenda. Raises NotADraft, NothingWritten, TextTooLong, TooManyItems."""
    check_draft(draft)
    if len(await meetings.items_of(unit.conn, draft.id)) >= MOST_ITEMS:
        raise TooManyItems(most=MOST_ITEMS)
    text, minutes = read_minutes(written(title, TITLE_LIMIT))
    item = await meetings.add_item(unit.conn, draft.id, text)
    if minutes is not None:
        await meetings.change_item(unit.conn, item.id, minutes=minutes)
    await outbox.renew(unit, "draft", draft.id)
    return item


async def drop_item(unit: Unit, draft: Meeting, item_id: int) -> Item:
    """Take an item off a draft's agenda. Raises NotADraft, NoSuchMeeting."""
    check_draft(draft)
    item = await item_on(unit, draft, item_id)
    await meetings.drop_item(unit.conn, item.id)
    await outbox.renew(unit, "draft", draft.id)
    return item


async def cut_item(unit: Unit, draft: Meeting, item_id: int) -> list[Item]:
    """Make an item the several it names (电动车棚、停车位), in its place; one with proposals stays whole.

    Raises NotADraft, NoSuchMeeting, NotToBeCut, TooManyItems.
    """
    check_draft(draft)
    item = await item_on(unit, draft, item_id)
    first, *others = parts_of(item.title) or (item.title,)
    if not others or await meetings.proposals_of(unit.conn, [item.id]):
        raise NotToBeCut
    order = [one.id for one in await meetings.items_of(unit.conn, draft.id)]
    await meetings.change_item(unit.conn, item.id, title=first, minutes=None)
    added = [await add_item(unit, draft, title) for title in others]
    place = order.index(item.id) + 1
    await meetings.order_items(unit.conn, [*order[:place], *(one.id for one in added), *order[place:]])
    return await meetings.items_of(unit.conn, draft.id)


async def item_on(unit: Unit, meeting: Meeting, item_id: int) -> Item:
    """An item of this meeting's agenda. Raises NoSuchMeeting."""
    item = await meetings.find_item(unit.conn, item_id)
    if item is None or item.meeting_id != meeting.id:
        raise NoSuchMeeting
    return item


async def add_proposal(
    unit: Unit, draft: Meeting, item_id: int, text: str, picture: str | None, by_id: int
) -> Proposal:
    """Add a way to settle an item of a draft; a picture may speak for itself.

    Raises NotADraft, NoSuchMeeting, NothingWritten, TextTooLong, TooManyProposals.
    """
    check_draft(draft)
    item = await item_on(unit, draft, item_id)
    if len(await meetings.proposals_of(unit.conn, [item.id])) >= MOST_PROPOSALS:
        raise TooManyProposals(most=MOST_PROPOSALS)
    words = "" if picture and not text.strip() else written(text, PROPOSAL_LIMIT)
    made = await meetings.add_proposal(unit.conn, item.id, words, picture, by_id, unit.now)
    await outbox.renew(unit, "draft", draft.id)
    return made


async def discard(unit: Unit, draft: Meeting) -> None:
    """Give up a draft. Raises NotADraft."""
    check_draft(draft)
    await meetings.change(unit.conn, draft.id, state=State.CANCELLED)
    await outbox.renew(unit, "draft", draft.id)


async def publish(unit: Unit, draft: Meeting, building: Building, by_id: int) -> Meeting:
    """Announce a draft: agenda and proposals are frozen, reminders are scheduled.

    Raises NotADraft, NoTimeYet, NoPlaceYet, NothingOnTheAgenda, TimeIsOver, InsideTheNotice, MayNotCall,
    PartiesMissing, MediationApart, NoGroupYet.
    """
    if draft.preset.apart:
        raise MediationApart
    agenda = await meetings.items_of(unit.conn, draft.id)
    planned = check_complete(draft, len(agenda), unit.now, ZoneInfo(building.zone))
    check_caller(draft.preset, await homes.offices(unit.conn, building.id, by_id))
    speaking = {contact.party for contact in await contacts.of_building(unit.conn, building.id)}
    check_parties(draft.preset, speaking)
    group = await people.group_of(unit.conn, building.id)
    if group is None or group.state != "here":
        raise NoGroupYet
    hurries = may_hurry(draft.preset, planned, unit.now, ZoneInfo(building.zone))
    values = {"published_at": unit.now, "hurry": draft.hurry if hurries else None}
    await meetings.change(unit.conn, draft.id, state=State.ANNOUNCED, **values)
    draft = await meetings.get(unit.conn, draft.id)
    asked = await parties.invite(unit, draft)
    await _record_notice(unit, draft, agenda, planned, by_id, [[one.id, one.party] for one in asked])
    announced = await meetings.get(unit.conn, draft.id)
    await reminding.schedule_meeting(unit, announced, building)
    await _renew(unit, draft.id)
    return announced


async def _record_notice(
    unit: Unit,
    draft: Meeting,
    agenda: Iterable[Item],
    planned: datetime,
    by_id: int,
    asked: list[list[object]],
) -> None:
    stream = f"meeting:{draft.id}"
    titles = [[item.number, item.title] for item in agenda]
    facts: dict[str, object] = {
        "planned": planned.isoformat(),
        "place": draft.place,
        "kind": draft.kind,
        "items": titles,
    }
    if asked:
        facts["parties"] = asked
    if draft.hurry:
        facts["hurry"] = draft.hurry
    await log.append(unit.conn, stream, "published", unit.now, **facts, by=by_id)
    for proposal in await meetings.proposals_of(unit.conn, [item.id for item in agenda]):
        await log.append(
            unit.conn,
            stream,
            "proposed",
            unit.now,
            item=proposal.item_id,
            proposal=proposal.id,
            number=proposal.number,
            text=proposal.text,
            person=proposal.by_id,
        )


async def check_change(
    unit: Unit,
    meeting: Meeting,
    building: Building,
    planned: datetime | None,
    place: str | None,
    hurry: str | None = None,
) -> tuple[datetime, str, str | None]:
    """The time and place an announced meeting would have; the notice period is asked for again.

    Beside them stands why it is held inside that period, if it is and its kind allows it.

    Raises NotAnnounced, NothingChanges, TimeIsOver, TooFarAhead, InsideTheNotice, NothingWritten,
    TextTooLong.
    """
    check_announced(meeting)
    assert meeting.planned_at is not None
    new_time = planned or meeting.planned_at
    new_place = meeting.place if place is None else written(place, PLACE_LIMIT)
    if (new_time, new_place) == (meeting.planned_at, meeting.place):
        raise NothingChanges
    if new_time != meeting.planned_at:
        check_ahead(new_time, unit.now)
        zone = ZoneInfo(building.zone)
        reason = written(hurry, HURRY_LIMIT) if hurry else meeting.hurry
        check_time(meeting.preset, new_time, unit.now, zone, reason)
        inside = may_hurry(meeting.preset, new_time, unit.now, zone)
        return new_time, new_place, reason if inside else None
    return new_time, new_place, meeting.hurry


def needs_reason(unit: Unit, meeting: Meeting, building: Building, planned: datetime | None) -> bool:
    """Whether an announced meeting may be moved to this time only for a reason, and there is none yet."""
    if planned is None or meeting.hurry or planned == meeting.planned_at:
        return False
    return may_hurry(meeting.preset, planned, unit.now, ZoneInfo(building.zone))


async def change(
    unit: Unit,
    meeting: Meeting,
    building: Building,
    by_id: int,
    planned: datetime | None,
    place: str | None,
    hurry: str | None = None,
) -> Meeting:
    """Move an announced meeting in time or place; its reminders move with it. Raises as check_change."""
    new_time, new_place, reason = await check_change(unit, meeting, building, planned, place, hurry)
    await meetings.change(
        unit.conn,
        meeting.id,
        planned_at=new_time,
        planned_end=_moved_end(meeting, new_time),
        place=new_place,
        hurry=reason,
        sequence=meeting.sequence + 1,
    )
    told = {"hurry": reason} if reason or meeting.hurry else {}
    await log.append(
        unit.conn,
        f"meeting:{meeting.id}",
        "changed",
        unit.now,
        planned=new_time.isoformat(),
        place=new_place,
        by=by_id,
        **told,
    )
    changed = await meetings.get(unit.conn, meeting.id)
    if changed.planned_at != meeting.planned_at:
        await reminding.schedule_meeting(unit, changed, building)
    await _renew(unit, meeting.id)
    return changed


async def cancel(unit: Unit, meeting: Meeting, by_id: int) -> Meeting:
    """Call an announced meeting off; nobody is reminded of it any more. Raises NotAnnounced."""
    check_announced(meeting)
    await meetings.change(unit.conn, meeting.id, state=State.CANCELLED, sequence=meeting.sequence + 1)
    await log.append(unit.conn, f"meeting:{meeting.id}", "cancelled", unit.now, by=by_id)
    await reminding.unschedule_meeting(unit, meeting.id)
    await _renew(unit, meeting.id)
    return await meetings.get(unit.conn, meeting.id)


async def _renew(unit: Unit, meeting_id: int) -> None:
    await outbox.renew(unit, "notice", meeting_id)
    await outbox.renew(unit, "draft", meeting_id)
