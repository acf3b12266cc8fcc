"""A ballot of one line: it is read back as it stands, and its kind leads to what the wizard proposes."""

from __future__ import annotations

import pytest

from handlers.ballots import AskKindAnew, BallotKind
from sandbox import Seen
from storage import ballots
from tests.handlers.test_asked import draft_of
from tests.handlers.test_ways import paper, started
from tests.scenes import Scene, bound_building, press, residents, say, tap
from tests.stage import Stage


async def line(stage: Stage, scene: Scene, text: str) -> Seen:
    return await say(stage, scene.leader, scene.leader.private(), text)


@pytest.mark.parametrize(
    "text",
    [
        "/ballot 停车位怎么划 / 专区20 / 全部专区",
        "/vote 停车位怎么划 | 专区20 | 全部专区",
        "/vote 停车位怎么划｜专区20｜全部专区",
        "投票 停车位怎么划／专区20／全部专区",
        "发起投票 停车位怎么划；专区20；全部专区",
        "/vote 停车位怎么划\n专区20\n全部专区",
    ],
)
async def test_a_line_may_be_written_as_people_write_it(stage: Stage, text: str) -> None:
    scene = await bound_building(stage)
    draft = await line(stage, scene, text)
    assert "二选一 · 一户一票" in draft.text
    assert "甲 专区20\n乙 全部专区" in draft.text
    assert "每户选一个，票多者胜" in draft.text
    assert "🗂 这是哪一种事？" in draft.labels


@pytest.mark.parametrize(
    "written", ["示例甲、示例乙、示例丙", "示例甲，示例乙，示例丙", "1、示例甲\n2、示例乙\n3、示例丙"]
)
async def test_options_may_be_written_in_a_row(stage: Stage, written: str) -> None:
    scene = await bound_building(stage)
    kinds = await line(stage, scene, "/vote 选组长")
    await press(stage, scene.leader, kinds, "选一个方案")
    assert "至少要有两个" in (await line(stage, scene, "1、示例甲")).text, "a number before it is none"
    draft = await line(stage, scene, written)
    assert "甲 示例甲\n乙 示例乙\n丙 示例丙" in draft.text


async def test_projects_in_a_row_keep_their_sums(stage: Stage) -> None:
    scene = await bound_building(stage)
    kinds = await line(stage, scene, "/vote 公共收益怎么花")
    await press(stage, scene.leader, kinds, "分一笔钱")
    await line(stage, scene, "5000")
    draft = await line(stage, scene, "换路灯 3,200元、修长凳 1500")
    assert "甲 换路灯 3,200 元\n乙 修长凳 1,500 元" in draft.text


async def test_a_slash_within_an_option_parts_nothing(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await line(stage, scene, "/vote 几点开会 | 周六/周日上午 | 平时晚上")
    assert "甲 周六/周日上午\n乙 平时晚上" in draft.text


async def test_said_to_be_an_election_a_line_is_counted_as_the_wizard_proposes(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    draft = await line(stage, scene, "/ballot 选楼委会 / 示例甲 / 示例乙 / 示例丙")
    await press(stage, scene.leader, draft, "明晚")
    await press(stage, scene.leader, draft, "这是哪一种事")
    kinds = draft_of(scene)
    assert "选几位，如 7 人选 3 位：每户排个先后" in kinds.text
    await stage.restart()
    await press(stage, scene.leader, kinds, "选几位")
    assert "一共 3 个，选出几个" in draft_of(scene).text
    assert "1 到 2 之间" in (await say(stage, scene.leader, chat, "三个")).text
    draft = await say(stage, scene.leader, chat, "2")
    assert "给 3 项排先后，选出 2 位" in draft.text
    assert "票够数就当选，多出来的票转给下一位" in draft.text
    assert "11月21日（周六）21:00 截止" in draft.text, "what was set before stays"
    assert "🗂 事情：选几位，如 7 人选 3 位（换一种）" in draft.labels
    await started(stage, scene, draft)
    async with stage.program.store.glance() as conn:
        ballot = await ballots.get(conn, 1)
        assert await ballots.find(conn, 2) is None, "it is the same draft"
    assert (ballot.asked, ballot.method, ballot.seats) == ("seats", "stv", 2)


async def test_said_to_be_money_the_costs_are_read_from_the_line(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    draft = await line(stage, scene, "/ballot 公共收益怎么花 / 换路灯 3200元 / 修长凳 1500 / 种花 800")
    await press(stage, scene.leader, draft, "这是哪一种事")
    await press(stage, scene.leader, draft_of(scene), "分一笔钱")
    assert "一共有多少钱" in draft_of(scene).text
    draft = await line(stage, scene, "5000")
    assert "3 个项目，一共 5,000 元" in draft.text
    assert "甲 换路灯 3,200 元" in draft.text
    slip = await paper(stage, voter, await started(stage, scene, draft))
    assert "3,200 / 5,000 元" in (await press(stage, voter, slip, "换路灯")).text


async def test_said_to_be_a_yes_or_no_and_back_a_draft_asks_for_options_again(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await line(stage, scene, "/ballot 装不装充电桩 / 装 / 不装")
    await press(stage, scene.leader, draft, "这是哪一种事")
    await press(stage, scene.leader, draft_of(scene), "先不弄了")
    await press(stage, scene.leader, draft, "这是哪一种事")
    await press(stage, scene.leader, draft_of(scene), "赞成还是反对")
    assert "赞成、反对还是弃权" in draft_of(scene).text
    await tap(stage, scene.leader, scene.leader.private(), "事情：赞成还是反对")
    await press(stage, scene.leader, draft_of(scene), "选一个方案")
    draft = await line(stage, scene, "装六个\n装十个")
    assert "二选一" in draft.text
    assert "甲 装六个\n乙 装十个" in draft.text


async def test_only_the_leader_says_what_kind_of_question_it_is(stage: Stage) -> None:
    scene = await bound_building(stage)
    (neighbour,) = await residents(stage, scene, 1)
    draft = await say(stage, scene.leader, scene.group, "/ballot 怎么划 / 一 / 二")
    assert "组长" in (await press(stage, neighbour, draft, "这是哪一种事")).text
    card = await started(stage, scene, draft)
    late = await scene.leader.press_forged(card, AskKindAnew(1).pack())
    assert "已经开始了" in late.text
    assert "这一步已经过了" in (await scene.leader.press_forged(card, BallotKind("motion").pack())).text
