"""A mediation for its sides and whoever mediates: consent, what is put down, the text that all confirm.

All of it is said in private, to them alone; every press is checked against who is of its circle.
"""

from __future__ import annotations

from typing import Any

from handlers import asking
from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.mediation import tell_circle
from handlers.mediation_draft import EditMediation, OpenMediation, sides_said
from handlers.polling import show_anew
from handlers.routes import Routes
from handlers.speech import Made, Screen, Speech, View
from rules.mediations import Agreement, Answer, Line, Role, State, Wording, check_state
from services import agreements, mediating, mediations
from services.mediating import Standing
from services.mediations import CARD, Case
from storage import people
from storage.outbox import Due

routes = Routes()

PAGE = 2500  # characters of the minutes on one screen
SURE = 2


class Consent(Button, code="yc"):
    """Consents (1), asks whether one really does not (0), or does not (2)."""

    mediation: int
    yes: int


class BeginMediation(Button, code="yb"):
    """Begins, with every side at the table."""

    mediation: int


class PutDown(Button, code="yw"):
    """Asks for something to be put down."""

    mediation: int


class WriteAgreement(Button, code="yg"):
    """Asks for the text of the agreement."""

    mediation: int


class AnswerAgreement(Button, code="yv"):
    """Confirms a text (1), asks what is to be changed (0), or wants it changed and says no more (2)."""

    agreement: int
    yes: int


class CloseMediation(Button, code="yf"):
    """Ends it without an agreement; asks first (0)."""

    mediation: int
    sure: int


class StopMediation(Button, code="ys"):
    """Ends it, as each may; asks first (0)."""

    mediation: int
    sure: int


class ReadMediation(Button, code="yp"):
    """Shows a page of the private minutes, counted from 0."""

    mediation: int
    page: int


class PrintAgreement(Button, code="yi"):
    """Sends what was agreed as pages to be signed."""

    mediation: int


async def _case(here: Here, mediation_id: int) -> Case:
    here.in_private()
    case = await mediations.about(here.unit.conn, mediation_id, here.person.id)
    here.building = case.building
    return case


@routes.card(CARD)
async def draw(view: View, mediation_id: int) -> Screen | None:
    """How it stands, as whoever looks has to do with it; for anybody else there is nothing."""
    assert view.chat is not None, "it is shown to somebody in private"
    reader = await people.by_address(view.conn, view.chat.address)
    case = await mediations.concerning(view.conn, mediation_id, reader.id) if reader else None
    if case is None:
        return None
    standing = await mediating.standing(view.conn, case)
    mediator = await people.get(view.conn, case.mediation.mediator_id)
    text = view.html(
        "mediation.card",
        mediation=case.mediation,
        kind=case.mediation.preset,
        building=case.building,
        role=str(case.role),
        sides=await _sides(view, case, standing),
        mediator=mediator.name,
        standing=standing,
        zone=case.building.zone,
    )
    return Screen(text, _keys(view, case, standing))


async def _sides(view: View, case: Case, standing: Standing | None) -> list[dict[str, Any]]:
    said = await sides_said(view.conn, case)
    answers = standing.answers if standing else {}
    for told, side in zip(said, case.sides, strict=True):
        last = answers.get(side.id)
        told |= {"answer": str(side.answer), "agreed": last.agreed if last else None}
        told["mine"] = case.side is not None and side.id == case.side.id
    return said


def _keys(view: View, case: Case, standing: Standing | None) -> Keys:
    this, role = case.mediation.id, case.role
    stop = Key(view.label("stop_mediation"), StopMediation(this, 0))
    read = Key(view.label("read_mediation"), ReadMediation(this, 0))
    match case.mediation.state:
        case State.ASKED if _is_waited_for(case):
            yes = Key(view.label("consent"), Consent(this, 1))
            return ((yes,), (Key(view.label("no_consent"), Consent(this, 0)),))
        case State.ASKED | State.SET if role is Role.MEDIATOR:
            begin = Key(view.label("begin_mediation"), BeginMediation(this))
            moves = tuple(
                Key(view.label("edit_mediation", part=part), EditMediation(this, part))
                for part in ("time", "place")
            )
            return ((begin,), moves, (stop,)) if case.mediation.state is State.SET else (moves, (stop,))
        case State.ASKED | State.SET:
            return ((stop,),) if role is Role.SIDE or case.mediation.state is State.ASKED else ()
        case State.OPEN if role is not Role.CALLER:
            return (*_open_keys(view, case, standing), (read, stop))
        case State.CLOSED | State.STOPPED if case.mediation.opened_at and role is not Role.CALLER:
            paper = Key(view.label("print_agreement"), PrintAgreement(this))
            return ((paper, read),) if agreements.printable(standing) else ((read,),)
    return ()


def _is_waited_for(case: Case) -> bool:
    """Whether the reader has not said yet whether they consent."""
    if case.role is Role.MEDIATOR:
        return case.mediation.mediator_answer is Answer.ASKED
    return case.side is not None and case.role is Role.SIDE and case.side.answer is Answer.ASKED


def _open_keys(view: View, case: Case, standing: Standing | None) -> Keys:
    this = case.mediation.id
    note = Key(view.label("put_down"), PutDown(this))
    if case.role is Role.MEDIATOR:
        write = Key(view.label("write_agreement", again=standing is not None), WriteAgreement(this))
        return ((note, write), (Key(view.label("close_mediation"), CloseMediation(this, 0)),))
    return (*_answer_keys(view, standing), (note,))


def _answer_keys(view: View, standing: Standing | None) -> Keys:
    if standing is None or standing.agreement.state is not Wording.ASKED:
        return ()
    agreement = standing.agreement.id
    yes = Key(view.label("agreement_yes"), AnswerAgreement(agreement, 1))
    return ((yes, Key(view.label("agreement_change"), AnswerAgreement(agreement, 0))),)


@routes.press(Consent)
async def consent(here: Here, button: Consent) -> None:
    """Say whether one takes part; that one does not is asked twice, for it ends it."""
    case = await _case(here, button.mediation)
    if button.yes not in {1, SURE}:
        check_state(case.mediation, State.ASKED)
        sure, back = Consent(case.mediation.id, SURE), OpenMediation(case.mediation.id)
        keys = ((here.key("no_consent_sure", sure),), (here.key("think_again", back),))
        await here.say("mediation.ask_no_consent", keys=keys)
        return
    case = await mediations.answer(here.unit, case, here.person, consents=button.yes == 1)
    facts: dict[str, Any] = {"mediation": case.mediation, "kind": case.mediation.preset}
    match case.mediation.state:
        case State.DECLINED:
            await here.turn("mediation.you_declined")
            await _tell_others(here, case, "mediation.declined", **facts)
        case State.SET:
            await here.say("mediation.all_consent", **facts)
            await _tell_others(here, case, "mediation.all_consent", **facts)
        case _:
            await here.tell("mediation.consented")


async def _tell_others(here: Here, case: Case, name: str, **facts: Any) -> None:
    """Tell the others of the circle, and until it began who called it, each with the way to it."""
    told = case.circle | (set() if case.mediation.opened_at else {case.mediation.caller_id})
    for one in await mediations.reached(here.unit.conn, told - {here.person.id}):
        key = Key(here.label(one.lang, "open_mediation"), OpenMediation(case.mediation.id))
        facts |= {"zone": case.building.zone, "notice": True}
        await here.tell_person(one.id, name, keys=((key,),), **facts)


@routes.press(BeginMediation)
async def begin(here: Here, button: BeginMediation) -> None:
    """Begin."""
    case = await mediating.open_it(here.unit, await _case(here, button.mediation))
    await here.tell("mediation.begun")
    for person_id in sorted(case.circle):
        await here.show_person(person_id, CARD, case.mediation.id)


@routes.press(PutDown)
async def ask_note(here: Here, button: PutDown) -> None:
    """Ask what is to be put down."""
    case = await _case(here, button.mediation)
    check_state(case.mediation, State.OPEN)
    data = {"mediation": case.mediation.id, "ask": "note"}
    await asking.ask(here, "mediating", "mediation.ask_note", data=data)


@routes.press(WriteAgreement)
async def ask_agreement(here: Here, button: WriteAgreement) -> None:
    """Ask for the text, with what it is now to copy."""
    case = await _case(here, button.mediation)
    mediations.check_mediator(case)
    check_state(case.mediation, State.OPEN)
    before = await mediating.standing(here.unit.conn, case)
    data = {"mediation": case.mediation.id, "ask": "agreement"}
    text = before.agreement.text if before else ""
    await asking.ask(here, "mediating", "mediation.ask_agreement", data=data, text=text)


@routes.dialogue("mediating")
async def hear(here: Here, data: dict[str, Any]) -> None:
    """Take in a note, the text, or what is to be changed in it."""
    case = await _case(here, data["mediation"])
    if case.mediation.state is not State.OPEN:
        await asking.finish(here)
        check_state(case.mediation, State.OPEN)
    match data.get("ask"):
        case "note":
            await mediating.note(here.unit, case, here.person, here.heard.text)
            await asking.finish(here)
            await here.say("mediation.noted")
            await show_anew(here, CARD, case.mediation.id)
        case "agreement":
            await _word(here, case)
        case "change":
            agreement, case = await mediating.wording(here.unit.conn, data["agreement"], here.person.id)
            await _answer(here, agreement, case, agreed=False, reason=here.heard.text)


async def _word(here: Here, case: Case) -> None:
    """Every side is shown the text with its two keys; the one before counts no more."""
    agreement = await mediating.word(here.unit, case, here.heard.text)
    await asking.finish(here)
    await here.say("mediation.worded", agreement=agreement, count=len(case.sides))
    for one in await mediations.reached(here.unit.conn, case.circle - {here.person.id}):
        yes = Key(here.label(one.lang, "agreement_yes"), AnswerAgreement(agreement.id, 1))
        change = Key(here.label(one.lang, "agreement_change"), AnswerAgreement(agreement.id, 0))
        await here.tell_person(
            one.id, "mediation.asked_agreement", keys=((yes, change),), notice=True, agreement=agreement
        )


@routes.press(AnswerAgreement)
async def answer(here: Here, button: AnswerAgreement) -> None:
    """Confirm the text, or say what is to be changed."""
    here.in_private()
    agreement, case = await mediating.wording(here.unit.conn, button.agreement, here.person.id)
    here.building = case.building
    if button.yes in {1, SURE}:
        await _answer(here, agreement, case, agreed=button.yes == 1)
        return
    await mediating.check_may_answer(here.unit.conn, agreement, case, here.person)
    data = {"mediation": case.mediation.id, "agreement": agreement.id, "ask": "change"}
    less = here.key("agreement_no_reason", AnswerAgreement(agreement.id, SURE))
    await asking.ask(here, "mediating", "mediation.ask_change", data=data, keys=((less,),))


async def _answer(here: Here, agreement: Agreement, case: Case, *, agreed: bool, reason: str = "") -> None:
    case = await mediating.answer(here.unit, agreement, case, here.person, agreed=agreed, reason=reason)
    await asking.finish(here)
    await here.tell("mediation.answered", agreed=agreed)
    if case.mediation.state is State.CLOSED:
        facts = {"mediation": case.mediation, "agreement": agreement}
        also = ("print_agreement", PrintAgreement(case.mediation.id))
        await tell_circle(here, case, "mediation.in_force", also=also, **facts)
    elif not agreed:
        await _tell_mediator(here, case, reason)


async def _tell_mediator(here: Here, case: Case, reason: str) -> None:
    mediator = await people.get(here.unit.conn, case.mediation.mediator_id)
    key = Key(here.label(mediator.lang, "write_agreement", again=True), WriteAgreement(case.mediation.id))
    facts = {"name": here.person.name, "reason": reason}
    await here.tell_person(mediator.id, "mediation.change_wanted", keys=((key,),), notice=True, **facts)


@routes.press(CloseMediation)
async def close(here: Here, button: CloseMediation) -> None:
    """End it without an agreement, once it is meant."""
    case = await _case(here, button.mediation)
    mediations.check_mediator(case)
    check_state(case.mediation, State.OPEN)
    if button.sure != 1:
        sure, back = CloseMediation(case.mediation.id, 1), OpenMediation(case.mediation.id)
        keys = ((here.key("close_mediation_sure", sure),), (here.key("think_again", back),))
        await here.say("mediation.ask_close", keys=keys)
        return
    case = await mediating.close(here.unit, case)
    await here.turn("mediation.was_closed")
    await _tell_others(here, case, "mediation.closed", mediation=case.mediation)


@routes.press(StopMediation)
async def stop(here: Here, button: StopMediation) -> None:
    """End it, as each may at any time."""
    case = await _case(here, button.mediation)
    check_state(case.mediation, State.ASKED, State.SET, State.OPEN)
    if button.sure != 1:
        sure, back = StopMediation(case.mediation.id, 1), OpenMediation(case.mediation.id)
        keys = ((here.key("stop_mediation_sure", sure),), (here.key("think_again", back),))
        await here.say("mediation.ask_stop", keys=keys)
        return
    case = await mediating.stop(here.unit, case, here.person)
    await here.turn("mediation.you_stopped")
    await _tell_others(here, case, "mediation.stopped", mediation=case.mediation)


@routes.press(ReadMediation)
async def read(here: Here, button: ReadMediation) -> None:
    """A page of the private minutes."""
    case = await _case(here, button.mediation)
    pages = _pages(await mediating.minutes(here.unit.conn, case))
    page = min(max(button.page, 0), len(pages) - 1)
    keys = [
        here.key(name, ReadMediation(case.mediation.id, page + step))
        for name, step in (("slip_previous", -1), ("slip_next", 1))
        if 0 <= page + step < len(pages)
    ]
    back = here.key("open_mediation", OpenMediation(case.mediation.id))
    await here.say(
        "mediation.minutes",
        keys=tuple(row for row in (tuple(keys), (back,)) if row),
        mediation=case.mediation,
        kind=case.mediation.preset,
        lines=pages[page],
        names=await _names(here, case, pages[page]),
        page=page + 1,
        pages=len(pages),
    )


def _pages(lines: list[Line]) -> list[list[Line]]:
    """The lines in as many screens as they take."""
    pages: list[list[Line]] = [[]]
    room = PAGE
    for line in lines:
        size = 60 + len(line.text or "")
        if size > room and pages[-1]:
            pages.append([])
            room = PAGE
        pages[-1].append(line)
        room -= size
    return pages


async def _names(here: Here, case: Case, lines: list[Line]) -> dict[int, str]:
    """What those who stand in the minutes are called there, by id."""
    doors = {
        person: f"{said['door'].said_in(here.lang)} {(await people.get(here.unit.conn, person)).name}".strip()
        for side, said in zip(case.sides, await sides_said(here.unit.conn, case), strict=True)
        for person in side.people
    }
    known = {line.person for line in lines if line.person is not None} - set(doors)
    return doors | {one: (await people.get(here.unit.conn, one)).name for one in known}


@routes.press(PrintAgreement)
async def print_agreement(here: Here, button: PrintAgreement) -> None:
    """Send what was agreed, as pages to be signed, to one of its circle in private."""
    case = await _case(here, button.mediation)
    await agreements.check_printable(here.unit.conn, case)
    document = {"make": "agreement_pdf", "about": case.mediation.id, "lang": here.lang}
    await here.say("mediation.agreement_pdf", more={"document": document}, copies=len(case.sides) + 1)


@routes.maker("agreement_pdf")
async def make_agreement(view: View, mediation_id: int) -> Made:
    """What was agreed, as a file for the sides and the mediator."""
    paper, pages = await agreements.print_agreement(view.conn, mediation_id, view.lang, view.font)
    return Made(f"{paper.building}-{paper.agreed:%Y-%m-%d}.pdf", pages)


@routes.due(mediations.REMINDER)
async def remind(speech: Speech, due: Due) -> None:
    """Remind its circle, in private."""
    reminder = await mediations.reminder_due(speech.unit, due)
    if reminder is None:
        return
    for one in reminder.people:
        key = Key(speech.label(one.lang, "open_mediation"), OpenMediation(reminder.mediation.id))
        await speech.tell_person(
            one.id,
            "mediation.reminder",
            keys=((key,),),
            key=f"{due.key}:{one.id}",
            zone=reminder.building.zone,
            mediation=reminder.mediation,
            kind=reminder.mediation.preset,
            late=reminder.late,
        )


@routes.due(mediations.START)
async def lapse(speech: Speech, due: Due) -> None:
    """Its time has come and somebody has not answered: it does not take place."""
    case = await mediations.start_due(speech.unit, due)
    if case is None:
        return
    for one in await mediations.reached(speech.unit.conn, case.circle | {case.mediation.caller_id}):
        facts = {"mediation": case.mediation, "kind": case.mediation.preset, "zone": case.building.zone}
        await speech.tell_person(one.id, "mediation.lapsed", key=f"{due.key}:{one.id}", **facts)
