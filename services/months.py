"""A month of a building, gathered from its meetings' logs, its ballots and its tasks."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from rules import months
from rules.ballots import State as BallotState
from rules.homes import Building
from rules.meetings import State
from rules.months import Month
from services import meeting as sittings
from storage import ballots, log, meetings, records
from storage.store import Connection, Unit


async def gather(conn: Connection, building: Building, month: date, now: datetime) -> Month:
    """What happened in a month (its first day), and what is open now."""
    zone = ZoneInfo(building.zone)
    every = await meetings.of_building(conn, building.id)
    met = [
        months.of_meeting(meeting, await log.read(conn, sittings.stream(meeting.id)), zone)
        for meeting in every
        if months.is_in(meeting.opened_at, month, zone)
    ]
    found = [one for one in met if one is not None]
    tasks = await records.of_building(conn, building.id)
    done, open_tasks, overdue = months.of_tasks(tasks, month, building.local(now).date(), zone)
    closed, under_way = [
        await ballots.of_building(conn, building.id, state)
        for state in (BallotState.CLOSED, BallotState.OPEN)
    ]
    joined = await log.of_kind(conn, [f"building:{building.id}"], "joined")
    ahead = [one.planned_at for one in every if one.state is State.ANNOUNCED and one.planned_at]
    return Month(
        month,
        tuple(held for held, _, _ in found),
        months.of_ballots(closed, month, zone),
        done,
        sum(items for _, items, _ in found),
        sum(said for _, _, said in found),
        len({event.data["household"] for event in joined if months.is_in(event.at, month, zone)}),
        open_tasks,
        overdue,
        len(under_way),
        min((moment for moment in ahead if moment > now), default=None),
    )


async def post(unit: Unit, building: Building, month: date) -> Month | None:
    """What the group is told of a month, kept as an event; None when there is nothing to tell."""
    told = await gather(unit.conn, building, month, unit.now)
    if told.is_empty:
        return None
    await log.append(
        unit.conn,
        f"building:{building.id}",
        "digest",
        unit.now,
        month=f"{month:%Y-%m}",
        meetings=len(told.held),
        present=sum(held.present for held in told.held),
        invited=sum(held.invited for held in told.held),
        settled=len(told.settled),
        open=told.open_tasks,
    )
    return told
