"""Every way of choosing in the chat: from the kind of question over one's own paper to the result."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from handlers.slip import LevelSlip, Rate, Tick
from sandbox import Person, Seen
from storage import ballots
from tests.scenes import Scene, bound_building, press, residents, say, tap
from tests.stage import Stage


async def wizard(stage: Stage, scene: Scene, question: str, kind: str, *written: str) -> Seen:
    """A draft as the leader makes it by buttons: the kind of question, then what is asked for."""
    chat = scene.leader.private()
    kinds = await say(stage, scene.leader, chat, f"/vote {question}")
    if kind not in "".join(kinds.labels):
        await press(stage, scene.leader, kinds, "还有几种")
    await press(stage, scene.leader, kinds, kind)
    last = kinds
    for text in written:
        last = await say(stage, scene.leader, chat, text)
    return chat.last or last


async def started(stage: Stage, scene: Scene, draft: Seen) -> Seen:
    """The card in the group of a draft that the leader starts."""
    await press(stage, scene.leader, draft, "开始投票")
    assert scene.group.pinned is not None
    return scene.group.pinned


async def paper(stage: Stage, voter: Person, card: Seen, key: str = "去投票") -> Seen:
    """The paper that the card's link lays before a voter."""
    await voter.open_link((await voter.press(card, key)).url)
    await stage.settle()
    return voter.private().messages[-1]


async def hands_in(stage: Stage, voter: Person, card: Seen, taps: Sequence[str]) -> Seen:
    """A voter taps so, looks the paper over and hands it in."""
    slip = await paper(stage, voter, card)
    for label in taps:
        await press(stage, voter, slip, label)
    await press(stage, voter, slip, "交票（")
    await press(stage, voter, slip, "✅ 交票")
    return slip


async def result_of(stage: Stage, scene: Scene) -> Seen:
    """The result in the group once the time is over."""
    await stage.pass_time(hours=13)
    return next(message for message in reversed(scene.group.messages) if message.photo)


async def how(stage: Stage, reader: Person, result: Seen) -> str:
    """How it was counted, as the bot tells a reader."""
    await reader.open_link((await reader.press(result, "怎么算出来的")).url)
    await stage.settle()
    return reader.private().messages[-1].text


async def mine(stage: Stage, voter: Person, result: Seen) -> str:
    return (await press(stage, voter, result, "我的票算进去了吗")).text


async def test_three_of_four_are_elected_by_tapping_them_in_order(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 5)
    asked = await wizard(stage, scene, "选楼委会委员", "选几位", "示例甲\n示例乙\n示例丙\n示例丁")
    assert "选出几个" in asked.text
    wrong = await say(stage, scene.leader, scene.leader.private(), "4")
    assert "1 到 3 之间" in wrong.text
    draft = await say(stage, scene.leader, scene.leader.private(), "选2位")
    assert "给 4 项排先后，选出 2 位" in draft.text
    assert "多出来的票转给下一位" in draft.text
    assert "存证号定先后" in draft.text
    card = await started(stage, scene, draft)
    first = voters[0]
    slip = await paper(stage, first, card)
    assert "从最满意的开始" in slip.text
    await press(stage, first, slip, "示例丙")
    await press(stage, first, slip, "示例甲")
    assert "① 丙 示例丙" in slip.labels
    assert "② 甲 示例甲" in slip.labels
    await stage.restart()
    out = await press(stage, first, slip, "示例丙")
    assert "后面的往前移" in out.text
    assert "① 甲 示例甲" in slip.labels
    await press(stage, first, slip, "撤销")
    assert "从最满意的开始" in slip.text
    assert "您的排法" not in slip.text
    await press(stage, first, slip, "示例甲")
    await press(stage, first, slip, "示例乙")
    await press(stage, first, slip, "交票（2 项）")
    assert "这是您的票" in slip.text
    assert "① 甲 示例甲\n② 乙 示例乙" in slip.text
    assert "没排的算在最后" in slip.text
    answer = await press(stage, first, slip, "✅ 交票")
    assert answer.text.startswith("已记下：①甲、②乙")
    assert "票交好了" in slip.text
    assert "回执" in slip.text
    for voter, taps in zip(
        voters[1:], (["示例甲", "示例乙"], ["示例甲", "示例乙"], ["示例丁"], ["示例丁"]), strict=True
    ):
        await hands_in(stage, voter, card, taps)
    result = await result_of(stage, scene)
    assert "已截止" in slip.text, "nobody is told to change what cannot be changed"
    assert slip.labels == []
    assert "甲 示例甲" in result.caption
    assert "当选" in result.caption
    told = await how(stage, first, result)
    assert "至少要 2 票" in told
    assert "第 1 轮" in told
    assert "甲 示例甲 得 3 票" in told
    assert "①甲 示例甲、②乙 示例乙" in await mine(stage, first, result)


async def test_a_ranking_by_pairs_lets_options_stand_level(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    draft = await wizard(stage, scene, "空地做什么", "选一个方案", "花坛\n长凳\n车位")
    await press(stage, scene.leader, draft, "换一种选法")
    ways = scene.leader.private().last
    assert ways is not None
    assert "比谁都强的胜出" in ways.text
    await press(stage, scene.leader, ways, "两两比")
    draft = scene.leader.private().messages[-1]
    assert "给 3 项排先后" in draft.text
    card = await started(stage, scene, draft)
    slip = await paper(stage, voters[0], card)
    await press(stage, voters[0], slip, "长凳")
    await press(stage, voters[0], slip, "花坛")
    await press(stage, voters[0], slip, "与上一个并列")
    assert "① 甲 花坛" in slip.labels
    assert "① 乙 长凳" in slip.labels
    await press(stage, voters[0], slip, "分出先后")
    assert "② 甲 花坛" in slip.labels
    await press(stage, voters[0], slip, "与上一个并列")
    await press(stage, voters[0], slip, "交票（")
    await press(stage, voters[0], slip, "✅ 交票")
    async with stage.program.store.glance() as conn:
        assert [vote.choice for vote in await ballots.votes_of(conn, 1)] == [(1, -2)]
    for voter in voters[1:]:
        await hands_in(stage, voter, card, ["长凳", "车位"])
    result = await result_of(stage, scene)
    assert "乙 长凳 胜出" in result.caption
    assert "乙 长凳 胜过 2 项" in result.caption
    told = await how(stage, voters[0], result)
    assert "乙 长凳 对 丙 车位：3 比 0" in told
    assert "①甲 花坛、①乙 长凳" in await mine(stage, voters[0], result)


async def test_a_run_off_tells_who_was_dropped_and_where_the_votes_went(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 5)
    draft = await wizard(stage, scene, "空地做什么", "选一个方案", "花坛\n长凳\n车位")
    await press(stage, scene.leader, draft, "换一种选法")
    await tap(stage, scene.leader, scene.leader.private(), "逐轮淘汰")
    card = await started(stage, scene, scene.leader.private().messages[-1])
    for voter, taps in zip(
        voters,
        (["花坛"], ["花坛"], ["长凳"], ["长凳"], ["车位", "花坛"]),
        strict=True,
    ):
        await hands_in(stage, voter, card, taps)
    result = await result_of(stage, scene)
    assert "甲 花坛 胜出" in result.caption
    told = await how(stage, voters[0], result)
    assert "丙 车位 票最少（1 票），淘汰；1 票转给 甲 花坛" in told
    assert "甲 花坛 得 3 票" in told


async def test_money_is_shared_out_with_a_running_sum(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 4)
    chat = scene.leader.private()
    asked = await wizard(stage, scene, "公共收益怎么花", "分一笔钱")
    assert "一共有多少钱" in asked.text
    assert "没看懂一共多少钱" in (await say(stage, scene.leader, chat, "很多")).text
    lines = await say(stage, scene.leader, chat, "5,000元")
    assert "一共 5,000 元" in lines.text
    wrong = await say(stage, scene.leader, chat, "换路灯 3200\n修长凳 一千五\n种花 800")
    assert "第 2 行“修长凳 一千五”没看懂要多少钱" in wrong.text
    await stage.restart()
    draft = await say(stage, scene.leader, chat, "换路灯 3200\n修长凳：1500元\n种花 0.08万\n大门 1万")
    assert "4 个项目，一共 5,000 元" in draft.text
    assert "甲 换路灯 3,200 元" in draft.text
    assert "剩下的钱" in draft.text
    await press(stage, scene.leader, draft, "剩钱改成：留着")
    assert "剩下的钱：先留着" in draft.text
    await press(stage, scene.leader, draft, "剩钱改成：一点点加")
    card = await started(stage, scene, draft)
    slip = await paper(stage, voters[0], card)
    assert "已选 0 / 5,000 元" in slip.text
    added = await press(stage, voters[0], slip, "换路灯")
    assert "3,200 / 5,000 元" in added.text
    assert "已选 3,200 / 5,000 元" in slip.text
    assert "☑ 甲 换路灯 3,200元" in slip.labels
    over = await press(stage, voters[0], slip, "大门")
    assert "一共要 13,200 元，超过了总额 5,000 元" in over.text
    assert over.show_alert
    await press(stage, voters[0], slip, "修长凳")
    await press(stage, voters[0], slip, "交票（")
    assert "一共 4,700 元（总额 5,000 元）" in slip.text
    await press(stage, voters[0], slip, "✅ 交票")
    for voter, taps in zip(voters[1:], (["换路灯"], ["修长凳", "种花"], ["种花"]), strict=True):
        await hands_in(stage, voter, card, taps)
    result = await result_of(stage, scene)
    assert "可以办" in result.caption
    told = await how(stage, voters[1], result)
    assert "每户名下 1,250 元" in told
    assert "甲 换路灯" in await mine(stage, voters[1], result)


async def test_money_goes_to_the_projects_with_most_votes_where_that_is_chosen(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    draft = await wizard(
        stage, scene, "公共收益怎么花", "分一笔钱", "5000", "换路灯 3200\n修长凳 1500\n种花 2000"
    )
    await press(stage, scene.leader, draft, "换一种选法")
    await tap(stage, scene.leader, scene.leader.private(), "票多先办")
    card = await started(stage, scene, scene.leader.private().messages[-1])
    for voter, taps in zip(voters, (["种花"], ["种花", "修长凳"], ["换路灯", "修长凳"]), strict=True):
        await hands_in(stage, voter, card, taps)
    result = await result_of(stage, scene)
    assert "乙 修长凳" in result.caption
    told = await how(stage, voters[0], result)
    assert "钱不够" in told


async def test_stars_are_given_and_added_up(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    draft = await wizard(stage, scene, "物业各项服务怎么样", "给每样打星", "保洁\n保安\n绿化")
    assert "给 3 项打星" in draft.text
    card = await started(stage, scene, draft)
    first = voters[0]
    slip = await paper(stage, first, card)
    assert slip.buttons[0] == ["甲", "☆", "☆", "☆", "☆", "☆"]
    await first.press_forged(slip, Rate(1, 1, 4).pack())
    await stage.settle()
    assert slip.buttons[0] == ["甲", "★", "★", "★", "★", "☆"]
    name = await press(stage, first, slip, "甲")
    assert name.text == "甲 保洁　★★★★☆"
    await first.press_forged(slip, Rate(1, 2, 2).pack())
    await first.press_forged(slip, Rate(1, 2, 2).pack())
    await stage.settle()
    assert slip.buttons[1] == ["乙", "☆", "☆", "☆", "☆", "☆"]
    wrong = await first.press_forged(slip, Rate(1, 9, 2).pack())
    assert "没有这个选项" in wrong.text
    await press(stage, first, slip, "交票（1 项）")
    assert "★★★★☆ 甲 保洁" in slip.text
    await press(stage, first, slip, "✅ 交票")
    for voter in voters[1:]:
        slip = await paper(stage, voter, card)
        await voter.press_forged(slip, Rate(1, 3, 5).pack())
        await stage.settle()
        await press(stage, voter, slip, "交票（")
        await press(stage, voter, slip, "✅ 交票")
    result = await result_of(stage, scene)
    assert "丙 绿化 胜出" in result.caption
    assert "丙 绿化 10 颗星" in result.caption
    assert "丙 绿化 10 颗星" in await how(stage, first, result)
    assert "甲 保洁★★★★☆" in await mine(stage, first, result)


async def test_one_block_with_its_reason_stops_a_change_of_the_rules(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 4)
    draft = await wizard(stage, scene, "楼道不许停电动车", "大家都能接受")
    assert "大家都能接受才通过" in draft.text
    card = await started(stage, scene, draft)
    assert card.buttons[0] == ["同意", "弃权", "不同意"]
    for voter in voters[:3]:
        assert "已记下：同意" in (await press(stage, voter, card, "同意")).text
    last = voters[3]
    slip = await paper(stage, last, card, "坚决反对")
    await press(stage, last, slip, "坚决反对")
    asked = last.private().messages[-1]
    assert "请写下理由" in asked.text
    long = await say(stage, last, last.private(), "理" * 301)
    assert "太长了" in long.text
    await stage.restart()
    slip = await say(stage, last, last.private(), "楼下没有充电的地方")
    assert "这是您的票" in slip.text
    assert "理由：“楼下没有充电的地方”" in slip.text
    await press(stage, last, slip, "✅ 交票")
    assert "票交好了" in slip.text
    result = await result_of(stage, scene)
    assert "有人坚决反对，没有通过" in result.caption
    assert "楼下没有充电的地方" in result.caption
    told = await how(stage, voters[0], result)
    assert "楼下没有充电的地方" in told
    assert "坚决反对" in await mine(stage, last, result)


async def test_a_proposal_that_nobody_blocks_is_carried(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    card = await started(stage, scene, await wizard(stage, scene, "楼道不许停电动车", "大家都能接受"))
    for voter, key in zip(voters, ("同意", "不同意", "弃权"), strict=True):
        await press(stage, voter, card, key)
    result = await result_of(stage, scene)
    assert "没有人坚决反对，通过" in result.caption


@pytest.mark.parametrize("forged", [Tick(1, 1), Rate(1, 1, 3), LevelSlip(1)])
async def test_a_button_of_another_way_of_choosing_changes_nothing(
    stage: Stage, forged: Tick | Rate | LevelSlip
) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    card = await started(stage, scene, await wizard(stage, scene, "楼道不许停电动车", "大家都能接受"))
    slip = await paper(stage, voter, card, "坚决反对")
    answer = await voter.press_forged(slip, forged.pack())
    assert "没有这个选项" in answer.text
    async with stage.program.store.glance() as conn:
        assert await ballots.votes_of(conn, 1) == []
