"""Every service that takes an id, found by its signature, and all who have no business in a building.

An id is known by its name: `meeting_id` is a row of `meetings`. A service that takes one in a way that is not
known here stops the tests, so that a new one cannot be forgotten.
"""

from __future__ import annotations

import inspect
import itertools
import pkgutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import services
from rules.homes import Building
from rules.parties import Answer
from rules.people import Chat, Person
from services import record
from storage.store import Connection, Unit
from storage.tables import metadata
from tests.faults.strangers import SECRET
from tests.faults.town import Caller, Town

Service = Callable[..., Any]

OTHERS = {  # ids that are not named like their table
    "poll_id": "time_polls",
    "slot_id": "time_slots",
    "stack_id": "paper_stacks",
    "first": "proposals",
    "second": "proposals",
    "proxy": "proxies",
    "record": "meetings",
}
WHO = {"person_id", "by_id", "by", "speaker_id", "holder_id"}  # ids of who asks
TOLD: dict[str, Any] = {  # what is said besides, by the name of the parameter
    "pair": None,
    "doors": (("1", "101"),),
    "event": 1,
    "after": 0,
    "month": "2026-11",
    "kind": "concern",
    "said": Answer.COMES,
    "task": record.Task("示例住户", "看看", None),
    "how": "chat",
    "state": "accepted",
}


def found() -> Iterator[tuple[str, Service]]:
    """Every public async function of the services, as "meeting.start"."""
    for module in pkgutil.iter_modules(services.__path__):
        for name, one in vars(import_module(f"services.{module.name}")).items():
            ours = getattr(one, "__module__", "") == f"services.{module.name}"
            if ours and inspect.iscoroutinefunction(one) and not name.startswith("_"):
                yield f"{module.name}.{name}", one


def table_of(name: str) -> str | None:
    """The table an id of this name is of: meeting_id -> meetings, proxy_id -> proxies."""
    if name in OTHERS:
        return OTHERS[name]
    stem = name.removesuffix("_id")
    plurals = (f"{stem}s", f"{stem.removesuffix('y')}ies", f"{stem}es")
    return next((table for table in plurals if stem != name and table in metadata.tables), None)


def takes_ids(service: Service) -> bool:
    """Whether it takes an id that somebody could make up, and nothing that was read by one before."""
    parameters = inspect.signature(service, eval_str=True).parameters.values()
    named = any(one.name == "building_id" or table_of(one.name) or one.name == "pair" for one in parameters)
    return named and all(_sayable(one) for one in parameters)


def _sayable(one: inspect.Parameter) -> bool:
    plain = {int, str, bool, datetime, Unit, Connection, Building, Person, Chat, int | None, str | None}
    return one.annotation in plain or one.name in TOLD or one.default is not one.empty


def calls(
    service: Service, town: Town, unit: Unit, caller: Caller, where: Building
) -> Iterator[dict[str, Any]]:
    """What it can be called with in somebody's name: every row of the town for each of its ids."""
    choices: dict[str, list[Any]] = {}
    for one in inspect.signature(service, eval_str=True).parameters.values():
        if one.kind is not one.VAR_POSITIONAL:
            choices[one.name] = _choices(one, town, unit, caller, where)
    for values in itertools.product(*choices.values()):
        called = dict(zip(choices, values, strict=True))
        if _fits(called, town):
            yield called


def _choices(one: inspect.Parameter, town: Town, unit: Unit, caller: Caller, where: Building) -> list[Any]:
    known: dict[Any, Any] = {
        Unit: unit, Connection: unit.conn, Building: where, Person: caller.person, Chat: caller.chat,
        bool: True, datetime: unit.now + timedelta(days=9), str: SECRET,
    }  # fmt: skip
    if one.name == "building_id":  # of the group it is asked in, None in private; else asked for itself
        return [town.building.id] if one.annotation is int else [where.id, None]
    if one.name == "pair":
        return [(town.ids["proposals"][0], town.ids["proposals"][-1])]
    if one.name in TOLD:
        return [TOLD[one.name]]
    if one.annotation in known:
        return [known[one.annotation]]
    if one.name in WHO:
        return [caller.person.id]
    if table := table_of(one.name):
        return list(town.ids[table])
    return [one.default if one.default is not one.empty else None]


def _fits(called: dict[str, Any], town: Town) -> bool:
    """An item is asked for with its own meeting, which is hardest to refuse."""
    belongs = town.items.get(called.get("item_id") or 0)
    return belongs is None or called.get("meeting_id") in {None, belongs}
