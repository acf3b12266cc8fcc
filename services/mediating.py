"""Holding a mediation: what is put down, the text that every side confirms, and the private minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.mediations import (
    AGREEMENT_LIMIT,
    NOTE_LIMIT,
    REASON_LIMIT,
    Agreement,
    AgreementAnswer,
    Line,
    NoSuchMediation,
    NotYoursToAnswer,
    Role,
    SameAgreement,
    State,
    Wording,
    all_agree,
    check_answer,
    check_state,
    fingerprint,
    latest,
    read_minutes,
    side_of,
)
from rules.meetings import NothingWritten, TextTooLong, written
from rules.people import Person
from services import outbox
from services.mediations import CARD, Case, about, check_mediator, end, stream
from storage import log, mediations
from storage.store import Connection, Unit


@dataclass(frozen=True, slots=True)
class Standing:
    """The text that is asked about or in force, and what each side said of it last, by side."""

    agreement: Agreement
    answers: dict[int, AgreementAnswer]


async def standing(conn: Connection, case: Case) -> Standing | None:
    """The last wording of a mediation; None where nothing was written yet."""
    worded = await mediations.agreements_of(conn, case.mediation.id)
    if not worded:
        return None
    return Standing(worded[-1], latest(await mediations.answers_to(conn, [worded[-1].id])))


async def open_it(unit: Unit, case: Case) -> Case:
    """Begin, with every side at the table. Raises NotTheMediator, MediationMovedOn."""
    check_mediator(case)
    check_state(case.mediation, State.SET)
    await mediations.change(unit.conn, case.mediation.id, state=str(State.OPEN), opened_at=unit.now)
    sides = [[side.id, side.household_id] for side in case.sides]
    await _note_event(unit, case, "opened", person=case.mediation.mediator_id, sides=sides)
    return await _again(unit, case, case.mediation.mediator_id)


async def note(unit: Unit, case: Case, person: Person, text: str) -> None:
    """Put something down, for the sides and the mediator alone.

    Raises NotYoursToAnswer, MediationMovedOn, NothingWritten, TextTooLong.
    """
    if case.role is Role.CALLER:
        raise NotYoursToAnswer
    check_state(case.mediation, State.OPEN)
    words = written(text, NOTE_LIMIT)
    values = {"mediation_id": case.mediation.id, "text": words, "by_id": person.id, "at": unit.now}
    added = await mediations.add_note(unit.conn, **values)
    await _note_event(unit, case, "noted", person=person.id, note=added, words=_print(case, words))


async def word(unit: Unit, case: Case, text: str) -> Agreement:
    """Write what was agreed, or write it anew: every side is asked about this text.

    Raises NotTheMediator, MediationMovedOn, NothingWritten, TextTooLong, SameAgreement.
    """
    check_mediator(case)
    check_state(case.mediation, State.OPEN)
    words = _paragraphs(text)
    before = await standing(unit.conn, case)
    if before is not None and before.agreement.text == words:
        raise SameAgreement
    mediator = case.mediation.mediator_id
    added = await mediations.add_agreement(unit.conn, case.mediation.id, words, mediator, unit.now)
    agreement, _ = await wording(unit.conn, added, mediator)
    facts = {"agreement": added, "number": agreement.number, "words": _print(case, words)}
    await _note_event(unit, case, "worded", person=mediator, **facts)
    return agreement


def _paragraphs(text: str) -> str:
    """The text in its lines, without spaces around them. Raises NothingWritten, TextTooLong."""
    words = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    if not words:
        raise NothingWritten
    if len(words) > AGREEMENT_LIMIT:
        raise TextTooLong(limit=AGREEMENT_LIMIT, length=len(words))
    return words


async def wording(conn: Connection, agreement_id: int, person_id: int) -> tuple[Agreement, Case]:
    """A text by an id that somebody concerned pressed. Raises NoSuchMediation."""
    found = await mediations.find_agreement(conn, agreement_id)
    if found is None:
        raise NoSuchMediation
    return found, await about(conn, found.mediation_id, person_id)


async def check_may_answer(conn: Connection, agreement: Agreement, case: Case, person: Person) -> None:
    """Go on only for a side, while the text stands and waits.

    Raises NotYoursToAnswer, MediationMovedOn, AgreementMovedOn.
    """
    side = side_of(case.sides, person.id)
    check_state(case.mediation, State.OPEN)
    check_answer(agreement, await mediations.answers_to(conn, [agreement.id]), side, agreed=False)


async def answer(
    unit: Unit, agreement: Agreement, case: Case, person: Person, *, agreed: bool, reason: str = ""
) -> Case:
    """Confirm the text, or say what is to be changed; it is in force once every side has confirmed it.

    Raises NotYoursToAnswer, MediationMovedOn, AgreementMovedOn, AnsweredAgreement, TextTooLong.
    """
    await check_may_answer(unit.conn, agreement, case, person)
    side = side_of(case.sides, person.id)
    said = await mediations.answers_to(unit.conn, [agreement.id])
    check_answer(agreement, said, side, agreed=agreed)
    words = written(reason, REASON_LIMIT) if reason else ""
    values = {"agreed": agreed, "reason": words, "by_id": person.id, "at": unit.now}
    added = await mediations.add_answer(unit.conn, agreement_id=agreement.id, side_id=side.id, **values)
    facts = {"answer": added, "side": side.id, "agreed": agreed, "words": _print(case, words)}
    await _note_event(unit, case, "answered", person=person.id, **facts)
    if all_agree(case.sides, await mediations.answers_to(unit.conn, [agreement.id])):
        await mediations.change_agreement(unit.conn, agreement.id, Wording.IN_FORCE)
        await _note_event(unit, case, "in_force", agreement=agreement.id, number=agreement.number)
        await _close(unit, case)
    return await _again(unit, case, person.id)


async def close(unit: Unit, case: Case) -> Case:
    """End it without a text that all confirmed. Raises NotTheMediator, MediationMovedOn."""
    check_mediator(case)
    check_state(case.mediation, State.OPEN)
    await _lapse(unit, case)
    await _close(unit, case)
    return await _again(unit, case, case.mediation.mediator_id)


async def stop(unit: Unit, case: Case, person: Person) -> Case:
    """End it, as whoever takes part may at any time, and who called it before all have answered.

    Raises MediationMovedOn, NotYoursToAnswer.
    """
    states = {Role.CALLER: (State.ASKED,)}.get(case.role, (State.ASKED, State.SET, State.OPEN))
    check_state(case.mediation, *states)
    await _lapse(unit, case)
    await end(unit, case.mediation, State.STOPPED)
    await _note_event(unit, case, "stopped", person=person.id)
    return await _again(unit, case, person.id)


async def _close(unit: Unit, case: Case) -> None:
    await end(unit, case.mediation, State.CLOSED)
    await _note_event(unit, case, "closed")


async def _lapse(unit: Unit, case: Case) -> None:
    """A text that not everybody confirmed comes to nothing."""
    last = await standing(unit.conn, case)
    if last is not None and last.agreement.state is Wording.ASKED:
        await mediations.change_agreement(unit.conn, last.agreement.id, Wording.LAPSED)


async def minutes(conn: Connection, case: Case) -> list[Line]:
    """The private minutes, for the sides and the mediator. Raises NotYoursToAnswer."""
    if case.role is Role.CALLER:
        raise NotYoursToAnswer
    worded = await mediations.agreements_of(conn, case.mediation.id)
    words = {("note", one.id): one.text for one in await mediations.notes_of(conn, case.mediation.id)}
    words |= {("agreement", one.id): one.text for one in worded}
    for said in await mediations.answers_to(conn, [one.id for one in worded]):
        words["answer", said.id] = said.reason
    return read_minutes(await log.read(conn, stream(case.mediation.id)), case.mediation.salt, words)


def _print(case: Case, words: str) -> str:
    return fingerprint(case.mediation.salt, words)


async def _note_event(unit: Unit, case: Case, kind: str, **facts: object) -> None:
    await log.append(unit.conn, stream(case.mediation.id), kind, unit.now, **facts)
    await outbox.renew(unit, CARD, case.mediation.id)


async def _again(unit: Unit, case: Case, person_id: int) -> Case:
    """The case as it is now."""
    return replace(case, mediation=(await about(unit.conn, case.mediation.id, person_id)).mediation)
