"""The register in the chat: months turned by buttons, the way to each record, files for those who keep it."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from sandbox.people import Person
from services import parties
from storage import contacts, homes, people
from tests.handlers.test_record import sitting
from tests.scenes import Scene, bound_building, open_ballot, press, say, tap
from tests.stage import Stage


async def a_month(stage: Stage) -> tuple[Scene, list[Person]]:
    """A meeting with a task that is over, and a ballot of which two votes are in."""
    scene, living, _ = await sitting(stage)
    await say(stage, scene.leader, scene.group, "/task 物业 出施工图 12月4日")
    await scene.leader.say(scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    card = await open_ballot(stage, scene, "停车位 | 专区20 | 全部专区")
    for neighbour, label in zip(living, "甲乙乙", strict=True):
        await press(stage, neighbour, card, label)
    return scene, living


async def test_a_month_is_counted_and_each_record_is_one_press_away(stage: Stage) -> None:
    _, living = await a_month(stage)
    mine = living[0].private()
    page = await say(stage, living[0], mine, "台账")
    assert "2026年11月" in page.text
    for line in ("会议 1 次", "投票 1 件（1 件正在投，截止前没有票数）", "决议 0 项", "任务 1 件，办好 0 件"):
        assert line in page.text
    assert page.labels == ["📢 会议 1", "🗳 投票 1", "📌 任务 1"]
    await press(stage, living[0], page, "📌 任务 1")
    assert "物业：出施工图 · 进行中" in page.text
    await press(stage, living[0], page, "1")
    assert "出施工图" in mine.messages[-1].text
    await press(stage, living[0], page, "返回台账")
    await press(stage, living[0], page, "📢 会议 1")
    await stage.restart()
    await press(stage, living[0], page, "1")
    assert "会议纪要（待确认）" in mine.messages[-1].text
    await press(stage, living[0], page, "返回台账")
    await press(stage, living[0], page, "🗳 投票 1")
    assert "1. 11月25日（周三） 停车位 · 进行中" in page.text
    await press(stage, living[0], page, "1")
    assert "已投 3 户" in mine.messages[-1].text
    assert "专区20 1" not in page.text + mine.messages[-1].text


async def test_months_are_turned_as_far_as_something_is_filed(stage: Stage) -> None:
    _, living = await a_month(stage)
    await stage.pass_time(days=3)
    await stage.pass_time(days=20)
    page = await say(stage, living[0], living[0].private(), "台账")
    assert "2026年12月" in page.text
    assert "这个月没有会议" in page.text
    assert page.labels == ["‹ 11月"]
    await press(stage, living[0], page, "‹ 11月")
    assert "决议 1 项" in page.text
    assert page.labels[0] == "12月 ›"
    await press(stage, living[0], page, "✅ 决议 1")
    assert "停车位 · 通过：乙 全部专区" in page.text
    await press(stage, living[0], page, "1")
    assert living[0].private().messages[-1] is not page


async def test_files_are_for_those_who_keep_the_register(stage: Stage) -> None:
    scene, living = await a_month(stage)
    in_group = await say(stage, scene.leader, scene.group, "台账")
    assert "📊 Excel 表" in in_group.labels
    assert "已私聊发给您" in (await press(stage, scene.leader, in_group, "📊 Excel 表")).text
    document = scene.leader.private().messages[-1].document
    assert document is not None
    book = load_workbook(io.BytesIO(document))
    assert book.sheetnames == ["会议", "投票", "决议", "任务"]
    assert [cell.value for cell in book["投票"][2]][3:5] == ["停车位", "选一个"]
    assert [cell.value for cell in book["投票"][2]][7:] == [None, None, "进行中"]
    await press(stage, scene.leader, in_group, "🧾 CSV")
    csv = scene.leader.private().messages[-1].document
    assert csv is not None
    assert "出施工图" in csv.decode("utf-8-sig")
    refused = await press(stage, living[0], in_group, "📊 Excel 表")
    assert "给本楼的住户和办事的人看" in refused.text
    stranger = stage.sandbox.people.new("示例访客")
    await stranger.join(scene.group)
    for forged in ("rgp:1:202611:0", "rgs:1:202611:0:9:0", "rgp:9:202611:0", "rgf:1:202611:1:1"):
        assert (await stranger.press_forged(in_group, forged)).text
    assert "给本楼的住户" in (await say(stage, stranger, scene.group, "台账")).text


async def test_the_community_office_reads_all_buildings_that_named_it(stage: Stage) -> None:
    first, _ = await a_month(stage)
    second = await bound_building(stage, name="5栋")
    third = await bound_building(stage, name="7栋")
    office = stage.sandbox.people.new("示例社区干部")
    await office.start()
    await stage.settle()
    async with stage.program.store.unit(stage.now) as work:
        known = await people.by_address(work.conn, str(office.id))
        leader = await people.by_address(work.conn, str(first.leader.id))
        assert known is not None
        assert leader is not None
        community = (await homes.building(work.conn, first.building_id)).community_id
        for scene in (first, second, third):
            await homes.change_building(work.conn, scene.building_id, community_id=community)
        for scene in (first, second):
            building = await homes.building(work.conn, scene.building_id)
            contact, _ = await parties.register(work, building, leader, "community", "示例社区")
            await contacts.change(work.conn, contact.id, person_id=known.id)
    mine = office.private()
    asked = await say(stage, office, mine, "台账")
    assert "请先选一栋，再说一次“台账”" in asked.text
    assert len(asked.labels) == 2
    await press(stage, office, asked, 1)
    assert "现在说的是" in asked.text
    page = await say(stage, office, mine, "台账")
    assert "5栋" in page.text
    await press(stage, office, page, "全小区（2 栋）")
    assert "全部 2 栋" in page.text
    assert "会议 1 次" in page.text
    await press(stage, office, page, "📊 Excel 表")
    document = mine.messages[-1].document
    assert document is not None
    assert load_workbook(io.BytesIO(document))["任务"][2][0].value == "3栋"
