"""On record: statements by /say or by a reply, what the recorder puts down, proposals on the spot, tasks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import asking
from handlers.buttons import Button, Key, Keys
from handlers.here import Here, Quoted
from handlers.routes import Routes
from rules import sitting
from rules.homes import Building
from rules.meetings import Meeting, NothingWritten
from services import meeting as sittings
from services import record, statements
from services.outbox import renew
from services.record import Recorded, Task
from storage import homes, outbox, people

routes = Routes()

PERIODS = (7, 14, 30, 0)  # days offered for a task; 0: no date


class AddTask(Button, code="tk"):
    """Writes down who does what by when, under an item (0: under the one that is open)."""

    meeting: int
    item: int


class TaskDue(Button, code="td"):
    """The task that is being written down is due in so many days; 0: no date."""

    days: int


@routes.command("say")
async def say(here: Here, rest: str) -> None:
    """Put one's own words on record; a photo may carry them as its caption."""
    building = await here.the_resident()
    await sittings.under_way(here.unit.conn, building)
    if not rest.strip() and here.heard.picture is None:
        await here.say("record.how_to_say")
        return
    await _say(here, building, rest, None)


@routes.dialogue("reply")
async def hear_reply(here: Here, _data: dict[str, Any]) -> None:
    """A reply to the message of an item, or of the meeting, is a statement; other replies are talk."""
    await hear_statement(here)


async def hear_statement(here: Here) -> bool:
    """Take in a reply to an item's message; whether it was one, whatever question is open besides."""
    if here.chat.kind != "group" or here.heard.quoted is None:
        return False
    if await _hear_more(here, here.heard.quoted.message):
        return True
    item_id = await _item_replied_to(here, here.heard.quoted.message)
    if item_id is None:
        return False
    await _say(here, await here.the_resident(), here.heard.text, item_id)
    return True


async def _item_replied_to(here: Here, message: str) -> int | None:
    """The item whose card or pictures were replied to, 0 for the meeting's card; None for anything else."""
    card = await outbox.card_on(here.unit.conn, here.chat.id, message)
    if card is not None:
        return {"item": card.about_id, "meeting": 0}.get(card.kind)
    said = await outbox.last_said(here.unit.conn, here.chat.id, message)
    return said.get("item") if said else None


async def _hear_more(here: Here, message: str) -> bool:
    """A photo without words that answers "on record" belongs to that statement; whether it was one."""
    said = await outbox.last_said(here.unit.conn, here.chat.id, message)
    if not said or not said.get("statement") or here.heard.picture is None or here.heard.text:
        return False
    await _add_photo(here, await here.the_resident(), *said["statement"])
    return True


async def _say(here: Here, building: Building, text: str, item_id: int | None) -> None:
    heard = here.heard
    if heard.picture is not None and not text.strip():
        await _say_photo(here, building)
        return
    own = heard.message if here.chat.kind == "group" else None
    done = await record.say(
        here.unit,
        building,
        here.person,
        text,
        item_id=item_id,
        message=own,
        picture=heard.picture,
        album=heard.album,
    )
    await _confirm(here, "record.said", done, photo=heard.picture is not None)


async def _say_photo(here: Here, building: Building) -> None:
    """A photo without words belongs to what one has just said; one that belongs to nothing needs words."""
    meeting = await sittings.under_way(here.unit.conn, building)
    said = await statements.words_for(here.unit.conn, meeting, here.person, here.now)
    if said is not None:
        await _add_photo(here, building, meeting.id, said.event)
    elif here.heard.album is not None:
        key = f"photo_needs_words:{here.chat.id}:{here.heard.album}"
        await here.say("refusals.photo_needs_words", key=key)
    else:
        raise sitting.PhotoNeedsWords


async def _add_photo(here: Here, building: Building, meeting_id: int, event: int) -> None:
    picture = here.heard.picture or ""
    said = await statements.add_photo(here.unit, building, here.person, meeting_id, event, picture)
    album = here.heard.album
    key = f"photo_added:{here.chat.id}:{album}" if album else None
    facts = {"count": 0 if album else len(said.pictures), "text": said.text}
    await here.say("record.photo_added", more={"reply_to": here.heard.message}, key=key, **facts)


async def hear_album(here: Here) -> None:
    """One more photo of an album whose first is on record with its words; the minutes show it."""
    heard = here.heard
    found = await statements.of_album(here.unit.conn, heard.user, heard.chat, heard.album or "")
    if found is None or heard.picture is None:
        return
    meeting, event = found
    building = await homes.building(here.unit.conn, meeting.building_id)
    await statements.add_photo(here.unit, building, here.person, meeting.id, event, heard.picture)
    await renew(here.unit, "minutes", meeting.id)


@routes.command("record", words=("记录", "record"))
async def put_on_record(here: Here, _rest: str) -> None:
    """The recorder puts somebody's message on record by replying to it."""
    building = await here.the_leader("recorder")
    quoted = here.heard.quoted
    meeting = await sittings.under_way(here.unit.conn, building)
    if quoted is None or quoted.address is None:
        raise sitting.NothingToRecord
    if not quoted.text.strip():
        await _record_photo(here, building, meeting, quoted)
        return
    author = await people.meet(here.unit.conn, quoted.address, quoted.name, building.lang, here.now)
    done = await record.say(
        here.unit,
        building,
        author,
        quoted.text,
        message=quoted.message,
        recorded_by=here.person.id,
        picture=quoted.picture,
        album=quoted.album,
    )
    await _confirm(here, "record.put_down", done, name=author.name)


async def _record_photo(here: Here, building: Building, meeting: Meeting, quoted: Quoted) -> None:
    """A photo without words goes to what its author said: the words of its album, or those just before."""
    author = await people.by_address(here.unit.conn, quoted.address or "")
    if author is None or quoted.picture is None:
        raise sitting.NothingToRecord
    said = await statements.words_for(here.unit.conn, meeting, author, here.now, quoted.album)
    if said is None:
        raise sitting.NothingToRecord
    if quoted.picture not in said.pictures:
        said = await statements.add_photo(here.unit, building, author, meeting.id, said.event, quoted.picture)
    facts = {"name": author.name, "count": len(said.pictures), "text": said.text}
    await here.say("record.photo_put_down", more={"reply_to": here.heard.message}, **facts)


@routes.command("propose")
async def propose(here: Here, rest: str) -> None:
    """Add a proposal to the item under discussion; a photo may carry it as its caption."""
    await asking.check_no_vote(here)
    building = await here.the_resident()
    if not rest.strip():
        await sittings.under_way(here.unit.conn, building)
        await here.say("record.how_to_propose")
        return
    done = await record.propose(here.unit, building, here.person, rest, here.heard.picture)
    await _confirm(here, "record.proposed", done, label=done.label)
    await here.show_building(building, "proposal", done.proposal)


async def _confirm(here: Here, name: str, done: Recorded, /, **facts: object) -> None:
    """Say it is on record, as a reply to what was said; the item's card counts it."""
    more: dict[str, Any] = {"reply_to": here.heard.message}
    if done.event and name == "record.said":
        more["statement"] = [done.meeting.id, done.event]
    await here.say(name, item=done.item, more=more, **facts)
    if done.item is not None:
        await renew(here.unit, "item", done.item.id)


@routes.press(AddTask)
async def ask_task(here: Here, button: AddTask) -> None:
    """Ask who is to do it."""
    building = await here.the_leader("recorder")
    await record.check_item(here.unit.conn, building, button.meeting, button.item)
    await _ask(here, {"meeting": button.meeting, "item": button.item or None, "who": "", "what": ""})


@routes.command("task")
async def add_task(here: Here, rest: str) -> None:
    """Write a task down in one line, /task 物业 出施工图 下周五; what is missing is asked for."""
    building = await here.the_leader("recorder")
    meeting = await sittings.under_way(here.unit.conn, building)
    who, what, due = sitting.read_task(rest, _local_now(here, building))
    data = {"meeting": meeting.id, "item": None, "who": who, "what": what}
    if not (who and what):
        await _ask(here, data)
        return
    await _add(here, building, data, due)


def _local_now(here: Here, building: Building) -> datetime:
    return here.now.astimezone(ZoneInfo(building.zone))


async def _ask(here: Here, data: dict[str, Any]) -> None:
    """Ask for what is still missing: who, what, and by when."""
    missing = next((part for part in ("who", "what") if not data[part]), "due")
    keys: Keys = ()
    if missing == "due":
        periods = tuple(Key(_period(here, days), TaskDue(days)) for days in PERIODS)
        keys = (periods[:2], periods[2:])
    facts = {"who": data["who"], "what": data["what"]}
    await asking.ask(here, "task", f"record.ask_{missing}", data=data, keys=keys, **facts)


def _period(here: Here, days: int) -> str:
    return here.label(here.lang, "due_in", days=days) if days else here.label(here.lang, "no_due")


@routes.dialogue("task")
async def hear_task(here: Here, data: dict[str, Any]) -> None:
    """Take in who, what and by when, one after the other."""
    if await hear_statement(here) or await asking.is_pointless(here, data["meeting"]):
        return
    building = await here.the_leader("recorder")
    missing = next((part for part in ("who", "what") if not data[part]), "due")
    text = " ".join(here.heard.text.split())
    if not text:
        raise NothingWritten
    if missing == "due":
        await _add(here, building, data, sitting.read_due(text, _local_now(here, building)))
        return
    record.check_part(missing, text)
    await _ask(here, data | {missing: text})


@routes.press(TaskDue)
async def choose_due(here: Here, button: TaskDue) -> None:
    """The day by button."""
    building = await here.the_leader("recorder")
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is None or dialogue[0] != "task" or not dialogue[1]["what"] or button.days not in PERIODS:
        raise sitting.StepIsOver
    day: date = _local_now(here, building).date() + timedelta(days=button.days)
    await _add(here, building, dialogue[1], day if button.days else None)


async def _add(here: Here, building: Building, data: dict[str, Any], due: date | None) -> None:
    task = Task(data["who"], data["what"], due)
    done = await record.add_task(here.unit, building, data["meeting"], data["item"], task)
    await asking.finish(here)
    await here.turn("record.task", task=task, item=done.item)
    if done.item is not None:
        await renew(here.unit, "item", done.item.id)
    await renew(here.unit, "tasks", building.id)
