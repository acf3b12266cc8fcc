"""The prepared building of the demo: 28 units, 291 homes, residents and owners who are plainly made up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from paper.layouts import Site, Use, Zone, parking_picture, shed_picture
from rules.homes import Building, Household
from rules.roll import RollLine
from sandbox import Sandbox
from sandbox.conversations import Group
from sandbox.people import Person
from services import joining, roll
from storage import homes, owners, people
from storage.store import Store, Unit

COMMUNITY = "彩色水泥厂生活小区"
NAME = "楼宇会示范楼"
ZONE = "Asia/Shanghai"
UNITS = 28
HOUSEHOLDS = 291
UNSOLD = range(20, 25)  # units whose flats the developer still has, and lets
M2 = 10_000  # cm2
LARGE, SMALL = 1125 * M2 // 10, 864 * M2 // 10  # flats on the one side of the stairs, and on the other


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the leader, a newcomer with a paper slip in hand, and one resident a household.

    `large` and `small` own the flat they live in; the newcomer does too, but has not said so yet.
    """

    building: Building
    group: Group
    leader: Person
    newcomer: Person
    slip_code: str
    neighbours: list[Person]
    developer: Person
    large: list[Person]
    small: list[Person]


def doors() -> Iterator[tuple[str, str]]:
    """The 291 doors: ten in each unit, and an eleventh in the first eleven units."""
    for unit in range(1, UNITS + 1):
        rooms = [f"{floor}0{side}" for floor in range(1, 6) for side in (1, 2)]
        for room in rooms + (["601"] if unit <= HOUSEHOLDS - 10 * UNITS else []):
            yield str(unit), room


def roll_lines() -> list[RollLine]:
    """The roll as the office has it: every flat with its area and its owner."""
    return [
        RollLine(
            line,
            NAME,
            unit,
            room,
            LARGE if room.endswith("1") else SMALL,
            "示例开发商" if int(unit) in UNSOLD else f"示例业主 {unit}-{room}",
            developer=int(unit) in UNSOLD,
        )
        for line, (unit, room) in enumerate(doors(), 2)
    ]


async def prepare(store: Store, sandbox: Sandbox, now: datetime) -> Cast:
    """Write down the building and its roll, and let its residents into the group; nobody has acted yet."""
    leader = sandbox.people.new("示例组长")
    developer = sandbox.people.new("示例开发商代表")
    neighbours = [sandbox.people.new(f"示例住户 {unit}-{room}") for unit, room in doors()]
    group = sandbox.people.new_group("示范楼邻里群", leader, *neighbours, developer)
    newcomer = neighbours.pop()
    async with store.unit(now) as unit:
        (taken,) = await roll.take_in(unit, COMMUNITY, ZONE, roll_lines())
        building = taken.building
        households = await homes.households_in(unit.conn, building.id)
        codes = {home.id: code for home, code in await joining.print_codes(unit, building.id)}
        living = dict(zip(neighbours, households, strict=False))
        stock = next(home for home in households if home.unit == str(UNSOLD[0]))
        for person, home in [*living.items(), (leader, households[0]), (developer, stock)]:
            await _register(unit, person, home)
        owning = {
            person: home for person, home in list(living.items())[1:] if int(home.unit or 0) not in UNSOLD
        }
        await _confirm(unit, {leader: households[0], developer: stock, **owning})
    return Cast(
        building,
        group,
        leader,
        newcomer,
        codes[households[-1].id],
        neighbours,
        developer,
        [person for person, home in owning.items() if home.area_cm2 == LARGE],
        [person for person, home in owning.items() if home.area_cm2 == SMALL],
    )


async def _register(unit: Unit, person: Person, home: Household) -> None:
    """Let somebody be registered already, as after the weeks in which slips were brought to the doors."""
    known = await people.meet(unit.conn, str(person.id), person.name, "zh", unit.now)
    await people.change(unit.conn, known.id, consented_at=unit.now)
    await homes.join(unit.conn, home.id, known.id, "slip", unit.now)


async def _confirm(unit: Unit, owning: Mapping[Person, Household]) -> None:
    """Let those who own their homes be known as owners, as after the weeks in which deeds were looked at."""
    for person, home in owning.items():
        known = await people.by_address(unit.conn, str(person.id))
        assert known is not None, "everybody is registered"
        assert home.owner_id is not None, "the roll names an owner of every flat"
        await owners.ask(unit.conn, home.owner_id, known.id, unit.now)
        await owners.decide(unit.conn, home.owner_id, known.id, state="confirmed")
        await owners.change(unit.conn, home.owner_id, voter_id=known.id)


async def shed_pictures() -> list[tuple[str, bytes]]:
    """Three places for the motorcycle shed, each with its text and its sketch."""
    plans = [
        ("大门旁建车棚，24个车位、12个充电口", Site.GATE, 24, 12),
        ("楼后空地建车棚，36个车位、18个充电口", Site.BEHIND, 36, 18),
        ("沿围墙建车棚，30个车位、10个充电口", Site.WALL, 30, 10),
    ]
    return [
        (text, await asyncio.to_thread(shed_picture, label, text.split("，")[0], site, places, points))
        for label, (text, site, places, points) in zip("甲乙丙", plans, strict=True)
    ]


async def parking_pictures() -> list[tuple[str, bytes]]:
    """Three layouts of the 30 new parking places."""
    plans = [
        ("夜间专属区20个＋访客临时区10个", [Zone(Use.NIGHT, 20), Zone(Use.VISITOR, 10)]),
        ("30个全部作居民夜间专属区", [Zone(Use.NIGHT, 30)]),
        (
            "夜间专属区15个＋访客临时区10个＋充电5个",
            [Zone(Use.NIGHT, 15), Zone(Use.VISITOR, 10), Zone(Use.CHARGING, 5)],
        ),
    ]
    return [
        (text, await asyncio.to_thread(parking_picture, label, text, zones))
        for label, (text, zones) in zip("甲乙丙", plans, strict=True)
    ]


EQUIPMENT = (
    "太极揉推器", "上肢牵引器", "扭腰器", "健骑机", "漫步机", "椭圆机", "伸腰架", "腹肌板",
    "压腿架", "双杠", "单杠", "云梯", "乒乓球台", "象棋桌", "儿童滑梯", "跷跷板",
    "腿部按摩器", "背部按摩器", "蹬力器", "钟摆器", "划船器", "跑步机", "平衡木", "休闲座椅",
)  # fmt: skip
