"""The minutes of a meeting: drafted from its events, corrected in the open, approved, and then left alone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from paper.minutes import NO_PHOTOS, Photos, minutes_pdf
from rules import minutes_filing
from rules.homes import Building, mask
from rules.meetings import written
from rules.minutes import Addendum, Minutes, Stage
from rules.minutes_filing import (
    ADDENDUM,
    CORRECTION_LIMIT,
    MOST_WAITING,
    AlreadyDecided,
    Filed,
    NoMinutesYet,
    NoSuchCorrection,
    Objection,
    TooManyCorrections,
)
from rules.minutes_freezing import file_of, fingerprint, freeze, thaw
from rules.minutes_reading import Book, read, read_addenda
from rules.people import NotTheLeader, Person
from storage import attendance, contacts, homes, log, meetings, people
from storage import minutes as files
from storage.outbox import schedule
from storage.store import Connection, Unit

END = "minutes_end"  # what is due when the time for corrections is over
LATEST = 6  # minutes offered at once


async def draft(unit: Unit, building: Building, meeting_id: int) -> None:
    """File the minutes of a meeting that was just closed; corrections are heard from now."""
    until = minutes_filing.objections_until(unit.now, ZoneInfo(building.zone))
    await files.add(unit.conn, meeting_id=meeting_id, drafted_at=unit.now, objections_until=until)
    await schedule(unit.conn, f"{END}:{meeting_id}", END, meeting_id, until)


async def filed(conn: Connection, meeting_id: int) -> Filed:
    """The minutes on file. Raises NoMinutesYet."""
    found = await files.find(conn, meeting_id)
    if found is None:
        raise NoMinutesYet
    return found


async def check_draft(conn: Connection, meeting_id: int) -> None:
    """Go on only before the approval. Raises NoMinutesYet, MinutesApproved."""
    minutes_filing.check_draft(await filed(conn, meeting_id))


async def load(conn: Connection, meeting_id: int) -> Minutes:
    """The minutes as they stand: what was frozen, or what the events say now. Raises NoMinutesYet."""
    on_file = await filed(conn, meeting_id)
    if on_file.content is not None:
        return thaw(on_file.content)
    return await _read(conn, meeting_id, on_file.stage)


async def _read(conn: Connection, meeting_id: int, stage: Stage) -> Minutes:
    events = await log.read(conn, f"meeting:{meeting_id}")
    return read(events, await _book(conn, meeting_id), stage)


async def _book(conn: Connection, meeting_id: int) -> Book:
    """What the ids stand for, names masked."""
    meeting = await meetings.get(conn, meeting_id)
    building = await homes.building(conn, meeting.building_id)
    ids = set()
    for event in await log.read(conn, f"meeting:{meeting_id}"):
        ids |= {event.data.get(role) for role in ("person", "chair", "recorder", "by")}
    known = [await people.get(conn, person) for person in ids if person]
    households = await homes.households_in(conn, building.id)
    return Book(
        community=building.community,
        building=building.name,
        lang=building.lang,
        zone=ZoneInfo(building.zone),
        people={person.id: mask(person.name) for person in known},
        doors={household.id: household.door.said_in(building.lang) for household in households},
        guests={
            one.household_id: mask(one.name)
            for one in await attendance.of_meeting(conn, meeting_id)
            if one.name
        },
        contacts={
            one.contact.id: mask(one.contact.name) for one in await contacts.invited_to(conn, meeting_id)
        },
    )


async def print_pdf(
    conn: Connection, meeting_id: int, lang: str, font: Path | None = None, photos: Photos = NO_PHOTOS
) -> bytes:
    """The minutes as pages to hang on the wall; `photos` by the event of their statement.

    Raises NoMinutesYet, FontMissing.
    """
    content, more = await _to_print(conn, meeting_id, photos)
    return await asyncio.to_thread(minutes_pdf, content, lang, font=font, **more)


async def write_docx(conn: Connection, meeting_id: int, lang: str, photos: Photos = NO_PHOTOS) -> bytes:
    """The minutes as a document for the office, with the same photos. Raises NoMinutesYet."""
    from paper.minutes_docx import minutes_docx  # noqa: PLC0415 - heavy, and most starts write none

    content, more = await _to_print(conn, meeting_id, photos)
    return await asyncio.to_thread(minutes_docx, content, lang, **more)


async def _to_print(conn: Connection, meeting_id: int, photos: Photos) -> tuple[Minutes, dict[str, Any]]:
    """The minutes, and what stands on their paper beside them."""
    seal = (await filed(conn, meeting_id)).hash or ""
    more = {"seal": seal, "addenda": await decided_addenda(conn, meeting_id), "photos": photos}
    return await load(conn, meeting_id), more


async def write_json(conn: Connection, meeting_id: int) -> bytes:
    """The minutes as data, in the form that docs/export.md describes. Raises NoMinutesYet."""
    on_file = await filed(conn, meeting_id)
    meeting = await meetings.get(conn, meeting_id)
    building = await homes.building(conn, meeting.building_id)
    content = on_file.content or freeze(await _read(conn, meeting_id, on_file.stage), building.zone)
    file = file_of(content, on_file.hash, await addenda(conn, meeting_id))
    return (json.dumps(file, ensure_ascii=False, indent=1) + "\n").encode()


async def latest(conn: Connection, building: Building) -> list[Filed]:
    """The latest minutes of a building. Raises NoMinutesYet where there are none."""
    found = await files.of_building(conn, building.id, LATEST)
    if not found:
        raise NoMinutesYet
    return found


async def check_may_object(unit: Unit, building: Building, person: Person, meeting_id: int) -> None:
    """Go on only if this person may ask for a correction now.

    Raises NoMinutesYet, TooLateToObject, WasNotThere.
    """
    on_file = await filed(unit.conn, meeting_id)
    mine = [home.id for home in await homes.homes_of(unit.conn, person.id, building.id)]
    present = [one.household_id for one in await attendance.of_meeting(unit.conn, meeting_id)]
    minutes_filing.check_may_object(on_file, mine, present, unit.now)


async def ask_correction(unit: Unit, building: Building, person: Person, meeting_id: int, text: str) -> int:
    """Write down a correction; its id. Of approved minutes it is an addendum, which leaves them as they are.

    Raises NoMinutesYet, TooLateToObject, WasNotThere, NothingWritten, TextTooLong, TooManyCorrections.
    """
    await check_may_object(unit, building, person, meeting_id)
    approved = (await filed(unit.conn, meeting_id)).stage is Stage.APPROVED
    about, kind = (ADDENDUM, "addendum_asked") if approved else (files.MINUTES, "objected")
    earlier = await files.objections_to(unit.conn, meeting_id, about)
    if sum(one.by_id == person.id and one.state == "open" for one in earlier) >= MOST_WAITING:
        raise TooManyCorrections(most=MOST_WAITING)
    text = written(text, CORRECTION_LIMIT)
    values = {"about": about, "by_id": person.id, "text": text, "at": unit.now}
    added = await files.add_objection(unit.conn, meeting_id, **values)
    there = {one.household_id for one in await attendance.of_meeting(unit.conn, meeting_id)}
    mine = await homes.homes_of(unit.conn, person.id, building.id)
    door = next(home.id for home in mine if home.id in there)
    await log.append(
        unit.conn,
        f"meeting:{meeting_id}",
        kind,
        unit.now,
        objection=added,
        person=person.id,
        household=door,
        text=text,
    )
    return added


async def correction(conn: Connection, building: Building, objection_id: int) -> Objection:
    """A correction of this building by an id that somebody pressed. Raises NoSuchCorrection."""
    found = await files.objection(conn, objection_id)
    if found is None or (await meetings.get(conn, found.about_id)).building_id != building.id:
        raise NoSuchCorrection
    return found


async def find_correction(conn: Connection, objection_id: int) -> Objection | None:
    """A correction by id."""
    return await files.objection(conn, objection_id)


async def corrections(conn: Connection, meeting_id: int) -> list[Objection]:
    """The corrections asked for before the approval, then those after it, the first first."""
    return [
        *await files.objections_to(conn, meeting_id),
        *await files.objections_to(conn, meeting_id, ADDENDUM),
    ]


async def addenda(conn: Connection, meeting_id: int) -> tuple[Addendum, ...]:
    """What was asked to be corrected after the approval."""
    events = await log.read(conn, f"meeting:{meeting_id}")
    if not any(event.kind == "addendum_asked" for event in events):
        return ()
    return read_addenda(events, await _book(conn, meeting_id))


async def decided_addenda(conn: Connection, meeting_id: int) -> tuple[Addendum, ...]:
    """Those that were accepted or declined: they stand below the minutes wherever these are shown."""
    return tuple(one for one in await addenda(conn, meeting_id) if one.state != "open")


async def decide(unit: Unit, building: Building, person: Person, objection_id: int, state: str) -> Objection:
    """Accept or decline a correction, or an addendum. Raises NoSuchCorrection, AlreadyDecided."""
    found = await correction(unit.conn, building, objection_id)
    if found.state != "open":
        raise AlreadyDecided(state=found.state)
    await files.decide(unit.conn, found.id, state)
    await log.append(
        unit.conn,
        f"meeting:{found.about_id}",
        "addendum_decided" if found.is_addendum else "objection_decided",
        unit.now,
        objection=found.id,
        state=state,
        by=person.id,
    )
    return await correction(unit.conn, building, objection_id)


async def waiting(conn: Connection, meeting_id: int) -> int:
    """How many corrections wait for a decision."""
    return sum(one.state == "open" for one in await files.objections_to(conn, meeting_id))


async def end_of_time(unit: Unit, meeting_id: int) -> int:
    """Approve the minutes now that the time for corrections is over; how many still wait for a decision.

    Minutes with an open correction stay a draft. Raises NoMinutesYet, MinutesApproved, TooEarlyToApprove.
    """
    left = await waiting(unit.conn, meeting_id)
    if not left:
        await approve(unit, meeting_id, None)
    return left


async def approve(unit: Unit, meeting_id: int, by: int | None) -> Filed:
    """Freeze the minutes with their hash; `by` is None where nobody but time approved them.

    Raises NotTheLeader, NoMinutesYet, MinutesApproved, TooEarlyToApprove, CorrectionsOpen.
    """
    meeting = await meetings.get(unit.conn, meeting_id)
    building = await homes.building(unit.conn, meeting.building_id)
    if by is not None and "leader" not in await homes.offices(unit.conn, building.id, by):
        raise NotTheLeader
    on_file = await filed(unit.conn, meeting_id)
    minutes_filing.check_may_approve(on_file, await waiting(unit.conn, meeting_id), unit.now)
    content = freeze(await _read(unit.conn, meeting_id, Stage.APPROVED), building.zone)
    digest = fingerprint(content)
    await files.change(
        unit.conn, meeting_id, stage=str(Stage.APPROVED), approved_at=unit.now, content=content, hash=digest
    )
    await log.append(unit.conn, f"meeting:{meeting_id}", "approved", unit.now, by=by, hash=digest)
    return await filed(unit.conn, meeting_id)
