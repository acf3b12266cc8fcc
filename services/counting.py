"""Counting the votes of a ballot: ahead of its closing, so that nobody waits while many votes are counted.

The count is used at the closing if no vote came or changed since; else it is done anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rules.ballots import Ballot, State
from rules.counting import Outcome
from rules.judging import Areas
from rules.results import areas_of, tally
from rules.secrecy import Secrecy
from rules.votes import Vote
from rules.ways import Cast
from storage import ballots, log, voters
from storage.ballots import Paper
from storage.store import Connection, Store


@dataclass(frozen=True, slots=True)
class Counted:
    """What the votes come to, and how the log tells each; `head` is the log's hash when they were read."""

    head: str
    outcome: Outcome
    areas: Areas | None
    told: list[dict[str, Any]]
    voters: list[int]


async def ahead(store: Store, ballot_id: int) -> Counted | None:
    """The count of an open ballot as it stands now, in no unit; None where there is nothing to count."""
    async with store.glance() as conn:
        ballot = await ballots.find(conn, ballot_id)
        if ballot is None or ballot.state is not State.OPEN:
            return None
        head = await _head(conn, ballot)
        papers, owned = await _read(conn, ballot)
    return await asyncio.to_thread(_counted, ballot, head, papers, owned)


async def standing(conn: Connection, ballot: Ballot, before: Counted | None) -> Counted:
    """The count of a ballot as it stands: the one made before where the log has not grown, else a new one."""
    head = await _head(conn, ballot)
    if before is not None and before.head == head:
        return before
    papers, owned = await _read(conn, ballot)
    return await asyncio.to_thread(_counted, ballot, head, papers, owned)


async def _head(conn: Connection, ballot: Ballot) -> str:
    """The hash of the ballot's last event: each vote, and each change of one, writes one."""
    last = await log.head(conn, f"ballot:{ballot.id}")
    assert last is not None, "its opening is written there"
    return last.hash


async def _read(conn: Connection, ballot: Ballot) -> tuple[list[Paper], dict[int, int]]:
    """Every vote, those of a sealed ballot out of its urn; and what each voter owns, where areas count."""
    papers = await ballots.papers_in(conn, ballot.id, sealed=ballot.secrecy is Secrecy.SEALED)
    owned = {} if ballot.area_cm2 is None else await voters.weights(conn, ballot.id)
    return papers, owned


def _counted(ballot: Ballot, head: str, papers: Iterable[Paper], owned: dict[int, int]) -> Counted:
    votes = [
        Vote(voter, tuple(choice), 0, receipt, reason=reason) for voter, choice, receipt, reason in papers
    ]
    outcome = tally(ballot, [Cast(vote.choice, vote.reason) for vote in votes])
    told = [_told(ballot, vote) for vote in votes]
    return Counted(head, outcome, areas_of(ballot, votes, owned), told, [vote.voter_id for vote in votes])


def _told(ballot: Ballot, vote: Vote) -> dict[str, Any]:
    """A vote as the log tells it: by its receipt, with the reason of who blocks; if named, with its voter."""
    reason = {"reason": vote.reason} if vote.reason else {}
    voter = {"voter": vote.voter_id} if ballot.secrecy is Secrecy.NAMED else {}
    return {"receipt": vote.receipt, "choice": list(vote.choice), **reason, **voter}
