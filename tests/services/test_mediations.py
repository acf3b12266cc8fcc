"""Mediations in the services: consent, the agreement, the private record, and who may know of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from rules.events import first_break
from rules.mediations import (
    Answer,
    MediationApart,
    MediationMovedOn,
    MediatorIsASide,
    NoSuchMediation,
    NothingToMediate,
    NotTheMediator,
    NotYoursToAnswer,
    SideTwice,
    State,
    TooFewSides,
    TooManySides,
    fingerprint,
)
from rules.meetings import NoPlaceYet, NoTimeYet, TimeIsOver
from rules.people import NotTheLeader, Person
from services import calling, mediating, mediations, privacy
from services.export import export_building
from services.mediations import Case
from storage import homes, log, people
from storage import mediations as stored
from storage.store import Unit
from tests.services.house import NOW, House, house


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    async with house(database, households=10, residents=9) as home:
        async with home.store.unit(NOW) as unit:
            for person_id in range(1, 11):
                await people.change(unit.conn, person_id, reach="yes")
        yield home


async def person(unit: Unit, address: str) -> Person:
    found = await people.by_address(unit.conn, address)
    assert found is not None
    return found


async def arranged(unit: Unit, home: House, *doors: int) -> Case:
    """A draft of the leader's with the households behind these doors as its sides."""
    leader = await person(unit, "leader")
    begun = await mediations.begin(unit, home.building, leader)
    case = await mediations.draft(unit.conn, begun.id, leader.id)
    await mediations.set_subject(unit, case, "楼上漏水")
    await mediations.set_place(unit, case, "凉亭")
    await mediations.set_time(unit, case, NOW + timedelta(days=2))
    for door in doors:
        case = await mediations.draft(unit.conn, begun.id, leader.id)
        await mediations.add_side(unit, case, home.households[door].id, 0)
    return await mediations.draft(unit.conn, begun.id, leader.id)


async def answer(unit: Unit, case: Case, address: str, *, consents: bool = True) -> Case:
    who = await person(unit, address)
    seen = await mediations.about(unit.conn, case.mediation.id, who.id)
    return await mediations.answer(unit, seen, who, consents=consents)


async def opened(unit: Unit, home: House) -> Case:
    case = await mediations.send(unit, await arranged(unit, home, 0, 1))
    for address in ("0", "1"):
        case = await answer(unit, case, address)
    leader = await mediations.about(unit.conn, case.mediation.id, home.leader_id)
    return await mediating.open_it(unit, leader)


async def confirm(unit: Unit, agreement_id: int, address: str, *, agreed: bool = True) -> Case:
    who = await person(unit, address)
    agreement, case = await mediating.wording(unit.conn, agreement_id, who.id)
    return await mediating.answer(unit, agreement, case, who, agreed=agreed, reason="" if agreed else "太多")


async def test_it_takes_place_once_all_have_consented(home: House) -> None:
    async with home.store.unit(NOW) as unit:
        case = await mediations.send(unit, await arranged(unit, home, 0, 1))
        assert (await answer(unit, case, "0")).mediation.state is State.ASKED
        with pytest.raises(MediationMovedOn):
            await answer(unit, case, "0")
        with pytest.raises(NoSuchMediation):
            await answer(unit, case, "2")
        with pytest.raises(MediationMovedOn):
            await mediating.open_it(unit, case)
        settled = await answer(unit, case, "1")
        assert settled.mediation.state is State.SET
        assert [side.answer for side in settled.sides] == [Answer.YES, Answer.YES]


async def test_one_refusal_ends_it(home: House) -> None:
    async with home.store.unit(NOW) as unit:
        case = await mediations.send(unit, await arranged(unit, home, 0, 1, 2))
        await answer(unit, case, "0")
        assert (await answer(unit, case, "1", consents=False)).mediation.state is State.DECLINED
        with pytest.raises(MediationMovedOn):
            await answer(unit, case, "2")


async def test_a_changed_text_is_asked_of_all_again_and_the_last_confirmation_puts_it_in_force(
    home: House,
) -> None:
    async with home.store.unit(NOW) as unit:
        case = await opened(unit, home)
        first = await mediating.word(unit, case, "赔一千元")
        await confirm(unit, first.id, "0")
        assert (await confirm(unit, first.id, "1", agreed=False)).mediation.state is State.OPEN
        second = await mediating.word(unit, case, "赔八百元\n 月底前付 ")
        assert second.text == "赔八百元\n月底前付"
        assert (await confirm(unit, second.id, "1")).mediation.state is State.OPEN
        done = await confirm(unit, second.id, "0")
        assert done.mediation.state is State.CLOSED
        standing = await mediating.standing(unit.conn, case)
        assert standing is not None
        assert (str(standing.agreement.state), standing.agreement.number) == ("in_force", 2)
        with pytest.raises(MediationMovedOn):
            await mediating.word(unit, replace(case, mediation=done.mediation), "赔七百元")


async def test_what_ends_without_all_leaves_no_agreement(home: House) -> None:
    async with home.store.unit(NOW) as unit:
        case = await opened(unit, home)
        agreement = await mediating.word(unit, case, "赔一千元")
        await confirm(unit, agreement.id, "0")
        assert (await mediating.close(unit, case)).mediation.state is State.CLOSED
        standing = await mediating.standing(unit.conn, case)
        assert standing is not None
        assert str(standing.agreement.state) == "lapsed"
        with pytest.raises(MediationMovedOn):
            await confirm(unit, agreement.id, "1")


async def test_every_line_of_the_record_resolves_to_its_event_and_a_changed_word_is_seen(home: House) -> None:
    async with home.store.unit(NOW) as unit:
        case = await opened(unit, home)
        await mediating.note(unit, case, await person(unit, "leader"), "地板泡了")
        agreement = await mediating.word(unit, case, "赔一千元")
        await confirm(unit, agreement.id, "1", agreed=False)
        lines = await mediating.minutes(unit.conn, case)
        events = await log.read(unit.conn, mediations.stream(case.mediation.id))
        assert first_break(events) is None
        assert [line.event for line in lines] == [event.number for event in events]
        assert [line.text for line in lines if line.text] == ["地板泡了", "赔一千元", "太多"]
        assert all(line.true for line in lines)
        said = str([dict(event.data) for event in events])
        assert not [words for words in ("地板", "一千", "太多", "漏水", "凉亭") if words in said]
        salt = case.mediation.salt
        assert fingerprint(salt, "地板泡了") in said
        await unit.conn.exec_driver_sql("UPDATE mediation_notes SET text = '地板没泡'")
        assert [line.true for line in await mediating.minutes(unit.conn, case)].count(False) == 1


async def test_who_is_not_of_its_circle_does_nothing(home: House) -> None:
    async with home.store.unit(NOW) as unit:
        case = await opened(unit, home)
        side = await mediations.about(unit.conn, case.mediation.id, (await person(unit, "0")).id)
        with pytest.raises(NotTheMediator):
            await mediating.word(unit, side, "赔一千元")
        with pytest.raises(NotTheMediator):
            await mediating.close(unit, side)
        agreement = await mediating.word(unit, case, "赔一千元")
        with pytest.raises(NotYoursToAnswer):
            await confirm(unit, agreement.id, "leader")
        with pytest.raises(NoSuchMediation):
            await confirm(unit, agreement.id, "5")
        assert await mediations.concerning(unit.conn, case.mediation.id, (await person(unit, "5")).id) is None


async def test_who_moves_in_later_is_told_nothing(home: House) -> None:
    async with home.store.unit(NOW) as unit:
        case = await opened(unit, home)
        tenant = await people.meet(unit.conn, "new", "示例租户", "zh", NOW)
        await homes.join(unit.conn, home.households[0].id, tenant.id, "leader", NOW)
        with pytest.raises(NoSuchMediation):
            await mediations.about(unit.conn, case.mediation.id, tenant.id)


async def test_what_is_missing_in_a_draft_is_named(home: House) -> None:
    async with home.store.unit(NOW) as unit:
        leader = await person(unit, "leader")
        begun = await mediations.begin(unit, home.building, leader)
        assert (await mediations.begin(unit, home.building, leader)).id == begun.id
        case = await mediations.draft(unit.conn, begun.id, leader.id)
        with pytest.raises(NothingToMediate):
            await mediations.send(unit, case)
        await mediations.set_subject(unit, case, "楼上漏水")
        await mediations.add_side(unit, case, home.households[0].id, 0)
        case = await mediations.draft(unit.conn, begun.id, leader.id)
        with pytest.raises(TooFewSides):
            await mediations.send(unit, case)
        with pytest.raises(SideTwice):
            await mediations.add_side(unit, case, home.households[0].id, 0)
        with pytest.raises(MediatorIsASide):
            await mediations.set_mediator(unit, case, (await person(unit, "0")).id)
        await mediations.add_side(unit, case, home.households[1].id, 0)
        with pytest.raises(TimeIsOver):
            await mediations.set_time(unit, case, NOW)
        with pytest.raises(NoTimeYet):
            await mediations.send(unit, await mediations.draft(unit.conn, begun.id, leader.id))
        await mediations.set_time(unit, case, NOW + timedelta(days=1))
        with pytest.raises(NoPlaceYet):
            await mediations.send(unit, await mediations.draft(unit.conn, begun.id, leader.id))
        for door in range(2, 6):
            case = await mediations.draft(unit.conn, begun.id, leader.id)
            await mediations.add_side(unit, case, home.households[door].id, 0)
        case = await mediations.draft(unit.conn, begun.id, leader.id)
        with pytest.raises(TooManySides):
            await mediations.add_side(unit, case, home.households[6].id, 0)
        with pytest.raises(NotTheLeader):
            await mediations.begin(unit, home.building, await person(unit, "3"))


async def test_no_meeting_of_the_building_is_a_mediation(home: House) -> None:
    async with home.store.unit(NOW) as unit:
        draft = await calling.begin(unit, home.building, home.leader_id)
        with pytest.raises(MediationApart):
            await calling.set_kind(unit, home.building, draft, "bench", home.leader_id)
        await homes.appoint(unit.conn, home.building.id, 5, "recorder", NOW)
        assert (await calling.begin(unit, home.building, 5)).kind == "evening"


async def test_the_export_of_a_building_is_the_same_with_a_mediation_and_without(home: House) -> None:
    async with home.store.glance() as conn:
        before = dict((await export_building(conn, home.building.id, NOW)).data)
    async with home.store.unit(NOW) as unit:
        case = await opened(unit, home)
        agreement = await mediating.word(unit, case, "赔一千元")
        for address in ("0", "1"):
            await confirm(unit, agreement.id, address)
    async with home.store.glance() as conn:
        assert dict((await export_building(conn, home.building.id, NOW)).data) == before
        held = await stored.held_between(conn, [home.building.id], NOW, NOW + timedelta(days=1))
    assert held == 1


async def test_its_words_are_erased_once_no_side_is_left_to_read_them(home: House) -> None:
    async with home.store.unit(NOW) as unit:
        case = await opened(unit, home)
        agreement = await mediating.word(unit, case, "赔一千元")
        for address in ("0", "1"):
            await confirm(unit, agreement.id, address)
    for address, left in (("0", "赔一千元"), ("1", "")):
        async with home.store.unit(NOW) as unit:
            chat = await people.enter(unit.conn, address, "private", "")
            gone = await privacy.forget(unit, await person(unit, address), chat.id)
            assert gone.ended == []
            standing = await mediating.standing(unit.conn, case)
            assert standing is not None
            assert standing.agreement.text == left
    async with home.store.unit(NOW) as unit:
        lines = await mediating.minutes(
            unit.conn, await mediations.about(unit.conn, case.mediation.id, home.leader_id)
        )
        assert [line.text for line in lines if line.text] == []
        assert first_break(await log.read(unit.conn, mediations.stream(case.mediation.id))) is None
