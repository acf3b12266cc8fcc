"""Minutes as they are kept once approved: one JSON text, and the hash that tells it from any other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from rules.events import canonical
from rules.minutes import (
    Addendum,
    BallotRecord,
    Correction,
    Count,
    Item,
    Line,
    Minutes,
    PartyPresence,
    Presence,
    Stage,
    TaskRecord,
)

FORMAT = "louyuhui-minutes"
VERSION = 1  # grows when a reader of the earlier ones would go wrong

Content = dict[str, Any]


def freeze(minutes: Minutes, zone: str) -> Content:
    """The minutes as JSON values; times as ISO 8601 with their offset, and the name of the zone."""
    return {**cast("Content", _plain(asdict(minutes))), "zone": zone}


def fingerprint(content: Mapping[str, Any]) -> str:
    """The sha256 of the content's canonical JSON, in hex."""
    return hashlib.sha256(canonical(dict(content))).hexdigest()


def file_of(content: Mapping[str, Any], seal: str | None, addenda: Iterable[Addendum] = ()) -> Content:
    """The minutes as a file of their own; `seal` is the fingerprint they were approved with."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "hash": seal,
        "content": dict(content),
        "addenda": plain_addenda(addenda),
    }


def plain_addenda(addenda: Iterable[Addendum]) -> list[Content]:
    """Addenda as JSON values, beside the content: its fingerprint is not theirs."""
    return [cast("Content", _plain(asdict(one))) for one in addenda]


def thaw(content: Mapping[str, Any]) -> Minutes:
    """The minutes that were frozen."""
    zone = ZoneInfo(content["zone"])

    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(zone)

    values = {name: value for name, value in content.items() if name != "zone"}
    present = [_presence(one, moment) for one in content["present"]]
    return Minutes(
        **values
        | {name: moment(content[name]) for name in ("planned", "opened", "closed")}
        | {
            "present": tuple(present),
            "parties": tuple(
                PartyPresence(**{**one, "at": moment(one["at"])}) for one in content.get("parties", ())
            ),
            "items": tuple(_item(one, moment) for one in content["items"]),
            "next_meeting": moment(content["next_meeting"]) if content["next_meeting"] else None,
            "stage": Stage(content["stage"]),
            "corrections": tuple(Correction(**one) for one in content["corrections"]),
        }
    )


def _presence(value: Mapping[str, Any], moment: Callable[[str], datetime]) -> Presence:
    left = value.get("left")
    return Presence(**{**value, "at": moment(value["at"]), "left": moment(left) if left else None})


def _item(value: Mapping[str, Any], moment: Callable[[str], datetime]) -> Item:
    return Item(
        value["event"],
        value["number"],
        value["title"],
        tuple(Line(**{**line, "at": moment(line["at"])}) for line in value["lines"]),
        tuple(_ballot(ballot) for ballot in value["ballots"]),
        tuple(TaskRecord(**{**task, "due": _day(task["due"])}) for task in value["tasks"]),
    )


def _ballot(value: Mapping[str, Any]) -> BallotRecord:
    counts = tuple(Count(**count) for count in value["counts"])
    names = {name: tuple(value.get(name, ())) for name in ("level", "named")}
    return BallotRecord(**{**value, **names, "counts": counts, "open_until": _day(value["open_until"])})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _plain(value: object) -> object:
    match value:
        case date():  # a datetime is one too
            return value.isoformat()
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return value
