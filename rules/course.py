"""How a sitting went, for its minutes: agenda and proposals changed, a mood was asked, it was passed up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rules.events import Event
from rules.proposals import label

PROPOSING = ("proposal_amended", "proposal_withdrawn", "proposals_merged", "merge_answered")
KINDS = (
    *("item_added", "item_deferred", "items_ordered", "quorum_lost", "inquorate", "passed_up"),
    *PROPOSING,
    "concern_raised",
    "straw_closed",
)

Log = Mapping[str, list[Event]]


def titles_of(log: Log) -> dict[int, str]:
    """The titles of the items that the events name, by the item's id."""
    titles = {item["item"]: item["title"] for event in log["closed"] for item in event.data["not_reached"]}
    named = (*log["item_added"], *log["item_opened"], *log["item_deferred"])
    return titles | {event.data["item"]: event.data["title"] for event in named}


def numbers_of(log: Log) -> dict[int, int]:
    """How many proposals each item ever had, by the item's id."""
    most: dict[int, int] = {}
    for event in (*log["proposed"], *log["proposals_merged"]):
        item, number = event.data["item"], event.data["number"]
        most[item] = max(number, most.get(item, 0))
    return most


def happened(log: Log) -> list[Event]:
    """What the minutes tell of the course: not what was taken back, nor a consent that led to a merger."""
    back = {event.data["concern"] for event in log["concern_taken_back"]}
    return [event for kind in KINDS for event in log[kind] if _is_told(event, back)]


def _is_told(event: Event, back: set[int]) -> bool:
    if event.kind == "merge_answered":
        return not event.data["agreed"]
    return event.data.get("concern") not in back


def kind_of(event: Event) -> str:
    """The kind of the line that tells of an event."""
    return f"voice_{event.data['voice']}" if event.kind == "concern_raised" else event.kind


def told(event: Event, log: Log, lang: str) -> str:
    """What a sentence says of the event, after its label: a title, the new order, a count, or a level."""
    data, titles = event.data, titles_of(log)
    if event.kind in _PROPOSALS:
        return _PROPOSALS[event.kind](event, log, lang)
    if event.kind == "items_ordered":
        return " → ".join(titles[item] for item in data["items"] if item in titles)
    if event.kind == "straw_closed":
        answers = zip(data["options"], data["counts"], strict=True)
        return "; ".join([data["question"], *(f"{option} {count}" for option, count in answers)])
    if event.kind == "passed_up":
        return str(data["to"])
    if event.kind in {"quorum_lost", "inquorate"}:
        return f"{data['present']}/{data['needed']}"
    return str(data["title"])


def _name(event: Event, number: int, log: Log, lang: str) -> str:
    return label(number, numbers_of(log).get(event.data["item"], 0), lang)


def _amended(event: Event, log: Log, lang: str) -> str:
    data = event.data
    return f"{_name(event, data['number'], log, lang)} {data['before']} → {data['text']}"


def _withdrawn(event: Event, log: Log, lang: str) -> str:
    data = event.data
    return f"{_name(event, data['number'], log, lang)} {data['reason']}".strip()


def _merged(event: Event, log: Log, lang: str) -> str:
    data = event.data
    parts = " + ".join(_name(event, number, log, lang) for number in data["numbers"])
    return f"{parts} → {_name(event, data['number'], log, lang)} {data['text']}"


def _not_merged(event: Event, log: Log, _lang: str) -> str:
    asked = next(one for one in log["merge_asked"] if one.data["merge"] == event.data["merge"])
    return str(asked.data["text"])


def _voiced(event: Event, log: Log, lang: str) -> str:
    """What was said of a proposal, with the answer to it."""
    data = event.data
    answers = [one.data["text"] for one in log["concern_answered"] if one.data["concern"] == data["concern"]]
    said = f"{_name(event, data['number'], log, lang)} {data['text']}".strip()
    return " — ".join([said, *answers])


_PROPOSALS: Mapping[str, Callable[[Event, Log, str], str]] = {
    "proposal_amended": _amended,
    "proposal_withdrawn": _withdrawn,
    "proposals_merged": _merged,
    "merge_answered": _not_merged,
    "concern_raised": _voiced,
}
