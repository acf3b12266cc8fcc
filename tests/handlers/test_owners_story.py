"""An owners' ballot from its opening to its result and its check: every way in which an owner can vote."""

from __future__ import annotations

import json

from rules.proof import verify
from rules.roll import RollLine
from services import roll
from services.binding import DEFAULT_COMMUNITY, DEFAULT_ZONE
from services.export import export_building
from tests.handlers.test_owners import last_of
from tests.handlers.test_papers import appoint_teller, enter, witness
from tests.handlers.test_proxies import ask, open_paper
from tests.handlers.test_ways import how, mine, result_of
from tests.scenes import bound_building, move_in, press, residents, say, tap
from tests.stage import Stage

M2 = 10_000


async def test_owners_decide_by_area_and_heads_in_the_chat_by_proxy_and_on_paper(stage: Stage) -> None:
    scene = await bound_building(stage, units=1, households=8)
    people = await residents(stage, scene, 8)
    two, second, joint, giver, holder, teller, tenant, other = people
    wife = stage.sandbox.people.new("示例共有人")
    await wife.join(scene.group)
    await move_in(stage, scene, wife, scene.homes[joint].unit or "", scene.homes[joint].room or "")
    numbers = ("A1", "A1", "B1", "C1", "D1", "E1", None, None)  # the last two are the developer's
    lines = [
        RollLine(line, "3栋", home.unit or "", home.room or "", 90 * M2, "示例业主", number,
                 co_owners=("示例共有人",) if number == "B1" else (), developer=number is None)
        for line, (number, home) in enumerate(zip(numbers, map(scene.homes.get, people), strict=True), 2)
    ]  # fmt: skip
    async with stage.program.store.unit(stage.now) as unit:
        await roll.take_in(unit, DEFAULT_COMMUNITY, DEFAULT_ZONE, lines)
    await appoint_teller(stage, scene, teller)
    for owner in (two, joint, wife, giver, holder, teller):
        await say(stage, owner, owner.private(), "我是业主")
        await press(stage, scene.leader, last_of(scene.leader), 0)
    draft = await say(stage, scene.leader, scene.leader.private(), "/vote 停车位怎么划 | 专区20 | 专区15")
    await press(stage, scene.leader, draft, "业主双过半")
    await tap(stage, scene.leader, scene.leader.private(), "换通过的门槛")
    await tap(stage, scene.leader, scene.leader.private(), "业主一般事项")
    await tap(stage, scene.leader, scene.leader.private(), "开始投票")
    card = scene.group.pinned
    assert card is not None
    assert "名册 6 位业主，720 平方米" in card.text, "two homes one head, the developer's stock another"
    assert (await press(stage, two, card, "甲")).text.startswith("已记下：甲")
    assert "还没有推选由谁来投" in (await press(stage, joint, card, "甲")).text
    for one in (joint, wife):
        await press(stage, one, last_of(one), wife.name)
    assert "推选了另一位来投" in (await press(stage, joint, card, "甲")).text
    await press(stage, wife, card, "甲")
    await ask(stage, giver, "停车位怎么划", f"1-{scene.homes[holder].room}", holder.name)
    await tap(stage, holder, holder.private(), "愿意代")
    await stage.restart()
    slip = await open_paper(stage, holder)
    await press(stage, holder, slip, "乙")
    await press(stage, holder, slip, "交票")
    assert "受您委托的邻居已经代投" in (await press(stage, giver, card, "甲")).text
    await press(stage, holder, card, "乙")
    await enter(stage, teller, f"1-{scene.homes[holder].room} 甲")
    await tap(stage, teller, teller.private(), "交给两位邻居见证")
    for neighbour in (tenant, second):
        await witness(stage, scene, neighbour, "和纸票一样")
    assert "您的纸质票已录入" in "\n".join(message.text for message in holder.private().messages)
    assert "以纸质票为准" in (await press(stage, holder, card, "乙")).text
    assert "还没有确认您是业主" in (await press(stage, other, card, "甲")).text
    result = await result_of(stage, scene)
    assert "6 位业主应投，4 位参加" in result.caption
    assert "面积 ❌\n　参加 450 / 720 平方米，至少 2/3 要 480，还差 30" in result.caption
    assert "人数 ✅\n　参加 4 / 6，至少 2/3 要 4" in result.caption
    told = await how(stage, two, result)
    assert "名册上 6 位业主" in told
    assert "户" not in told
    assert "乙" in await mine(stage, giver, result)
    assert "甲" in await mine(stage, wife, result)
    async with stage.program.store.glance() as conn:
        found = await export_building(conn, scene.building_id, stage.now)
    verify(json.dumps(found.data).encode(), ())
