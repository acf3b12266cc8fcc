"""Arranging a mediation: its sides and who mediates are asked in private, and all must consent."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules.homes import Building, Door, Household, read_building, read_door
from rules.kinds import check_caller, kind_of, to_mediate
from rules.mediations import (
    ALIVE,
    ASKING,
    SUBJECT_LIMIT,
    Answer,
    Mediation,
    MediationMovedOn,
    NoSuchMediation,
    NotTheMediator,
    NotYoursToAnswer,
    Role,
    Side,
    SideNotReached,
    State,
    all_consent,
    check_complete,
    check_neutral,
    check_new_side,
    check_state,
    fingerprint,
    role_of,
    side_of,
)
from rules.meetings import PLACE_LIMIT, NoPlaceYet, NoTimeYet, check_ahead, check_time, written
from rules.people import NotTheLeader, Person
from services import outbox
from services.reminding import comes_late, hold, newer_is_due
from storage import homes, log, mediations, people
from storage import outbox as letters
from storage.outbox import Due
from storage.store import Connection, Unit

REMINDER = "mediation_reminder"
START = "mediation_start"
BEFORE = {"1d": timedelta(days=1), "1h": timedelta(hours=1)}
CARD = "mediation"


@dataclass(frozen=True, slots=True)
class Case:
    """A mediation as somebody concerned sees it: with its sides, and what they have to do with it."""

    mediation: Mediation
    building: Building
    sides: tuple[Side, ...]
    role: Role
    side: Side | None

    @property
    def circle(self) -> set[int]:
        """Who is told all of it: the people of the sides, and the mediator."""
        told = {person for side in self.sides for person in side.people}
        return told | {self.mediation.mediator_id}


@dataclass(frozen=True, slots=True)
class Reminder:
    """A mediation that its circle is to be reminded of now."""

    mediation: Mediation
    building: Building
    people: list[Person]
    late: bool


def stream(mediation_id: int) -> str:
    """The stream of a mediation's events; no export and no minutes of a building read it."""
    return f"mediation:{mediation_id}"


async def about(conn: Connection, mediation_id: int, person_id: int) -> Case:
    """A mediation for somebody concerned. Raises NoSuchMediation for everybody else."""
    found = await mediations.find(conn, mediation_id)
    if found is None:
        raise NoSuchMediation
    sides = await mediations.sides_of(conn, mediation_id)
    role = role_of(found, sides, person_id)
    mine = next((side for side in sides if person_id in side.people), None)
    return Case(found, await homes.building(conn, found.building_id), tuple(sides), role, mine)


async def whole(conn: Connection, mediation_id: int) -> Case:
    """A mediation as whoever mediates sees it, for a paper that was asked for by somebody of its circle."""
    found = await mediations.get(conn, mediation_id)
    sides = tuple(await mediations.sides_of(conn, mediation_id))
    return Case(found, await homes.building(conn, found.building_id), sides, Role.MEDIATOR, None)


async def door_of(conn: Connection, case: Case, home: Household) -> Door:
    """The door of a side, with the name of its building where that is another."""
    if home.building_id == case.building.id:
        return home.door
    return home.door.in_building((await homes.building(conn, home.building_id)).name)


async def concerning(conn: Connection, mediation_id: int, person_id: int) -> Case | None:
    """A mediation, or None for somebody it does not concern."""
    with suppress(NoSuchMediation):
        return await about(conn, mediation_id, person_id)
    return None


async def of_person(conn: Connection, person_id: int) -> list[Case]:
    """Those that concern a person, the newest first."""
    known = await mediations.of_person(conn, person_id)
    found = [await concerning(conn, one.id, person_id) for one in known]
    return [case for case in found if case is not None]  # who would not mediate knows no more of it


async def begin(unit: Unit, building: Building, person: Person) -> Mediation:
    """The draft of somebody who may call a mediation here: the one begun earlier, or a new one.

    Raises NotTheLeader.
    """
    for one in await mediations.of_person(unit.conn, person.id):
        if (one.caller_id, one.building_id, one.state) == (person.id, building.id, State.DRAFT):
            return one
    kinds = to_mediate(await homes.offices(unit.conn, building.id, person.id))
    if not kinds:
        raise NotTheLeader
    return await mediations.add(
        unit.conn,
        building_id=building.id,
        kind=kinds[0].code,
        caller_id=person.id,
        mediator_id=person.id,
        mediator_answer=str(Answer.YES),
        salt=secrets.token_hex(16),
    )


async def draft(conn: Connection, mediation_id: int, person_id: int) -> Case:
    """A draft, for whoever began it and may call it still.

    Raises NoSuchMediation, MediationMovedOn, MayNotCall.
    """
    case = await about(conn, mediation_id, person_id)
    check_state(case.mediation, State.DRAFT)
    check_caller(kind_of(case.mediation.kind), await homes.offices(conn, case.building.id, person_id))
    return case


async def set_subject(unit: Unit, case: Case, text: str) -> None:
    """Say what it is about. Raises NothingWritten, TextTooLong."""
    await mediations.change(unit.conn, case.mediation.id, subject=written(text, SUBJECT_LIMIT))


async def set_place(unit: Unit, case: Case, text: str) -> None:
    """Say where. Raises NothingWritten, TextTooLong."""
    await mediations.change(unit.conn, case.mediation.id, place=written(text, PLACE_LIMIT))


async def set_time(unit: Unit, case: Case, planned: datetime) -> None:
    """Say when. Raises TimeIsOver, TooFarAhead, InsideTheNotice."""
    check_ahead(planned, unit.now)
    check_time(case.mediation.preset, planned, unit.now, ZoneInfo(case.building.zone))
    await mediations.change(unit.conn, case.mediation.id, planned_at=planned)


async def around(conn: Connection, case: Case) -> list[Building]:
    """The other buildings of the community: neighbours at odds may live in two of them."""
    every = await homes.buildings_of(conn, case.building.community_id)
    return [one for one in every if one.id != case.building.id]


async def household(conn: Connection, case: Case, text: str) -> tuple[Household, list[Person]]:
    """Whoever can be asked at a door, of this building or of another of the community: 5栋2单元502.

    Raises NoSuchBuilding, NotAnAddress, SideNotReached.
    """
    building, rest = read_building(text, case.building, await around(conn, case))
    home = await homes.find_household(conn, building.id, *read_door(rest, building.units))
    return await at_home(conn, case, home.id if home else 0)


async def at_home(conn: Connection, case: Case, household_id: int) -> tuple[Household, list[Person]]:
    """Whoever of a household of the community a private message reaches. Raises SideNotReached."""
    home = await homes.find_home(conn, household_id)
    if home is None or home.building_id not in {
        case.building.id,
        *(one.id for one in await around(conn, case)),
    }:
        raise SideNotReached
    reached = [one for one in await homes.members_of(conn, home.id) if one.reach == "yes" and one.address]
    if not reached:
        raise SideNotReached
    return home, reached


async def add_side(unit: Unit, case: Case, household_id: int, person_id: int) -> None:
    """Name a side: one person of a household, or all of it (0).

    Who lives in another building is not told to whoever calls it: such a side is the whole household.
    Raises SideNotReached, TooManySides, SideTwice, MediatorIsASide.
    """
    home, reached = await at_home(unit.conn, case, household_id)
    if person_id and home.building_id != case.building.id:
        raise SideNotReached
    named = {one.id for one in reached if person_id in {0, one.id}}
    check_new_side(case.sides, named, await _neutral(unit.conn, case.mediation.mediator_id))
    await mediations.add_side(unit.conn, case.mediation.id, household_id, sorted(named))


async def _neutral(conn: Connection, mediator_id: int) -> set[int]:
    """The mediator and all who live with them, in whatever building."""
    together = {mediator_id}
    for home in await homes.homes_of(conn, mediator_id):
        together |= {one.id for one in await homes.members_of(conn, home.id)}
    return together


async def drop_side(unit: Unit, case: Case, side_id: int) -> None:
    """Take a side off a draft. Raises NotYoursToAnswer."""
    if all(side.id != side_id for side in case.sides):
        raise NotYoursToAnswer
    await mediations.drop_side(unit.conn, side_id)


async def may_mediate(conn: Connection, case: Case) -> list[Person]:
    """Who holds an office here or leads a side's building and can be asked to mediate; the caller first."""
    found = {case.mediation.caller_id: await people.get(conn, case.mediation.caller_id)}
    for office in ("leader", "recorder", "supervisor"):
        for one in await homes.holders(conn, case.building.id, office):
            found.setdefault(one.id, one)
    for side in case.sides:
        home = await homes.household(conn, side.household_id)
        for one in await homes.holders(conn, home.building_id, "leader"):
            found.setdefault(one.id, one)
    lives = {person for side in case.sides for person in side.people}
    return [one for one in found.values() if one.reach == "yes" and one.id not in lives]


async def set_mediator(unit: Unit, case: Case, person_id: int) -> None:
    """Say who is to mediate: an office of the building, or a neighbour.

    Raises SideNotReached, MediatorIsASide.
    """
    offered = {one.id for one in await may_mediate(unit.conn, case)}
    lives_here = await homes.homes_of(unit.conn, person_id, case.building.id)
    if person_id not in offered and not lives_here:
        raise SideNotReached
    if (await people.get(unit.conn, person_id)).reach != "yes":
        raise SideNotReached
    neutral = await _neutral(unit.conn, person_id)
    check_neutral([person for side in case.sides for person in side.people], neutral)
    answer = Answer.YES if person_id == case.mediation.caller_id else Answer.ASKED
    values = {"mediator_id": person_id, "mediator_answer": str(answer)}
    await mediations.change(unit.conn, case.mediation.id, **values)


async def give_up(unit: Unit, case: Case) -> None:
    """Give a draft up: nothing of it is kept but that there was one."""
    for side in case.sides:
        await mediations.drop_side(unit.conn, side.id)
    await mediations.erase_words(unit.conn, case.mediation.id)
    await mediations.change(unit.conn, case.mediation.id, state=str(State.DROPPED))


async def send(unit: Unit, case: Case) -> Case:
    """Ask the sides and the mediator; from now on they alone hear of it.

    Raises NothingToMediate, TooFewSides, NoTimeYet, NoPlaceYet, TimeIsOver, InsideTheNotice, SideNotReached.
    """
    mediation = case.mediation
    check_complete(mediation, case.sides)
    if mediation.planned_at is None:
        raise NoTimeYet
    if not mediation.place:
        raise NoPlaceYet
    check_time(mediation.preset, mediation.planned_at, unit.now, ZoneInfo(case.building.zone))
    for side in case.sides:
        if not await reached(unit.conn, side.people):
            raise SideNotReached
    await mediations.change(unit.conn, mediation.id, state=str(State.ASKED))
    await log.append(
        unit.conn,
        stream(mediation.id),
        "asked",
        unit.now,
        person=mediation.caller_id,
        mediator=mediation.mediator_id,
        planned=mediation.planned_at.isoformat(),
        sides=[[side.id, side.household_id] for side in case.sides],
        subject=fingerprint(mediation.salt, mediation.subject),
    )
    await _schedule(unit, await mediations.get(unit.conn, mediation.id), case.building)
    return await about(unit.conn, mediation.id, mediation.caller_id)


async def reached(conn: Connection, person_ids: tuple[int, ...] | set[int]) -> list[Person]:
    """Those of some people whom a private message reaches."""
    found = [await people.get(conn, person_id) for person_id in sorted(person_ids)]
    return [one for one in found if one.reach == "yes" and one.address]


async def _schedule(unit: Unit, mediation: Mediation, building: Building) -> None:
    """Remind its circle a day and an hour before; at its time, say so where somebody has not answered."""
    await letters.unschedule(unit.conn, mediation.id, REMINDER, START)
    assert mediation.planned_at is not None, "it has a time once it is sent"
    for name, lead in BEFORE.items():
        due = mediation.planned_at - lead
        waking = due if name == "1h" else building.waking(due)
        if unit.now < waking < mediation.planned_at:
            key = f"mediation:{mediation.id}:{mediation.moves}:{name}"
            await letters.schedule(unit.conn, key, REMINDER, mediation.id, waking)
    key = f"mediation:{mediation.id}:{mediation.moves}:start"
    await letters.schedule(unit.conn, key, START, mediation.id, mediation.planned_at)


async def answer(unit: Unit, case: Case, person: Person, *, consents: bool) -> Case:
    """Consent to take part, or not; one who does not ends it before it began.

    Raises MediationMovedOn, NotYoursToAnswer.
    """
    check_state(case.mediation, State.ASKED)
    said = Answer.YES if consents else Answer.NO
    if case.role is Role.MEDIATOR:
        if case.mediation.mediator_answer is not Answer.ASKED:
            raise MediationMovedOn
        await mediations.change(unit.conn, case.mediation.id, mediator_answer=str(said))
    else:
        side = side_of(case.sides, person.id)
        if side.answer is said:
            raise MediationMovedOn
        await mediations.answer_side(unit.conn, side.id, said, person.id, unit.now)
    kind = "consented" if consents else "declined"
    side_id = case.side.id if case.side and case.role is Role.SIDE else None
    await log.append(unit.conn, stream(case.mediation.id), kind, unit.now, person=person.id, side=side_id)
    return await _settle(unit, case, declined=not consents)


async def _settle(unit: Unit, case: Case, *, declined: bool) -> Case:
    found = await mediations.get(unit.conn, case.mediation.id)
    sides = tuple(await mediations.sides_of(unit.conn, found.id))
    if declined:
        await end(unit, found, State.DECLINED)
    elif all_consent(found, sides):
        await mediations.change(unit.conn, found.id, state=str(State.SET))
    await outbox.renew(unit, CARD, found.id)
    settled = await mediations.get(unit.conn, found.id)
    return Case(settled, case.building, sides, case.role, case.side)


async def end(unit: Unit, mediation: Mediation, state: State) -> None:
    """It is over in this way: nobody is reminded of it any more, and no text is asked about."""
    values = {"closed_at": unit.now} if mediation.state is State.OPEN else {}
    await mediations.change(unit.conn, mediation.id, state=str(state), **values)
    await letters.unschedule(unit.conn, mediation.id, REMINDER, START)
    await outbox.renew(unit, CARD, mediation.id)


async def move(unit: Unit, case: Case, *, planned: datetime | None = None, place: str | None = None) -> Case:
    """Put it off, or elsewhere; who has consented may end it still.

    Raises NotTheMediator, MediationMovedOn, TimeIsOver, TooFarAhead, InsideTheNotice, NothingWritten,
    TextTooLong.
    """
    check_movable(case)
    if planned is not None:
        await set_time(unit, case, planned)
    if place is not None:
        await set_place(unit, case, place)
    await mediations.change(unit.conn, case.mediation.id, moves=case.mediation.moves + 1)
    moved = await mediations.get(unit.conn, case.mediation.id)
    assert moved.planned_at is not None, "it has a time once it is sent"
    facts = {"person": moved.mediator_id, "planned": moved.planned_at.isoformat()}
    await log.append(unit.conn, stream(moved.id), "moved", unit.now, **facts)
    await _schedule(unit, moved, case.building)
    await outbox.renew(unit, CARD, moved.id)
    return Case(moved, case.building, case.sides, case.role, case.side)


def check_movable(case: Case) -> None:
    """Go on only for whoever mediates, until it begins. Raises NotTheMediator, MediationMovedOn."""
    check_mediator(case)
    check_state(case.mediation, *ASKING)


def check_mediator(case: Case) -> None:
    """Go on only for whoever mediates. Raises NotTheMediator."""
    if case.role is not Role.MEDIATOR:
        raise NotTheMediator


async def reminder_due(unit: Unit, due: Due) -> Reminder | None:
    """Whom to remind of a mediation now; None when it is pointless, or held back for the night."""
    mediation = await mediations.get(unit.conn, due.about_id)
    building = await homes.building(unit.conn, mediation.building_id)
    if mediation.state not in ASKING or mediation.planned_at is None or mediation.planned_at <= unit.now:
        return None
    if await newer_is_due(unit, due):
        return None
    if not due.key.endswith("1h") and await hold(unit, due, building):
        return None
    sides = await mediations.sides_of(unit.conn, mediation.id)
    circle = {person for side in sides for person in side.people} | {mediation.mediator_id}
    found = [one for one in await reached(unit.conn, circle) if one.reminders]
    return Reminder(mediation, building, found, comes_late(unit, due))


async def start_due(unit: Unit, due: Due) -> Case | None:
    """A mediation whose time has come before everybody consented, which does not take place; else None."""
    mediation = await mediations.get(unit.conn, due.about_id)
    if mediation.state is not State.ASKED:
        return None
    await end(unit, mediation, State.LAPSED)
    await log.append(unit.conn, stream(mediation.id), "lapsed", unit.now)
    return await about(unit.conn, mediation.id, mediation.caller_id)


async def leave(unit: Unit, person: Person) -> list[Case]:
    """Take a person who is forgotten out of every mediation; those that end by it, which the others are told.

    Its words are erased once nobody of the sides is left to read them.
    """
    ended = []
    for case in await of_person(unit.conn, person.id):
        others = set(case.side.people) - {person.id} if case.side else set()
        gone = case.role is Role.MEDIATOR or (case.role is Role.SIDE and not others)
        if case.mediation.state is State.DRAFT:
            await give_up(unit, case)
        elif gone and case.mediation.state in ALIVE:
            await end(unit, case.mediation, State.STOPPED)
            await log.append(unit.conn, stream(case.mediation.id), "stopped", unit.now, person=person.id)
            ended.append(case)
    concerned = await mediations.of_person(unit.conn, person.id)
    await mediations.leave_sides(unit.conn, person.id)
    for one in concerned:
        if not any(side.people for side in await mediations.sides_of(unit.conn, one.id)):
            await mediations.erase_words(unit.conn, one.id)
    return ended
