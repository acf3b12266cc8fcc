"""A town: a building with rows of every table, and everybody who may or may not have business there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, insert, select, update

from rules.ballots import Ballot
from rules.homes import Building
from rules.kinds import DEFAULT_KIND, PARTIES
from rules.mediations import Agreement
from rules.meetings import Meeting
from rules.meetings import State as MeetingState
from rules.people import Chat, Person
from rules.proxies import Proxy
from rules.tasks import Task
from rules.time_polls import TimePoll
from services import ballots as drafting
from services import mediations
from services.mediations import Case
from services.offices import OFFICES
from services.proxies import Occasion
from storage import ballots as stored_ballots
from storage import contacts, homes, people, records, slips, time_polls
from storage import mediations as stored_mediations
from storage import meetings as stored_meetings
from storage import proxies as stored_proxies
from storage.store import Connection, Store, Unit
from storage.tables import ballots, items, meetings, metadata, minutes, objections, straws
from tests.faults.life import enliven
from tests.faults.strangers import PASSING, SECRET, _value, rows_here
from tests.services.house import LAYOUTS, NOW, House, house


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody in whose name a service is called, and the building they are of."""

    role: str
    person: Person
    building: Building
    chat: Chat


@dataclass(frozen=True, slots=True)
class Town:
    """A building with rows of every table, and callers from elsewhere and from there."""

    store: Store
    ids: dict[str, list[int]]
    items: dict[int, int]  # the meeting of each item
    building: Building
    strangers: list[Caller]
    insiders: list[Caller]
    things: dict[type, list[Any]]  # of the building, as they are read
    people: dict[str, int]  # who lives or leads there, by address
    named: dict[str, str]  # what is named by a word: a poll of the platform, a slip's code


BY_HAND = {"communities", "objections", "events"}
ITEMS = {MeetingState.OPEN: "open", MeetingState.CLOSED: "done"}


@asynccontextmanager
async def town(database: str) -> AsyncIterator[Town]:
    """Callers of every role: of a sibling building, of another community, and of the building itself."""
    async with house(database, households=12, residents=6) as here:
        await here.close(await here.open())
        ballot = await here.open()
        await here.press(here.box(), "1", ballot.id, 1)
        async with here.store.unit(here.now) as unit:
            await drafting.draft(unit, here.building, here.leader_id, LAYOUTS)
            await _fill(unit, here)
            await enliven(unit, here)
            ids = {
                name: await rows_here(unit.conn, table, here.building.id)
                for name, table in metadata.tables.items()
            }
            for about, table in (("ballot", "ballots"), ("minutes", "meetings")):
                ids["objections"].append(await _object(unit, about, ids[table][0]))
            agenda = await unit.conn.execute(select(items.c.id, items.c.meeting_id))
            places = {row.id: row.meeting_id for row in agenda}
            named = await _name(unit, ids)
            things = await _read(unit.conn, ids, here.building.id, here.leader_id)
            strangers = []
            for community in ("示例小区", "别的小区"):
                where = await homes.add_building(
                    unit.conn,
                    community_id=await homes.community(unit.conn, community),
                    name="8栋",
                    units=1,
                    zone="Asia/Shanghai",
                    lang="zh",
                )
                await homes.add_households(unit.conn, [{"building_id": where.id, "unit": "1", "room": "101"}])
                strangers += [one async for one in _everybody(unit, where, community)]
            insiders = [
                await _known(unit, here.building, name) for name in ("leader", "0", "1", "3", "4", "5")
            ]
            insiders += [one async for one in _everybody(unit, here.building, "自己人")]
        yield Town(here.store, ids, places, here.building, strangers, insiders, things, _ids(insiders), named)


async def _fill(unit: Unit, here: House) -> None:
    """A meeting in each state, and a row of every other table that there is none of yet."""
    for state in sorted(MeetingState, key=lambda one: one is not MeetingState.OPEN):  # most is of the first
        row: dict[str, Any] = {"building_id": here.building.id, "convener_id": here.leader_id}
        row |= {"kind": DEFAULT_KIND, "state": str(state), "planned_at": NOW}
        if state is not MeetingState.DRAFT:
            row |= {"published_at": NOW, "opened_at": NOW, "closed_at": NOW}
        made = (await unit.conn.execute(insert(meetings).values(row))).inserted_primary_key
        assert made is not None
        item = {"meeting_id": made[0], "number": 1, "title": SECRET}
        await unit.conn.execute(insert(items).values(item | {"state": ITEMS.get(state, "waiting")}))
        if state is MeetingState.CLOSED:
            filed = {"stage": "draft", "drafted_at": NOW, "objections_until": NOW}
            await unit.conn.execute(insert(minutes).values(meeting_id=made[0], **filed))
    for table in metadata.sorted_tables:
        if await rows_here(unit.conn, table, here.building.id):
            continue
        if "id" in table.columns and table.name not in PASSING | BY_HAND:
            row = {
                column.name: await _value(unit.conn, column, here.building.id)
                for column in table.columns
                if column.default is None and column.name != "id" and (not column.nullable or _above(column))
            }
            await unit.conn.execute(insert(table).values(row))


async def _name(unit: Unit, ids: dict[str, list[int]]) -> dict[str, str]:
    """Names of what has others than its id: a straw poll on the platform, an answer held for it, a slip."""
    await unit.conn.execute(update(straws).values(poll=SECRET))
    home = ids["households"][-1]
    await slips.put(unit.conn, [{"code_hash": SECRET, "household_id": home, "made_at": unit.now}])
    return {"poll": SECRET, "key": f"held:{SECRET}:3:0:x", "code_hash": SECRET, "album": SECRET}


async def _read(
    conn: Connection, ids: dict[str, list[int]], building_id: int, leader_id: int
) -> dict[type, list[Any]]:
    """The things of the building as the services hand them to each other."""
    found: dict[type, list[Any]] = {
        Meeting: [await stored_meetings.get(conn, one) for one in ids["meetings"]],
        Ballot: [await stored_ballots.get(conn, one) for one in ids["ballots"]],
        Case: [
            case
            for one in ids["mediations"]
            for person in (leader_id, *(member.id for member, _ in await homes.residents(conn, building_id)))
            if (case := await mediations.concerning(conn, one, person))
        ],
        Agreement: [await stored_mediations.find_agreement(conn, one) for one in ids["agreements"]],
        Proxy: [await stored_proxies.find(conn, one) for one in ids["proxies"]],
        TimePoll: [await time_polls.find(conn, one) for one in ids["time_polls"]],
        Task: [await records.find_task(conn, one) for one in ids["tasks"]],
    }
    found[Occasion] = [
        *(Occasion(one.building_id, one.question, ballot=one) for one in found[Ballot]),
        *(Occasion(one.building_id, one.place, meeting=one) for one in found[Meeting]),
    ]
    return found


def _above(column: Column[Any]) -> bool:
    """Whether it may tell the meeting or the ballot that a row belongs to."""
    return any(key.column.table in {meetings, ballots} for key in column.foreign_keys)


async def _object(unit: Unit, about: str, about_id: int) -> int:
    """Something held against a ballot, or against minutes."""
    row = {"about": about, "about_id": about_id, "by_id": 1, "text": SECRET, "at": NOW}
    made = (await unit.conn.execute(insert(objections).values(row))).inserted_primary_key
    assert made is not None
    return int(made[0])


async def _known(unit: Unit, where: Building, address: str) -> Caller:
    """Who made the rows there, or one of the voters."""
    person = await people.by_address(unit.conn, address)
    assert person is not None
    chat = await people.enter(unit.conn, address, "private", address)
    return Caller(address, person, where, chat)


def _ids(callers: list[Caller]) -> dict[str, int]:
    return {str(one.person.address): one.person.id for one in callers}


async def _everybody(unit: Unit, where: Building, of: str) -> AsyncIterator[Caller]:
    """Who holds nothing but one office, speaks for one party, lives there, or is nobody."""
    door = (await homes.households_in(unit.conn, where.id))[-1]
    for role in (*OFFICES, *PARTIES, "resident", "passer-by"):
        address = f"{of} {role}"
        person = await people.meet(unit.conn, address, f"示例 {address}", "zh", unit.now)
        await people.change(unit.conn, person.id, reach="yes")
        chat = await people.enter(unit.conn, address, "private", address)
        if role in OFFICES:
            await homes.appoint(unit.conn, where.id, person.id, role, unit.now)
        elif role in PARTIES:
            told = {"party": role, "name": role, "person_id": person.id, "added_at": unit.now}
            await contacts.add(unit.conn, building_id=where.id, **told)
        elif role == "resident":
            await homes.join(unit.conn, door.id, person.id, "slip", unit.now)
        yield Caller(f"{role} ({of})", replace(person, reach="yes"), where, chat)
