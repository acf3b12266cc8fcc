"""What a person can do in a building at this moment, read from what is going on there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.homes import Building, Household
from rules.people import Person
from storage import homes
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Offers:
    """What is open to a person: their homes, and whether they lead."""

    homes: tuple[Household, ...] = ()
    leader: bool = False

    @property
    def resident(self) -> bool:
        """Whether they are a verified member of a household."""
        return bool(self.homes)


async def offers(unit: Unit, person: Person, building: Building | None) -> Offers:
    """What a person can do in a building; nothing where there is none."""
    if building is None:
        return Offers()
    return Offers(
        homes=tuple(await homes.homes_of(unit.conn, person.id, building.id)),
        leader="leader" in await homes.offices(unit.conn, building.id, person.id),
    )


async def offers_anywhere(unit: Unit, person: Person, building: Building | None) -> Offers:
    """What a person can do in private: as in their building, and they lead where they lead."""
    here = await offers(unit, person, building)
    return replace(
        here,
        homes=tuple(await homes.homes_of(unit.conn, person.id)),
        leader=bool(await homes.led_by(unit.conn, person.id)),
    )
