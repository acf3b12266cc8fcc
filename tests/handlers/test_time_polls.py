"""Finding a date: offered times, one answer a household, and the meeting called for the best."""

from __future__ import annotations

from sandbox.conversations import Seen
from tests.scenes import Scene, bound_building, press, residents, say, tap
from tests.stage import Stage


async def asked(stage: Stage, scene: Scene) -> Seen:
    """A date asked for in the group, with two times."""
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/when 电动车棚")
    assert "请给几个时间" in draft.text
    wrong = await say(stage, scene.leader, chat, "看大家方便")
    assert "没听出是几号几点" in wrong.text
    one = await say(stage, scene.leader, chat, "下周三晚上七点半")
    assert "再加一个" in one.text
    assert "✅ 问大家" not in one.labels
    two = await say(stage, scene.leader, chat, "下周六上午九点")
    await press(stage, scene.leader, two, "✅ 问大家")
    card = scene.group.messages[-1]
    assert "什么时候开会合适？ 电动车棚" in card.text
    return card


async def test_the_best_time_calls_the_meeting(stage: Stage) -> None:
    scene = await bound_building(stage)
    first, second, third = await residents(stage, scene, 3)
    card = await asked(stage, scene)
    wednesday, saturday = "11月25日（周三）19:30", "11月28日（周六）09:00"
    early = await press(stage, scene.leader, card, "按⭐开会")
    assert "还没有人说可以" in (early.text or "")
    noted = await press(stage, first, card, saturday)
    assert "可以 ✅" in (noted.text or "")
    await press(stage, first, card, wednesday)
    await press(stage, second, card, saturday)
    await stage.restart()
    for said in ("可以", "勉强可以", "不行"):
        noted = await press(stage, third, card, wednesday)
        assert f"：{said}" in (noted.text or "")
    assert f"⭐ {saturday}　✅2 🆗0 ❌0" in card.text
    assert f"▫️ {wednesday}　✅1 🆗0 ❌1" in card.text
    assert "已有 3 户" in card.text
    assert "“可以”最多；一样多看“不行”最少；再一样取最早" in card.text
    stranger = stage.sandbox.people.new("示例路人")
    await stranger.join(scene.group)
    refused = await press(stage, stranger, card, saturday)
    assert "还没有登记" in (refused.text or "")
    not_led = await press(stage, first, card, "按⭐开会")
    assert "组长" in (not_led.text or "")
    await press(stage, scene.leader, card, "按⭐开会")
    await stage.settle()
    assert "已按 ⭐ 起草会议" in card.text
    late = await first.press_forged(card, "qs:1:1")
    assert "已经结束" in (late.text or "")
    draft = await say(stage, scene.leader, scene.leader.private(), "/meeting 社区活动室")
    assert saturday in draft.text
    assert "1. 电动车棚" in draft.text


async def test_a_time_is_added_from_the_calendar(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "约时间")
    await press(stage, scene.leader, draft, "从日历加")
    await press(stage, scene.leader, draft, "返回")
    assert "请给几个时间" in draft.text
    await press(stage, scene.leader, draft, "从日历加")
    await press(stage, scene.leader, draft, "28")
    await press(stage, scene.leader, draft, "9:00")
    assert "1. 11月28日（周六）09:00" in draft.text
    await press(stage, scene.leader, draft, "重来")
    assert "请给几个时间" in draft.text
    await press(stage, scene.leader, draft, "先不弄了")
    assert "不约了" in draft.text
    assert "没看懂" in (await say(stage, scene.leader, chat, "今晚八点半")).text


async def test_wrong_turns_on_the_way_to_a_date(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    leader, chat = scene.leader, scene.leader.private()
    assert "要由组长来办" in (await say(stage, neighbour, neighbour.private(), "约时间")).text
    await say(stage, leader, chat, "约时间")
    for words, answer in (
        ("昨天晚上七点", "已经过了"),
        ("下周三晚上", "没听出是几号几点"),
        ("下周三八点", "是上午还是晚上"),
        ("周三、周四晚上七点", "没听出是几号几点"),
        ("过几天晚上七点", "没听出是几号几点"),
    ):
        assert answer in (await say(stage, leader, chat, words)).text, words
    await say(stage, leader, chat, "下周三晚上七点；下周四晚上七点")
    assert "已经在里面了" in (await say(stage, leader, chat, "下周三19:00")).text
    await stage.restart()
    await say(stage, leader, chat, "\n".join(f"12月{day}日19:00" for day in range(1, 5)))
    full = await say(stage, leader, chat, "12月9日19:00")
    assert "6" in full.text
    await tap(stage, leader, chat, "✅ 问大家")
    card = scene.group.messages[-1]
    assert card.text.count("19:00") == 6
    await press(stage, neighbour, card, "12月3日（周四）19:00")
    await stage.restart()
    assert "组长" in (await press(stage, neighbour, card, "不约了")).text
    await stage.pass_time(days=12)
    await press(stage, neighbour, card, "12月4日（周五）19:00")
    await press(stage, leader, card, "不约了")
    assert "不再约了" in card.text
    for forged in ("qs:1:1", "qb:1", "qa:1", "qd:1:20261209"):
        assert (await leader.press_forged(card, forged)).text
