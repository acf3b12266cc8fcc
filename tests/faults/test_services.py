"""Every service, called in the name of whoever has no business there: refused, and nothing is changed.

Services that ask nobody are listed, or are not told who asks. Nothing that people press, say or open leads to
one of them before another that refuses strangers, on whatever way; that is read from the handlers' code.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict

import pytest
from sqlalchemy import select, text

from rules.homes import Building
from rules.refusals import Refusal
from services.vote_box import VoteBox
from storage.store import Unit
from storage.tables import metadata
from tests.faults.paths import Paths
from tests.faults.services import (
    Service,
    UnknownKind,
    answers_nothing,
    ask,
    calls,
    found,
    names_a_thing,
    parameters,
    takes_a_building,
    takes_an_id,
    takes_an_object,
    tells_who,
)
from tests.faults.town import Caller, Town, town
from tests.services.house import NOW

FREE = {  # for anybody at all
    "joining.ask": "whoever has moved in asks to be let in; a leader decides",
    "joining.check_may_ask": "the same",
    "joining.find_door": "the same",
    "joining.home_of_slip": "whoever holds the slip of a home",
    "joining.join_by_slip": "the same",
    "offers.offers": "the buttons of one's own standing, in the chat one is in",
    "offers.offers_anywhere": "the same",
    "privacy.forget": "what is one's own",
    "proxies.household_of": "nobody but oneself, where one does not live",
    "proxies.side_of": "the same",
    "straws.answer": "the platform asks whoever sees the poll, and it is a mood, no vote",
    "straws.answer_held": "the same",
}
GIVEN = "they trust their caller with the building"
READ = "they trust their caller with what was read"
TRUSTING = {  # they do not ask who may do this, there or at all
    "agenda.add_urgent": GIVEN,
    "agenda.defer": GIVEN,
    "calling.add_proposal": READ,
    "calling.begin": GIVEN,
    "calling.cancel": READ,
    "calling.change": READ,
    "calling.others_draft": GIVEN,
    "floor.raise_hand": GIVEN,
    "mediating.note": READ,
    "mediating.stop": READ,
    "mediations.answer": READ,
    "meeting.close": GIVEN,
    "meeting.start": "it refuses here for the meeting that is open already",
    "minutes.decide": GIVEN,
    "minutes.draft": "a part of closing",
    "parties.arrive": GIVEN,
    "parties.register": GIVEN,
    "parties.remove": GIVEN,
    "proposals.speak": GIVEN,
    "record.propose": GIVEN,
    "record.say": GIVEN,
    "reminding.schedule_ballot": "a part of opening",
    "reports.ask_tomorrow": GIVEN,
    "reports.check_open": GIVEN,
    "reports.hand_in": GIVEN,
    "reports.start": GIVEN,
    "room.call_again": GIVEN,
    "room.check_in_by_code": GIVEN,
    "room.send_off": GIVEN,
    "standing.begin": GIVEN,
    "statements.own": GIVEN,
    "time_polls.begin": GIVEN,
    "time_polls.call": READ,
}
QUIET = {  # their answer is no, or nothing: who calls them has to look at it
    "ballots.may_convene",
    "calling.draft_of",
    "delivering.know",
    "mediations.concerning",
    "proposals.may_chair",
    "proxies.principals",
    "proxies.voters",
    "register.keeps",
    "statements.of_album",
    "statements.words_for",
}
ALONE = {  # nobody of the town is let in by what is tried here: their refusals show little; never more
    "binding.bind_known": "the building has its group; who may bind one is in tests/handlers/test_guests.py",
    "habits.set_kind": "only for one of the kinds that recur, and none does here",
    "meeting.add_present": "a door is no text",
    "meeting.next_item": "no item is left",
    "minutes.approve": "the meeting has no course to freeze",
    "standing.skip": "there is no standing date",
}
OFFICE = {  # they refuse who is not
    "here.the_leader",
    "here.the_resident",
    "handlers:slip._check_on_the_roll",  # it reads the roll itself
    "handlers:slip._check_right",
}
LET_IN = {"told", "changed"}
LOOK_UP = {  # they tell whose it is that is asked for, so that it can be judged
    "ballots.find",
    "choosing.of_record",
    "minutes.filed",
    "minutes.load",
    "proposals.find",
    "proxies.occasion",
    "results.closed",
    "tasks.find",
}
JUDGED = {  # what is looked up in them is judged by themselves, on those ways where anything of it is told
    "minutes.hear_correction": "asked in their own dialogue; told is only that it is too late",
    "minutes.list_minutes": "the latest of the chat's own building",
    "minutes.see_photos": "by _the_neighbour: who lives there or holds an office",
    "polling.see_pictures": "by _here: in its own group; in private by check_reader",
    "proposals.show_changes": "by about_led, and only for who made it or leads",
    "proposals.withdraw": "the same",
    "slip.open_slip": "a paper begun before was begun by who was on the roll; another is asked",
    "proxies.begin": "in a group told is only the link that goes on in private, where it is asked",
}
ANYONE = "whoever has moved in asks at which door"
ITSELF = "it is an answer that the handler itself goes by"
WAYS = {  # the last step before what asks nobody, and why it may be taken unasked
    "guests._say_bound > binding.size": "of the building just bound to this group",
    "joining._ask_door > joining.rooms_of": ANYONE,
    "joining._ask_door > joining.units_of": ANYONE,
    "joining.choose_unit > joining.units_of": ANYONE,
    "joining.hear_door > joining.units_of": ANYONE,
    "joining.send_claim > joining.family_of": "those at the door asked for are told who asks",
    "asking._answered > outbox.say": "to the one who asks, in the chat they are in",
    "mediation.tell_circle > mediations.reached": "one's own mediations end as one is forgotten",
    "minutes.see_photos > meeting.find": JUDGED["minutes.see_photos"],
    "minutes.see_photos > statements.with_photos": JUDGED["minutes.see_photos"],
    "parties.arrive > parties.arrive": "the handler refuses who neither leads, records nor is the contact",
    "parties.arrive > outbox.renew": "the same",
    "polling.list_open > ballots.may_convene": ITSELF,
    "proposals.about_led > proposals.may_chair": ITSELF,
    "proposals.show_changes > proposals.check_change": JUDGED["proposals.show_changes"],
    "proposals.show_changes > proposals.may_chair": ITSELF,
    "proposals.withdraw > proposals.check_change": JUDGED["proposals.withdraw"],
    "proposals.withdraw > proposals.may_chair": ITSELF,
}

Served = dict[str, Service]


def served() -> Served:
    """The services that are told who asks and are given something that is somebody's or some building's."""
    return {name: one for name, one in found() if tells_who(one) and any(map(names_a_thing, parameters(one)))}


def unasking() -> Served:
    """Those that are given something of somebody's and are not told who asks, so that they cannot refuse."""
    return {
        name: one for name, one in found() if not tells_who(one) and any(map(names_a_thing, parameters(one)))
    }


def scoped() -> dict[str, bool]:
    """Those of them that are given a building and nothing that was read; whether also an id."""
    return {
        name: takes_an_id(one)
        for name, one in unasking().items()
        if name not in TRUSTING and takes_a_building(one) and not takes_an_object(one)
    }


CALLED = served() | {name: one for name, one in found() if scoped().get(name)}
GUARDS = set(served()) - set(FREE) - set(TRUSTING) - QUIET


async def test_no_service_gives_or_changes_anything_of_anothers_and_their_own_people_are_let_in(
    sqlite: str,
) -> None:
    """Of every role of another community and of a sibling building; by ids, by things, in the building."""
    strangers: dict[str, set[str]] = defaultdict(set)
    alone = dict(CALLED)
    async with town(sqlite) as place:
        before = await everything(place)
        for caller in place.strangers:
            for name, became in (await outcomes(place, caller, CALLED)).items():
                strangers[name] |= became
        for caller in place.insiders:
            inside = await outcomes(place, caller, alone)
            alone = {name: one for name, one in alone.items() if not inside[name] & LET_IN}
        assert await everything(place) == before
    went_on = {name for name, became in strangers.items() if became & (LET_IN | {"stumbled"})}
    assert {name for name, became in strangers.items() if not became} == set(), "each is called"
    assert went_on <= {*FREE, *TRUSTING}
    assert {name for name in CALLED if "nothing" in strangers[name]} - set(FREE) - set(TRUSTING) <= QUIET
    assert all(strangers[name] == {"refused"} for name in GUARDS), "by raising, whatever is asked for"
    assert set(alone) - set(TRUSTING) == set(ALONE), "who lives and leads there is let in by the others"


def test_a_service_that_takes_what_is_not_known_here_stops_the_tests() -> None:
    async def novel(unit: Unit, urn_number: int) -> None: ...

    async def odd(unit: Unit, box: VoteBox) -> None: ...

    for one in (novel, odd):
        with pytest.raises(UnknownKind):
            names_a_thing(parameters(one)[1])


def test_people_reach_what_asks_nobody_only_after_what_refuses_strangers() -> None:
    asking = {f"services:{name}" for name in set(unasking()) | set(TRUSTING) | QUIET}
    ways = {way: way.split(" > ")[-2:] for way in Paths().unguarded(asking, _guards(), _scoped())}
    steps = {f"{step} > {name.removeprefix('services:')}" for step, name in ways.values()}
    assert {step for step in steps if step.split(" > ")[1] not in LOOK_UP} == set(WAYS)


def test_whatever_people_look_up_by_an_id_is_judged_on_every_way() -> None:
    paths = Paths()
    ways = paths.unguarded({f"services:{name}" for name in LOOK_UP}, _guards(), _scoped())
    roots = {way.partition(" > ")[0] for way in ways}
    assert {root for root in roots if not paths.asks(root, _guards(), _scoped())} == set(JUDGED)


def _guards() -> set[str]:
    return OFFICE | {f"services:{name}" for name in GUARDS}


def _scoped() -> dict[str, bool]:
    return {f"services:{name}": guards for name, guards in scoped().items()}


async def everything(place: Town) -> str:
    """The hash of all that the tables hold."""
    digest = hashlib.sha256()
    async with place.store.glance() as conn:
        for table in metadata.sorted_tables:
            for row in await conn.execute(select(table)):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def asked_in(service: Service, caller: Caller, place: Town) -> list[Building]:
    """The building a service is given: the caller's own, and as where somebody presses a forwarded button."""
    if not takes_a_building(service) or caller.building == place.building:
        return [caller.building]
    if not tells_who(service):
        return [caller.building]
    if takes_an_id(service) and not takes_an_object(service):
        return [caller.building, place.building]
    return [place.building]  # as a thing is read with its building


async def outcomes(place: Town, caller: Caller, services: Served) -> dict[str, set[str]]:
    """What became of each service called in somebody's name; all is rolled back."""
    became: dict[str, set[str]] = {}
    for name, service in services.items():
        became[name] = set()
        for where in asked_in(service, caller, place):
            try:
                async with place.store.unit(NOW) as unit:
                    before = await unit.conn.scalar(text("SELECT total_changes()"))
                    for called in calls(service, place, unit, caller, where):
                        became[name].add(await _outcome(service, called))
                    if before != await unit.conn.scalar(text("SELECT total_changes()")):
                        became[name].add("changed")
                    raise Undone
            except Undone:
                pass
    return became


async def _outcome(service: Service, called: dict[str, object]) -> str:
    try:
        answer = await ask(service, called)
    except Refusal:
        return "refused"
    except Exception:  # noqa: BLE001 - it did not refuse: it went on and stumbled
        return "stumbled"
    return "told" if answer or answers_nothing(service) else "nothing"


class Undone(Exception):
    """What was tried is rolled back."""
