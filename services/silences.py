"""Silence in a ballot: to whom its notice was proven to come, and how those are counted who did not vote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.ballots import Ballot
from rules.thresholds import NO_SILENCE, Silence, silence_of
from rules.voters import Roll
from services import delivering
from storage import log, meetings, voters
from storage.store import Connection


async def delivered(conn: Connection, ballot: Ballot, roll: Roll) -> dict[str, Any]:
    """Of whom on a roll it is proven that they saw the notice of what is asked; None without one.

    Frozen with the ballot: whether silence may count is settled before anybody is silent.
    """
    item = None if ballot.item_id is None else await meetings.find_item(conn, ballot.item_id)
    if item is None or not item.announced:
        return {"delivered": None}
    meeting = await meetings.get(conn, item.meeting_id)
    seen = await delivering.owners_reached(conn, meeting)
    return {"delivered": [one.voter_id for one in roll.entries if one.voter_id in seen]}


async def of_ballot(conn: Connection, ballot: Ballot, voted: Sequence[int]) -> Silence:
    """How those who did not vote are counted, by the clause and the deliveries that the opening froze."""
    if ballot.threshold is None or not ballot.threshold.clause:
        return NO_SILENCE
    opened = await log.first(conn, f"ballot:{ballot.id}", "opened")
    assert opened is not None, "it is written in the transaction that opens"
    roll = [entry.voter_id for entry in (await voters.roll(conn, ballot.id)).entries]
    return silence_of(ballot.threshold.clause, roll, voted, opened.data["delivered"])
