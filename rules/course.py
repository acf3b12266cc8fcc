"""How a sitting went, for its minutes: the agenda changed, the quorum was lost, it was passed up."""

from __future__ import annotations

from collections.abc import Mapping

from rules.events import Event

KINDS = ("item_added", "item_deferred", "items_ordered", "quorum_lost", "inquorate", "passed_up")


def titles_of(log: Mapping[str, list[Event]]) -> dict[int, str]:
    """The titles of the items that the events name, by the item's id."""
    titles = {item["item"]: item["title"] for event in log["closed"] for item in event.data["not_reached"]}
    named = (*log["item_added"], *log["item_opened"], *log["item_deferred"])
    return titles | {event.data["item"]: event.data["title"] for event in named}


def told(event: Event, titles: Mapping[int, str]) -> str:
    """What a sentence says of the event, after its label: a title, the new order, a count, or a level."""
    data = event.data
    if event.kind == "items_ordered":
        return " → ".join(titles[item] for item in data["items"] if item in titles)
    if event.kind == "passed_up":
        return str(data["to"])
    if event.kind in {"quorum_lost", "inquorate"}:
        return f"{data['present']}/{data['needed']}"
    return str(data["title"])
