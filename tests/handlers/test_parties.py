"""Kinds of meeting and the parties: registered, asked, confirmed, checked in, and in the minutes."""

from __future__ import annotations

from sandbox.people import Person
from tests.scenes import Scene, bound_building, open_meeting, press, residents, say, tap
from tests.stage import Stage


async def contact(stage: Stage, scene: Scene, party: str, name: str) -> str:
    """Register who speaks for a party; the link that is theirs."""
    chat = scene.leader.private()
    panel = await say(stage, scene.leader, chat, "/contacts")
    await press(stage, scene.leader, panel, f"＋{party}")
    told = await say(stage, scene.leader, chat, name)
    return next(word for word in told.text.split() if word.startswith("https://"))


async def four_parties(stage: Stage, scene: Scene) -> dict[str, Person]:
    """The manager and the committee open their links; the representatives stand on paper."""
    found = {}
    for party, name in (("物业", "示例经理"), ("业委会", "示例主任")):
        link = await contact(stage, scene, party, name)
        found[party] = stage.sandbox.people.new(name)
        await found[party].open_link(link)
        await stage.settle()
    await contact(stage, scene, "居民代表", "示例代表")
    return found


async def test_the_kind_is_chosen_on_the_draft_and_brings_its_agenda(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/meeting 下周三晚上七点半 活动室 屋顶漏水")
    assert draft.labels[0] == "🏷 楼宇会（换一种）"
    await press(stage, scene.leader, draft, "楼宇会（换一种）")
    assert "板凳调解会：随时，只商量不投票" in draft.text
    await press(stage, scene.leader, draft, "党小组会")
    assert "2. 学习" in draft.text
    await press(stage, scene.leader, draft, "党小组会（换一种）")
    await press(stage, scene.leader, draft, "业主大会")
    assert "学习" not in draft.text, "what the former kind brought goes with it"
    assert "不够15天通知期" in draft.text


async def test_a_four_party_meeting_wants_its_contacts_first(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/meeting 四方议事会 下周三晚上七点半 活动室 屋顶漏水")
    assert "业委会 ⚠️还没有联系人" in draft.text
    refused = await press(stage, scene.leader, draft, "发布通知")
    assert "至少要请到3方" in (refused.text or "")
    assert "/contacts" in (refused.text or "")


async def test_parties_confirm_and_are_in_the_minutes(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    people = await four_parties(stage, scene)
    manager, head = people["物业"], people["业委会"]
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/meeting 四方议事会 下周三晚上七点半 活动室 屋顶漏水")
    await press(stage, scene.leader, draft, "发布通知")
    asked = manager.private().messages[-1]
    assert "请物业参加四方议事会" in asked.text
    forged = await neighbour.press_forged(scene.group.messages[-1], "pr:1:1:comes")
    assert "不是问您" in (forged.text or "")
    await press(stage, manager, asked, "派人来")
    await stage.restart()
    await say(stage, manager, manager.private(), "示例师傅")
    await press(stage, head, head.private().messages[-1], "我来")
    notice = next(message for message in scene.group.messages if message.pinned)
    await stage.settle()
    assert "物业：✅ 派 示例师傅" in notice.text
    assert "业委会：✅ 示例主任" in notice.text
    assert "居民代表：⏳ 示例代表" in notice.text
    early = await press(stage, head, head.private().messages[-1], "我到会场了")
    assert early.text
    await stage.pass_time(days=5, hours=10, minutes=30)
    await say(stage, scene.leader, scene.group, "/open")
    await press(stage, head, head.private().messages[-1], "我到会场了")
    await tap(stage, scene.leader, scene.group, "各方签到")
    there = scene.group.messages[-1]
    assert "业委会 示例主任：到了 ✅" in there.text
    await press(stage, scene.leader, there, "物业 示例经理")
    twice = await press(stage, scene.leader, there, "物业 示例经理")
    assert "已经签到" in (twice.text or "")
    await press(stage, scene.leader, there, "居民代表 示例代表")
    card = next(message for message in reversed(scene.group.messages) if "四方议事会进行中" in message.text)
    assert "到会 3 方 / 4 方" in card.text
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "散会")
    minutes = next(message for message in reversed(scene.group.messages) if "会议纪要" in message.text)
    assert "🤝 各方：业委会 示*、物业 示*、居民代表 示*" in minutes.text
    assert "流会" not in scene.group.transcript()


async def test_too_few_parties_are_counted_as_parties(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 3)
    head = (await four_parties(stage, scene))["业委会"]
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/meeting 四方议事会 下周三晚上七点半 活动室 屋顶漏水")
    await press(stage, scene.leader, draft, "发布通知")
    await press(stage, head, head.private().messages[-1], "我来")
    await stage.pass_time(days=5, hours=10, minutes=30)
    await say(stage, scene.leader, scene.group, "/open")
    await press(stage, head, head.private().messages[-1], "我到会场了")
    for neighbour in living:
        await tap(stage, neighbour, scene.group, "签到")
    assert "在会 1 方 / 4 方" in next(seen.text for seen in chat.messages if "签到码" in seen.text)
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    offer = next(seen for seen in scene.group.messages if "再开？" in seen.text)
    assert "到会 1 方，法定 3 方，流会" in offer.text
    await press(stage, scene.leader, offer, "就这天再开")
    assert "请业委会参加四方议事会" in head.private().messages[-1].text


async def test_a_contacts_link_works_once_and_a_new_one_replaces_it(stage: Stage) -> None:
    scene = await bound_building(stage)
    link = await contact(stage, scene, "物业", "示例经理")
    manager, other = stage.sandbox.people.new("示例经理"), stage.sandbox.people.new("示例路人")
    await manager.open_link(link)
    await stage.settle()
    assert "登记的物业联系人" in manager.private().messages[-1].text
    await other.open_link(link)
    await stage.settle()
    assert "这个链接用过了" in other.private().messages[-1].text
    panel = await say(stage, scene.leader, scene.leader.private(), "各方联系人")
    await press(stage, scene.leader, panel, "物业 示例经理")
    await press(stage, scene.leader, panel, "不再联系")
    assert "物业：还没有" in panel.text


async def test_what_was_left_over_comes_back_on_the_next_draft(stage: Stage) -> None:
    scene = await bound_building(stage)
    await residents(stage, scene, 1)
    await open_meeting(stage, scene, "电动车棚", "屋顶漏水")
    await tap(stage, scene.leader, scene.group, "第一项")
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "散会")
    draft = await say(stage, scene.leader, scene.leader.private(), "/meeting 下周六上午九点 凉亭 楼道灯")
    assert "1. 楼道灯\n2. 屋顶漏水" in draft.text
    assert "电动车棚" not in draft.text
