"""What was agreed in a mediation, on paper for its sides and whoever mediated, once all have confirmed it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from paper.agreement import Agreement as Paper
from paper.agreement import Party, agreement_pdf
from rules.mediations import NothingAgreed, NotYoursToAnswer, Role, Side, Wording, fingerprint
from services import mediations
from services.mediating import Standing, standing
from services.mediations import Case
from storage import homes, people
from storage.store import Connection


def printable(told: Standing | None) -> bool:
    """Whether there is a text that every side has confirmed, and its words are still kept."""
    return told is not None and told.agreement.state is Wording.IN_FORCE and bool(told.agreement.text)


async def check_printable(conn: Connection, case: Case) -> None:
    """Go on only for those who agreed, and the mediator. Raises NotYoursToAnswer, NothingAgreed."""
    if case.role is Role.CALLER:
        raise NotYoursToAnswer
    if not printable(await standing(conn, case)):
        raise NothingAgreed


async def print_agreement(
    conn: Connection, mediation_id: int, lang: str, font: Path | None = None
) -> tuple[Paper, bytes]:
    """What was agreed, and its pages to be signed. Raises NoSuchMediation, NothingAgreed, FontMissing."""
    paper = await _read(conn, mediation_id, lang)
    return paper, await asyncio.to_thread(agreement_pdf, paper, lang, font=font)


async def _read(conn: Connection, mediation_id: int, lang: str) -> Paper:
    case = await mediations.whole(conn, mediation_id)
    told, mediation, building = await standing(conn, case), case.mediation, case.building
    if told is None or not printable(told):
        raise NothingAgreed
    assert mediation.opened_at is not None, "what was agreed was talked about"
    assert mediation.closed_at is not None, "it ended with the agreement"
    return Paper(
        community=building.community,
        building=building.name,
        kind=mediation.preset.zh,
        subject=mediation.subject,
        place=mediation.place,
        opened=building.local(mediation.opened_at),
        agreed=building.local(mediation.closed_at),
        mediator=(await people.get(conn, mediation.mediator_id)).name,
        number=told.agreement.number,
        text=told.agreement.text,
        parties=tuple([await _party(conn, case, side, told, lang) for side in case.sides]),
        fingerprint=fingerprint(mediation.salt, told.agreement.text),
    )


async def _party(conn: Connection, case: Case, side: Side, told: Standing, lang: str) -> Party:
    home, said = await homes.household(conn, side.household_id), told.answers[side.id]
    door = await mediations.door_of(conn, case, home)
    names = [(await people.get(conn, one)).name for one in side.people]
    by = (await people.get(conn, said.by_id)).name
    found = tuple(name for name in names if name)
    return Party(door.said_in(lang), found, by, case.building.local(said.at))
