"""What a person can do in a building at this moment, read from what is going on there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.ballots import Ballot
from rules.ballots import State as BallotState
from rules.homes import Building, Household
from rules.meetings import State
from rules.people import Person
from storage import ballots, homes, meetings, minutes
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Offers:
    """What is open to a person: their homes, whether they lead, and what is going on."""

    homes: tuple[Household, ...] = ()
    leader: bool = False
    leads_this: bool = False  # the building that is meant, where they lead another too
    meeting: int | None = None  # that sits now
    ballots: tuple[Ballot, ...] = ()  # open now, the one that closes first first
    minutes: int | None = None  # the meeting whose minutes are the latest

    @property
    def resident(self) -> bool:
        """Whether they are a verified member of a household."""
        return bool(self.homes)


async def offers(unit: Unit, person: Person, building: Building | None) -> Offers:
    """What a person can do in a building; nothing where there is none."""
    if building is None:
        return Offers()
    sitting = await meetings.of_building(unit.conn, building.id, State.OPEN)
    open_ones = await ballots.of_building(unit.conn, building.id, BallotState.OPEN)
    filed = await minutes.of_building(unit.conn, building.id, 1)
    leads = "leader" in await homes.offices(unit.conn, building.id, person.id)
    return Offers(
        homes=tuple(await homes.homes_of(unit.conn, person.id, building.id)),
        leader=leads,
        leads_this=leads,
        meeting=sitting[0].id if sitting else None,
        ballots=tuple(ballot for ballot in open_ones if ballot.is_open(unit.now)),
        minutes=filed[0].meeting_id if filed else None,
    )


async def offers_anywhere(unit: Unit, person: Person, building: Building | None) -> Offers:
    """What a person can do in private: as in their building, and they lead where they lead."""
    here = await offers(unit, person, building)
    return replace(
        here,
        homes=tuple(await homes.homes_of(unit.conn, person.id)),
        leader=bool(await homes.led_by(unit.conn, person.id)),
    )
