"""The minutes in the chat: a card, the pages for the wall, corrections decided in the open, the approval."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers import asking
from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.record import hear_statement
from handlers.routes import Routes
from handlers.speech import Made, Screen, Speech, View
from rules.homes import Building
from rules.minutes import Stage
from rules.minutes_filing import Filed, Objection, TooLateToObject
from rules.people import OnlyInPrivate
from services import meeting as sittings
from services import minutes, photos, statements
from services.outbox import renew
from storage import homes, meetings, outbox
from storage.outbox import Due

routes = Routes()

HASH_SHOWN = 16  # characters
LISTED = 12  # corrections in one message


class ShowMinutes(Button, code="mi"):
    """Shows the minutes of a meeting."""

    meeting: int


class MinutesPdf(Button, code="mp"):
    """Sends the minutes as a PDF."""

    meeting: int


class MinutesDocx(Button, code="mw"):
    """Sends the leader or the recorder the minutes as a document, in private."""

    meeting: int


class MinutesJson(Button, code="mj"):
    """Sends the minutes as data, in private."""

    meeting: int


class SeeStatementPhotos(Button, code="mpo"):
    """Sends the photos that stand with statements, in private."""

    meeting: int


class AskCorrection(Button, code="mc"):
    """Begins to ask for a correction."""

    meeting: int


class SeeCorrections(Button, code="ml"):
    """Lists the corrections asked for."""

    meeting: int


class Decide(Button, code="md"):
    """Accepts (1) or declines (0) a correction."""

    objection: int
    accept: int


class ApproveMinutes(Button, code="my"):
    """Approves the minutes once the time for corrections is over."""

    meeting: int


@routes.command("minutes", words=("纪要", "minutes"))
async def list_minutes(here: Here, _rest: str) -> None:
    """The latest minutes of the building, one key each; a single one is shown at once."""
    building = here.the_building()
    found = await minutes.latest(here.unit.conn, building)
    if len(found) == 1:
        await show_minutes(here, ShowMinutes(found[0].meeting_id))
        return
    keys = []
    for filed in found:
        content = await minutes.load(here.unit.conn, filed.meeting_id)
        label = here.label(
            here.lang,
            "minutes_of",
            day=content.opened,
            title=content.title,
            approved=filed.stage is Stage.APPROVED,
        )
        keys.append((Key(label, ShowMinutes(filed.meeting_id)),))
    await here.say("minutes.which", keys=tuple(keys))


@routes.press(ShowMinutes)
async def show_minutes(here: Here, button: ShowMinutes) -> None:
    """The minutes as they stand now."""
    await sittings.find(here.unit.conn, here.the_building(), button.meeting)
    await minutes.filed(here.unit.conn, button.meeting)
    view = View(here.unit.conn, here.words, here.lang, here.now, here.bot_name)
    await here.say(
        "minutes.card", keys=await _keys(view, button.meeting), **await _facts(view, button.meeting)
    )


@routes.press(MinutesPdf)
async def send_pdf(here: Here, button: MinutesPdf) -> None:
    """The pages; in a group once for each state of the minutes."""
    await sittings.find(here.unit.conn, here.the_building(), button.meeting)
    content = await minutes.load(here.unit.conn, button.meeting)
    document = {"make": "minutes_pdf", "about": button.meeting, "lang": here.lang}
    added = len(await minutes.decided_addenda(here.unit.conn, button.meeting))
    version = f"{here.heard.update_id}" if here.chat.kind == "private" else f"{content.head}:{added}"
    key = f"minutes_pdf:{here.chat.id}:{button.meeting}:{content.stage}:{version}"
    await here.say(
        "minutes.pdf", more={"document": document}, key=key, approved=content.stage is Stage.APPROVED
    )
    await here.tell("minutes.pdf_sent")


@routes.press(MinutesDocx)
async def send_docx(here: Here, button: MinutesDocx) -> None:
    """The document for the office, to who runs the building's meetings."""
    await here.the_leader("recorder")
    await _send_in_private(here, button.meeting, "minutes_docx")


@routes.press(MinutesJson)
async def send_json(here: Here, button: MinutesJson) -> None:
    """The data, to any neighbour who wants to check them."""
    await _the_neighbour(here)
    await _send_in_private(here, button.meeting, "minutes_json")


async def _the_neighbour(here: Here) -> Building:
    """The building, once this person lives in it or holds an office there. Raises NotBound, NotAResident."""
    building = here.the_building()
    if not await homes.offices(here.unit.conn, building.id, here.person.id):
        await here.the_resident()
    return building


@routes.press(SeeStatementPhotos)
async def see_photos(here: Here, button: SeeStatementPhotos) -> None:
    """The photos, each with the number, the speaker and the words of its statement in the minutes."""
    await sittings.find(here.unit.conn, await _the_neighbour(here), button.meeting)
    pictures = {
        one.event: one.pictures for one in await statements.with_photos(here.unit.conn, button.meeting)
    }
    content = await minutes.load(here.unit.conn, button.meeting)
    for line in (line for item in content.items for line in item.lines if line.event in pictures):
        first, *others = pictures[line.event]
        more: dict[str, Any] = {"album": [first, *others]} if others else {"picture": {"file": first}}
        if not await here.tell_person(here.person.id, "minutes.photo", more=more, line=line):
            raise OnlyInPrivate(link=here.link("hello"))
    await here.tell("minutes.sent_in_private")


async def _send_in_private(here: Here, meeting_id: int, make: str) -> None:
    """A file to the one who asked; raises OnlyInPrivate where no private message reaches them."""
    await sittings.find(here.unit.conn, here.the_building(), meeting_id)
    filed = await minutes.filed(here.unit.conn, meeting_id)
    document = {"make": make, "about": meeting_id, "lang": here.lang}
    approved = filed.stage is Stage.APPROVED
    told = await here.tell_person(
        here.person.id, f"minutes.{make}", more={"document": document}, approved=approved
    )
    if not told:
        raise OnlyInPrivate(link=here.link("hello"))
    await here.tell("minutes.sent_in_private")


@routes.press(AskCorrection)
async def ask_correction(here: Here, button: AskCorrection) -> None:
    """Ask what is to be corrected."""
    building = await here.the_resident()
    await sittings.find(here.unit.conn, building, button.meeting)
    await minutes.check_may_object(here.unit, building, here.person, button.meeting)
    approved = (await minutes.filed(here.unit.conn, button.meeting)).stage is Stage.APPROVED
    data = {"meeting": button.meeting, "approved": approved}
    name = here.person.name
    await asking.ask(here, "correct", "minutes.ask_correction", data=data, name=name, approved=approved)


@routes.dialogue("correct")
async def hear_correction(here: Here, data: dict[str, Any]) -> None:
    """Write the correction down, for all to see, unless the time for it ran out meanwhile."""
    if await hear_statement(here):
        return
    filed = await minutes.filed(here.unit.conn, data["meeting"])
    if not data.get("approved") and here.now >= filed.objections_until:
        await asking.drop(here, TooLateToObject())
        return
    await _correct(here, data["meeting"], here.heard.text)
    await asking.finish(here)


@routes.command("correct")
async def correct(here: Here, rest: str) -> None:
    """Ask for a correction of the latest minutes in one line."""
    latest = (await minutes.latest(here.unit.conn, here.the_building()))[0]
    if not rest.strip():
        await ask_correction(here, AskCorrection(latest.meeting_id))
        return
    await _correct(here, latest.meeting_id, rest)


async def _correct(here: Here, meeting_id: int, text: str) -> None:
    building = await here.the_resident()
    added = await minutes.ask_correction(here.unit, building, here.person, meeting_id, text)
    if here.chat.kind == "private":
        await here.say("minutes.correction_noted")
    found = await minutes.correction(here.unit.conn, building, added)
    await here.show_building(building, _card_of(found), added)
    await renew(here.unit, "minutes", meeting_id)


def _card_of(correction: Objection) -> str:
    return "addendum" if correction.is_addendum else "correction"


@routes.press(SeeCorrections)
async def see_corrections(here: Here, button: SeeCorrections) -> None:
    """All corrections asked for; those that are open with the leader's keys."""
    await sittings.find(here.unit.conn, here.the_building(), button.meeting)
    found = await minutes.corrections(here.unit.conn, button.meeting)
    if not found:
        await here.tell("minutes.no_corrections")
        return
    await here.say("minutes.corrections", **await _list(here, button.meeting))


async def _list(here: Here, meeting_id: int) -> dict[str, Any]:
    """Keys and facts of the list of corrections: those that wait come first, and as many as fit."""
    view = View(here.unit.conn, here.words, here.lang, here.now, here.bot_name)
    found = await minutes.corrections(here.unit.conn, meeting_id)
    content = await minutes.load(here.unit.conn, meeting_id)
    said = [*content.corrections, *await minutes.addenda(here.unit.conn, meeting_id)]
    rows = list(zip(range(1, len(found) + 1), found, said, strict=True))
    shown = sorted(rows, key=lambda row: row[1].state != "open")[:LISTED]
    keys = tuple(_decision_keys(view, one, number) for number, one, _ in shown if one.state == "open")
    listed = [(number, correction, one.is_addendum) for number, one, correction in shown]
    return {"keys": keys, "corrections": listed, "count": len(found)}


@routes.press(Decide)
async def decide(here: Here, button: Decide) -> None:
    """Accept or decline a correction, visibly."""
    building = await here.the_leader()
    state = "accepted" if button.accept else "declined"
    done = await minutes.decide(here.unit, building, here.person, button.objection, state)
    await here.tell("minutes.decided", state=state)
    await renew(here.unit, _card_of(done), done.id)
    await renew(here.unit, "minutes", done.about_id)
    if await outbox.card_on(here.unit.conn, here.chat.id, here.heard.message or "") is None:
        await here.turn("minutes.corrections", **await _list(here, done.about_id))


@routes.press(ApproveMinutes)
async def approve(here: Here, button: ApproveMinutes) -> None:
    """Approve the minutes by hand, once the time is over and every correction is decided."""
    building = await here.the_leader()
    await sittings.find(here.unit.conn, building, button.meeting)
    await minutes.approve(here.unit, button.meeting, here.person.id)
    await here.tell("minutes.approved_toast")
    await renew(here.unit, "minutes", button.meeting)


@routes.due(minutes.END)
async def end_of_time(speech: Speech, due: Due) -> None:
    """The time for corrections is over: approved, unless one still waits for the leader."""
    if (await minutes.filed(speech.unit.conn, due.about_id)).stage is Stage.APPROVED:
        return
    left = await minutes.end_of_time(speech.unit, due.about_id)
    await renew(speech.unit, "minutes", due.about_id)
    meeting = await meetings.get(speech.unit.conn, due.about_id)
    building = await homes.building(speech.unit.conn, meeting.building_id)
    waking = building.waking(speech.now)
    if left:
        for leader in await homes.holders(speech.unit.conn, building.id, "leader"):
            await speech.tell_person(leader.id, "minutes.corrections_wait", count=left, not_before=waking)
        return
    keys = ((Key(speech.label(building.lang, "show_minutes"), ShowMinutes(meeting.id)),),)
    await speech.say_to_building(
        building, "minutes.approved", keys=keys, opened=meeting.opened_at, not_before=waking
    )


@routes.card("minutes")
async def draw_minutes(view: View, meeting_id: int) -> Screen | None:
    """The minutes on one screen."""
    facts = await _facts(view, meeting_id)
    return Screen(view.html("minutes.card", **facts), await _keys(view, meeting_id), over=facts["approved"])


@routes.card("correction")
async def draw_correction(view: View, objection_id: int) -> Screen | None:
    """A correction and what became of it."""
    found = await minutes.find_correction(view.conn, objection_id)
    if found is None:
        return None
    content = await minutes.load(view.conn, found.about_id)
    place = [one.id for one in await minutes.corrections(view.conn, found.about_id)].index(found.id)
    text = view.html("minutes.correction", correction=content.corrections[place], number=place + 1)
    if found.state != "open":
        return Screen(text, over=True)
    return Screen(text, (_decision_keys(view, found),))


@routes.card("addendum")
async def draw_addendum(view: View, objection_id: int) -> Screen | None:
    """A correction of approved minutes, and what became of it."""
    found = await minutes.find_correction(view.conn, objection_id)
    if found is None:
        return None
    every = [one for one in await minutes.corrections(view.conn, found.about_id) if one.is_addendum]
    place = [one.id for one in every].index(found.id)
    told = (await minutes.addenda(view.conn, found.about_id))[place]
    text = view.html("minutes.addendum", addendum=told, number=place + 1)
    if found.state != "open":
        return Screen(text, over=True)
    return Screen(text, (_decision_keys(view, found),))


@routes.maker("minutes_pdf", photos=photos.named)
async def make_pdf(view: View, meeting_id: int) -> Made:
    """The minutes as a file."""
    content = await minutes.load(view.conn, meeting_id)
    name = f"{content.building}-{content.opened:%Y-%m-%d}.pdf"
    shown = await photos.of_meeting(view.conn, meeting_id, view.photos)
    return Made(name, await minutes.print_pdf(view.conn, meeting_id, view.lang, view.font, shown))


@routes.maker("minutes_docx", photos=photos.named)
async def make_docx(view: View, meeting_id: int) -> Made:
    """The minutes as a document."""
    content = await minutes.load(view.conn, meeting_id)
    name = f"{content.building}-{content.opened:%Y-%m-%d}.docx"
    shown = await photos.of_meeting(view.conn, meeting_id, view.photos)
    return Made(name, await minutes.write_docx(view.conn, meeting_id, view.lang, shown))


@routes.maker("minutes_json")
async def make_json(view: View, meeting_id: int) -> Made:
    """The minutes as data."""
    content = await minutes.load(view.conn, meeting_id)
    name = f"{content.building}-{content.opened:%Y-%m-%d}.json"
    return Made(name, await minutes.write_json(view.conn, meeting_id))


def _decision_keys(view: View, correction: Objection, number: int = 0) -> tuple[Key, ...]:
    """The leader's two keys; numbered where several corrections stand in one message."""
    return (
        Key(view.label("accept", number=number), Decide(correction.id, 1)),
        Key(view.label("decline", number=number), Decide(correction.id, 0)),
    )


async def _facts(view: View, meeting_id: int) -> dict[str, Any]:
    filed = await minutes.filed(view.conn, meeting_id)
    content = await minutes.load(view.conn, meeting_id)
    meeting = await meetings.get(view.conn, meeting_id)
    building = await homes.building(view.conn, meeting.building_id)
    return {
        "minutes": content,
        "addenda": await minutes.addenda(view.conn, meeting_id),
        "approved": filed.stage is Stage.APPROVED,
        "hash": (filed.hash or "")[:HASH_SHOWN],
        "over": view.now >= filed.objections_until,
        "last_day": filed.objections_until - timedelta(seconds=1),
        "waiting": sum(one.state == "open" for one in content.corrections),
        "zone": building.zone,
    }


async def _keys(view: View, meeting_id: int) -> Keys:
    filed = await minutes.filed(view.conn, meeting_id)
    corrections = await minutes.corrections(view.conn, meeting_id)
    first = [Key(view.label("minutes_pdf"), MinutesPdf(meeting_id))]
    approved = filed.stage is Stage.APPROVED
    if approved or _may_object(filed, view):
        first.append(Key(view.label("ask_correction", approved=approved), AskCorrection(meeting_id)))
    files = (
        Key(view.label("minutes_docx"), MinutesDocx(meeting_id)),
        Key(view.label("minutes_json"), MinutesJson(meeting_id)),
    )
    rows = [tuple(first), files]
    if count := sum(len(one.pictures) for one in await statements.with_photos(view.conn, meeting_id)):
        rows.append((Key(view.label("statement_photos", count=count), SeeStatementPhotos(meeting_id)),))
    if corrections:
        rows.append((Key(view.label("see_corrections", count=len(corrections)), SeeCorrections(meeting_id)),))
    if filed.stage is Stage.DRAFT and not _may_object(filed, view):
        rows.append((Key(view.label("approve_minutes"), ApproveMinutes(meeting_id)),))
    return tuple(rows)


def _may_object(filed: Filed, view: View) -> bool:
    return filed.stage is Stage.DRAFT and view.now < filed.objections_until
