"""A meeting in an export: its state and times by its log, its minutes by their hash."""

from __future__ import annotations

from collections.abc import Sequence

from rules.meetings import State
from rules.minutes import Stage
from rules.minutes_freezing import fingerprint
from rules.proof.chains import Entry
from rules.proof.misfits import Misfit, Wrong
from rules.proof.parts import Part, second

_STATES = {"cancelled": State.CANCELLED, "closed": State.CLOSED, "opened": State.OPEN}


def check_meeting(told: Part, log: Sequence[Entry]) -> bool:
    """Go on only if a meeting is as its log says; whether it has approved minutes. Raises Misfit."""
    kinds = {entry.kind: entry for entry in log}  # the last of each
    if "published" not in kinds:
        raise Misfit(Wrong.UNLISTED, told.place)
    state = next((state for kind, state in _STATES.items() if kind in kinds), State.ANNOUNCED)
    told.expect("state", str(state))
    for kind in ("opened", "closed"):
        told.expect(f"{kind}_at", second(kinds[kind].at) if kind in kinds else None)
    called = [entry for entry in log if entry.kind in {"published", "changed"}][-1].data
    told.expect("planned_at", second(called.moment("planned")))
    told.expect("place", called.get("place", str))
    _check_agenda(told, kinds["published"].data)
    approved = _check_minutes(told, kinds.get("approved"))
    if told.maybe("minutes", dict) is not None:
        _check_addenda(told.part("minutes"), log)
    return approved


def _check_addenda(filed: Part, log: Sequence[Entry]) -> None:
    """What stands below the minutes is what was asked for after the approval, and decided."""
    asked = [entry for entry in log if entry.kind == "addendum_asked"]
    decided = {entry.data.get("objection", int): entry for entry in log if entry.kind == "addendum_decided"}
    told = filed.parts("addenda")
    if len(told) != len(asked):
        raise Misfit(Wrong.DIFFERS, filed.place, "addenda")
    for one, entry in zip(told, asked, strict=True):
        end = decided.get(entry.data.get("objection", int))
        one.expect("event", entry.number)
        one.expect("text", entry.data.get("text", str))
        one.expect("state", end.data.get("state", str) if end else "open")


def _check_agenda(told: Part, published: Part) -> None:
    """The items are those that were announced: nothing is decided that was not."""
    titles = [[item.get("number", int), item.get("title", str)] for item in told.parts("items")]
    if titles != published.get("items", list):
        raise Misfit(Wrong.DIFFERS, told.place, "items")


def _check_minutes(told: Part, approved: Entry | None) -> bool:
    minutes = told.maybe("minutes", dict)
    filed = None if minutes is None else told.part("minutes")
    if approved is None:
        if filed is not None:
            filed.expect("stage", str(Stage.DRAFT))
            filed.expect("hash", None)
        return False
    if filed is None:
        raise Misfit(Wrong.MINUTES, told.place)
    filed.expect("stage", str(Stage.APPROVED))
    filed.expect("hash", approved.data.get("hash", str))
    if fingerprint(filed.get("content", dict)) != filed.get("hash", str):
        raise Misfit(Wrong.MINUTES, told.place)
    return True
