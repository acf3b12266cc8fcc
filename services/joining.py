"""Joining a household: by the one-time code of a paper slip, or by asking and being confirmed by a leader."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from rules.homes import Building, Claim, Household, read_door
from rules.people import NotTheLeader, Person
from rules.refusals import Refusal
from storage import homes, log, people, slips
from storage.store import Unit

MOST_WRONG_CODES = 10  # in WINDOW: one of 291 codes among 100 million is then guessed in four years
WINDOW = timedelta(hours=1)
MOST_CLAIMS = 3  # that wait, or were declined within a day
DAY = timedelta(days=1)


class CodeUsed(Refusal):
    """Somebody has joined with this code already."""


class TooManyWrongCodes(Refusal):
    """So many wrong codes were entered that it looks like guessing."""


class LivesThereAlready(Refusal):
    """The person is a member of this household already."""


class NoSuchDoor(Refusal):
    """The building has no such door, and no household whose door is still unknown."""


class ClaimWaits(Refusal):
    """The person asked for this door already; the leader has yet to answer."""


class TooManyClaims(Refusal):
    """The person asked about so many doors that the leader is left in peace for now."""


class ClaimDecided(Refusal):
    """The claim was decided, or withdrawn."""


class NothingToJoin(Refusal):
    """The dialogue this button belongs to is over."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A person became a member of a household; `others` were members before."""

    person: Person
    building: Building
    household: Household
    others: tuple[Person, ...]


async def print_codes(
    unit: Unit, building_id: int, *, only_empty: bool = False
) -> list[tuple[Household, str]]:
    """New one-time codes ("0010 4729") for the households whose doors are known; older unused ones lapse.

    With `only_empty`, those that nobody has joined yet. Only the codes' hashes are kept: what is not printed
    now is never known again.
    """
    joined = {home for _, home in await homes.residents(unit.conn, building_id)} if only_empty else set()
    known = await homes.households_in(unit.conn, building_id)
    doors = [home for home in known if home.room and home.id not in joined]
    codes = _new_codes(len(doors), await slips.hashes(unit.conn))
    pairs = list(zip(doors, codes, strict=True))
    await slips.put(
        unit.conn,
        [
            {"code_hash": hash_code(code), "household_id": home.id, "made_at": unit.now}
            for home, code in pairs
        ],
    )
    return [(home, f"{code[:4]} {code[4:]}") for home, code in pairs]


def _new_codes(count: int, taken: set[str]) -> list[str]:
    codes: dict[str, None] = {}
    while len(codes) < count:
        code = f"{secrets.randbelow(10**8):08d}"
        if hash_code(code) not in taken:
            codes[code] = None
    return list(codes)


def read_code(text: str) -> str | None:
    """The eight digits of a code as somebody typed it (００１０ ４７２９, 0010-4729), or None."""
    plain = re.sub(r"[\s\-－—·.]", "", unicodedata.normalize("NFKC", text))
    return plain if re.fullmatch(r"[0-9]{8}", plain) else None


def hash_code(code: str) -> str:
    """The sha256 of a code in 43 characters, short enough for a button."""
    return urlsafe_b64encode(hashlib.sha256(code.encode()).digest()).decode().rstrip("=")


async def home_of_slip(unit: Unit, person: Person, code_hash: str) -> Household | None:
    """The household of a printed code; None for one that is on no slip, which is counted.

    Raises TooManyWrongCodes, CodeUsed, LivesThereAlready.
    """
    who, since = _counted_as(person), unit.now - WINDOW
    if await slips.count_wrong(unit.conn, who, since) >= MOST_WRONG_CODES:
        raise TooManyWrongCodes
    found = await slips.find(unit.conn, code_hash)
    if found is None:
        await slips.add_wrong(unit.conn, who, unit.now, since)
        return None
    household_id, used = found
    home = await homes.household(unit.conn, household_id)
    await _check_outside(unit, person, home)
    if used:
        raise CodeUsed
    return home


def _counted_as(person: Person) -> str:
    return hashlib.sha256((person.address or "").encode()).hexdigest()


async def join_by_slip(unit: Unit, person: Person, code_hash: str) -> Arrival | None:
    """Make a person a member of the household on the slip, with their consent; None for a wrong code.

    Raises TooManyWrongCodes, CodeUsed, LivesThereAlready.
    """
    home = await home_of_slip(unit, person, code_hash)
    if home is None:
        return None
    await people.change(unit.conn, person.id, consented_at=unit.now)
    await slips.use(unit.conn, code_hash, person.id, unit.now)
    return await _move_in(unit, person, home, "slip")


async def _move_in(unit: Unit, person: Person, home: Household, how: str) -> Arrival:
    others = tuple(await homes.members_of(unit.conn, home.id))
    building = await homes.building(unit.conn, home.building_id)
    await homes.join(unit.conn, home.id, person.id, how, unit.now)
    await log.append(
        unit.conn,
        f"building:{building.id}",
        "joined",
        unit.now,
        household=home.id,
        person=person.id,
        how=how,
    )
    return Arrival(person, building, home, others)


async def units_of(unit: Unit, building: Building) -> list[str]:
    """The names of a building's units: as on its roll, else 1, 2, 3 and so on."""
    known = await homes.households_in(unit.conn, building.id)
    if any(home.room is None for home in known):
        return [str(number) for number in range(1, building.units + 1)]
    return list(dict.fromkeys(home.unit for home in known if home.unit))


async def rooms_of(unit: Unit, building: Building, name: str | None) -> list[Household]:
    """The households of a building's unit where a roll names them all, in its order; else none."""
    known = await homes.households_in(unit.conn, building.id)
    if any(home.room is None for home in known):
        return []
    return [home for home in known if name is None or home.unit in {name, None}]


async def find_door(
    unit: Unit, person: Person, building: Building, text: str, chosen: str | None
) -> tuple[str, str]:
    """Unit and room of what somebody wrote, once they may ask for it; the unit is empty if there is but one.

    Raises NotAnAddress, NoSuchDoor, LivesThereAlready, ClaimWaits, TooManyClaims.
    """
    read, room = read_door(text, building.units, chosen)
    name = "" if building.units == 1 else read
    await check_may_ask(unit, person, building, name, room)
    return name, room


async def ask(unit: Unit, person: Person, building: Building, name: str, room: str) -> Claim | Arrival:
    """Ask, with consent, to be a member of the household at a door; a leader is believed at once.

    Raises NoSuchDoor, LivesThereAlready, ClaimWaits, TooManyClaims.
    """
    await check_may_ask(unit, person, building, name, room)
    await people.change(unit.conn, person.id, consented_at=unit.now)
    claim = await homes.ask_claim(
        unit.conn,
        person_id=person.id,
        building_id=building.id,
        unit=name,
        room=room,
        asked_at=unit.now,
    )
    if "leader" in await homes.offices(unit.conn, building.id, person.id):
        return await _confirm(unit, claim, person)
    return claim


async def check_may_ask(unit: Unit, person: Person, building: Building, name: str, room: str) -> None:
    """Go on only if a person may ask for a door; in a building of one unit its name is empty.

    Raises NoSuchDoor, LivesThereAlready, ClaimWaits, TooManyClaims.
    """
    home = await homes.find_household(unit.conn, building.id, name or None, room)
    if home is None:
        await _check_place_left(unit, building, name, room)
    else:
        await _check_outside(unit, person, home)
    waiting = await homes.open_claims(unit.conn, person.id)
    for claim in waiting:
        if (claim.building_id, claim.unit, claim.room) == (building.id, name, room):
            raise ClaimWaits(door=claim.door)
    declined = await homes.count_declined(unit.conn, person.id, unit.now - DAY)
    if len(waiting) + declined >= MOST_CLAIMS:
        raise TooManyClaims(most=MOST_CLAIMS)


async def _check_place_left(unit: Unit, building: Building, name: str, room: str) -> None:
    beyond = name.isdigit() and not 1 <= int(name) <= building.units
    if beyond or not name.isascii() or await homes.unclaimed_place(unit.conn, building.id) is None:
        known = await homes.count_households(unit.conn, building.id)
        raise NoSuchDoor(unit=name, room=room, units=building.units, households=known)


async def _check_outside(unit: Unit, person: Person, home: Household) -> None:
    if any(member.id == person.id for member in await homes.members_of(unit.conn, home.id)):
        raise LivesThereAlready(door=home.door)


async def family_of(unit: Unit, claim: Claim) -> tuple[Person, ...]:
    """The members of the household claimed."""
    home = await homes.find_household(unit.conn, claim.building_id, claim.unit or None, claim.room)
    return () if home is None else tuple(await homes.members_of(unit.conn, home.id))


async def decide(unit: Unit, leader: Person, claim_id: int, *, accept: bool) -> tuple[Claim, Arrival | None]:
    """Confirm a claim, or decline it. Raises ClaimDecided, NotTheLeader, NoSuchDoor."""
    claim = await homes.find_claim(unit.conn, claim_id)
    if claim is None:
        raise ClaimDecided
    if "leader" not in await homes.offices(unit.conn, claim.building_id, leader.id):
        raise NotTheLeader
    if claim.state != "asked":
        raise ClaimDecided
    if accept:
        return claim, await _confirm(unit, claim, leader)
    await homes.decide_claim(unit.conn, claim.id, "declined", leader.id)
    return claim, None


async def _confirm(unit: Unit, claim: Claim, leader: Person) -> Arrival:
    await homes.decide_claim(unit.conn, claim.id, "confirmed", leader.id)
    person = await people.get(unit.conn, claim.person_id)
    home = await _home_at(unit, claim)
    await _check_outside(unit, person, home)
    return await _move_in(unit, person, home, "leader")


async def _home_at(unit: Unit, claim: Claim) -> Household:
    """The household at the door claimed; one whose door was unknown until now gets it."""
    home = await homes.find_household(unit.conn, claim.building_id, claim.unit or None, claim.room)
    if home is not None:
        return home
    building = await homes.building(unit.conn, claim.building_id)
    await _check_place_left(unit, building, claim.unit, claim.room)
    place = await homes.unclaimed_place(unit.conn, building.id)
    assert place is not None
    await homes.name_household(unit.conn, place.id, claim.unit or None, claim.room)
    return await homes.household(unit.conn, place.id)
