"""The export: all that a building decided, as plain data with which anyone can check and recount it.

Names are masked. Of an open ballot nothing leaves but who voted; of one with so few votes that the figures
would tell who voted what, none do. docs/export.md describes the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rules.ballots import Ballot
from rules.ballots import State as BallotState
from rules.events import Event, first_break
from rules.homes import Building, Household, mask
from rules.meetings import Meeting
from rules.minutes_freezing import freeze, plain_addenda
from rules.proof import DIGEST, FORMAT, MINOR, VERSION, export_digest
from rules.results import FIGURES, may_show, recount_file
from rules.voters import Basis
from services import minutes
from services.results import counted_votes, kept_votes
from storage import attendance, ballots, homes, log, meetings, objections, people, voters
from storage import minutes as files
from storage.store import Connection

PERSON_KEYS = frozenset({"person", "by", "chair", "recorder", "recorded_by"})  # of events' data


@dataclass(frozen=True, slots=True)
class Export:
    """A building's export.

    `data` is plain JSON; `ballot_files` are the closed ballots as files to recount, by ballot id; `broken`
    names the streams of events whose chain of hashes does not hold, with the number where it breaks.
    """

    data: Mapping[str, Any]
    ballot_files: Mapping[int, str]
    broken: Mapping[str, int]


async def export_building(conn: Connection, building_id: int, now: datetime) -> Export:
    """All that a building published and decided; drafts, and those given up, are nobody's business."""
    building = await homes.building(conn, building_id)
    households = await homes.households_in(conn, building_id)
    doors = {home.id: home.door for home in households}
    met = [one for one in await meetings.of_building(conn, building_id) if one.published_at is not None]
    states = (BallotState.OPEN, BallotState.CLOSED)
    held = [one for state in states for one in await ballots.of_building(conn, building_id, state)]
    held.sort(key=lambda ballot: ballot.id)
    streams = {name: await log.read(conn, name) for name in _streams(building, met, held)}
    data: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "minor": MINOR,
        "made_at": _moment(now),
        **_home(building, households),
        "people": await _people(conn, streams.values()),
        "meetings": [await _meeting(conn, one, doors, building) for one in met],
        "ballots": [await _ballot(conn, one) for one in held],
        "events": [row for name, events in streams.items() for row in _events(events, _secret(name, held))],
    }
    data[DIGEST] = export_digest(data)
    closed = [one for one in held if _may_tell(one)]
    breaks = {name: first_break(events) for name, events in streams.items()}
    return Export(
        data,
        {one.id: recount_file(one, (await counted_votes(conn, one)).values()) for one in closed},
        {name: number for name, number in breaks.items() if number is not None},
    )


def _streams(building: Building, met: Iterable[Meeting], held: Iterable[Ballot]) -> list[str]:
    return [
        f"building:{building.id}",
        *(f"meeting:{one.id}" for one in met),
        *(f"ballot:{one.id}" for one in held),
    ]


def _home(building: Building, households: Sequence[Household]) -> dict[str, Any]:
    return {
        "community": building.community,
        "building": {
            "id": building.id,
            "name": building.name,
            "units": building.units,
            "zone": building.zone,
            "households": len(households),
        },
        "doors": {str(home.id): home.door for home in households},
    }


async def _people(conn: Connection, streams: Iterable[Sequence[Event]]) -> dict[str, str]:
    """The masked name of everybody whom an event names by id."""
    named = {
        value
        for events in streams
        for event in events
        for key, value in event.data.items()
        if key in PERSON_KEYS and isinstance(value, int)
    }
    return {str(person_id): mask((await people.get(conn, person_id)).name) for person_id in sorted(named)}


async def _meeting(
    conn: Connection, meeting: Meeting, doors: Mapping[int, str], building: Building
) -> dict[str, Any]:
    agenda = await meetings.items_of(conn, meeting.id)
    proposed = await meetings.proposals_of(conn, [item.id for item in agenda])
    filed = await files.find(conn, meeting.id)
    return {
        "id": meeting.id,
        "kind": meeting.kind,
        "state": str(meeting.state),
        "place": meeting.place,
        **{name: _moment(getattr(meeting, name)) for name in ("planned_at", "opened_at", "closed_at")},
        "items": [
            {
                "id": item.id,
                "number": item.number,
                "title": item.title,
                "proposals": [
                    {"number": one.number, "text": one.text} for one in proposed if one.item_id == item.id
                ],
            }
            for item in agenda
        ],
        "present": [
            {"household": doors.get(one.household_id, "?"), "how": one.how, "at": _moment(one.at)}
            for one in await attendance.of_meeting(conn, meeting.id)
        ],
        "minutes": None
        if filed is None
        else {
            "stage": str(filed.stage),
            "hash": filed.hash,
            "content": filed.content or freeze(await minutes.load(conn, meeting.id), building.zone),
            "addenda": plain_addenda(await minutes.addenda(conn, meeting.id)),
        },
    }


async def _ballot(conn: Connection, ballot: Ballot) -> dict[str, Any]:
    entries = (await voters.roll(conn, ballot.id)).entries
    return {
        "id": ballot.id,
        "meeting": ballot.meeting_id,
        "item": ballot.item_id,
        "question": ballot.question,
        "basis": str(ballot.basis),
        "method": str(ballot.method),
        "secrecy": str(ballot.secrecy),
        "asked": None if ballot.asked is None else str(ballot.asked),
        "at_most": ballot.at_most,
        "seats": ballot.seats,
        "ties": str(ballot.ties),
        "budget": ballot.budget,
        "completion": None if ballot.completion is None else str(ballot.completion),
        "threshold": None if ballot.threshold is None else ballot.threshold.as_data(),
        "state": str(ballot.state),
        **{name: _moment(getattr(ballot, name)) for name in ("opened_at", "closes_at", "closed_at")},
        "eligible": ballot.eligible,
        "area_cm2": ballot.area_cm2,
        "parking_counts": ballot.parking_counts,
        "voted": ballot.voted,
        "roll": [entry.voter_id for entry in entries],
        "areas": [entry.area_cm2 for entry in entries] if ballot.basis is Basis.OWNER else None,
        "roll_hash": ballot.roll_hash,
        "seed": ballot.seed,
        "options": [
            {"number": option.number, "label": option.label, "text": option.text, "cost": option.cost}
            for option in ballot.options
        ],
        **await _outcome(conn, ballot),
    }


async def _outcome(conn: Connection, ballot: Ballot) -> dict[str, Any]:
    """What came of a ballot, and what was said against it; nothing before its closing."""
    if ballot.state is not BallotState.CLOSED:
        return {"result": None, "votes": None, "publication_until": None, "objections": []}
    told = _may_tell(ballot)
    votes = await kept_votes(conn, ballot) if told else None
    return {
        "result": {
            name: value for name, value in (ballot.result or {}).items() if told or name not in FIGURES
        },
        "votes": votes,
        "publication_until": str(ballot.publication_until),
        "objections": [
            {"at": _moment(one.at), "text": one.text, "state": one.state, "answer": one.answer}
            for one in await objections.of_ballot(conn, ballot.id)
        ],
    }


def _may_tell(ballot: Ballot) -> bool:
    return ballot.state is BallotState.CLOSED and ballot.result is not None and may_show(ballot.result)


def _secret(stream: str, held: Iterable[Ballot]) -> bool:
    """Whether the votes in a stream must not leave."""
    return any(stream == f"ballot:{ballot.id}" and not _may_tell(ballot) for ballot in held)


def _events(events: Iterable[Event], secret: bool) -> list[dict[str, Any]]:
    """Events as they were hashed; where votes are secret, one that holds them keeps its hash alone."""
    return [
        {
            "stream": event.stream,
            "number": event.number,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "kind": event.kind,
            "data": None if secret and event.kind == "closed" else event.data,
            "previous": event.previous,
            "hash": event.hash,
        }
        for event in events
    ]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
