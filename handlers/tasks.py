"""Tasks in the chat: the list, one task with its keys, reminders in private, a photo of what was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Screen, Speech, View
from rules.homes import Building
from rules.people import Person
from rules.tasks import Stage, Task
from services import monthly, tasks
from services.monthly import MonthDue
from services.outbox import Rank, renew
from storage import homes, people
from storage.outbox import Due

routes = Routes()

LISTED = 8  # tasks on one screen


class OpenTask(Button, code="to"):
    """Shows one task."""

    task: int


class MarkDone(Button, code="tn"):
    """Says that a task is done."""

    task: int


class NoPhoto(Button, code="tnp"):
    """Has no photo of what was done."""


class JudgeTask(Button, code="tj"):
    """Confirms that a task is done (1), or sends it back (0)."""

    task: int
    good: int


@routes.command("tasks", words=("任务", "tasks"))
async def list_tasks(here: Here, _rest: str) -> None:
    """What is to be done in this building."""
    building = here.the_building()
    if not await homes.offices(here.unit.conn, building.id, here.person.id):
        await here.the_resident()
    await here.show("tasks", building.id)


@routes.press(OpenTask)
async def open_task(here: Here, button: OpenTask) -> None:
    """One task with what can be done about it."""
    in_group = here.building if here.chat.kind == "group" else None
    task, building = await tasks.find(here.unit.conn, button.task, in_group)
    await tasks.check_may_see(here.unit, building, here.person, task)
    await here.show("task", task.id)


@routes.press(MarkDone)
async def mark_done(here: Here, button: MarkDone) -> None:
    """Say it is done; in private a photo may follow, and the leaders are asked to confirm."""
    task, building = await tasks.mark_done(here.unit, here.person, button.task)
    await _renew(here, task, building)
    await here.tell("tasks.noted")
    if here.chat.kind == "private":
        await here.begin("task_photo", task=task.id)
        await here.say("tasks.ask_photo", task=task, keys=_without(here))
    for leader in await homes.holders(here.unit.conn, building.id, "leader"):
        await here.show_person(leader.id, "task", task.id)


@routes.dialogue("task_photo")
async def hear_photo(here: Here, data: dict[str, Any]) -> None:
    """Put the photo to the task; anything else is asked for again."""
    if here.heard.picture is None:
        await here.say("tasks.send_photo", keys=_without(here))
        return
    task, building = await tasks.add_photo(here.unit, here.person, data["task"], here.heard.picture)
    await here.finish()
    await _renew(here, task, building)
    await here.say("tasks.photo_noted")


def _without(here: Here) -> Keys:
    return ((here.key("no_photo", NoPhoto()),),)


@routes.press(NoPhoto)
async def leave_photo(here: Here, _button: NoPhoto) -> None:
    """The task is done all the same; what is written next is no photo of it."""
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is not None and dialogue[0] == "task_photo":
        await here.finish()
    await here.turn("tasks.no_photo")


@routes.press(JudgeTask)
async def judge(here: Here, button: JudgeTask) -> None:
    """Confirm a task or send it back; who does it is told."""
    task, building = await tasks.judge(here.unit, here.person, button.task, good=bool(button.good))
    await _renew(here, task, building)
    await here.tell("tasks.judged", good=bool(button.good))
    for person in await tasks.assignees(here.unit.conn, building, task.who):
        if person.id != here.person.id:
            await here.tell_person(
                person.id,
                "tasks.confirmed" if button.good else "tasks.sent_back",
                keys=() if button.good else _done_keys(here, person.lang, task),
                task=task,
            )


@routes.due(tasks.REMINDER)
async def remind(speech: Speech, due: Due) -> None:
    """Remind who does it in private, else the leaders; the group sees it on its card alone."""
    reminder = await tasks.reminder_due(speech.unit, due)
    if reminder is None:
        return
    facts = {"task": reminder.task, "days": reminder.days, "late": reminder.late}
    told = [
        await _remind(speech, due, person.id, person.lang, reminder.building, facts)
        for person in reminder.people
    ]
    if not any(told):
        for leader in reminder.leaders:
            await _remind(speech, due, leader.id, leader.lang, reminder.building, facts)
    await renew(speech.unit, "task", reminder.task.id)
    await renew(speech.unit, "tasks", reminder.building.id)


async def _remind(
    speech: Speech, due: Due, person_id: int, lang: str, building: Building, facts: dict[str, Any]
) -> bool:
    return await speech.tell_person(
        person_id,
        "tasks.reminder",
        keys=_done_keys(speech, lang, facts["task"]),
        rank=Rank.BULK,
        key=f"{due.key}:{person_id}",
        zone=building.zone,
        building=building,
        **facts,
    )


@routes.due(monthly.TASKS)
async def list_monthly(speech: Speech, due: Due) -> None:
    """Once a month: all that is open to the leaders (else to the group), and their own to those who do it."""
    this = await monthly.due_now(speech.unit, due)
    found = [] if this is None else await tasks.unfinished(speech.unit.conn, this.building)
    if this is None or not found:
        return
    leaders = await homes.holders(speech.unit.conn, this.building.id, "leader")
    told = [await _list_for(speech, due, this, leader, found) for leader in leaders]
    if not any(told):
        facts = _listed(found, this.building, speech.now) | {"late": this.late, "yours": False}
        await speech.say_to_building(this.building, "tasks.monthly", key=due.key, **facts)
    known = {leader.id for leader in leaders}
    for person, mine in await tasks.by_person(speech.unit.conn, this.building, found):
        if person.id not in known and person.reminders:
            await _list_for(speech, due, this, person, mine, yours=True)


async def _list_for(
    speech: Speech, due: Due, this: MonthDue, person: Person, found: list[Task], *, yours: bool = False
) -> bool:
    return await speech.tell_person(
        person.id,
        "tasks.monthly",
        keys=_task_keys(partial(speech.label, person.lang), found),
        rank=Rank.BULK,
        notice=not yours,
        key=f"{due.key}:{person.id}",
        zone=this.building.zone,
        late=this.late,
        yours=yours,
        **_listed(found, this.building, speech.now),
    )


def _listed(found: list[Task], building: Building, now: datetime) -> dict[str, Any]:
    """What a list of tasks says: the first of them, and how many more there are."""
    today = building.local(now).date()
    shown = [(task, task.is_overdue(today)) for task in found[:LISTED]]
    return {"building": building, "tasks": shown, "rest": len(found) - len(shown)}


def _task_keys(label: Callable[..., str], found: list[Task]) -> Keys:
    return tuple(
        (Key(label("one_task", number=number, what=task.what), OpenTask(task.id)),)
        for number, task in enumerate(found[:LISTED], 1)
    )


def _done_keys(speech: Speech, lang: str, task: Task) -> Keys:
    return ((Key(speech.label(lang, "task_done"), MarkDone(task.id)),),)


async def _renew(here: Here, task: Task, building: Building) -> None:
    await renew(here.unit, "task", task.id)
    await renew(here.unit, "tasks", building.id)


@routes.card("tasks")
async def draw_tasks(view: View, building_id: int) -> Screen | None:
    """What is to be done, and what waits to be confirmed."""
    building = await homes.building(view.conn, building_id)
    found = await tasks.unfinished(view.conn, building)
    text = view.html("tasks.list", **_listed(found, building, view.now))
    return Screen(text, _task_keys(view.label, found))


@routes.card("task")
async def draw_task(view: View, task_id: int) -> Screen | None:
    """One task; with the photo of what was done, if there is one."""
    task, building = await tasks.find(view.conn, task_id)
    today = building.local(view.now).date()
    keys: Keys = ()
    if task.stage is Stage.OPEN:
        keys = ((Key(view.label("task_done"), MarkDone(task.id)),),)
    elif task.stage is Stage.DONE:
        confirm = Key(view.label("task_confirm"), JudgeTask(task.id, 1))
        keys = ((confirm, Key(view.label("task_back"), JudgeTask(task.id, 0))),)
    picture = {"file": task.photo} if task.photo else None
    text = view.html(
        "tasks.one", building=building, task=task, overdue=task.is_overdue(today), zone=building.zone
    )
    return Screen(text, keys, picture, over=task.stage is Stage.CONFIRMED)
