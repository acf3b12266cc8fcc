"""What goes on in the town: something in every state in which its people may go on with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert, select, update

from rules.kinds import DEFAULT_KIND
from rules.people import Person
from services import floor, record
from services import meeting as sittings
from storage import attendance, contacts, log, mediations, people, records
from storage import meetings as stored
from storage import proposals as proposed
from storage.store import Unit
from storage.tables import (
    ballots,
    claims,
    deliveries,
    items,
    meetings,
    minutes,
    owner_people,
    owners,
    paper_slips,
    paper_stacks,
    party_replies,
    proxies,
    rolls,
    time_polls,
)
from tests.faults.strangers import SECRET
from tests.services.house import House

SPOKEN = "示例的话"


@dataclass(frozen=True, slots=True)
class Actors:
    """Whose all this is: the leader, and two neighbours."""

    leader: Person
    zero: Person
    one: Person


async def enliven(unit: Unit, here: House) -> None:
    """Have everything go on that a town's people can go on with."""
    known = [await people.by_address(unit.conn, address) for address in ("leader", "0", "1")]
    leader, zero, one = (person for person in known if person is not None)
    who = Actors(leader, zero, one)
    for person in (leader, zero, one):
        await people.change(unit.conn, person.id, reach="yes")
    await _meet(unit, here, who)
    await _call(unit, here, who)
    await _file(unit, here, who)
    await _stand_in(unit, here, who)
    await _mediate(unit, here, who)
    await _own(unit, here, who)
    await _enter_papers(unit, here, who)


async def _meeting(unit: Unit, here: House, state: str) -> int:
    mine = (meetings.c.building_id == here.building.id, meetings.c.state == state)
    found = await unit.conn.scalar(select(meetings.c.id).where(*mine).order_by(meetings.c.id))
    assert found is not None, state
    return int(found)


async def _item(unit: Unit, meeting_id: int) -> int:
    found = await unit.conn.scalar(select(items.c.id).where(items.c.meeting_id == meeting_id))
    assert found is not None
    return int(found)


async def _meet(unit: Unit, here: House, who: Actors) -> None:
    """A meeting under way: somebody is there, has spoken and wants to speak, two propose and may merge."""
    meeting = await _meeting(unit, here, "open")
    await record.say(unit, here.building, who.zero, SPOKEN, picture="x", album=SECRET)
    await sittings.check_in(unit, here.building, who.zero, meeting)
    await floor.raise_hand(unit, here.building, who.zero, meeting, "")
    item = await _item(unit, meeting)
    first = await stored.add_proposal(unit.conn, item, f"{SECRET}甲", None, who.zero.id, unit.now)
    second = await stored.add_proposal(unit.conn, item, f"{SECRET}乙", None, who.one.id, unit.now)
    facts = {"by_id": who.zero.id, "at": unit.now, "text": SECRET}
    await proposed.add_concern(unit.conn, proposal_id=first.id, kind="concern", **facts)
    parts = [(first.id, who.zero.id), (second.id, who.one.id)]
    await proposed.add_merge(unit.conn, parts, item_id=item, state="asked", **facts)
    party = {"building_id": here.building.id, "party": "property", "name": SECRET}
    contact = await contacts.add(unit.conn, person_id=who.zero.id, added_at=unit.now, **party)
    await contacts.invite(unit.conn, meeting, contact)
    await contacts.invite(unit.conn, await _meeting(unit, here, "announced"), contact)
    await unit.conn.execute(update(party_replies).values(present_at=None))
    task = await records.add_task(unit.conn, meeting, item, "0", SECRET, date(2026, 12, 1))
    await records.change_task(unit.conn, task, done_at=unit.now)


async def _call(unit: Unit, here: House, who: Actors) -> None:
    """A draft that can be announced, a meeting that is announced, a poll of times being put together."""
    coming = {"planned_at": unit.now + timedelta(days=8), "place": SECRET}
    for state in ("draft", "announced"):
        meeting = await _meeting(unit, here, state)
        await unit.conn.execute(update(meetings).where(meetings.c.id == meeting).values(**coming))
    row = {"building_id": here.building.id, "by_id": who.leader.id, "state": "draft", "at": unit.now}
    await unit.conn.execute(insert(time_polls).values(row))


async def _file(unit: Unit, here: House, who: Actors) -> None:
    """A meeting too few came to, whose minutes may still be corrected, and one whose may be approved."""
    for until in (unit.now + timedelta(days=3), unit.now - timedelta(hours=1)):
        row = {"building_id": here.building.id, "convener_id": who.leader.id, "kind": DEFAULT_KIND}
        row |= {"state": "closed", "planned_at": unit.now, "place": SECRET, "published_at": unit.now}
        row |= {"opened_at": unit.now - timedelta(hours=2), "closed_at": unit.now - timedelta(hours=1)}
        made = (await unit.conn.execute(insert(meetings).values(row))).inserted_primary_key
        assert made is not None
        await stored.add_item(unit.conn, made[0], SECRET)
        filed = {"meeting_id": made[0], "stage": "draft", "drafted_at": unit.now, "objections_until": until}
        await unit.conn.execute(insert(minutes).values(filed))
        there = here.households[0].id
        await log.append(unit.conn, f"meeting:{made[0]}", "inquorate", unit.now, present=1, needed=5, times=1)
        await log.append(
            unit.conn, f"meeting:{made[0]}", "closed", unit.now, by=who.leader.id, not_reached=[]
        )
        await attendance.add(
            unit.conn,
            meeting_id=made[0],
            household_id=there,
            person_id=who.zero.id,
            name="",
            how="chat",
            at=unit.now,
        )


async def _stand_in(unit: Unit, here: House, who: Actors) -> None:
    """Neighbours were asked to stand in for others, in the ballot and in the meeting that are open."""
    ballot = await unit.conn.scalar(select(ballots.c.id).where(ballots.c.state == "open"))
    for state, giver, holder in (("asked", "2", "3"), ("given", "4", "5")):
        people_ = [await people.by_address(unit.conn, address) for address in (giver, holder)]
        ids = [person.id for person in people_ if person is not None]
        row = {"ballot_id": ballot, "giver_id": ids[0], "holder_id": ids[1], "state": state}
        await unit.conn.execute(insert(proxies).values(row | {"asked_at": unit.now}))
        row |= {"ballot_id": None, "meeting_id": await _meeting(unit, here, "open"), "asked_at": unit.now}
        await unit.conn.execute(insert(proxies).values(row))
    known = {"meeting_id": await _meeting(unit, here, "announced"), "person_id": who.zero.id}
    await unit.conn.execute(insert(deliveries).values(known | {"sequence": 0, "sent_at": unit.now}))


async def _mediate(unit: Unit, here: House, who: Actors) -> None:
    """A mediation in each state; its sides are two neighbours, the leader mediates."""
    for state in ("draft", "asked", "set", "open"):
        facts = {"building_id": here.building.id, "kind": "bench", "subject": SECRET}
        facts |= {"place": SECRET, "planned_at": unit.now + timedelta(days=9), "salt": "x"}
        facts |= {"caller_id": who.leader.id, "mediator_id": who.leader.id, "mediator_answer": "yes"}
        made = await mediations.add(unit.conn, **facts)
        opened = unit.now if state == "open" else None
        await mediations.change(unit.conn, made.id, state=state, opened_at=opened)
        for door, person in ((0, who.zero), (1, who.one)):
            await mediations.add_side(unit.conn, made.id, here.households[door].id, [person.id])
        if state == "open":
            await mediations.add_agreement(unit.conn, made.id, SECRET, who.leader.id, unit.now)


async def _own(unit: Unit, here: House, who: Actors) -> None:
    """An owner one of whom is confirmed and one asks to be."""
    owner = await unit.conn.scalar(select(owners.c.id).where(owners.c.building_id == here.building.id))
    for person, state in ((who.zero, "confirmed"), (who.one, "asked")):
        row = {"owner_id": owner, "person_id": person.id, "state": state, "at": unit.now}
        await unit.conn.execute(insert(owner_people).values(row))
    claim = {"building_id": here.building.id, "unit": "", "room": "9", "asked_at": unit.now, "state": "asked"}
    await unit.conn.execute(insert(claims).values(claim | {"person_id": who.one.id}))


async def _enter_papers(unit: Unit, here: House, who: Actors) -> None:
    """Paper votes of the open ballot: one stack being written, one that waits for its witnesses."""
    ballot = await unit.conn.scalar(select(ballots.c.id).where(ballots.c.state == "open"))
    voters = list(await unit.conn.scalars(select(rolls.c.voter_id).where(rolls.c.ballot_id == ballot)))
    teller = await people.meet(unit.conn, "自己人 teller", "示例 自己人 teller", "zh", unit.now)
    for number, state in enumerate(("open", "waiting")):
        row = {
            "ballot_id": ballot,
            "teller_id": teller.id,
            "state": state,
            "made_at": unit.now,
            "photos": ["x"],
        }
        made = (await unit.conn.execute(insert(paper_stacks).values(row))).inserted_primary_key
        assert made is not None
        slip = {"ballot_id": ballot, "voter_id": voters[-1 - number], "stack_id": made[0], "number": 1}
        await unit.conn.execute(insert(paper_slips).values(slip | {"choice": [1]}))
