"""Every service, what it can be called with, and all who have no business in a building.

A service that names something of somebody's or of some building's, by an id or as an object, is called with
every such thing of the town. An id is known by its name: `meeting_id` is a row of `meetings`; an object by
its type. A parameter that is not known here stops the tests, so that a new one cannot be forgotten.
"""

from __future__ import annotations

import inspect
import itertools
import pkgutil
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import services
from rules import tasks
from rules.ballots import Ballot, Plan
from rules.habits import Standing
from rules.homes import Building, Claim, Household
from rules.kinds import DEFAULT_KIND
from rules.mediations import Agreement, Mediation
from rules.meetings import Item, Meeting, Proposal
from rules.papers import Slip, Stack
from rules.parties import Answer
from rules.people import Chat, Person
from rules.proxies import Proxy
from rules.reports import STEPS
from rules.roll import RollLine
from rules.straws import Straw
from rules.thresholds import Charter, Threshold
from rules.time_polls import State as States
from rules.time_polls import TimePoll
from rules.voters import Roll
from services import record
from services.counting import Counted
from services.mediations import Case
from services.proposals import Place
from services.proxies import Occasion
from storage.outbox import Due
from storage.store import Connection, Store, Unit
from storage.tables import metadata
from tests.faults.strangers import SECRET
from tests.faults.town import Caller, Town
from tests.services.house import LAYOUTS, NOW

Service = Callable[..., Any]

OTHERS = {  # ids that are not named like their table
    "poll_id": "time_polls",
    "slot_id": "time_slots",
    "stack_id": "paper_stacks",
    "first": "proposals",
    "second": "proposals",
    "pair": "proposals",
    "proposals": "proposals",
    "proxy": "proxies",
    "record": "meetings",
    "about_id": "meetings",
    "voted": "voters",
    "person_ids": "people",
    "poll": "straws",
    "key": "straws",
    "code_hash": "slips",
    "album": "events",
}
WHO = {"person_id", "by_id", "by", "speaker_id", "holder_id", "recorded_by", "user"}  # who asks
THINGS = {
    Agreement, Ballot, Building, Case, Claim, Due, Household, Item, Mediation, Meeting, Occasion, Place,
    Proposal, Proxy, Roll, Slip, Stack, Straw, tasks.Task, TimePoll,
}  # fmt: skip
SAID = {  # what is said besides, by its type
    Any, Callable, Charter, Chat, Connection, Counted, Mapping, Path, Person, Plan, RollLine, Standing,
    Store, Threshold, Unit, ZoneInfo, bool, bytes, date, datetime, dict, record.Task, timedelta,
}  # fmt: skip
WORDS = {  # what is said in words or figures, by the name of the parameter
    "after", "at_most", "chat", "chosen", "code", "community", "day", "event", "how", "hurry", "instead",
    "join_link", "kind", "lang", "line", "link", "message", "mode", "month", "name", "names", "party",
    "photo", "picture", "place", "question", "reason", "role", "room", "side", "standing", "state",
    "text", "texts", "title", "topic", "unit", "who", "zone", "doors", "plan", "form", "data", "payload",
    "photos", "not_before", "progress", "fetch",
}  # fmt: skip
TOLD: dict[str, Any] = {  # by the name of the parameter
    "doors": (("1", "0"),),
    "event": 1,
    "after": 0,
    "month": "2026-11",
    "kind": "concern",
    "said": Answer.COMES,
    "task": record.Task("示例住户", "看看", None),
    "how": "chat",
    "state": "accepted",
    "chosen": (1,),
    "texts": ("甲", "乙"),
    "form": {},
    "planned": NOW + timedelta(days=9),
}


@dataclass(frozen=True, slots=True)
class Address:
    """Whoever is meant, by their address."""

    address: str


FITTING: dict[str, dict[str, Any]] = {  # where only some words will do
    "calling.set_kind": {"code": DEFAULT_KIND},
    "joining.ask": {"name": "", "room": "11"},
    "joining.check_may_ask": {"name": "", "room": "11"},
    "joining.find_door": {"text": "11", "chosen": None},
    "offices.appoint": {"role": "recorder", "admin": False},
    "offices.check_holder": {"role": "leader"},
    "offices.resign": {"role": "recorder"},
    "parties.register": {"party": "property", "name": "示例物业"},
    "record.propose": {"text": "另一个办法"},
    "proposals.withdraw": {"reason": "说好了"},
    "reports.hand_in": {"form": {"month": "2026-11", **dict.fromkeys(STEPS, 1)}},
    "owners.decide": {"person_id": Address("1")},
    "proposals.amend": {"text": "新的说法"},
    "proxies.ask": {"holder_id": Address("1")},
    "reports.start": {"month": NOW.date().replace(day=1)},
}


class UnknownKind(Exception):
    """A parameter of a service of which it is not known what it names."""


def found() -> Iterator[tuple[str, Service]]:
    """Every public async function of the services, as "meeting.start"."""
    for module in pkgutil.iter_modules(services.__path__):
        for name, one in vars(import_module(f"services.{module.name}")).items():
            ours = getattr(one, "__module__", "") == f"services.{module.name}"
            if ours and inspect.iscoroutinefunction(one) and not name.startswith("_"):
                yield f"{module.name}.{name}", one


def table_of(name: str) -> str | None:
    """The table an id of this name is of: meeting_id -> meetings, proxy_id -> proxies, item_ids -> items."""
    if name in OTHERS:
        return OTHERS[name]
    stem = name.removesuffix("_ids").removesuffix("_id")
    plurals = (f"{stem}s", f"{stem.removesuffix('y')}ies", f"{stem}es")
    return next((table for table in plurals if stem != name and table in metadata.tables), None)


@cache
def parameters(service: Service) -> tuple[inspect.Parameter, ...]:
    """What it takes, with the types themselves."""
    return tuple(inspect.signature(service, eval_str=True).parameters.values())


def names_a_thing(one: inspect.Parameter) -> bool:
    """Whether it is somebody's or some building's, and not who asks. Raises UnknownKind."""
    types = set(_types(one.annotation))
    if types & THINGS or (table_of(one.name) and one.name not in WHO):
        return True
    plain = types <= {int, str, type(None)}
    if one.name in WHO | WORDS or one.name in TOLD:
        return False
    if not plain and all(kind in SAID or _counted(kind) for kind in types - {int, str, type(None)}):
        return False
    raise UnknownKind(f"{one.name}: {one.annotation}")


def tells_who(service: Service) -> bool:
    """Whether it is told who asks; one that is not cannot refuse anybody."""
    return any(one.annotation is Person or one.name in WHO for one in parameters(service))


def takes_a_building(service: Service) -> bool:
    """Whether it is given the building, as whoever calls it knows it."""
    return any(Building in _types(one.annotation) for one in parameters(service))


def takes_an_object(service: Service) -> bool:
    """Whether it is given somebody's or some building's thing as it was read, and no mere id."""
    return any(set(_types(one.annotation)) & (THINGS - {Building}) for one in parameters(service))


def takes_an_id(service: Service) -> bool:
    """Whether it is given an id that anybody could make up."""
    return any(table_of(one.name) and one.name not in WHO for one in parameters(service))


def answers_nothing(service: Service) -> bool:
    """Whether it can refuse only by raising."""
    return inspect.signature(service, eval_str=True).return_annotation is None


async def ask(service: Service, called: Mapping[str, Any]) -> Any:
    """Call it."""
    if any(one.kind is one.VAR_POSITIONAL for one in parameters(service)):
        return await service(*called.values(), *States)
    return await service(**called)


def _counted(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _types(annotation: Any) -> Iterator[Any]:
    """The types in one: of `tuple[Building, ...] | None` Building and None."""
    inner = [one for one in typing.get_args(annotation) if one is not ...]
    origin = typing.get_origin(annotation)
    if origin is not None and origin.__name__ in {"Callable", "Mapping", "dict"}:
        yield {"Callable": Callable, "Mapping": Mapping, "dict": dict}[origin.__name__]
    elif inner:
        for one in inner:
            yield from _types(one)
    else:
        yield annotation


def calls(
    service: Service, town: Town, unit: Unit, caller: Caller, where: Building
) -> Iterator[dict[str, Any]]:
    """What it can be called with in somebody's name: every thing of the town for each of its parameters."""
    choices: dict[str, list[Any]] = {}
    for one in parameters(service):
        if one.kind is not one.VAR_POSITIONAL:
            choices[one.name] = _choices(one, town, unit, caller, where)
    for name, value in FITTING.get(_name(service), {}).items():
        choices[name] = [town.people[value.address] if isinstance(value, Address) else value]
    for values in itertools.product(*choices.values()):
        called = dict(zip(choices, values, strict=True))
        if _fits(called, town):
            yield called


def _name(service: Service) -> str:
    return f"{service.__module__.removeprefix('services.')}.{service.__name__}"


def _choices(one: inspect.Parameter, town: Town, unit: Unit, caller: Caller, where: Building) -> list[Any]:
    known: dict[Any, Any] = {
        Unit: unit, Connection: unit.conn, Building: where, Person: caller.person, Chat: caller.chat,
        Plan: LAYOUTS, bool: True, datetime: NOW + timedelta(days=9), date: NOW.date(), str: SECRET,
        timedelta: timedelta(minutes=3),
    }  # fmt: skip
    types = [kind for kind in _types(one.annotation) if kind is not type(None)]
    if one.name == "building_id":  # of the group it is asked in, None in private; else asked for itself
        return [town.building.id] if one.annotation is int else [where.id, None]
    if one.name == "pair":
        return [(town.ids["proposals"][0], town.ids["proposals"][-1])]
    if one.name in town.named and types[0] is str:
        return [town.named[one.name]]
    if types[0] in THINGS - {Building}:
        return list(town.things[types[0]])
    if one.annotation is Person:
        return [caller.person]
    if one.name in TOLD and not (one.name == "month" and one.annotation is date):
        return [TOLD[one.name]]
    if one.name in WHO:
        return [caller.person.address if one.name == "user" else caller.person.id]
    if table := table_of(one.name):  # a proxy may also be none: one's own vote
        known_ids = town.ids[table]
        few = [known_ids[0], known_ids[-1]] if table == "households" or one.default == 0 else known_ids
        return [*([0] if one.name == "proxy" or one.default == 0 else []), *few]
    if one.name == "chat" and one.annotation is str:
        return [caller.chat.address]
    if one.default is not one.empty and types[0] in {str, *SAID - set(known)}:
        return [one.default]
    return [known[types[0]]]


def _fits(called: dict[str, Any], town: Town) -> bool:
    """An item is asked for with its own meeting, a proxy with its occasion: which is hardest to refuse."""
    belongs = town.items.get(called.get("item_id") or 0)
    if belongs is not None and called.get("meeting_id") not in {None, belongs}:
        return False
    proxy, about = called.get("proxy"), called.get("about")
    if isinstance(proxy, Proxy) and about is not None:
        return _occasion(proxy) == _occasion(about)
    agreement, case = called.get("agreement"), called.get("case")
    return agreement is None or case is None or agreement.mediation_id == case.mediation.id


def _occasion(one: Proxy | Occasion) -> tuple[int | None, int | None]:
    if isinstance(one, Proxy):
        return (one.ballot_id, None) if one.ballot_id else (None, one.meeting_id)
    return (one.ballot.id, None) if one.ballot else (None, one.meeting.id if one.meeting else None)
