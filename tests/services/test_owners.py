"""Owners' and persons' ballots: who is on the roll, with what area, and who votes for it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from rules.ballots import Ballot
from rules.owners import AnotherSpeaks, AreasMissing, NobodySpeaks, NotAnOwner, NotOfThisOwner, OwnerDecided
from rules.people import NotTheLeader
from rules.proof import verify
from rules.roll import RollLine
from rules.voters import Basis
from rules.votes import Noted
from services import ballots, owners, privacy, roll
from services.export import export_building
from storage import ballots as stored
from storage import homes, people, silence, voters
from storage import owners as known
from tests.services.house import LAYOUTS, NOW, House, house

M2 = 10_000
DEVELOPER = "示例开发公司"


def line(
    room: int, area: int, number: str | None = None, owner: str = "示例业主", **more: object
) -> RollLine:
    return RollLine(room + 2, "3栋", "1", str(room), area * M2, owner, number, **more)  # type: ignore[arg-type]


ROLL = [
    *(line(room, 90, "A1") for room in (0, 1, 2)),  # three units, one head
    line(3, 80, co_owners=("示例共有人",)),
    *(line(room, 50, owner=DEVELOPER, developer=True) for room in (4, 5)),
    line(6, 70, "B6"),
    RollLine(9, "3栋", "", "B1-7", 12 * M2, "示例业主", "B6", parking=True),
]


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    """Seven homes with a resident each, and a roll that says whose they are."""
    async with house(database, households=7, residents=7) as home:
        await import_roll(home, ROLL)
        yield home


async def import_roll(home: House, lines: list[RollLine]) -> None:
    async with home.store.unit(NOW) as unit:
        await roll.take_in(unit, "示例小区", home.building.zone, lines)
        home.building = await homes.building(unit.conn, home.building.id)


async def open_to(home: House, basis: Basis) -> Ballot:
    async with home.store.unit(NOW) as unit:
        draft = await ballots.draft(unit, home.building, home.leader_id, LAYOUTS)
        await ballots.set_basis(unit, home.building, draft, basis)
        return await ballots.begin(unit, home.building, await stored.get(unit.conn, draft.id))


async def person_of(home: House, address: str) -> int:
    async with home.store.glance() as conn:
        found = await people.by_address(conn, address)
    assert found is not None
    return found.id


async def is_owner(home: House, address: str) -> int:
    """The person of an address says so, and the leader confirms it; the owner's id."""
    person_id = await person_of(home, address)
    async with home.store.unit(NOW) as unit:
        leader = await people.get(unit.conn, home.leader_id)
        asked, _ = await owners.ask(unit, await people.get(unit.conn, person_id))
        for owner in asked:
            await owners.decide(unit, leader, owner.id, person_id, accept=True)
        return asked[0].id


async def names(home: House, address: str, owner_id: int, named: str) -> int | None:
    """One who owns it with others names who speaks; who speaks now."""
    speaker = await person_of(home, named)
    async with home.store.unit(NOW) as unit:
        person = await people.get(unit.conn, await person_of(home, address))
        return (await owners.name(unit, person, owner_id, speaker)).voter_id


async def areas(home: House, ballot: Ballot) -> list[int]:
    async with home.store.glance() as conn:
        return sorted(area // M2 for area in (await voters.weights(conn, ballot.id)).values())


async def verified(home: House) -> None:
    async with home.store.glance() as conn:
        export = await export_building(conn, home.building.id, home.now)
    proof = verify(json.dumps(export.data).encode())
    assert [one.voted for one in proof.ballots]


async def test_three_units_are_one_head_and_the_developers_stock_is_another(home: House) -> None:
    ballot = await open_to(home, Basis.OWNER)
    assert await areas(home, ballot) == [70, 80, 100, 270]
    assert (ballot.eligible, ballot.area_cm2) == (4, 520 * M2)


async def test_parking_places_count_where_the_assembly_says_so_and_only_later(home: House) -> None:
    before = await open_to(home, Basis.OWNER)
    async with home.store.unit(NOW) as unit:
        leader = await people.get(unit.conn, home.leader_id)
        await owners.count_parking(unit, home.building, leader, counts=True)
        home.building = await homes.building(unit.conn, home.building.id)
        neighbour = await people.get(unit.conn, await person_of(home, "6"))
        with pytest.raises(NotTheLeader):
            await owners.count_parking(unit, home.building, neighbour, counts=False)
    after = await open_to(home, Basis.OWNER)
    assert await areas(home, before) == [70, 80, 100, 270]
    assert await areas(home, after) == [80, 82, 100, 270]
    assert (before.parking_counts, after.parking_counts) == (False, True)
    assert before.roll_hash != after.roll_hash


async def test_a_late_change_of_the_roll_touches_only_later_ballots(home: House) -> None:
    seller = await is_owner(home, "6")
    before = await open_to(home, Basis.OWNER)
    await import_roll(home, [line(6, 71, "C9", "示例买家"), *ROLL[:-2]])
    after = await open_to(home, Basis.OWNER)
    assert await areas(home, before) == [70, 80, 100, 270]
    assert await areas(home, after) == [71, 80, 100, 270]
    box = home.box()
    outcome = await home.press(box, "6", before.id, 1)
    assert [told.vote.voter_id for told in outcome.doors.values() if isinstance(told, Noted)] == [seller]
    assert isinstance((await home.press(box, "6", after.id, 1)).refusal, NotAnOwner)


async def test_a_buyer_inherits_no_confirmation(home: House) -> None:
    await is_owner(home, "6")
    await import_roll(home, [replace(one, number=None, owner="示例买家") for one in ROLL[-2:]])
    ballot = await open_to(home, Basis.OWNER)
    assert isinstance((await home.press(home.box(), "6", ballot.id, 1)).refusal, NotAnOwner)


async def test_a_roll_taken_in_again_changes_no_owner(home: House) -> None:
    async with home.store.glance() as conn:
        before = await known.of_building(conn, home.building.id)
    await import_roll(home, ROLL)
    async with home.store.glance() as conn:
        assert await known.of_building(conn, home.building.id) == before


async def test_an_owner_votes_once_for_all_his_units_and_changes_it_at_one_press(home: House) -> None:
    owner_id = await is_owner(home, "1")
    ballot = await open_to(home, Basis.OWNER)
    box = home.box()
    await home.press(box, "1", ballot.id, 1)
    outcome = await home.press(box, "1", ballot.id, 2)
    assert list(outcome.doors) == ["1单元0等3处"]
    assert await home.votes(ballot) == {owner_id: (2,)}
    assert isinstance((await home.press(box, "0", ballot.id, 3)).refusal, NotAnOwner)
    await home.close(ballot)
    await verified(home)


async def test_co_owners_vote_once_all_name_the_same_of_them(home: House) -> None:
    await home.move_in(3, "spouse")
    owner_id = await is_owner(home, "3")
    ballot = await open_to(home, Basis.OWNER)
    box = home.box()
    assert isinstance((await home.press(box, "3", ballot.id, 1)).refusal, NobodySpeaks)
    await is_owner(home, "spouse")
    assert await names(home, "3", owner_id, "3") is None
    assert await names(home, "spouse", owner_id, "3") == await person_of(home, "3")
    assert isinstance((await home.press(box, "spouse", ballot.id, 1)).refusal, AnotherSpeaks)
    assert (await home.press(box, "3", ballot.id, 1)).refusal is None
    assert await names(home, "3", owner_id, "spouse") is None
    assert await names(home, "spouse", owner_id, "spouse") == await person_of(home, "spouse")
    assert (await home.press(box, "spouse", ballot.id, 2)).refusal is None
    assert await home.votes(ballot) == {owner_id: (2,)}
    with pytest.raises(NotOfThisOwner):
        await names(home, "6", owner_id, "6")


async def test_only_a_leader_confirms_and_only_once(home: House) -> None:
    person_id = await person_of(home, "6")
    async with home.store.unit(NOW) as unit:
        neighbour = await people.get(unit.conn, person_id)
        leader = await people.get(unit.conn, home.leader_id)
        [owner], _ = await owners.ask(unit, neighbour)
        with pytest.raises(NotTheLeader):
            await owners.decide(unit, neighbour, owner.id, person_id, accept=True)
        await owners.decide(unit, leader, owner.id, person_id, accept=False)
        with pytest.raises(OwnerDecided):
            await owners.decide(unit, leader, owner.id, person_id, accept=True)


async def test_an_owners_ballot_waits_until_every_area_is_known(home: House) -> None:
    await import_roll(home, [replace(ROLL[3], area_cm2=None), *ROLL[:3]])
    with pytest.raises(AreasMissing) as refused:
        await open_to(home, Basis.OWNER)
    assert refused.value.facts == {"count": 1, "doors": ["1单元3"]}


async def test_every_resident_votes_for_himself(home: House) -> None:
    child = await home.move_in(0, "child")
    ballot = await open_to(home, Basis.PERSON)
    assert (ballot.eligible, ballot.area_cm2) == (8, None)
    box = home.box()
    await home.press(box, "0", ballot.id, 1)
    await home.press(box, "child", ballot.id, 2)
    await home.press(box, "child", ballot.id, 3)
    assert await home.votes(ballot) == {await person_of(home, "0"): (1,), child: (3,)}
    await home.press(box, "1", ballot.id, 1)
    await home.close(ballot)
    await verified(home)


@pytest.mark.parametrize(("basis", "left"), [(Basis.PERSON, {"1", "2"}), (Basis.OWNER, {"6"})])
async def test_who_has_not_voted_is_reminded(home: House, basis: Basis, left: set[str]) -> None:
    await is_owner(home, "6")
    ballot = await open_to(home, basis)
    async with home.store.unit(NOW) as unit:
        for address in ("1", "2", "6"):
            await people.change(unit.conn, await person_of(home, address), reach="yes")
    if basis is Basis.PERSON:
        await home.press(home.box(), "6", ballot.id, 1)
    async with home.store.glance() as conn:
        assert {one.person.address for one in await silence.of_ballot(conn, ballot)} == left


async def test_who_is_forgotten_speaks_for_nobody(home: House) -> None:
    owner_id = await is_owner(home, "6")
    async with home.store.unit(NOW) as unit:
        person = await people.get(unit.conn, await person_of(home, "6"))
        chat = await people.enter(unit.conn, "6", "private", "示例住户")
        await privacy.forget(unit, person, chat.id)
    async with home.store.glance() as conn:
        owner = await known.find(conn, owner_id)
    assert owner is not None
    assert owner.voter_id is None


async def test_291_owners_make_the_golden_roll(database: str) -> None:
    async with house(database, households=291, residents=0) as home:
        await import_roll(home, [line(room, 89) for room in range(291)])
        ballot = await open_to(home, Basis.OWNER)
    assert (ballot.eligible, ballot.area_cm2) == (291, 291 * 89 * M2)
