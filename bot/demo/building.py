"""The prepared building of the demo: 28 units, 291 households, residents who are plainly made up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from paper.layouts import Site, Use, Zone, parking_picture, shed_picture
from rules.homes import Building, Household
from sandbox import Sandbox
from sandbox.conversations import Group
from sandbox.people import Person
from services import joining
from storage import homes, people
from storage.store import Store

COMMUNITY = "彩色水泥厂生活小区"
NAME = "楼宇会示范楼"
UNITS = 28
HOUSEHOLDS = 291


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the leader, a newcomer with a paper slip in hand, and one resident a household."""

    building: Building
    group: Group
    leader: Person
    newcomer: Person
    slip_code: str
    neighbours: list[Person]


def doors() -> Iterator[tuple[str, str]]:
    """The 291 doors: ten in each unit, and an eleventh in the first eleven units."""
    for unit in range(1, UNITS + 1):
        rooms = [f"{floor}0{side}" for floor in range(1, 6) for side in (1, 2)]
        for room in rooms + (["601"] if unit <= HOUSEHOLDS - 10 * UNITS else []):
            yield str(unit), room


async def prepare(store: Store, sandbox: Sandbox, now: datetime) -> Cast:
    """Write down the building and its roll, and let its residents into the group; nobody has acted yet."""
    leader = sandbox.people.new("示例组长")
    group = sandbox.people.new_group("示范楼邻里群", leader)
    neighbours = [sandbox.people.new(f"示例住户 {unit}-{room}") for unit, room in doors()]
    for neighbour in neighbours:
        await neighbour.join(group)
    newcomer = neighbours.pop()
    async with store.unit(now) as unit:
        community = await homes.community(unit.conn, COMMUNITY)
        building = await homes.add_building(
            unit.conn, community_id=community, name=NAME, units=UNITS, zone="Asia/Shanghai", lang="zh"
        )
        rows = ({"building_id": building.id, "unit": door[0], "room": door[1]} for door in doors())
        await homes.add_households(unit.conn, rows)
        households = await homes.households_in(unit.conn, building.id)
        codes = {home.id: code for home, code in await joining.print_codes(unit, building.id)}
    await _register(store, now, dict(zip(neighbours, households, strict=False)), leader, households[0])
    return Cast(building, group, leader, newcomer, codes[households[-1].id], neighbours)


async def _register(
    store: Store, now: datetime, residents: dict[Person, Household], leader: Person, leaders_home: Household
) -> None:
    """Let the others be registered already, as after the weeks in which slips were brought to the doors."""
    async with store.unit(now) as unit:
        for resident, home in {**residents}.items():
            known = await people.meet(unit.conn, str(resident.id), resident.name, "zh", now)
            await people.change(unit.conn, known.id, consented_at=now)
            await homes.join(unit.conn, home.id, known.id, "slip", now)
        known = await people.meet(unit.conn, str(leader.id), leader.name, "zh", now)
        await people.change(unit.conn, known.id, consented_at=now)
        await homes.join(unit.conn, leaders_home.id, known.id, "slip", now)


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
