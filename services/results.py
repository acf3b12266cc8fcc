"""Results: how they came about, whose vote is in them, and what is held against them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.ballots import Ballot, State
from rules.calendar import Deadline, closing
from rules.counting import Outcome
from rules.electing import elected
from rules.homes import Door
from rules.meetings import written
from rules.people import Person
from rules.results import (
    OBJECTION_LIMIT,
    NoResultYet,
    NoSuchObjection,
    NoSuchReceipt,
    NotNamed,
    NotTheAnswerer,
    NotYourBallot,
    Objection,
    areas_told,
    check_objection,
    days_published,
    may_show,
    publication,
    publication_over,
    tally,
)
from rules.secrecy import Secrecy
from rules.votes import NotOnTheRoll
from rules.ways import Cast
from services import outbox
from services.ballots import PUBLICATION_END, find
from storage import ballots, homes, log, objections, voters
from storage import outbox as schedule
from storage.store import Connection, Unit


@dataclass(frozen=True, slots=True)
class Counted:
    """A vote of one's own as it was counted; without a receipt where none was cast, empty where sealed."""

    door: Door
    receipt: str | None
    cast: Cast


async def closed(conn: Connection, ballot_id: int, building_id: int | None = None) -> Ballot:
    """A ballot that has its result. Raises NoSuchBallot, NoResultYet."""
    ballot = await find(conn, ballot_id, building_id)
    if ballot.state is not State.CLOSED:
        raise NoResultYet
    return ballot


async def check_reader(conn: Connection, ballot: Ballot, person_id: int) -> None:
    """Go on only for who lives in the ballot's building or holds an office there. Raises NotYourBallot."""
    if await homes.homes_of(conn, person_id, ballot.building_id):
        return
    if not await homes.offices(conn, ballot.building_id, person_id):
        raise NotYourBallot


async def kept_votes(conn: Connection, ballot: Ballot) -> list[dict[str, Any]]:
    """Every vote as the log has kept it since the closing; of a named ballot with its `voter`."""
    closed = await log.first(conn, f"ballot:{ballot.id}", "closed")
    assert closed is not None, "it is written in the transaction that closes"
    votes: list[dict[str, Any]] = closed.data["votes"]
    return votes


async def counted_votes(conn: Connection, ballot: Ballot) -> dict[str, Cast]:
    """Every vote by its receipt; those of a sealed ballot by the keys they had in the urn."""
    kept = await kept_votes(conn, ballot)
    return {vote["receipt"]: Cast(tuple(vote["choice"]), vote.get("reason", "")) for vote in kept}


async def record_of(conn: Connection, ballot: Ballot) -> list[tuple[Door, Cast]]:
    """Who chose what in a named ballot, in the order of its roll. Raises NotNamed."""
    if ballot.secrecy is not Secrecy.NAMED or ballot.result is None or not may_show(ballot.result):
        raise NotNamed(basis=str(ballot.basis))
    kept = {vote["voter"]: vote for vote in await kept_votes(conn, ballot)}
    doors = await conn.run_sync(voters.named, ballot.basis, kept)
    return [
        (doors[voter], Cast(tuple(vote["choice"]), vote.get("reason", "")))
        for voter, vote in sorted(kept.items())
    ]


async def recount(conn: Connection, ballot: Ballot) -> Outcome:
    """The count once more, from the votes in the log."""
    counted = await counted_votes(conn, ballot)
    return elected(ballot, await asyncio.to_thread(tally, ballot, counted.values()), areas_told(ballot))


async def own_votes(conn: Connection, ballot: Ballot, person_id: int) -> list[Counted]:
    """How the votes of those a person speaks for were counted. Raises NotOnTheRoll."""
    mine = await voters.of_person(conn, ballot.id, person_id)
    if not mine:
        raise NotOnTheRoll(basis=str(ballot.basis))
    counted = await counted_votes(conn, ballot)
    found = []
    for voter in mine:
        vote = await ballots.vote_of(conn, ballot.id, voter.id)
        sealed = ballot.secrecy is Secrecy.SEALED  # counted, nobody knows as what
        receipt = vote.receipt if vote is not None and (sealed or vote.receipt in counted) else None
        found.append(Counted(voter.door, receipt, counted.get(receipt or "", Cast(()))))
    return found


async def by_receipt(conn: Connection, text: str) -> tuple[Ballot, str, Cast]:
    """The ballot, the receipt and the vote counted under it; empty if sealed. Raises NoSuchReceipt."""
    plain = "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())
    receipt = f"{plain[:5]}-{plain[5:]}"
    for ballot in await ballots.with_receipt(conn, receipt):
        return ballot, receipt, (await counted_votes(conn, ballot)).get(receipt, Cast(()))
    raise NoSuchReceipt(text=text[:20])


@dataclass(frozen=True, slots=True)
class Published:
    """How a result stands: until when it is open to objection, what was objected, whether that is over.

    `end`: how that day was found, None while the clock is stopped.
    """

    until: date
    objections: list[Objection]
    over: bool
    end: Deadline | None

    @property
    def open(self) -> int:
        """How many objections wait for their answer; they stop the clock."""
        return sum(objection.open for objection in self.objections)


async def published(conn: Connection, ballot: Ballot, zone: str, now: datetime) -> Published:
    """How the result of a closed ballot stands now."""
    assert ballot.publication_until is not None, "it is published at its closing"
    held = await objections.of_ballot(conn, ballot.id)
    over = publication_over(ballot.publication_until, held, now, ZoneInfo(zone))
    end = publication(ballot.closed_at or now, held, ZoneInfo(zone), days_published(ballot))
    return Published(ballot.publication_until, held, over, end)


async def check_objector(unit: Unit, ballot: Ballot, person_id: int) -> None:
    """Go on only for who had a vote, within the days.

    Raises NotOnTheRoll, AlreadyObjected, PublicationOver.
    """
    if not await voters.of_person(unit.conn, ballot.id, person_id):
        raise NotOnTheRoll(basis=str(ballot.basis))
    building = await homes.building(unit.conn, ballot.building_id)
    zone = ZoneInfo(building.zone)
    assert ballot.publication_until is not None, "it is published at its closing"
    held = await objections.of_ballot(unit.conn, ballot.id)
    check_objection(ballot.publication_until, held, person_id, unit.now, zone)


async def object_to(unit: Unit, ballot: Ballot, person_id: int, text: str) -> Objection:
    """Hold something against a result; the clock stands until it is answered.

    Raises NotOnTheRoll, AlreadyObjected, PublicationOver, NothingWritten, TextTooLong.
    """
    await check_objector(unit, ballot, person_id)
    text = written(text, OBJECTION_LIMIT)
    made = await objections.add(unit.conn, ballot.id, person_id, text, unit.now)
    facts = {"objection": made.id, "person": person_id, "text": text}
    await log.append(unit.conn, f"ballot:{ballot.id}", "objected", unit.now, **facts)
    await outbox.renew(unit, "result", ballot.id)
    return made


async def answerers(conn: Connection, building_id: int) -> list[Person]:
    """Who answers objections: the supervisors of the building, its leaders where none is named."""
    supervisors = await homes.holders(conn, building_id, "supervisor")
    return supervisors or await homes.holders(conn, building_id, "leader")


async def open_objection(unit: Unit, objection_id: int, person_id: int) -> tuple[Objection, Ballot]:
    """An objection that this person may answer. Raises NoSuchObjection, NotTheAnswerer."""
    found = await objections.find(unit.conn, objection_id)
    if found is None or not found.open:
        raise NoSuchObjection
    ballot = await find(unit.conn, found.about_id)
    if all(person.id != person_id for person in await answerers(unit.conn, ballot.building_id)):
        raise NotTheAnswerer
    return found, ballot


async def answer(unit: Unit, objection_id: int, person_id: int, text: str) -> tuple[Objection, Ballot]:
    """Answer an objection; with the last open one the clock goes on, as much later as it stood.

    Raises NoSuchObjection, NotTheAnswerer, NothingWritten, TextTooLong.
    """
    found, ballot = await open_objection(unit, objection_id, person_id)
    text = written(text, OBJECTION_LIMIT)
    await objections.answer(unit.conn, found.id, text, unit.now)
    facts = {"objection": found.id, "by": person_id, "text": text}
    await log.append(unit.conn, f"ballot:{ballot.id}", "answered", unit.now, **facts)
    await _go_on(unit, ballot)
    await outbox.renew(unit, "result", ballot.id)
    return replace(found, state="answered", answer=text, answered_at=unit.now), ballot


async def _go_on(unit: Unit, ballot: Ballot) -> None:
    building = await homes.building(unit.conn, ballot.building_id)
    zone = ZoneInfo(building.zone)
    assert ballot.closed_at is not None
    held = await objections.of_ballot(unit.conn, ballot.id)
    end = publication(ballot.closed_at, held, zone, days_published(ballot))
    if end is None:
        return
    await ballots.change(unit.conn, ballot.id, publication_until=end.ends)
    key = f"{PUBLICATION_END}:{ballot.id}:{end.ends}"
    await schedule.schedule(unit.conn, key, PUBLICATION_END, ballot.id, closing(end, zone))


async def settle(unit: Unit, ballot_id: int) -> bool:
    """Let a result stand once its days are over with nothing held against it; whether it does from now."""
    if any(event.kind == "stands" for event in await log.read(unit.conn, f"ballot:{ballot_id}")):
        return False  # the clock had stopped meanwhile, and both ends fell due while the bot was down
    ballot = await ballots.get(unit.conn, ballot_id)
    building = await homes.building(unit.conn, ballot.building_id)
    stands = (await published(unit.conn, ballot, building.zone, unit.now)).over
    if stands:
        await log.append(unit.conn, f"ballot:{ballot.id}", "stands", unit.now)
        await outbox.renew(unit, "result", ballot.id)
    return stands
