"""What was not announced: which kinds of meeting may take it up, and whether it may be put to the vote."""

from __future__ import annotations

import re
from enum import StrEnum

from rules.kinds import KindDoesNotVote
from rules.meetings import Item, ItemState, Meeting
from rules.quorum import Standing
from rules.refusals import Refusal

LONGEST = 240  # minutes of an item
_MINUTES = re.compile(r"[\s(（,，]*(\d{1,3})\s*(?:分钟|分鐘|minutes?|mins?)\s*[)）]?\s*$", re.IGNORECASE)


class Rule(StrEnum):
    """What a preset says of an urgent item."""

    TALK = "talk"  # it is talked about and never voted on
    QUORUM = "quorum"  # put to the vote while the quorum is there
    CHAIR = "chair"  # the chair decides


RULES = {
    "building": Rule.QUORUM,
    "courtyard": Rule.QUORUM,
    "four_party": Rule.QUORUM,
    "party_group": Rule.CHAIR,
}  # of what is not named here, an owners' assembly above all, nothing unannounced is decided


class NotAnnouncedItem(Refusal):
    """The item was not announced, and this kind of meeting decides nothing that was not."""


class UrgentNeedsQuorum(Refusal):
    """An urgent item is put to the vote only while the quorum is there."""


class ItemNotWaiting(Refusal):
    """The item was dealt with, or put off, already."""


def check_votable(meeting: Meeting, item: Item | None, standing: Standing) -> None:
    """Go on only with what may be decided here.

    Raises KindDoesNotVote, NotAnnouncedItem, UrgentNeedsQuorum.
    """
    if not meeting.preset.votes:
        raise KindDoesNotVote(kind=meeting.preset)
    if item is None or item.announced:
        return
    rule = RULES.get(meeting.kind, Rule.TALK)
    if rule is Rule.TALK:
        raise NotAnnouncedItem(title=item.title)
    if rule is Rule.QUORUM and not standing.reached:
        raise UrgentNeedsQuorum(title=item.title, missing=standing.missing, parties=standing.parties)


def check_deferrable(item: Item) -> None:
    """Go on only with an item that waits or is under discussion. Raises ItemNotWaiting."""
    if item.state not in {ItemState.WAITING, ItemState.OPEN}:
        raise ItemNotWaiting(title=item.title)


def earlier(agenda: list[Item], item_id: int) -> list[int]:
    """The ids of the agenda with a waiting item moved before the waiting one above it."""
    ids = [item.id for item in agenda]
    waiting = [item.id for item in agenda if item.state is ItemState.WAITING]
    if item_id not in waiting or waiting[0] == item_id:
        return ids
    above = waiting[waiting.index(item_id) - 1]
    here, there = ids.index(item_id), ids.index(above)
    ids[here], ids[there] = ids[there], ids[here]
    return ids


def read_minutes(title: str) -> tuple[str, int | None]:
    """A title and the minutes planned for it: 电动车棚 15分钟."""
    found = _MINUTES.search(title)
    if found is None or not 0 < int(found[1]) <= LONGEST or not title[: found.start()].strip():
        return title, None
    return title[: found.start()].strip(), int(found[1])
