"""Every service, called in the name of whoever has no business there: refused, and nothing is changed.

Services that ask nobody are few and listed. Nothing that people press, say or open leads to one of them
before another that refuses strangers; that is read from the code of the handlers.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Collection

import pytest
from sqlalchemy import select, text

from rules.homes import Building
from rules.refusals import Refusal
from services import proxies, results, tasks
from storage import ballots
from storage.tables import metadata
from tests.faults.paths import Paths
from tests.faults.services import calls, found, takes_ids
from tests.faults.strangers import SECRET
from tests.faults.town import Caller, Town, town
from tests.services.house import NOW

READ = {  # they change nothing, and tell their caller whose it is that was asked for, or some of it
    "agenda.used",
    "ballots.find",
    "ballots.may_convene",
    "choosing.of_record",
    "export.export_building",
    "floor.read",
    "item_plans.of_item",
    "mediations.whole",
    "minutes.check_draft",
    "minutes.corrections",
    "minutes.filed",
    "minutes.find_correction",
    "minutes.load",
    "minutes.print_pdf",
    "minutes.waiting",
    "minutes.write_docx",
    "minutes.write_json",
    "proposals.find",
    "proxies.household_of",
    "proxies.occasion",
    "proxies.principals",
    "results.answerers",
    "results.closed",
    "room.ending",
    "tasks.find",
}
ACT = {  # what the bot does itself, or as a part of what was allowed
    "ballots.close",
    "delivering.know",
    "joining.print_codes",
    "minutes.draft",
    "minutes.end_of_time",
    "outbox.show",
    "privacy.erase_chat",
    "proposals.renew_cards",
    "reminding.unschedule_ballot",
    "reminding.unschedule_meeting",
    "results.settle",
    "room.finish",
}
OWN = {"privacy.forget"}  # its id is the chat it is asked in
LEFT_TO_CALLER = {  # given a building, they do not ask who may do this there
    "agenda.add_urgent",
    "agenda.bring_forward",
    "agenda.defer",
    "floor.alternate",
    "floor.give_floor",
    "floor.raise_hand",
    "floor.skip",
    "meeting.check_closing",
    "meeting.close",
    "meeting.find",
    "meeting.next_item",
    "meeting.plan_next",
    "minutes.correction",
    "minutes.decide",
    "minutes.draft",
    "parties.find",
    "parties.new_link",
    "parties.remove",
    "proposals.check_change",
    "proposals.check_speak",
    "proposals.find_in",
    "proposals.speak",
    "record.add_task",
    "record.check_item",
    "record.say",
    "room.check_in_by_code",
    "room.set_mode",
}
OFFICE = {"here.the_leader", "here.the_resident"}  # they refuse who is not
GROUP = {"meeting.find"}  # minutes are for whoever is in the group
FEW = {"leader", "resident", "community"}
STRANGEST = {"leader (示例小区)", "resident (示例小区)", "passer-by (示例小区)", "leader (别的小区)"}
CHECKS = {  # they judge what was read by an id
    "results.object_to",
    "results.own_votes",
    "proxies.check_giver",
    "proxies.check_voters",
    "results.check_objector",
    "results.check_reader",
    "tasks.check_may_see",
}


async def test_no_service_gives_or_changes_anything_of_anothers_by_its_id(sqlite: str) -> None:
    ids = {name for name, service in found() if takes_ids(service)}
    async with town(sqlite) as place:
        before = await everything(place)
        told: dict[str, str] = {}
        for caller in elsewhere(place):
            told |= await outcomes(place, caller, caller.building, ids)
        assert await everything(place) == before
        inside: dict[str, str] = {}
        for caller in place.insiders[:2]:
            inside |= await outcomes(place, caller, place.building, ids)
    assert set(told) <= READ | ACT | OWN
    assert {name for name, became in told.items() if became == "changed"} <= ACT | OWN
    assert len(ids) > 100
    assert len(set(inside) - set(told)) > 30, "who lives and leads there is not refused"


async def test_a_service_given_the_building_asks_who_it_is_or_is_known_to_leave_that_to_its_caller(
    sqlite: str,
) -> None:
    """As where somebody presses a forwarded button: the handler takes the building from what it names."""
    async with town(sqlite) as place:
        before = await everything(place)
        told: dict[str, str] = {}
        for caller in (one for one in elsewhere(place) if one.role in STRANGEST):
            told |= await outcomes(place, caller, place.building, given_a_building())
        assert await everything(place) == before
        assert set(told) <= LEFT_TO_CALLER


def test_people_reach_what_asks_nobody_only_after_what_refuses_strangers() -> None:
    refusing = {name for name, service in found() if takes_ids(service)} - READ - ACT - OWN
    guards = {f"services:{name}" for name in refusing}
    assert Paths().unguarded({f"services:{name}" for name in ACT}, guards | OFFICE) == []
    refusing -= LEFT_TO_CALLER
    guards = OFFICE | {f"services:{name}" for name in refusing}
    assert Paths().unguarded({f"services:{name}" for name in LEFT_TO_CALLER - GROUP}, guards) == []


def test_whatever_people_look_up_by_an_id_is_judged_before_they_are_told() -> None:
    judged = {name for name, service in found() if takes_ids(service)} - READ - ACT | CHECKS
    guards = OFFICE | {f"services:{name}" for name in judged} | {"handlers:slip._check_on_the_roll"}
    paths = Paths()
    ways = paths.unguarded({f"services:{name}" for name in READ}, guards)
    roots = {way.partition(" > ")[0] for way in ways}
    assert {root for root in roots if not paths.reaches(root, guards)} == set()


async def test_whoever_has_no_business_there_is_refused_what_was_read_for_them(sqlite: str) -> None:
    async with town(sqlite) as place, place.store.unit(NOW) as unit:
        for caller in elsewhere(place):
            me = caller.person.id
            ballot = await ballots.get(unit.conn, place.ids["ballots"][1])
            task, building = await tasks.find(unit.conn, place.ids["tasks"][0])
            about = await proxies.occasion(unit.conn, ballot.id, None)
            with pytest.raises(Refusal):
                await proxies.check_giver(unit.conn, about, me)
            with pytest.raises(Refusal):
                await proxies.check_voters(unit.conn, ballot, me, 0)
            with pytest.raises(Refusal):
                await results.check_objector(unit, ballot, me)
            with pytest.raises(Refusal):
                await results.object_to(unit, ballot, me, SECRET)
            with pytest.raises(Refusal):
                await results.own_votes(unit.conn, ballot, me)
            with pytest.raises(Refusal):
                await results.check_reader(unit.conn, ballot, me)
            with pytest.raises(Refusal):
                await tasks.check_may_see(unit, building, caller.person, task)


def elsewhere(place: Town) -> list[Caller]:
    """Every role of the sibling building, and of another community those that can most."""
    return [one for one in place.strangers if "示例小区" in one.role or one.role.split()[0] in FEW]


def given_a_building() -> set[str]:
    """The services that take a building besides an id."""
    return {
        name
        for name, service in found()
        if takes_ids(service)
        and any(one.annotation == "Building" for one in inspect.signature(service).parameters.values())
    }


async def everything(place: Town) -> str:
    """The hash of all that the tables hold."""
    digest = hashlib.sha256()
    async with place.store.glance() as conn:
        for table in metadata.sorted_tables:
            for row in await conn.execute(select(table)):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


async def outcomes(place: Town, caller: Caller, where: Building, names: Collection[str]) -> dict[str, str]:
    """What became of each service called in somebody's name: "told", "changed"; refused ones aside."""
    told: dict[str, str] = {}
    for name, service in found():
        if name in names:
            try:
                async with place.store.unit(NOW) as unit:
                    before = await unit.conn.scalar(text("SELECT total_changes()"))
                    for called in calls(service, place, unit, caller, where):
                        try:
                            answer = await service(**called)
                        except Refusal:
                            continue
                        except Exception:  # noqa: BLE001 - it did not refuse: it went on and stumbled
                            answer = True
                        if answer:
                            told[name] = "told"
                    if before != await unit.conn.scalar(text("SELECT total_changes()")):
                        told[name] = "changed"
                    raise Undone
            except Undone:
                pass
    return told


class Undone(Exception):
    """What was tried is rolled back."""
