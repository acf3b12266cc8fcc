"""Tasks after the meeting: reminded of, done, confirmed or sent back; each step an event of the meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from rules.homes import Building
from rules.kinds import PARTIES
from rules.people import NotTheLeader, Person
from rules.tasks import NoSuchTask, NotYourTask, Stage, Task, TaskMovedOn, meant, reminders
from services import meeting as sittings
from services.reminding import comes_late, hold, newer_is_due
from storage import contacts, homes, log, meetings, outbox, people, records
from storage.outbox import Due
from storage.store import Connection, Unit

REMINDER = "task_reminder"


@dataclass(frozen=True, slots=True)
class TaskReminder:
    """A task to be reminded of now, and whom to tell; `days` until its day, negative once it is over."""

    task: Task
    building: Building
    people: list[Person]
    leaders: list[Person]
    days: int
    late: bool


async def schedule(unit: Unit, building: Building, task: Task) -> None:
    """Schedule the reminders of a task that has a day."""
    if task.due is None:
        return
    for name, moment in reminders(task.due, ZoneInfo(building.zone), unit.now, building.quiet_hours).items():
        await outbox.schedule(unit.conn, f"task:{task.id}:{name}", REMINDER, task.id, moment)


async def reminder_due(unit: Unit, due: Due) -> TaskReminder | None:
    """Whom to remind of a task now; None when it is done, or held back for the night."""
    task, building = await find(unit.conn, due.about_id)
    if task.stage is not Stage.OPEN or task.due is None or await newer_is_due(unit, due):
        return None
    if await hold(unit, due, building):
        return None
    today = unit.now.astimezone(ZoneInfo(building.zone)).date()
    return TaskReminder(
        task,
        building,
        await assignees(unit.conn, building, task.who),
        await homes.holders(unit.conn, building.id, "leader"),
        (task.due - today).days,
        comes_late(unit, due),
    )


async def find(conn: Connection, task_id: int, building: Building | None = None) -> tuple[Task, Building]:
    """A task and the building it is for. Raises NoSuchTask, also for one of another than `building`."""
    task = await records.find_task(conn, task_id)
    if task is None:
        raise NoSuchTask
    meeting = await meetings.get(conn, task.meeting_id)
    if building is not None and building.id != meeting.building_id:
        raise NoSuchTask
    return task, await homes.building(conn, meeting.building_id)


async def assignees(conn: Connection, building: Building, who: str) -> list[Person]:
    """Those whom a task names, as far as they are known to the bot."""
    known: list[tuple[int, list[str]]] = []
    doors = {home.id: home.door for home in await homes.households_in(conn, building.id)}
    for person, home in await homes.residents(conn, building.id):
        known.append((person.id, [person.name, doors[home], doors[home].english]))
    for contact in await contacts.of_building(conn, building.id):
        party = PARTIES.get(contact.party)
        if contact.person_id is not None:
            names = [party.zh, party.en] if party else [contact.party]
            known.append((contact.person_id, [contact.name, *names]))
    return [await people.get(conn, person_id) for person_id in meant(who, known)]


async def check_may_do(unit: Unit, building: Building, person: Person, task: Task) -> None:
    """Go on only for the one who does it, the leader or the recorder. Raises NotYourTask."""
    held = await homes.offices(unit.conn, building.id, person.id)
    if held & {"leader", "recorder"}:
        return
    if all(one.id != person.id for one in await assignees(unit.conn, building, task.who)):
        raise NotYourTask


async def check_may_see(unit: Unit, building: Building, person: Person, task: Task) -> None:
    """Go on only for neighbours, offices and the one who does it. Raises NotYourTask."""
    if not await homes.homes_of(unit.conn, person.id, building.id):
        await check_may_do(unit, building, person, task)


async def mark_done(unit: Unit, person: Person, task_id: int) -> tuple[Task, Building]:
    """Write down that a task is done. Raises NoSuchTask, NotYourTask, TaskMovedOn."""
    task, building = await find(unit.conn, task_id)
    await check_may_do(unit, building, person, task)
    if task.stage is not Stage.OPEN:
        raise TaskMovedOn
    await records.change_task(unit.conn, task.id, done_at=unit.now)
    await _note(unit, task, "task_done", person)
    return await find(unit.conn, task.id)


async def add_photo(unit: Unit, person: Person, task_id: int, photo: str) -> tuple[Task, Building]:
    """Put a picture to a task that is done and not confirmed yet. Raises as `mark_done` does."""
    task, building = await find(unit.conn, task_id)
    await check_may_do(unit, building, person, task)
    if task.stage is not Stage.DONE:
        raise TaskMovedOn
    await records.change_task(unit.conn, task.id, photo=photo)
    await _note(unit, task, "task_shown", person)
    return await find(unit.conn, task.id)


async def judge(unit: Unit, leader: Person, task_id: int, *, good: bool) -> tuple[Task, Building]:
    """Confirm that a task is done, or send it back. Raises NoSuchTask, NotTheLeader, TaskMovedOn."""
    task, building = await find(unit.conn, task_id)
    if "leader" not in await homes.offices(unit.conn, building.id, leader.id):
        raise NotTheLeader
    if task.stage is not Stage.DONE:
        raise TaskMovedOn
    if good:
        await records.change_task(unit.conn, task.id, confirmed_at=unit.now)
    else:
        await records.change_task(unit.conn, task.id, done_at=None, photo=None)
    await _note(unit, task, "task_confirmed" if good else "task_reopened", leader)
    return await find(unit.conn, task.id)


async def _note(unit: Unit, task: Task, kind: str, person: Person) -> None:
    stream = sittings.stream(task.meeting_id)
    await log.append(unit.conn, stream, kind, unit.now, task=task.id, person=person.id)


async def unfinished(conn: Connection, building: Building) -> list[Task]:
    """The tasks of a building that are not confirmed, the earliest due first and those without a day last."""
    found = await records.unconfirmed(conn, building.id)
    return sorted(found, key=lambda task: (task.due or date.max, task.id))


async def by_person(
    conn: Connection, building: Building, found: list[Task]
) -> list[tuple[Person, list[Task]]]:
    """Those who have something of it to do, each with what is theirs and not said to be done."""
    theirs: dict[int, tuple[Person, list[Task]]] = {}
    for task in found:
        if task.stage is Stage.OPEN:
            for person in await assignees(conn, building, task.who):
                theirs.setdefault(person.id, (person, []))[1].append(task)
    return list(theirs.values())
