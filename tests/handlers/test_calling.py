"""A leader calls a meeting: by one line, step by step, wrongly, twice, and across a restart."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.conversations import Group, Seen
from sandbox.people import Person
from services.outbox import Rank
from storage import homes, people
from storage.tables import cards, outbox
from tests.sandbox.plain import png
from tests.scenes import Scene, bound_building, residents, say, tap
from tests.stage import SHANGHAI, Stage

LINE = "/meeting 下周三晚上七点半 活动室 电动车棚和充电桩"


def notices(group: Group) -> list[Seen]:
    return [
        message
        for message in group.messages
        if message.by_bot and "通知</b>" not in message.text and message.text.startswith("📢 楼宇会通知")
    ]


async def said(stage: Stage, person: Person, text: str) -> Seen:
    """The last message in the private chat after somebody wrote this there."""
    await person.say(person.private(), text)
    await stage.settle()
    return person.private().messages[-1]


async def pressed(stage: Stage, person: Person, message: Seen, label: str | int) -> str:
    """The toast of a press, once all it did has been shown."""
    answer = await person.press(message, label)
    await stage.settle()
    return answer.text or ""


async def test_a_line_is_read_back_and_published(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, LINE)
    assert "11月25日（周三）19:30 · 还有5天，够3天通知期 ✅" in draft.text
    assert "📍 活动室" in draft.text
    assert "1. 电动车棚和充电桩" in draft.text
    assert not notices(scene.group)
    toast = await pressed(stage, scene.leader, draft, "发布通知")
    assert "已发到群里" in toast
    [notice] = notices(scene.group)
    assert notice.pinned
    assert "3栋 · 11月25日（周三）19:30 · 活动室" in notice.text
    assert "① 电动车棚和充电桩" in notice.text
    assert "已报名 0 户 / 48 户" in notice.text
    assert "通知已经发到群里了" in draft.text


async def test_it_is_called_in_the_group_as_well(stage: Stage) -> None:
    scene = await bound_building(stage)
    await scene.leader.say(scene.group, LINE)
    await stage.settle()
    draft = scene.group.messages[-1]
    assert "草稿" in draft.text
    await pressed(stage, scene.leader, draft, "发布通知")
    assert len(notices(scene.group)) == 1


async def test_buttons_alone_are_enough_but_for_the_words(stage: Stage) -> None:
    scene = await bound_building(stage)
    calendar = await said(stage, scene.leader, "开会")
    assert "2026年11月" in calendar.labels
    assert "22" not in calendar.labels, "a day inside the notice period is not offered"
    assert "23" in calendar.labels
    await pressed(stage, scene.leader, calendar, "25")
    await pressed(stage, scene.leader, calendar, "19:00")
    await pressed(stage, scene.leader, calendar, "19:30")
    assert "在哪里开" in calendar.text
    asked = await said(stage, scene.leader, "社区活动室")
    assert "商量什么" in asked.text
    added = await said(stage, scene.leader, "电动车棚和充电桩\n楼道照明")
    assert "2. 楼道照明" in added.text
    await pressed(stage, scene.leader, added, "完成")
    assert "11月25日（周三）19:30" in added.text
    assert "社区活动室" in added.text
    await pressed(stage, scene.leader, added, "发布通知")
    [notice] = notices(scene.group)
    assert "② 楼道照明" in notice.text


async def test_the_calendar_turns_and_marks_holidays(stage: Stage) -> None:
    scene = await bound_building(stage)
    calendar = await said(stage, scene.leader, "开会")
    await pressed(stage, scene.leader, calendar, "›")
    assert "2026年12月" in calendar.labels
    await pressed(stage, scene.leader, calendar, "›")
    assert "2027年1月" in calendar.labels
    assert "1休" in calendar.labels
    await pressed(stage, scene.leader, calendar, "1休")
    await pressed(stage, scene.leader, calendar, "15:00")
    await pressed(stage, scene.leader, calendar, "15:00")
    await said(stage, scene.leader, "活动室")
    added = await said(stage, scene.leader, "元旦联欢")
    await pressed(stage, scene.leader, added, "完成")
    assert "那天是元旦" in added.text


async def test_a_weekend_that_is_worked_and_a_year_not_announced_are_said(tmp_path: Path) -> None:
    async with Stage(tmp_path, now=datetime(2026, 9, 10, 9, tzinfo=SHANGHAI)) as stage:
        scene = await bound_building(stage)
        draft = await said(stage, scene.leader, "/meeting 9月20日下午三点 活动室 国庆安全")
        assert "9月20日（周日）15:00" in draft.text
        assert "💼 那天补班（国庆节调休）" in draft.text
        await pressed(stage, scene.leader, draft, "改时间")
        calendar = scene.leader.private().messages[-1]
        assert "20班" in calendar.labels
        await said(stage, scene.leader, "3月5号上午九点")
        assert "ℹ️ 2027年放假安排还没公布" in scene.leader.private().messages[-1].text


async def test_a_day_too_near_is_explained(stage: Stage) -> None:
    scene = await bound_building(stage)
    calendar = await said(stage, scene.leader, "开会")
    assert "最早 11月23日（周一）" in await pressed(stage, scene.leader, calendar, "2026年11月")


@pytest.mark.parametrize(
    ("when", "answer"),
    [
        ("昨天晚上七点", "已经过了"),
        ("2月30号晚上七点", "日历上没有"),
        ("下周三七点半", "您说的是哪个时间"),
        ("下周三", "几点"),
        ("每月5号晚上七点半", "先定最近的这一次"),
        ("过几天晚上七点", "没听懂是什么时候"),
        ("月初晚上七点半", "您说的是哪个时间"),
    ],
)
async def test_an_unclear_time_gets_its_own_answer_and_buttons(stage: Stage, when: str, answer: str) -> None:
    scene = await bound_building(stage)
    asked = await said(stage, scene.leader, f"/meeting {when} 活动室 电动车棚")
    assert answer in asked.text
    assert asked.labels


async def test_nonsense_opens_the_calendar_and_what_was_said_besides_is_kept(stage: Stage) -> None:
    scene = await bound_building(stage)
    asked = await said(stage, scene.leader, "/meeting 活动室 电动车棚")
    assert "哪天" in asked.text
    asked = await said(stage, scene.leader, "嗯嗯嗯")
    assert "没听懂" in asked.text
    draft = await said(stage, scene.leader, "下周三晚上七点半")
    assert "电动车棚" in draft.text
    assert "活动室" in draft.text


async def test_of_two_readings_one_is_pressed(stage: Stage) -> None:
    scene = await bound_building(stage)
    asked = await said(stage, scene.leader, "/meeting 下周三七点半 活动室 电动车棚")
    await pressed(stage, scene.leader, asked, "11月25日（周三）19:30")
    assert "19:30 · 还有5天" in asked.text


async def test_a_meeting_inside_its_notice_period_is_not_published(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, "/meeting 明晚七点半 活动室 电动车棚")
    assert "不够3天通知期 ⚠️" in draft.text
    assert "11月23日（周一） 或以后" in draft.text
    assert not any("发布" in label for label in draft.labels)
    forged = await scene.leader.press_forged(draft, "ky:1")
    assert "要提前 3 天通知" in (forged.text or "")
    await pressed(stage, scene.leader, draft, "改时间")
    await said(stage, scene.leader, "下周三晚上七点半")
    draft = scene.leader.private().messages[-1]
    await pressed(stage, scene.leader, draft, "发布通知")
    assert len(notices(scene.group)) == 1


async def test_pressing_twice_publishes_once(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, LINE)
    await pressed(stage, scene.leader, draft, "发布通知")
    again = await scene.leader.press_forged(draft, "ky:1")
    assert "通知已经发出去了" in (again.text or "")
    assert len(notices(scene.group)) == 1


async def test_two_presses_at_once_publish_once(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, LINE)
    scene.leader.begin_press(draft, "ky:1")
    scene.leader.begin_press(draft, "ky:1")
    await stage.settle()
    assert len(notices(scene.group)) == 1


async def test_a_neighbour_calls_no_meeting(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    await neighbour.say(scene.group, LINE)
    await stage.settle()
    assert "要由组长来办" in scene.group.messages[-1].text
    await scene.leader.say(scene.group, LINE)
    await stage.settle()
    forged = await neighbour.press(scene.group.messages[-1], "发布通知")
    assert "要由组长来办" in (forged.text or "")
    assert not notices(scene.group)


async def test_a_leader_of_another_building_publishes_nothing_here(stage: Stage) -> None:
    scene = await bound_building(stage)
    other = await bound_building(stage, name="4栋")
    await said(stage, scene.leader, LINE)
    own = await said(stage, other.leader, "开会")
    forged = await other.leader.press_forged(own, "ky:1")
    assert "要由组长来办" in (forged.text or "")
    unknown = await other.leader.press_forged(own, "ky:99")
    assert "没有找到这个会" in (unknown.text or "")


async def test_a_draft_is_given_up(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, LINE)
    await pressed(stage, scene.leader, draft, "不开了")
    assert "不开了" in draft.text
    assert draft.labels == []
    calendar = await said(stage, scene.leader, "开会")
    assert "哪天" in calendar.text


async def test_a_restart_midway_is_not_noticed(stage: Stage) -> None:
    scene = await bound_building(stage)
    calendar = await said(stage, scene.leader, "开会")
    await pressed(stage, scene.leader, calendar, "25")
    await stage.restart()
    await pressed(stage, scene.leader, calendar, "19:00")
    await pressed(stage, scene.leader, calendar, "19:30")
    await stage.restart()
    await said(stage, scene.leader, "活动室")
    await stage.restart()
    added = await said(stage, scene.leader, "电动车棚")
    await pressed(stage, scene.leader, added, "完成")
    await stage.restart()
    await pressed(stage, scene.leader, added, "发布通知")
    assert len(notices(scene.group)) == 1


async def test_a_second_line_goes_into_the_same_draft(stage: Stage) -> None:
    scene = await bound_building(stage)
    await said(stage, scene.leader, LINE)
    draft = await said(stage, scene.leader, "/meeting 下周四晚上八点 楼道照明")
    assert "11月26日（周四）20:00" in draft.text
    assert "1. 电动车棚和充电桩" in draft.text
    assert "2. 楼道照明" in draft.text
    first = next(message for message in scene.leader.private().messages if "更新的一条" in message.text)
    assert first.labels == []


async def test_two_leaders_see_each_others_draft(stage: Stage) -> None:
    scene = await bound_building(stage)
    second = await _second_leader(stage, scene)
    await said(stage, scene.leader, LINE)
    asked = await said(stage, second, "开会")
    assert "另一位组长正在起草" in asked.text
    await pressed(stage, second, asked, "看另一份草稿")
    seen = second.private().messages[-1]
    assert "电动车棚和充电桩" in seen.text
    await pressed(stage, second, seen, "改地点")
    await said(stage, second, "凉亭")
    assert any("📍 凉亭" in message.text for message in scene.leader.private().messages), (
        "both see the change"
    )


async def _second_leader(stage: Stage, scene: Scene) -> Person:
    second = stage.sandbox.people.new("示例组长 二")
    await second.join(scene.group)
    await second.start()
    await stage.settle()
    async with stage.program.store.unit(stage.now) as unit:
        known = await people.by_address(unit.conn, str(second.id))
        assert known is not None
        await homes.appoint(unit.conn, scene.building_id, known.id, "leader", stage.now)
    return second


async def test_empty_and_endless_texts_are_refused_and_nothing_is_lost(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, LINE)
    await pressed(stage, scene.leader, draft, "加议题")
    long = await said(stage, scene.leader, "长" * 4000)
    assert "写了 4000 个字，太长了" in long.text
    added = await said(stage, scene.leader, "楼道照明")
    await pressed(stage, scene.leader, added, "完成")
    assert "2. 楼道照明" in added.text
    await pressed(stage, scene.leader, added, "改地点")
    assert "太长" in (await said(stage, scene.leader, "远" * 100)).text
    draft = await said(stage, scene.leader, "凉亭")
    assert "📍 凉亭" in draft.text


async def test_markup_and_emoji_stay_what_they_are(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, "/meeting 下周三晚上七点半，活动室<b>，🚲车棚 & <script>")
    assert "活动室<b>" in draft.text
    assert "🚲车棚 & <script>" in draft.text
    await pressed(stage, scene.leader, draft, "发布通知")
    assert "🚲车棚 & <script>" in notices(scene.group)[0].text


async def test_items_and_proposals_are_added_and_dropped_before_the_notice(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, LINE)
    await pressed(stage, scene.leader, draft, "加方案")
    first = await said(stage, scene.leader, "单元门口，12个车位")
    assert "已加方案甲：单元门口，12个车位" in first.text
    await scene.leader.send_photo(scene.leader.private(), png(), "东墙边，20个车位")
    await stage.settle()
    second = scene.leader.private().messages[-1]
    assert "已加方案乙：东墙边，20个车位（有图）" in second.text
    await pressed(stage, scene.leader, second, "完成")
    assert "电动车棚和充电桩（2个方案，附图）" in second.text
    await pressed(stage, scene.leader, second, "加议题")
    added = await said(stage, scene.leader, "写错的议题")
    await pressed(stage, scene.leader, added, "完成")
    await pressed(stage, scene.leader, added, "删议题")
    await pressed(stage, scene.leader, added, "✕ 2. 写错的议题")
    assert "写错的议题" not in added.text


async def test_an_item_that_names_several_is_cut_with_one_press(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, "/meeting 下周三晚上七点半 活动室 电动车棚、停车位；楼道灯")
    assert "1. 电动车棚、停车位\n2. 楼道灯" in draft.text
    await stage.restart()
    assert "共 3 项" in await pressed(stage, scene.leader, draft, "✂️ “电动车棚、停车位”分成2项")
    assert "1. 电动车棚\n2. 停车位\n3. 楼道灯" in draft.text
    assert not any("✂️" in label for label in draft.labels)
    again = await scene.leader.press_forged(draft, "ku:1:1")
    assert "这一项分不开" in (again.text or "")
    await pressed(stage, scene.leader, draft, "加议题")
    added = await said(stage, scene.leader, "快递柜、晾衣架；花坛\n信箱")
    assert "已加：4. 快递柜、晾衣架\n已加：5. 花坛\n已加：6. 信箱" in added.text
    await pressed(stage, scene.leader, added, "分成2项")
    assert "4. 快递柜\n5. 晾衣架\n6. 花坛\n7. 信箱" in added.text
    [neighbour] = await residents(stage, scene, 1)
    asked = await say(stage, neighbour, neighbour.private(), "帮助")
    assert "要由组长来办" in ((await neighbour.press_forged(asked, "ku:1:1")).text or "")
    await pressed(stage, scene.leader, added, "发布通知")
    for item in (1, 99):
        assert "通知已经发出去了" in ((await scene.leader.press_forged(draft, f"ku:1:{item}")).text or "")


async def test_after_the_notice_the_agenda_is_frozen(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, LINE)
    await pressed(stage, scene.leader, draft, "发布通知")
    for data in ("ki:1", "ko:1:0", "kd:1:1", "kn:1"):
        forged = await scene.leader.press_forged(draft, data)
        assert "通知已经发出去了" in (forged.text or "")


async def test_a_meeting_is_moved_and_everybody_is_told(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, LINE)
    await pressed(stage, scene.leader, draft, "发布通知")
    control = await said(stage, scene.leader, "改期")
    await pressed(stage, scene.leader, control, "改时间")
    urgent = await said(stage, scene.leader, "明晚七点")
    assert "不够3天通知期。为什么这么急？" in urgent.text
    asked = await said(stage, scene.leader, "下周五晚上八点")
    assert "11月27日（周五）20:00（原 11月25日（周三）19:30）" in asked.text
    await stage.restart()
    await pressed(stage, scene.leader, asked, "就这样")
    [notice] = notices(scene.group)
    assert "11月27日（周五）20:00" in notice.text
    assert "有改动，以此为准" in notice.text
    assert "楼宇会有改动" in scene.group.messages[-1].text
    again = await scene.leader.press_forged(asked, "kz:1")
    assert "没有变" in (again.text or "")


async def test_a_meeting_is_called_off_after_asking_once_more(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    draft = await said(stage, scene.leader, LINE)
    await pressed(stage, scene.leader, draft, "发布通知")
    [notice] = notices(scene.group)
    forged = await neighbour.press_forged(notice, "kk:1")
    assert "要由组长来办" in (forged.text or "")
    await pressed(stage, scene.leader, draft, "取消会议")
    assert "真的取消" in draft.text
    await pressed(stage, scene.leader, draft, "返回")
    assert "通知已经发到群里了" in draft.text
    await pressed(stage, scene.leader, draft, "取消会议")
    await pressed(stage, scene.leader, draft, "确定取消")
    assert "楼宇会取消了" in scene.group.messages[-1].text
    assert "楼宇会取消了" in notice.text
    assert (notice.labels, notice.pinned) == ([], False)
    again = await scene.leader.press_forged(draft, "kk:1")
    assert "已经取消" in (again.text or "")


async def test_the_places_met_in_before_are_offered(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await said(stage, scene.leader, LINE)
    await pressed(stage, scene.leader, draft, "发布通知")
    asked = await said(stage, scene.leader, "/meeting 下周五晚上八点 楼道照明")
    assert "按老地方" in asked.text
    await pressed(stage, scene.leader, asked, "活动室")
    assert "📍 活动室" in asked.text


async def test_forged_days_are_refused(stage: Stage) -> None:
    scene = await bound_building(stage)
    calendar = await said(stage, scene.leader, "开会")
    assert "没有这个日子" in ((await scene.leader.press_forged(calendar, "kday:1:20261399")).text or "")
    assert "没有这个日子" in ((await scene.leader.press_forged(calendar, "kq:1:20261125:99:0")).text or "")
    assert "已经过了" in ((await scene.leader.press_forged(calendar, "kq:1:20261101:9:0")).text or "")
    assert "太远" in ((await scene.leader.press_forged(calendar, "kq:1:20401101:9:0")).text or "")


async def test_it_works_in_english(stage: Stage) -> None:
    scene = await bound_building(stage, lang="en", name="Block 3")
    draft = await said(stage, scene.leader, "/meeting next Wednesday 7:30pm, community room, motorcycle shed")
    assert "keeps the notice of 3 days ✅" in draft.text
    await pressed(stage, scene.leader, draft, "Send the notice")
    assert any(message.text.startswith("📢 Notice of a building meeting") for message in scene.group.messages)


async def test_an_urgent_meeting_says_why_in_the_notice_and_the_minutes(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/meeting 明天晚上七点半 活动室 水管爆了谁来修")
    assert "真有急事，按“说明原因，加急”" in draft.text
    assert "✅ 发布通知" not in draft.labels
    refused = await scene.leader.press_forged(draft, "ky:1")
    assert "要提前 3 天通知" in refused.text
    await pressed(stage, scene.leader, draft, "说明原因，加急")
    assert "为什么这么急" in draft.text
    await stage.restart()
    too_long = await say(stage, scene.leader, chat, "急" * 200)
    assert "120" in too_long.text
    shown = await say(stage, scene.leader, chat, "水管爆了，住户没水用")
    assert "🚨 加急：水管爆了，住户没水用" in shown.text
    await pressed(stage, scene.leader, shown, "发布通知")
    notice = scene.group.pinned
    assert notice is not None
    reason = "🚨 加急召集（平常提前3天通知）：水管爆了，住户没水用"
    assert reason in notice.text
    assert any(reason in message.text for message in neighbour.private().messages)
    async with stage.program.store.glance() as conn:
        letters = await conn.scalars(select(outbox.c.rank).where(outbox.c.key.startswith("notice:")))
        shown = await conn.scalars(select(cards.c.rank).where(cards.c.kind == "notice"))
        assert {*letters, *shown} == {Rank.URGENT}, "before all reminders, of whatever building"
    await pressed(stage, scene.leader, chat.messages[-1], "改时间")
    await say(stage, scene.leader, chat, "今晚八点")
    read_back = chat.messages[-1]
    assert "🚨 加急：水管爆了，住户没水用" in read_back.text
    await stage.pass_time(days=1, hours=10, minutes=30)
    await say(stage, scene.leader, scene.group, "/open")
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "散会")
    minutes = next(one for one in reversed(scene.group.messages) if one.text.startswith("📝 会议纪要"))
    assert "🚨 加急召集：水管爆了，住户没水用" in minutes.text


async def test_moving_inside_the_notice_asks_why_first(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/meeting 下周三晚上七点半 活动室 水管")
    await pressed(stage, scene.leader, draft, "发布通知")
    await pressed(stage, scene.leader, chat.messages[-1], "改时间")
    asked = await say(stage, scene.leader, chat, "明天晚上七点半")
    assert "不够3天通知期。为什么这么急？" in asked.text
    read_back = await say(stage, scene.leader, chat, "水管爆了")
    assert "🚨 加急：水管爆了" in read_back.text
    await pressed(stage, scene.leader, read_back, 0)
    moved = scene.group.messages[-1].text
    assert "楼宇会有改动" in moved
    assert "（平常提前3天通知）：水管爆了" in moved
    owners = await say(stage, scene.leader, chat, "/meeting 业主大会 后天晚上七点半 活动室 换物业")
    assert "才能发布" in owners.text
    assert not any("加急" in label for label in owners.labels)
    assert "不能加急" in (await scene.leader.press_forged(owners, "kj:2")).text
