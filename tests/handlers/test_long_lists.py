"""Many options and long names: page by page on a paper, and a card in the group that stays on one screen."""

from __future__ import annotations

import pytest

from handlers.slip import Rate, Tick
from sandbox import Seen
from storage import ballots
from tests.handlers.test_ways import paper, started
from tests.scenes import Scene, bound_building, open_ballot, press, residents, say, tap
from tests.stage import Stage

MANY = " / ".join(f"器材{number}" for number in range(1, 25))
MOST_CHARACTERS = 4096  # of a message


async def counted_by(stage: Stage, scene: Scene, line: str, way: str) -> Seen:
    """The card of a ballot of one line that is counted another way."""
    await say(stage, scene.leader, scene.leader.private(), f"/ballot {line}")
    await tap(stage, scene.leader, scene.leader.private(), "换一种选法")
    await tap(stage, scene.leader, scene.leader.private(), way)
    return await started(stage, scene, scene.leader.private().messages[-1])


async def test_twenty_four_are_put_in_order_over_three_pages(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    slip = await paper(stage, voter, await counted_by(stage, scene, f"选器材 / {MANY}", "两两比"))
    assert "第 1 页，共 3 页" in slip.text
    await press(stage, voter, slip, "▫️ 3 器材3")
    await press(stage, voter, slip, "下一页")
    await press(stage, voter, slip, "▫️ 12 器材12")
    await press(stage, voter, slip, "下一页")
    assert "下一页 ➡" not in slip.labels
    await press(stage, voter, slip, "器材24")
    assert "③ 24 器材24" in slip.labels
    assert "您的排法：①3 器材3、②12 器材12、③24 器材24" in slip.text
    await press(stage, voter, slip, "撤销")
    assert "您的排法：①3 器材3、②12 器材12\n" in slip.text
    assert "第 3 页，共 3 页" in slip.text, "the page stays where it was"
    await press(stage, voter, slip, "清空")
    assert "您的排法" not in slip.text
    assert "第 1 页，共 3 页" in slip.text
    for number in range(24, 0, -1):
        voter.begin_press(slip, Tick(1, number).pack())
    await stage.settle()
    assert "⑳ 5 器材5" in slip.labels
    assert "(21) 4 器材4" in slip.labels
    await press(stage, voter, slip, "交票（24 项）")
    assert "① 24 器材24\n② 23 器材23" in slip.text
    assert "没排的" not in slip.text
    await press(stage, voter, slip, "✅ 交票")
    async with stage.program.store.glance() as conn:
        assert [vote.choice for vote in await ballots.votes_of(conn, 1)] == [tuple(range(24, 0, -1))]


async def test_stars_are_given_page_by_page(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    slip = await paper(stage, voter, await counted_by(stage, scene, f"选器材 / {MANY}", "打星"))
    await press(stage, voter, slip, "下一页")
    await voter.press_forged(slip, Rate(1, 12, 4).pack())
    await stage.settle()
    assert ["12", "★", "★", "★", "★", "☆"] in slip.buttons
    assert "12 器材12" in slip.text
    await press(stage, voter, slip, "交票（1 项）")
    assert "★★★★☆ 12 器材12\n没打星的算 0" in slip.text


@pytest.mark.parametrize("way", ["两两比", "打星", "选几个"])
async def test_names_too_long_for_a_key_stand_in_full_above_the_keys(stage: Stage, way: str) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    line = " / ".join(f"{number}号方案" + "很长" * 240 for number in range(1, 9))
    await say(stage, scene.leader, scene.leader.private(), f"/ballot 怎么划 / {line}")
    await tap(stage, scene.leader, scene.leader.private(), "换一种选法")
    await press(stage, scene.leader, scene.leader.private().messages[-1], way)
    card = await started(stage, scene, scene.leader.private().messages[-1])
    slip = await paper(stage, voter, card)
    assert len(slip.text) <= MOST_CHARACTERS
    assert "甲 1号方案很长" in slip.text
    assert all(len(label) <= 40 for label in slip.labels)
    await voter.press_forged(slip, (Rate(1, 8, 5) if way == "打星" else Tick(1, 8)).pack())
    await stage.settle()
    await press(stage, voter, slip, "交票（1 项）")
    assert "辛 8号方案很长" in slip.text
    noted = await press(stage, voter, slip, "✅ 交票")
    assert noted.text.startswith("已记下：")


@pytest.mark.parametrize(("options", "rows"), [(6, [3, 3]), (7, [4, 3]), (8, [4, 4]), (9, [1])])
async def test_in_the_group_up_to_eight_are_pressed_and_more_are_chosen_in_private(
    stage: Stage, options: int, rows: list[int]
) -> None:
    scene = await bound_building(stage)
    line = " | ".join(f"方案{number}" for number in range(1, options + 1))
    card = await open_ballot(stage, scene, f"停车位怎么划 | {line}")
    assert [len(row) for row in card.buttons[:-1]] == rows
    assert f"方案{options}" in card.text
