"""Owners in the chat: who says to be one is confirmed by the leader, and the roll is shown to each alone."""

from __future__ import annotations

from rules.roll import RollLine
from sandbox.conversations import Seen
from sandbox.people import Person
from services import roll
from services.binding import DEFAULT_COMMUNITY, DEFAULT_ZONE
from tests.scenes import Scene, bound_building, press, residents, say
from tests.stage import Stage

M2 = 10_000


async def owned(stage: Stage, scene: Scene, *neighbours: Person, co_owners: tuple[str, ...] = ()) -> None:
    """A roll in which neighbours own their own homes, 90 m2 each, and one number is all of them."""
    doors = [scene.homes[neighbour] for neighbour in neighbours]
    lines = [
        RollLine(n, "3栋", home.unit or "", home.room or "", 90 * M2, "示例业主", "A1", co_owners=co_owners)
        for n, home in enumerate(doors, 2)
    ]
    async with stage.program.store.unit(stage.now) as unit:
        await roll.take_in(unit, DEFAULT_COMMUNITY, DEFAULT_ZONE, lines)


def last_of(person: Person) -> Seen:
    last = person.private().last
    assert last is not None
    return last


async def draft_of(stage: Stage, scene: Scene) -> Seen:
    return await say(stage, scene.leader, scene.leader.private(), "/vote 停车位怎么划 | 专区20 | 专区15")


async def test_owners_vote_from_the_draft_to_the_roll(stage: Stage) -> None:
    scene = await bound_building(stage, units=1, households=2)
    first, second = await residents(stage, scene, 2)
    await owned(stage, scene, first, second)
    draft = await draft_of(stage, scene)
    assert "每户一票，家里谁投都行" in draft.text
    await press(stage, scene.leader, draft, "业主双过半")
    assert "只算一人，面积加在一起" in last_of(scene.leader).text
    await press(stage, scene.leader, last_of(scene.leader), "开始投票")
    card = scene.group.pinned
    assert card is not None
    assert "名册 1 位业主，180 平方米（车位不算），指纹" in card.text
    refused = await press(stage, first, card, "甲")
    assert "还没有确认您是业主" in refused.text
    assert "已请组长确认" in (await say(stage, first, first.private(), "我是业主")).text
    await stage.restart()
    assert "请再等等" in (await say(stage, first, first.private(), "我是业主")).text
    asked = last_of(scene.leader)
    assert "示例业主" in asked.text
    await press(stage, scene.leader, asked, 0)
    assert "由您来投" in last_of(first).text
    assert (await press(stage, first, card, "甲")).text.count("甲") == 1
    assert "180 平方米" in (await say(stage, first, first.private(), "名册")).text
    assert "您不在这次的名册上" in (await say(stage, second, second.private(), "/roll")).text


async def test_an_owners_ballot_without_areas_says_which(stage: Stage) -> None:
    scene = await bound_building(stage, units=1, households=2)
    await residents(stage, scene, 2)
    refused = await press(stage, scene.leader, await draft_of(stage, scene), "业主双过半")
    assert "有 2 处的面积或业主还不清楚" in refused.text


async def test_co_owners_choose_who_votes_and_are_told(stage: Stage) -> None:
    scene = await bound_building(stage, units=1, households=2)
    first, second = await residents(stage, scene, 2)
    await owned(stage, scene, first, second, co_owners=("示例共有人",))
    for one in (first, second):
        await say(stage, one, one.private(), "我是业主")
        await press(stage, scene.leader, last_of(scene.leader), 0)
    assert "还没有说好由谁来投" in last_of(second).text
    await press(stage, first, last_of(first), second.name)
    assert f"{first.name} 选了 {second.name} 来投票" in last_of(second).text
    await press(stage, second, last_of(second), second.name)
    assert "由您来投" in last_of(second).text
    assert f"由 {second.name} 来投" in last_of(first).text


async def test_only_the_leader_lets_parking_count(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    shown = await say(stage, scene.leader, scene.group, "/parking")
    assert "现在不算" in shown.text
    assert "组长来办" in (await press(stage, neighbour, shown, 0)).text
    await press(stage, scene.leader, shown, 0)
    assert "车位面积算" in shown.text
